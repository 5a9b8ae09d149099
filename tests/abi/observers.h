// SPDX-License-Identifier: Apache-2.0
#ifndef OBSERVERS_H_
#define OBSERVERS_H_

#include <stddef.h>

#include "bm/softdevice_handler/nrf_sdh.h"
#include "bm/softdevice_handler/nrf_sdh_ble.h"
#include "bm/softdevice_handler/nrf_sdh_soc.h"

#ifdef __cplusplus
extern "C" {
#endif

// The handlers note their context, which is a text.
void observers_note_ble(const ble_evt_t* ble_evt, void* context);
void observers_note_soc(uint32_t evt_id, void* context);
int observers_note_state(enum nrf_sdh_state_evt state, void* context);

// Calls every observer of this executable or shared object: state, SoC, Bluetooth. Gives the notes.
size_t observers_walk(const char** notes, size_t room);

#ifdef __cplusplus
}
#endif

#endif  // OBSERVERS_H_
