// SPDX-License-Identifier: Apache-2.0
/** Number ranges of the SoftDevice layers: supervisor calls, events, options, configurations. */

#ifndef BLE_RANGES_H_
#define BLE_RANGES_H_

/* First number of each range. */
#define BLE_SVC_BASE 0x60
#define BLE_GAP_SVC_BASE 0x6C
#define BLE_GATTC_SVC_BASE 0xA1
#define BLE_GATTS_SVC_BASE 0xAD
#define BLE_EVT_BASE 0x01
#define BLE_GAP_EVT_BASE 0x10
#define BLE_GATTC_EVT_BASE 0x30
#define BLE_GATTS_EVT_BASE 0x50
#define BLE_OPT_BASE 0x01
#define BLE_GAP_OPT_BASE 0x20
#define BLE_GATTC_OPT_BASE 0x60
#define BLE_GATTS_OPT_BASE 0x80
#define BLE_CFG_BASE 0x01
#define BLE_CONN_CFG_BASE 0x20
#define BLE_GAP_CFG_BASE 0x40
#define BLE_GATTS_CFG_BASE 0xA0

#endif  // BLE_RANGES_H_
