/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands around a code block of the original description: a device that advertises, or with
 * button 0 held at start scans, connects and secures the link. The user of both types 123456, and
 * both have the same out-of-band data.
 */
#ifndef SEED_DEVICE_H_
#define SEED_DEVICE_H_

#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <stdint.h>

#include "ble_gap.h"

/** Provided by the file of the block: starts the Peer Manager. */
uint32_t block_init(void);

/** For blocks that show parameters: pm_init(), then these, then the handler. */
uint32_t seed_peer_manager_init(ble_gap_sec_params_t* sec_param, pm_evt_handler_t pm_evt_handler);

/** The standard handlers; the link comes up or goes. */
void seed_pm_evt_handler(const struct pm_evt* evt);

/** Scans or advertises. */
void seed_start(void);

#endif /* SEED_DEVICE_H_ */
