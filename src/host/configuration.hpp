// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "ble.h"
#include "host/gatt/config.hpp"
#include "pm/host/host.hpp"

namespace pm::host {

/// What HostConfig and sd_ble_cfg_set() decide before the stack is enabled.
class Configuration {
 public:
  explicit Configuration(HostConfig host);

  /// kInvalidParam: unknown id or bad value. kNotSupported: a second tag.
  Status set(uint32_t cfg_id, const ble_cfg_t& cfg);
  /// kNotSupported: fewer links than roles. kInvalidParam: bad identity or MTU, told by `error`.
  Status check(std::string& error) const;

  const HostConfig& host() const { return host_; }
  gatt::Config gatt() const;
  bool has_tag(uint8_t tag) const {
    return tag == BLE_CONN_CFG_TAG_DEFAULT || tag == host_.conn_cfg_tag;
  }
  bool preferred_parameters_included() const { return ppcp_included_; }
  bool central_address_resolution_included() const { return car_included_; }
  /// Name that the characteristic begins with; none: the stack's own.
  const std::optional<std::vector<uint8_t>>& device_name() const { return device_name_; }
  const ble_gap_conn_sec_mode_t& device_name_permission() const { return device_name_permission_; }

 private:
  Status set_connection(uint32_t cfg_id, const ble_conn_cfg_t& cfg);
  Status set_role_count(const ble_gap_cfg_role_count_t& cfg);
  Status set_device_name(const ble_gap_cfg_device_name_t& cfg);

  HostConfig host_;
  gatt::Config gatt_;
  std::optional<uint8_t> tag_;
  bool ppcp_included_ = true;
  bool car_included_ = true;
  std::optional<std::vector<uint8_t>> device_name_;
  ble_gap_conn_sec_mode_t device_name_permission_{};
};

}  // namespace pm::host
