/* SPDX-License-Identifier: Apache-2.0 */
/* The Peer Manager's places among the observers of stack events. */
#ifndef PM_C_API_OBSERVERS_H_
#define PM_C_API_OBSERVERS_H_

#include "ble.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Does nothing; a call of it makes the linker take the observers' object file. */
void pm_observers_link(void);

/* Observers, without context. At priority HIGHEST: states of links. */
void pm_observer_first(const ble_evt_t* ble_evt, void* context);
/* At priority HIGH: everything else. */
void pm_observer(const ble_evt_t* ble_evt, void* context);

#ifdef __cplusplus
}
#endif

#endif /* PM_C_API_OBSERVERS_H_ */
