// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ble.h"
#include "host/att/pdu.hpp"

namespace pm::host::gatt {

/// What sd_ble_cfg_set() decides before the stack is enabled.
struct Config {
  uint16_t max_mtu = att::kDefaultMtu;
  /// Octets; each attribute costs 8 and its value, rounded up to 4.
  uint32_t attr_table_size = BLE_GATTS_ATTR_TAB_SIZE_DEFAULT;
  uint8_t vs_uuid_count = BLE_UUID_VS_COUNT_DEFAULT;
  bool service_changed = true;
  /// Security to subscribe to Service Changed.
  ble_gatts_attr_md_t service_changed_cccd = {{1, 1}, {1, 1}, 0, BLE_GATTS_VLOC_STACK, 0, 0};
  /// Adds Central Address Resolution: our own addresses can be resolvable while we are central.
  bool central_role = false;
  uint16_t device_name_max_len = BLE_GAP_DEVNAME_DEFAULT_LEN;
  uint8_t hvn_tx_queue_size = BLE_GATTS_HVN_TX_QUEUE_SIZE_DEFAULT;
  uint8_t write_cmd_tx_queue_size = BLE_GATTC_WRITE_CMD_TX_QUEUE_SIZE_DEFAULT;
};

}  // namespace pm::host::gatt
