/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sensor's GATT database as the collector knows it: discovered once, kept with the bond, loaded
 * afterwards. One connection at a time.
 */
#ifndef REMOTE_DATABASE_H_
#define REMOTE_DATABASE_H_

#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/ble_gatt_db.h>

#include "ble.h"

/** What the collector looks for: the GATT service (Service Changed) and the heart rate service. */
enum remote_service {
  REMOTE_SERVICE_GATT,
  REMOTE_SERVICE_HEART_RATE,
  REMOTE_SERVICE_COUNT,
};

/** Called when the database is known and its values are subscribed, with false if that failed. */
typedef void (*remote_database_handler_t)(uint16_t conn_handle, bool complete);

/** Names the receiver of the outcome. */
void remote_database_init(remote_database_handler_t handler);

/**
 * Discovers both services, then subscribes: indications of Service Changed, notifications of the
 * measurement. A discovery that is under way starts again.
 */
void remote_database_discover(uint16_t conn_handle);

/** Drives the discovery. Call it with each Bluetooth event. */
void remote_database_on_ble_evt(const ble_evt_t* evt);

/** The records, REMOTE_SERVICE_COUNT of them, 4-byte aligned: to store them, or to load them into.
 */
struct ble_gatt_db_srv* remote_database_records(void);

/** Value handle of a characteristic, BLE_GATT_HANDLE_INVALID when unknown. */
uint16_t remote_database_value_handle(enum remote_service service, uint16_t char_uuid);

#endif /* REMOTE_DATABASE_H_ */
