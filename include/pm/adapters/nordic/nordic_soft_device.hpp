// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bm/softdevice_handler/nrf_sdh_ble.h"
#include "pm/ports/soft_device.hpp"

namespace pm::adapters {

/// The SoftDevice itself: each function is the sd_* function of its name, link indices are those of
/// the SDK's SoftDevice handler.
// NOLINTBEGIN(modernize-use-override): on the target there is nothing to override.
class NordicSoftDevice final : public SoftDevicePort {
 public:
  int link_index(uint16_t conn_handle) const { return nrf_sdh_ble_idx_get(conn_handle); }
  uint16_t link_handle(int index) const { return nrf_sdh_ble_conn_handle_get(index); }

  Status gap_addr_set(const ble_gap_addr_t& addr) { return Status{sd_ble_gap_addr_set(&addr)}; }
  Status gap_addr_get(ble_gap_addr_t& addr) { return Status{sd_ble_gap_addr_get(&addr)}; }
  Status gap_privacy_set(const ble_gap_privacy_params_t& params) {
    return Status{sd_ble_gap_privacy_set(&params)};
  }
  Status gap_privacy_get(ble_gap_privacy_params_t& params) {
    return Status{sd_ble_gap_privacy_get(&params)};
  }
  Status gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) {
    return Status{sd_ble_gap_whitelist_set(addrs, count)};
  }
  Status gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                   const ble_gap_irk_t* const* local_irks, uint8_t count) {
    return Status{sd_ble_gap_device_identities_set(id_keys, local_irks, count)};
  }

  Status gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
    return Status{sd_ble_gap_authenticate(conn_handle, params)};
  }
  Status gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_sec_params_t* params,
                              const ble_gap_sec_keyset_t* keyset) {
    return Status{sd_ble_gap_sec_params_reply(conn_handle, sec_status, params, keyset)};
  }
  Status gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_lesc_dhkey_t* dhkey) {
    return Status{sd_ble_gap_lesc_dhkey_reply(conn_handle, sec_status, dhkey)};
  }
  Status gap_lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                               ble_gap_lesc_oob_data_t& oobd_own) {
    return Status{sd_ble_gap_lesc_oob_data_get(conn_handle, &pk_own, &oobd_own)};
  }
  Status gap_lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                               const ble_gap_lesc_oob_data_t* peer) {
    return Status{sd_ble_gap_lesc_oob_data_set(conn_handle, own, peer)};
  }
  Status gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                     const ble_gap_enc_info_t& enc_info) {
    return Status{sd_ble_gap_encrypt(conn_handle, &master_id, &enc_info)};
  }
  Status gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) {
    return Status{sd_ble_gap_sec_info_reply(conn_handle, enc_info)};
  }
  Status gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) {
    return Status{sd_ble_gap_disconnect(conn_handle, hci_status_code)};
  }

  Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                            uint32_t flags) {
    return Status{sd_ble_gatts_sys_attr_set(conn_handle, data, len, flags)};
  }
  Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len, uint32_t flags) {
    return Status{sd_ble_gatts_sys_attr_get(conn_handle, data, &len, flags)};
  }
  Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle) {
    return Status{sd_ble_gatts_service_changed(conn_handle, start_handle, end_handle)};
  }
  Status gatts_initial_user_handle_get(uint16_t& handle) {
    return Status{sd_ble_gatts_initial_user_handle_get(&handle)};
  }
  Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) {
    return Status{sd_ble_gatts_attr_get(handle, uuid, md)};
  }
  Status gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t& value) {
    return Status{sd_ble_gatts_value_get(conn_handle, handle, &value)};
  }

  Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t& uuid,
                                       const ble_gattc_handle_range_t& range) {
    return Status{sd_ble_gattc_char_value_by_uuid_read(conn_handle, &uuid, &range)};
  }
  Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
    return Status{sd_ble_gattc_read(conn_handle, handle, offset)};
  }
};
// NOLINTEND(modernize-use-override)

}  // namespace pm::adapters
