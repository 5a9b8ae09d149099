/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both heart rate applications do alike: starting the SoftDevice and Peer Manager, answering
 * what every link may ask, and the main loop.
 */
#ifndef DEVICE_H_
#define DEVICE_H_

#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bm_buttons.h>

#include "ble.h"

/**
 * Starts the buttons, the SoftDevice and Peer Manager: bonding with LE Secure Connections and a
 * numeric comparison. What fails is logged. Returns false if something did.
 */
bool device_init(const char* name, const struct bm_buttons_config* buttons, uint8_t num_buttons,
                 pm_evt_handler_t pm_evt_handler);

/** Answers requests for other PHYs, data lengths and MTUs, and ends links whose peer is silent. */
void device_on_ble_evt(const ble_evt_t* evt);

/** The main loop. Does not return. */
int device_run(void);

#endif /* DEVICE_H_ */
