// SPDX-License-Identifier: Apache-2.0
#include "pm/device/host_config.hpp"

#include <algorithm>

namespace pm::device {

host::HostConfig host_config(const Identity& identity) {
  host::HostConfig config;
  config.peripheral_links = CONFIG_NRF_SDH_BLE_PERIPHERAL_LINK_COUNT;
  config.central_links = CONFIG_NRF_SDH_BLE_CENTRAL_LINK_COUNT;
  config.total_links = CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT;
  config.conn_cfg_tag = CONFIG_NRF_SDH_BLE_CONN_TAG;
  config.att_mtu = CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE;
  config.identity_address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  std::copy(identity.address.begin(), identity.address.end(), config.identity_address.addr);
  std::copy(identity.irk.begin(), identity.irk.end(), config.identity_resolving_key.irk);
  return config;
}

}  // namespace pm::device
