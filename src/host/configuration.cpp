// SPDX-License-Identifier: Apache-2.0
#include "host/configuration.hpp"

#include "host/gap/address.hpp"

namespace pm::host {
namespace {

// A value of 512 octets in one Write Request or notification needs no more. Core, Vol 3, Part
// F, 3.2.9.
constexpr uint16_t kMtuMax = 517;

constexpr uint8_t kIncludeMax = BLE_GAP_CHAR_INCL_CONFIG_EXCLUDE_WITHOUT_SPACE;

}  // namespace

Configuration::Configuration(HostConfig host) : host_(std::move(host)) {
  gatt_.attr_table_size = host_.attr_table_size;
  gatt_.vs_uuid_count = host_.vs_uuid_count;
  gatt_.service_changed = host_.service_changed;
}

gatt::Config Configuration::gatt() const {
  gatt::Config config = gatt_;
  config.max_mtu = host_.att_mtu;
  config.central_role = host_.central_links > 0 && car_included_;
  return config;
}

Status Configuration::check(std::string& error) const {
  if (host_.total_links < host_.peripheral_links + host_.central_links) {
    error = "fewer links are configured in all than the roles need";
    return Status::kNotSupported;
  }
  if (host_.att_mtu < BLE_GATT_ATT_MTU_DEFAULT || host_.att_mtu > kMtuMax) {
    error = "the ATT MTU must be 23 to 517";
    return Status::kInvalidParam;
  }
  if (host_.identity_address.addr_type != BLE_GAP_ADDR_TYPE_RANDOM_STATIC ||
      !gap::is_identity_address(host_.identity_address)) {
    error = "the identity address is not a static random address";
    return Status::kInvalidParam;
  }
  if (is_all_zero(host_.identity_resolving_key.irk)) {
    error = "the identity resolving key is zero";
    return Status::kInvalidParam;
  }
  return Status::kOk;
}

Status Configuration::set_connection(uint32_t cfg_id, const ble_conn_cfg_t& cfg) {
  if (cfg.conn_cfg_tag == BLE_CONN_CFG_TAG_DEFAULT) {
    return Status::kInvalidParam;
  }
  if (tag_ && *tag_ != cfg.conn_cfg_tag) {
    return Status::kNotSupported;
  }
  switch (cfg_id) {
    case BLE_CONN_CFG_GAP:
      if (cfg.params.gap_conn_cfg.conn_count == 0 ||
          cfg.params.gap_conn_cfg.event_length < BLE_GAP_EVENT_LENGTH_MIN) {
        return Status::kInvalidParam;
      }
      host_.total_links = cfg.params.gap_conn_cfg.conn_count;
      break;
    case BLE_CONN_CFG_GATTC:
      if (cfg.params.gattc_conn_cfg.write_cmd_tx_queue_size == 0) {
        return Status::kInvalidParam;
      }
      gatt_.write_cmd_tx_queue_size = cfg.params.gattc_conn_cfg.write_cmd_tx_queue_size;
      break;
    case BLE_CONN_CFG_GATTS:
      if (cfg.params.gatts_conn_cfg.hvn_tx_queue_size == 0) {
        return Status::kInvalidParam;
      }
      gatt_.hvn_tx_queue_size = cfg.params.gatts_conn_cfg.hvn_tx_queue_size;
      break;
    default:
      if (cfg.params.gatt_conn_cfg.att_mtu < BLE_GATT_ATT_MTU_DEFAULT ||
          cfg.params.gatt_conn_cfg.att_mtu > kMtuMax) {
        return Status::kInvalidParam;
      }
      host_.att_mtu = cfg.params.gatt_conn_cfg.att_mtu;
      break;
  }
  tag_ = cfg.conn_cfg_tag;
  host_.conn_cfg_tag = cfg.conn_cfg_tag;
  return Status::kOk;
}

Status Configuration::set_role_count(const ble_gap_cfg_role_count_t& cfg) {
  if (cfg.adv_set_count > BLE_GAP_ADV_SET_COUNT_MAX ||
      cfg.periph_role_count + cfg.central_role_count > BLE_GAP_ROLE_COUNT_COMBINED_MAX ||
      cfg.central_sec_count > cfg.central_role_count) {
    return Status::kInvalidParam;
  }
  host_.peripheral_links = cfg.periph_role_count;
  host_.central_links = cfg.central_role_count;
  return Status::kOk;
}

Status Configuration::set_device_name(const ble_gap_cfg_device_name_t& cfg) {
  const bool located = cfg.vloc == BLE_GATTS_VLOC_STACK || cfg.vloc == BLE_GATTS_VLOC_USER;
  if (!located || cfg.max_len > BLE_GAP_DEVNAME_MAX_LEN || cfg.current_len > cfg.max_len ||
      (cfg.p_value == nullptr && cfg.current_len != 0)) {
    return Status::kInvalidParam;
  }
  gatt_.device_name_max_len = cfg.max_len;
  device_name_.emplace(cfg.p_value, cfg.p_value + cfg.current_len);
  device_name_permission_ = cfg.write_perm;
  return Status::kOk;
}

Status Configuration::set(uint32_t cfg_id, const ble_cfg_t& cfg) {
  switch (cfg_id) {
    case BLE_CONN_CFG_GAP:
    case BLE_CONN_CFG_GATTC:
    case BLE_CONN_CFG_GATTS:
    case BLE_CONN_CFG_GATT:
      return set_connection(cfg_id, cfg.conn_cfg);
    case BLE_COMMON_CFG_VS_UUID:
      if (cfg.common_cfg.vs_uuid_cfg.vs_uuid_count > BLE_UUID_VS_COUNT_MAX) {
        return Status::kInvalidParam;
      }
      gatt_.vs_uuid_count = cfg.common_cfg.vs_uuid_cfg.vs_uuid_count;
      return Status::kOk;
    case BLE_GAP_CFG_ROLE_COUNT:
      return set_role_count(cfg.gap_cfg.role_count_cfg);
    case BLE_GAP_CFG_DEVICE_NAME:
      return set_device_name(cfg.gap_cfg.device_name_cfg);
    case BLE_GAP_CFG_PPCP_INCL_CONFIG:
      if (cfg.gap_cfg.ppcp_include_cfg.include_cfg > kIncludeMax) {
        return Status::kInvalidParam;
      }
      ppcp_included_ = cfg.gap_cfg.ppcp_include_cfg.include_cfg == BLE_GAP_CHAR_INCL_CONFIG_INCLUDE;
      return Status::kOk;
    case BLE_GAP_CFG_CAR_INCL_CONFIG:
      if (cfg.gap_cfg.car_include_cfg.include_cfg > kIncludeMax) {
        return Status::kInvalidParam;
      }
      car_included_ = cfg.gap_cfg.car_include_cfg.include_cfg == BLE_GAP_CHAR_INCL_CONFIG_INCLUDE;
      return Status::kOk;
    case BLE_GATTS_CFG_SERVICE_CHANGED:
      gatt_.service_changed = cfg.gatts_cfg.service_changed.service_changed != 0;
      return Status::kOk;
    case BLE_GATTS_CFG_SERVICE_CHANGED_CCCD_PERM:
      gatt_.service_changed_cccd = cfg.gatts_cfg.service_changed_cccd_perm.perm;
      return Status::kOk;
    case BLE_GATTS_CFG_ATTR_TAB_SIZE:
      if (cfg.gatts_cfg.attr_tab_size.attr_tab_size < BLE_GATTS_ATTR_TAB_SIZE_MIN) {
        return Status::kInvalidParam;
      }
      gatt_.attr_table_size = cfg.gatts_cfg.attr_tab_size.attr_tab_size;
      return Status::kOk;
    default:
      return Status::kInvalidParam;
  }
}

}  // namespace pm::host
