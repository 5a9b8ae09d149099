// SPDX-License-Identifier: Apache-2.0
//
// sd_ble_gap_* over our own host.
#include "c_api/sd_call.hpp"
#include "nrf_error.h"

using pm::Status;
using pm::c_api::sd_call;
using pm::host::Host;

extern "C" {

uint32_t sd_ble_gap_addr_set(ble_gap_addr_t const* p_addr) {
  return sd_call(
      [&](Host& h) { return p_addr == nullptr ? Status::kInvalidAddr : h.gap_addr_set(*p_addr); });
}

uint32_t sd_ble_gap_addr_get(ble_gap_addr_t* p_addr) {
  return sd_call(
      [&](Host& h) { return p_addr == nullptr ? Status::kInvalidAddr : h.gap_addr_get(*p_addr); });
}

uint32_t sd_ble_gap_adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* p_addr) {
  return sd_call([&](Host& h) { return h.gap_adv_addr_get(adv_handle, p_addr); });
}

uint32_t sd_ble_gap_whitelist_set(ble_gap_addr_t const* const* pp_wl_addrs, uint8_t len) {
  return sd_call([&](Host& h) { return h.gap_whitelist_set(pp_wl_addrs, len); });
}

uint32_t sd_ble_gap_device_identities_set(ble_gap_id_key_t const* const* pp_id_keys,
                                          ble_gap_irk_t const* const* pp_local_irks, uint8_t len) {
  return sd_call(
      [&](Host& h) { return h.gap_device_identities_set(pp_id_keys, pp_local_irks, len); });
}

uint32_t sd_ble_gap_privacy_set(ble_gap_privacy_params_t const* p_privacy_params) {
  return sd_call([&](Host& h) {
    return p_privacy_params == nullptr ? Status::kInvalidAddr
                                       : h.gap_privacy_set(*p_privacy_params);
  });
}

uint32_t sd_ble_gap_privacy_get(ble_gap_privacy_params_t* p_privacy_params) {
  return sd_call([&](Host& h) {
    return p_privacy_params == nullptr ? Status::kInvalidAddr
                                       : h.gap_privacy_get(*p_privacy_params);
  });
}

uint32_t sd_ble_gap_adv_set_configure(uint8_t* p_adv_handle, ble_gap_adv_data_t const* p_adv_data,
                                      ble_gap_adv_params_t const* p_adv_params) {
  return sd_call(
      [&](Host& h) { return h.gap_adv_set_configure(p_adv_handle, p_adv_data, p_adv_params); });
}

uint32_t sd_ble_gap_adv_start(uint8_t adv_handle, uint8_t conn_cfg_tag) {
  return sd_call([&](Host& h) { return h.gap_adv_start(adv_handle, conn_cfg_tag); });
}

uint32_t sd_ble_gap_adv_stop(uint8_t adv_handle) {
  return sd_call([&](Host& h) { return h.gap_adv_stop(adv_handle); });
}

uint32_t sd_ble_gap_scan_start(ble_gap_scan_params_t const* p_scan_params,
                               ble_data_t const* p_adv_report_buffer) {
  return sd_call([&](Host& h) { return h.gap_scan_start(p_scan_params, p_adv_report_buffer); });
}

uint32_t sd_ble_gap_scan_stop(void) {
  return sd_call([](Host& h) { return h.gap_scan_stop(); });
}

uint32_t sd_ble_gap_connect(ble_gap_addr_t const* p_peer_addr,
                            ble_gap_scan_params_t const* p_scan_params,
                            ble_gap_conn_params_t const* p_conn_params, uint8_t conn_cfg_tag) {
  return sd_call([&](Host& h) {
    return h.gap_connect(p_peer_addr, p_scan_params, p_conn_params, conn_cfg_tag);
  });
}

uint32_t sd_ble_gap_connect_cancel(void) {
  return sd_call([](Host& h) { return h.gap_connect_cancel(); });
}

uint32_t sd_ble_gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) {
  return sd_call([&](Host& h) { return h.gap_disconnect(conn_handle, hci_status_code); });
}

uint32_t sd_ble_gap_conn_param_update(uint16_t conn_handle,
                                      ble_gap_conn_params_t const* p_conn_params) {
  return sd_call([&](Host& h) { return h.gap_conn_param_update(conn_handle, p_conn_params); });
}

uint32_t sd_ble_gap_phy_update(uint16_t conn_handle, ble_gap_phys_t const* p_gap_phys) {
  return sd_call([&](Host& h) { return h.gap_phy_update(conn_handle, p_gap_phys); });
}

uint32_t sd_ble_gap_data_length_update(uint16_t conn_handle,
                                       ble_gap_data_length_params_t const* p_dl_params,
                                       ble_gap_data_length_limitation_t* p_dl_limitation) {
  return sd_call(
      [&](Host& h) { return h.gap_data_length_update(conn_handle, p_dl_params, p_dl_limitation); });
}

uint32_t sd_ble_gap_tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power) {
  return sd_call([&](Host& h) { return h.gap_tx_power_set(role, handle, tx_power); });
}

uint32_t sd_ble_gap_appearance_set(uint16_t appearance) {
  return sd_call([&](Host& h) { return h.gap_appearance_set(appearance); });
}

uint32_t sd_ble_gap_appearance_get(uint16_t* p_appearance) {
  return sd_call([&](Host& h) { return h.gap_appearance_get(p_appearance); });
}

uint32_t sd_ble_gap_ppcp_set(ble_gap_conn_params_t const* p_conn_params) {
  return sd_call([&](Host& h) { return h.gap_ppcp_set(p_conn_params); });
}

uint32_t sd_ble_gap_ppcp_get(ble_gap_conn_params_t* p_conn_params) {
  return sd_call([&](Host& h) { return h.gap_ppcp_get(p_conn_params); });
}

uint32_t sd_ble_gap_device_name_set(ble_gap_conn_sec_mode_t const* p_write_perm,
                                    uint8_t const* p_dev_name, uint16_t len) {
  return sd_call([&](Host& h) { return h.gap_device_name_set(p_write_perm, p_dev_name, len); });
}

uint32_t sd_ble_gap_device_name_get(uint8_t* p_dev_name, uint16_t* p_len) {
  return sd_call([&](Host& h) { return h.gap_device_name_get(p_dev_name, p_len); });
}

uint32_t sd_ble_gap_rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count) {
  return sd_call([&](Host& h) { return h.gap_rssi_start(conn_handle, threshold_dbm, skip_count); });
}

uint32_t sd_ble_gap_rssi_stop(uint16_t conn_handle) {
  return sd_call([&](Host& h) { return h.gap_rssi_stop(conn_handle); });
}

uint32_t sd_ble_gap_rssi_get(uint16_t conn_handle, int8_t* p_rssi, uint8_t* p_ch_index) {
  return sd_call([&](Host& h) { return h.gap_rssi_get(conn_handle, p_rssi, p_ch_index); });
}

uint32_t sd_ble_gap_authenticate(uint16_t conn_handle, ble_gap_sec_params_t const* p_sec_params) {
  return sd_call([&](Host& h) { return h.gap_authenticate(conn_handle, p_sec_params); });
}

uint32_t sd_ble_gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_sec_params_t const* p_sec_params,
                                     ble_gap_sec_keyset_t const* p_sec_keyset) {
  return sd_call([&](Host& h) {
    return h.gap_sec_params_reply(conn_handle, sec_status, p_sec_params, p_sec_keyset);
  });
}

uint32_t sd_ble_gap_auth_key_reply(uint16_t conn_handle, uint8_t key_type, uint8_t const* p_key) {
  return sd_call([&](Host& h) { return h.gap_auth_key_reply(conn_handle, key_type, p_key); });
}

uint32_t sd_ble_gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_lesc_dhkey_t const* p_dhkey) {
  return sd_call([&](Host& h) { return h.gap_lesc_dhkey_reply(conn_handle, sec_status, p_dhkey); });
}

uint32_t sd_ble_gap_keypress_notify(uint16_t conn_handle, uint8_t kp_not) {
  return sd_call([&](Host& h) { return h.gap_keypress_notify(conn_handle, kp_not); });
}

uint32_t sd_ble_gap_lesc_oob_data_get(uint16_t conn_handle, ble_gap_lesc_p256_pk_t const* p_pk_own,
                                      ble_gap_lesc_oob_data_t* p_oobd_own) {
  return sd_call([&](Host& h) {
    return p_pk_own == nullptr || p_oobd_own == nullptr
               ? Status::kInvalidAddr
               : h.gap_lesc_oob_data_get(conn_handle, *p_pk_own, *p_oobd_own);
  });
}

uint32_t sd_ble_gap_lesc_oob_data_set(uint16_t conn_handle,
                                      ble_gap_lesc_oob_data_t const* p_oobd_own,
                                      ble_gap_lesc_oob_data_t const* p_oobd_peer) {
  return sd_call(
      [&](Host& h) { return h.gap_lesc_oob_data_set(conn_handle, p_oobd_own, p_oobd_peer); });
}

uint32_t sd_ble_gap_encrypt(uint16_t conn_handle, ble_gap_master_id_t const* p_master_id,
                            ble_gap_enc_info_t const* p_enc_info) {
  return sd_call([&](Host& h) {
    return p_master_id == nullptr || p_enc_info == nullptr
               ? Status::kInvalidAddr
               : h.gap_encrypt(conn_handle, *p_master_id, *p_enc_info);
  });
}

uint32_t sd_ble_gap_sec_info_reply(uint16_t conn_handle, ble_gap_enc_info_t const* p_enc_info) {
  return sd_call([&](Host& h) { return h.gap_sec_info_reply(conn_handle, p_enc_info); });
}

uint32_t sd_ble_gap_conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t* p_conn_sec) {
  return sd_call([&](Host& h) { return h.gap_conn_sec_get(conn_handle, p_conn_sec); });
}

}  // extern "C"
