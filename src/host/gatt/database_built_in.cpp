// SPDX-License-Identifier: Apache-2.0
//
// The services every device has: GAP (Core, Vol 3, Part C, 12) and GATT (Part G, 7).
#include <algorithm>

#include "host/gatt/database.hpp"

namespace pm::host::gatt {

namespace {

constexpr uint8_t kPropertyRead = 0x02;
constexpr uint8_t kPropertyWrite = 0x08;
constexpr uint8_t kPropertyIndicate = 0x20;
constexpr ble_gap_conn_sec_mode_t kOpen = {1, 1};
constexpr ble_gap_conn_sec_mode_t kNoAccess = {0, 0};
constexpr uint8_t kDefaultName[] = {'n', 'R', 'F', '5', 'x'};
constexpr uint8_t kUnspecifiedParameters[] = {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF};
constexpr uint8_t kAddressResolutionSupported[] = {1};

constexpr bool is_in(uint16_t value, uint16_t min, uint16_t max, uint16_t none) {
  return value == none || (value >= min && value <= max);
}

}  // namespace

Database::Database(const Config& config, UuidTable& uuids) : config_(config), uuids_(uuids) {
  add_built_in_services();
  // The application's table begins here: nothing can be added to the services above.
  first_user_handle_ = static_cast<uint16_t>(last_handle() + 1);
}

uint16_t Database::add_built_in(uint16_t uuid, uint8_t properties, uint16_t max_len, Bytes value) {
  const bool variable = value.size() != max_len;
  const ble_gatts_attr_md_t md = {(properties & kPropertyRead) != 0 ? kOpen : kNoAccess,
                                  kNoAccess,
                                  static_cast<uint8_t>(variable),
                                  BLE_GATTS_VLOC_STACK,
                                  0,
                                  0};
  const ble_gatts_attr_md_t read_only = {kOpen, kNoAccess, 0, BLE_GATTS_VLOC_STACK, 0, 0};
  Attribute& declaration =
      append(AttributeKind::kCharacteristic, sig_uuid(BLE_UUID_CHARACTERISTIC), read_only);
  declaration.declared = sig_uuid(uuid);
  declaration.properties = properties;
  Attribute& attribute = append(AttributeKind::kValue, sig_uuid(uuid), md);
  attribute.properties = properties;
  attribute.max_len = max_len;
  attribute.len = static_cast<uint16_t>(value.size());
  attribute.stack_value.resize(max_len);
  std::copy(value.begin(), value.end(), attribute.stack_value.begin());
  used_ += 16u + 8u + (max_len + 3u) / 4 * 4;
  return attribute.handle;
}

void Database::add_built_in_services() {
  const ble_gatts_attr_md_t read_only = {kOpen, kNoAccess, 0, BLE_GATTS_VLOC_STACK, 0, 0};
  append(AttributeKind::kService, sig_uuid(BLE_UUID_SERVICE_PRIMARY), read_only).declared =
      sig_uuid(BLE_UUID_GAP);
  used_ += 12;
  device_name_handle_ = add_built_in(
      BLE_UUID_GAP_CHARACTERISTIC_DEVICE_NAME, kPropertyRead,
      std::max<uint16_t>(config_.device_name_max_len, sizeof(kDefaultName)), kDefaultName);
  find(device_name_handle_)->md.vlen = 1;
  const uint8_t appearance[2] = {};
  appearance_handle_ =
      add_built_in(BLE_UUID_GAP_CHARACTERISTIC_APPEARANCE, kPropertyRead, 2, appearance);
  ppcp_handle_ =
      add_built_in(BLE_UUID_GAP_CHARACTERISTIC_PPCP, kPropertyRead, 8, kUnspecifiedParameters);
  if (config_.central_role) {
    add_built_in(BLE_UUID_GAP_CHARACTERISTIC_CAR, kPropertyRead, 1, kAddressResolutionSupported);
  }

  append(AttributeKind::kService, sig_uuid(BLE_UUID_SERVICE_PRIMARY), read_only).declared =
      sig_uuid(BLE_UUID_GATT);
  used_ += 12;
  if (config_.service_changed) {
    const uint8_t everything[4] = {0x01, 0x00, 0xFF, 0xFF};
    service_changed_handle_ = add_built_in(BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED,
                                           kPropertyIndicate, 4, everything);
    append_cccd(config_.service_changed_cccd);
    used_ += 8;
  }
}

Status Database::set_device_name(const ble_gap_conn_sec_mode_t& write_perm, Bytes name) {
  Attribute& attribute = *find(device_name_handle_);
  if (write_perm.sm > 1 || write_perm.lv > 4 || (write_perm.sm == 0) != (write_perm.lv == 0)) {
    return Status::kInvalidParam;
  }
  if (name.size() > attribute.max_len) {
    return Status::kDataSize;
  }
  attribute.md.write_perm = write_perm;
  const uint8_t properties =
      write_perm.sm != 0 ? uint8_t{kPropertyRead | kPropertyWrite} : kPropertyRead;
  attribute.properties = properties;
  find(static_cast<uint16_t>(device_name_handle_ - 1))->properties = properties;
  (void)write(attribute, 0, name);
  return Status::kOk;
}

Bytes Database::device_name() const {
  const Attribute& attribute = *find(device_name_handle_);
  return {attribute.data(), attribute.len};
}

void Database::set_appearance(uint16_t appearance) {
  store_le16(find(appearance_handle_)->data(), appearance);
}

uint16_t Database::appearance() const { return load_le16(find(appearance_handle_)->data()); }

Status Database::set_preferred_parameters(const ble_gap_conn_params_t& params) {
  const bool both_intervals = params.min_conn_interval != BLE_GAP_CP_MIN_CONN_INTVL_NONE &&
                              params.max_conn_interval != BLE_GAP_CP_MAX_CONN_INTVL_NONE;
  if (!is_in(params.min_conn_interval, BLE_GAP_CP_MIN_CONN_INTVL_MIN, BLE_GAP_CP_MIN_CONN_INTVL_MAX,
             BLE_GAP_CP_MIN_CONN_INTVL_NONE) ||
      !is_in(params.max_conn_interval, BLE_GAP_CP_MAX_CONN_INTVL_MIN, BLE_GAP_CP_MAX_CONN_INTVL_MAX,
             BLE_GAP_CP_MAX_CONN_INTVL_NONE) ||
      !is_in(params.conn_sup_timeout, BLE_GAP_CP_CONN_SUP_TIMEOUT_MIN,
             BLE_GAP_CP_CONN_SUP_TIMEOUT_MAX, BLE_GAP_CP_CONN_SUP_TIMEOUT_NONE) ||
      params.slave_latency > BLE_GAP_CP_SLAVE_LATENCY_MAX ||
      (both_intervals && params.min_conn_interval > params.max_conn_interval)) {
    return Status::kInvalidParam;
  }
  // The supervision timeout must exceed (1 + latency) * interval * 2: in units of 1.25 ms, 8 of
  // which are its 10 ms.
  if (params.conn_sup_timeout != BLE_GAP_CP_CONN_SUP_TIMEOUT_NONE &&
      params.max_conn_interval != BLE_GAP_CP_MAX_CONN_INTVL_NONE &&
      params.conn_sup_timeout * 8u <= (1u + params.slave_latency) * params.max_conn_interval * 2u) {
    return Status::kInvalidParam;
  }
  uint8_t* octets = find(ppcp_handle_)->data();
  store_le16(octets, params.min_conn_interval);
  store_le16(octets + 2, params.max_conn_interval);
  store_le16(octets + 4, params.slave_latency);
  store_le16(octets + 6, params.conn_sup_timeout);
  return Status::kOk;
}

ble_gap_conn_params_t Database::preferred_parameters() const {
  const uint8_t* octets = find(ppcp_handle_)->data();
  return {load_le16(octets), load_le16(octets + 2), load_le16(octets + 4), load_le16(octets + 6)};
}

}  // namespace pm::host::gatt
