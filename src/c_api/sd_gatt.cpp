// SPDX-License-Identifier: Apache-2.0
//
// sd_ble_gatts_* and sd_ble_gattc_* over our own host.
#include "c_api/sd_call.hpp"
#include "nrf_error.h"

using pm::Status;
using pm::c_api::sd_call;
using pm::host::Host;

extern "C" {

uint32_t sd_ble_gatts_service_add(uint8_t type, ble_uuid_t const* p_uuid, uint16_t* p_handle) {
  return sd_call([&](Host& h) { return h.gatts_service_add(type, p_uuid, p_handle); });
}

uint32_t sd_ble_gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                                  uint16_t* p_include_handle) {
  return sd_call([&](Host& h) {
    return h.gatts_include_add(service_handle, inc_srvc_handle, p_include_handle);
  });
}

uint32_t sd_ble_gatts_characteristic_add(uint16_t service_handle,
                                         ble_gatts_char_md_t const* p_char_md,
                                         ble_gatts_attr_t const* p_attr_char_value,
                                         ble_gatts_char_handles_t* p_handles) {
  return sd_call([&](Host& h) {
    return h.gatts_characteristic_add(service_handle, p_char_md, p_attr_char_value, p_handles);
  });
}

uint32_t sd_ble_gatts_descriptor_add(uint16_t char_handle, ble_gatts_attr_t const* p_attr,
                                     uint16_t* p_handle) {
  return sd_call([&](Host& h) { return h.gatts_descriptor_add(char_handle, p_attr, p_handle); });
}

uint32_t sd_ble_gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* p_value) {
  return sd_call([&](Host& h) { return h.gatts_value_set(conn_handle, handle, p_value); });
}

uint32_t sd_ble_gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* p_value) {
  return sd_call([&](Host& h) {
    return p_value == nullptr ? Status::kInvalidAddr
                              : h.gatts_value_get(conn_handle, handle, *p_value);
  });
}

uint32_t sd_ble_gatts_hvx(uint16_t conn_handle, ble_gatts_hvx_params_t const* p_hvx_params) {
  return sd_call([&](Host& h) { return h.gatts_hvx(conn_handle, p_hvx_params); });
}

uint32_t sd_ble_gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                      uint16_t end_handle) {
  return sd_call(
      [&](Host& h) { return h.gatts_service_changed(conn_handle, start_handle, end_handle); });
}

uint32_t sd_ble_gatts_rw_authorize_reply(
    uint16_t conn_handle,
    ble_gatts_rw_authorize_reply_params_t const* p_rw_authorize_reply_params) {
  return sd_call([&](Host& h) {
    return h.gatts_rw_authorize_reply(conn_handle, p_rw_authorize_reply_params);
  });
}

uint32_t sd_ble_gatts_sys_attr_set(uint16_t conn_handle, uint8_t const* p_sys_attr_data,
                                   uint16_t len, uint32_t flags) {
  return sd_call(
      [&](Host& h) { return h.gatts_sys_attr_set(conn_handle, p_sys_attr_data, len, flags); });
}

uint32_t sd_ble_gatts_sys_attr_get(uint16_t conn_handle, uint8_t* p_sys_attr_data, uint16_t* p_len,
                                   uint32_t flags) {
  return sd_call([&](Host& h) {
    return p_len == nullptr ? Status::kInvalidAddr
                            : h.gatts_sys_attr_get(conn_handle, p_sys_attr_data, *p_len, flags);
  });
}

uint32_t sd_ble_gatts_initial_user_handle_get(uint16_t* p_handle) {
  return sd_call([&](Host& h) {
    return p_handle == nullptr ? Status::kInvalidAddr : h.gatts_initial_user_handle_get(*p_handle);
  });
}

uint32_t sd_ble_gatts_attr_get(uint16_t handle, ble_uuid_t* p_uuid, ble_gatts_attr_md_t* p_md) {
  return sd_call([&](Host& h) { return h.gatts_attr_get(handle, p_uuid, p_md); });
}

uint32_t sd_ble_gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu) {
  return sd_call([&](Host& h) { return h.gatts_exchange_mtu_reply(conn_handle, server_rx_mtu); });
}

uint32_t sd_ble_gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                                ble_uuid_t const* p_srvc_uuid) {
  return sd_call([&](Host& h) {
    return h.gattc_primary_services_discover(conn_handle, start_handle, p_srvc_uuid);
  });
}

uint32_t sd_ble_gattc_relationships_discover(uint16_t conn_handle,
                                             ble_gattc_handle_range_t const* p_handle_range) {
  return sd_call(
      [&](Host& h) { return h.gattc_relationships_discover(conn_handle, p_handle_range); });
}

uint32_t sd_ble_gattc_characteristics_discover(uint16_t conn_handle,
                                               ble_gattc_handle_range_t const* p_handle_range) {
  return sd_call(
      [&](Host& h) { return h.gattc_characteristics_discover(conn_handle, p_handle_range); });
}

uint32_t sd_ble_gattc_descriptors_discover(uint16_t conn_handle,
                                           ble_gattc_handle_range_t const* p_handle_range) {
  return sd_call(
      [&](Host& h) { return h.gattc_descriptors_discover(conn_handle, p_handle_range); });
}

uint32_t sd_ble_gattc_attr_info_discover(uint16_t conn_handle,
                                         ble_gattc_handle_range_t const* p_handle_range) {
  return sd_call([&](Host& h) { return h.gattc_attr_info_discover(conn_handle, p_handle_range); });
}

uint32_t sd_ble_gattc_char_value_by_uuid_read(uint16_t conn_handle, ble_uuid_t const* p_uuid,
                                              ble_gattc_handle_range_t const* p_handle_range) {
  return sd_call([&](Host& h) {
    return p_uuid == nullptr || p_handle_range == nullptr
               ? Status::kInvalidAddr
               : h.gattc_char_value_by_uuid_read(conn_handle, *p_uuid, *p_handle_range);
  });
}

uint32_t sd_ble_gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
  return sd_call([&](Host& h) { return h.gattc_read(conn_handle, handle, offset); });
}

uint32_t sd_ble_gattc_char_values_read(uint16_t conn_handle, uint16_t const* p_handles,
                                       uint16_t handle_count) {
  return sd_call(
      [&](Host& h) { return h.gattc_char_values_read(conn_handle, p_handles, handle_count); });
}

uint32_t sd_ble_gattc_write(uint16_t conn_handle, ble_gattc_write_params_t const* p_write_params) {
  return sd_call([&](Host& h) { return h.gattc_write(conn_handle, p_write_params); });
}

uint32_t sd_ble_gattc_hv_confirm(uint16_t conn_handle, uint16_t handle) {
  return sd_call([&](Host& h) { return h.gattc_hv_confirm(conn_handle, handle); });
}

uint32_t sd_ble_gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu) {
  return sd_call([&](Host& h) { return h.gattc_exchange_mtu_request(conn_handle, client_rx_mtu); });
}

}  // extern "C"
