/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sensor's GATT database: heart rate service and, when it is added, battery service. Both ask
 * for an authenticated LE Secure Connections link.
 */
#ifndef HEART_RATE_SERVICE_H_
#define HEART_RATE_SERVICE_H_

#include <stdint.h>

/** Adds the heart rate service (0x180D): measurement (notify) and body sensor location (read). */
uint32_t heart_rate_service_init(void);

/** Notifies the next measurement. Returns what sd_ble_gatts_hvx() returns. */
uint32_t heart_rate_service_notify(uint16_t conn_handle);

/** Adds the battery service (0x180F) behind everything else; nothing happens if it is there. */
uint32_t battery_service_add(void);

#endif /* HEART_RATE_SERVICE_H_ */
