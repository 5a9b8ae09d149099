/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the collector keeps of a bonded sensor beside the bond itself: its database, so that it need
 * not be discovered again, and a label, the one item of application data.
 */
#ifndef BONDED_SENSOR_H_
#define BONDED_SENSOR_H_

#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>

/** Stores the discovered database and the label. A store that is busy is asked again after its next
 * event. */
void bonded_sensor_store(uint16_t peer_id);

/** Loads both. Returns false if the database is not there, or not one of ours. */
bool bonded_sensor_load(uint16_t peer_id);

/** Goes on with storing. Call it with each Peer Manager event. */
void bonded_sensor_on_pm_evt(const struct pm_evt* evt);

#endif /* BONDED_SENSOR_H_ */
