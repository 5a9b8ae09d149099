// SPDX-License-Identifier: Apache-2.0
/**
 * @file
 * GATT database of a peer, as service discovery finds it and as the Peer Manager can keep it for a
 * bonded peer (@ref pm_peer_data_remote_db_store).
 *
 * The layout is part of what is stored in flash: CONFIG_BLE_GATT_DB_MAX_CHARS must not change while
 * such records exist.
 */

#ifndef BLE_GATT_DB_H_
#define BLE_GATT_DB_H_

#include <stdint.h>

#include "ble_gattc.h"
#include "ble_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Characteristic with its descriptors. BLE_GATT_HANDLE_INVALID: the server has no such descriptor.
 */
struct ble_gatt_db_char {
  ble_gattc_char_t characteristic; /**< Declaration and value. */
  uint16_t cccd_handle;            /**< Client Characteristic Configuration. */
  uint16_t ext_prop_handle;        /**< Characteristic Extended Properties. */
  uint16_t user_desc_handle;       /**< Characteristic User Description. */
  uint16_t report_ref_handle;      /**< Report Reference (HID). */
};

/** Service with its characteristics. */
struct ble_gatt_db_srv {
  ble_uuid_t srv_uuid;                   /**< UUID of the service. */
  uint8_t char_count;                    /**< Characteristics in use. */
  ble_gattc_handle_range_t handle_range; /**< Handles of the service. */
  /** The first char_count of them. */
  struct ble_gatt_db_char characteristics[CONFIG_BLE_GATT_DB_MAX_CHARS];
};

#ifdef __cplusplus
}
#endif

#endif  // BLE_GATT_DB_H_
