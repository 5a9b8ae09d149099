// SPDX-License-Identifier: Apache-2.0
#include "host/gatt/gatt.hpp"

#include <algorithm>

namespace pm::host::gatt {

Gatt::Gatt(Links& links, EventQueue& events, Timers& timers, const Config& config)
    : uuids_(config.vs_uuid_count),
      connections_(links, timers),
      database_(config, uuids_),
      server_(config, connections_, events, database_),
      client_(config, connections_, events, uuids_) {}

void Gatt::link_up(uint16_t conn_handle) { connections_.up(conn_handle, server_, client_); }

void Gatt::link_down(uint16_t conn_handle) {
  if (Connection* connection = connections_.find(conn_handle)) {
    server_.link_down(*connection);
    connections_.down(*connection);
  }
}

void Gatt::security_changed(uint16_t conn_handle) {
  if (Connection* connection = connections_.find(conn_handle)) {
    server_.security_changed(*connection);
  }
}

void Gatt::on_pdu(uint16_t conn_handle, Bytes pdu) {
  if (Connection* connection = connections_.find(conn_handle)) {
    connection->bearer.on_pdu(pdu);
  }
}

void Gatt::on_pdu_sent(uint16_t conn_handle) {
  if (Connection* connection = connections_.find(conn_handle)) {
    connection->bearer.on_pdu_sent();
  }
}

Status Gatt::uuid_vs_add(const ble_uuid128_t* base, uint8_t* type) {
  if (base == nullptr || type == nullptr) {
    return Status::kInvalidAddr;
  }
  return uuids_.add(*base, *type);
}

Status Gatt::uuid_vs_remove(uint8_t* type) {
  const uint8_t last = uuids_.last_type();
  if (last != BLE_UUID_TYPE_UNKNOWN && database_.uses_base(last)) {
    return Status::kForbidden;
  }
  return uuids_.remove_last(type == nullptr ? uint8_t{BLE_UUID_TYPE_UNKNOWN} : *type);
}

Status Gatt::uuid_encode(const ble_uuid_t* uuid, uint8_t* len, uint8_t* octets) const {
  if (uuid == nullptr || len == nullptr) {
    return Status::kInvalidAddr;
  }
  const std::vector<uint8_t> encoded = uuids_.encode(*uuid);
  if (encoded.empty()) {
    return Status::kInvalidParam;
  }
  *len = static_cast<uint8_t>(encoded.size());
  if (octets != nullptr) {
    std::copy(encoded.begin(), encoded.end(), octets);
  }
  return Status::kOk;
}

Status Gatt::uuid_decode(uint8_t len, const uint8_t* octets, ble_uuid_t* uuid) const {
  if (octets == nullptr || uuid == nullptr) {
    return Status::kInvalidAddr;
  }
  return uuids_.decode({octets, len}, *uuid);
}

Status Gatt::device_name_set(const ble_gap_conn_sec_mode_t* write_perm, const uint8_t* name,
                             uint16_t len) {
  if (write_perm == nullptr || name == nullptr) {
    return Status::kInvalidAddr;
  }
  return database_.set_device_name(*write_perm, {name, len});
}

Status Gatt::device_name_get(uint8_t* name, uint16_t* len) const {
  if (len == nullptr) {
    return Status::kInvalidAddr;
  }
  const Bytes value = database_.device_name();
  const uint16_t room = *len;
  *len = static_cast<uint16_t>(value.size());
  if (name == nullptr) {
    return Status::kOk;
  }
  if (room < value.size()) {
    return Status::kDataSize;
  }
  std::copy(value.begin(), value.end(), name);
  return Status::kOk;
}

Status Gatt::appearance_set(uint16_t appearance) {
  database_.set_appearance(appearance);
  return Status::kOk;
}

Status Gatt::appearance_get(uint16_t* appearance) const {
  if (appearance == nullptr) {
    return Status::kInvalidAddr;
  }
  *appearance = database_.appearance();
  return Status::kOk;
}

Status Gatt::ppcp_set(const ble_gap_conn_params_t* params) {
  return params == nullptr ? Status::kInvalidAddr : database_.set_preferred_parameters(*params);
}

Status Gatt::ppcp_get(ble_gap_conn_params_t* params) const {
  if (params == nullptr) {
    return Status::kInvalidAddr;
  }
  *params = database_.preferred_parameters();
  return Status::kOk;
}

Status Gatt::gatts_service_add(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle) {
  return database_.add_service(type, uuid, handle);
}

Status Gatt::gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                               uint16_t* include_handle) {
  return database_.add_include(service_handle, inc_srvc_handle, include_handle);
}

Status Gatt::gatts_characteristic_add(uint16_t service_handle, const ble_gatts_char_md_t* char_md,
                                      const ble_gatts_attr_t* value,
                                      ble_gatts_char_handles_t* handles) {
  return database_.add_characteristic(service_handle, char_md, value, handles);
}

Status Gatt::gatts_descriptor_add(uint16_t char_handle, const ble_gatts_attr_t* attr,
                                  uint16_t* handle) {
  return database_.add_descriptor(char_handle, attr, handle);
}

Status Gatt::gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value) {
  return server_.value_set(conn_handle, handle, value);
}

Status Gatt::gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value) {
  return server_.value_get(conn_handle, handle, value);
}

Status Gatt::gatts_hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params) {
  return server_.hvx(conn_handle, params);
}

Status Gatt::gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                   uint16_t end_handle) {
  return server_.service_changed(conn_handle, start_handle, end_handle);
}

Status Gatt::gatts_rw_authorize_reply(uint16_t conn_handle,
                                      const ble_gatts_rw_authorize_reply_params_t* params) {
  return server_.rw_authorize_reply(conn_handle, params);
}

Status Gatt::gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                                uint32_t flags) {
  return server_.sys_attr_set(conn_handle, data, len, flags);
}

Status Gatt::gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t* len,
                                uint32_t flags) {
  return server_.sys_attr_get(conn_handle, data, len, flags);
}

Status Gatt::gatts_initial_user_handle_get(uint16_t* handle) const {
  if (handle == nullptr) {
    return Status::kInvalidAddr;
  }
  *handle = database_.first_user_handle();
  return Status::kOk;
}

Status Gatt::gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) const {
  return server_.attr_get(handle, uuid, md);
}

Status Gatt::gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu) {
  return server_.exchange_mtu_reply(conn_handle, server_rx_mtu);
}

Status Gatt::user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block) {
  return server_.user_mem_reply(conn_handle, block);
}

Status Gatt::gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                             const ble_uuid_t* uuid) {
  return client_.primary_services_discover(conn_handle, start_handle, uuid);
}

Status Gatt::gattc_relationships_discover(uint16_t conn_handle,
                                          const ble_gattc_handle_range_t* range) {
  return client_.relationships_discover(conn_handle, range);
}

Status Gatt::gattc_characteristics_discover(uint16_t conn_handle,
                                            const ble_gattc_handle_range_t* range) {
  return client_.characteristics_discover(conn_handle, range);
}

Status Gatt::gattc_descriptors_discover(uint16_t conn_handle,
                                        const ble_gattc_handle_range_t* range) {
  return client_.descriptors_discover(conn_handle, range);
}

Status Gatt::gattc_attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range) {
  return client_.attr_info_discover(conn_handle, range);
}

Status Gatt::gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t* uuid,
                                           const ble_gattc_handle_range_t* range) {
  return client_.char_value_by_uuid_read(conn_handle, uuid, range);
}

Status Gatt::gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
  return client_.read(conn_handle, handle, offset);
}

Status Gatt::gattc_char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count) {
  return client_.char_values_read(conn_handle, handles, count);
}

Status Gatt::gattc_write(uint16_t conn_handle, const ble_gattc_write_params_t* params) {
  return client_.write(conn_handle, params);
}

Status Gatt::gattc_hv_confirm(uint16_t conn_handle, uint16_t handle) {
  return client_.hv_confirm(conn_handle, handle);
}

Status Gatt::gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu) {
  return client_.exchange_mtu_request(conn_handle, client_rx_mtu);
}

void Gatt::gattc_opt_uuid_disc_set(bool auto_add_vs_enable) {
  client_.set_auto_add_bases(auto_add_vs_enable);
}

}  // namespace pm::host::gatt
