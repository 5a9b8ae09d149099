// SPDX-License-Identifier: Apache-2.0
//
// GATT calls go to the GATT layer.
#include "host/host_impl.hpp"

namespace pm::host {

Status Host::gatts_service_add(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_service_add(type, uuid, handle);
}

Status Host::gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                               uint16_t* include_handle) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_include_add(service_handle, inc_srvc_handle, include_handle);
}

Status Host::gatts_characteristic_add(uint16_t service_handle, const ble_gatts_char_md_t* char_md,
                                      const ble_gatts_attr_t* value,
                                      ble_gatts_char_handles_t* handles) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_characteristic_add(service_handle, char_md, value, handles);
}

Status Host::gatts_descriptor_add(uint16_t char_handle, const ble_gatts_attr_t* attr,
                                  uint16_t* handle) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_descriptor_add(char_handle, attr, handle);
}

Status Host::gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_value_set(impl_->stack->known(conn_handle), handle, value);
}

Status Host::gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t& value) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_value_get(impl_->stack->known(conn_handle), handle, &value);
}

Status Host::gatts_hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gatts_hvx(conn_handle, params);
}

Status Host::gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                   uint16_t end_handle) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gatts_service_changed(conn_handle, start_handle, end_handle);
}

Status Host::gatts_rw_authorize_reply(uint16_t conn_handle,
                                      const ble_gatts_rw_authorize_reply_params_t* params) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gatts_rw_authorize_reply(conn_handle, params);
}

Status Host::gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                                uint32_t flags) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gatts_sys_attr_set(conn_handle, data, len, flags);
}

Status Host::gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len,
                                uint32_t flags) {
  PM_HOST_ENABLED();
  // Asked about a link that has ended, whose values have gone with its handle: there are none.
  if (!impl_->stack->indices.is_announced(conn_handle)) {
    return Status::kNotFound;
  }
  return impl_->stack->gatt.gatts_sys_attr_get(conn_handle, data, &len, flags);
}

Status Host::gatts_initial_user_handle_get(uint16_t& handle) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_initial_user_handle_get(&handle);
}

Status Host::gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.gatts_attr_get(handle, uuid, md);
}

Status Host::gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gatts_exchange_mtu_reply(conn_handle, server_rx_mtu);
}

Status Host::gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                             const ble_uuid_t* uuid) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_primary_services_discover(conn_handle, start_handle, uuid);
}

Status Host::gattc_relationships_discover(uint16_t conn_handle,
                                          const ble_gattc_handle_range_t* range) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_relationships_discover(conn_handle, range);
}

Status Host::gattc_characteristics_discover(uint16_t conn_handle,
                                            const ble_gattc_handle_range_t* range) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_characteristics_discover(conn_handle, range);
}

Status Host::gattc_descriptors_discover(uint16_t conn_handle,
                                        const ble_gattc_handle_range_t* range) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_descriptors_discover(conn_handle, range);
}

Status Host::gattc_attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_attr_info_discover(conn_handle, range);
}

Status Host::gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t& uuid,
                                           const ble_gattc_handle_range_t& range) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_char_value_by_uuid_read(conn_handle, &uuid, &range);
}

Status Host::gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_read(conn_handle, handle, offset);
}

Status Host::gattc_char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_char_values_read(conn_handle, handles, count);
}

Status Host::gattc_write(uint16_t conn_handle, const ble_gattc_write_params_t* params) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_write(conn_handle, params);
}

Status Host::gattc_hv_confirm(uint16_t conn_handle, uint16_t handle) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_hv_confirm(conn_handle, handle);
}

Status Host::gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.gattc_exchange_mtu_request(conn_handle, client_rx_mtu);
}

}  // namespace pm::host
