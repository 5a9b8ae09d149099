// SPDX-License-Identifier: Apache-2.0
//
// GAP calls: each goes to the layer that owns it.
#include "host/host_impl.hpp"

namespace pm::host {

Status Host::gap_addr_set(const ble_gap_addr_t& addr) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.addr_set(addr);
}

Status Host::gap_addr_get(ble_gap_addr_t& addr) {
  PM_HOST_ENABLED();
  addr = impl_->stack->gap.addr_get();
  return Status::kOk;
}

Status Host::gap_adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* addr) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.adv_addr_get(adv_handle, addr);
}

Status Host::gap_privacy_set(const ble_gap_privacy_params_t& params) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.privacy_set(params);
}

Status Host::gap_privacy_get(ble_gap_privacy_params_t& params) {
  PM_HOST_ENABLED();
  impl_->stack->gap.privacy_get(params);
  return Status::kOk;
}

Status Host::gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.whitelist_set(addrs, count);
}

Status Host::gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                       const ble_gap_irk_t* const* local_irks, uint8_t count) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.device_identities_set(id_keys, local_irks, count);
}

Status Host::gap_adv_set_configure(uint8_t* adv_handle, const ble_gap_adv_data_t* data,
                                   const ble_gap_adv_params_t* params) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.adv_set_configure(adv_handle, data, params);
}

Status Host::gap_adv_start(uint8_t adv_handle, uint8_t conn_cfg_tag) {
  PM_HOST_ENABLED();
  if (!impl_->configuration.has_tag(conn_cfg_tag)) {
    return Status::kNotFound;
  }
  return impl_->stack->gap.adv_start(adv_handle);
}

Status Host::gap_adv_stop(uint8_t adv_handle) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.adv_stop(adv_handle);
}

Status Host::gap_scan_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.scan_start(params, buffer);
}

Status Host::gap_scan_stop() {
  PM_HOST_ENABLED();
  return impl_->stack->gap.scan_stop();
}

Status Host::gap_connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                         const ble_gap_conn_params_t* conn, uint8_t conn_cfg_tag) {
  PM_HOST_ENABLED();
  if (!impl_->configuration.has_tag(conn_cfg_tag)) {
    // Scanning stops even on error.
    (void)impl_->stack->gap.scan_stop();
    return Status::kNotFound;
  }
  return impl_->stack->gap.connect(peer, scan, conn);
}

Status Host::gap_connect_cancel() {
  PM_HOST_ENABLED();
  return impl_->stack->gap.connect_cancel();
}

Status Host::gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().gap_disconnect(conn_handle, hci_status_code);
}

Status Host::gap_conn_param_update(uint16_t conn_handle, const ble_gap_conn_params_t* params) {
  PM_HOST_LINK(conn_handle);
  ble_gap_conn_params_t preferred{};
  PM_TRY(impl_->stack->gatt.ppcp_get(&preferred));
  return impl_->stack->gap.connections().conn_param_update(conn_handle, params, preferred);
}

Status Host::gap_phy_update(uint16_t conn_handle, const ble_gap_phys_t* phys) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().phy_update(conn_handle, phys);
}

Status Host::gap_data_length_update(uint16_t conn_handle,
                                    const ble_gap_data_length_params_t* params,
                                    ble_gap_data_length_limitation_t* limitation) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().data_length_update(conn_handle, params, limitation);
}

Status Host::gap_tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power) {
  PM_HOST_ENABLED();
  return impl_->stack->gap.tx_power_set(role, handle, tx_power);
}

Status Host::gap_appearance_set(uint16_t appearance) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.appearance_set(appearance);
}

Status Host::gap_appearance_get(uint16_t* appearance) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.appearance_get(appearance);
}

Status Host::gap_ppcp_set(const ble_gap_conn_params_t* params) {
  PM_HOST_ENABLED();
  if (!impl_->configuration.preferred_parameters_included()) {
    return Status::kNotSupported;
  }
  return impl_->stack->gatt.ppcp_set(params);
}

Status Host::gap_ppcp_get(ble_gap_conn_params_t* params) {
  PM_HOST_ENABLED();
  if (!impl_->configuration.preferred_parameters_included()) {
    return Status::kNotSupported;
  }
  return impl_->stack->gatt.ppcp_get(params);
}

Status Host::gap_device_name_set(const ble_gap_conn_sec_mode_t* write_perm, const uint8_t* name,
                                 uint16_t len) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.device_name_set(write_perm, name, len);
}

Status Host::gap_device_name_get(uint8_t* name, uint16_t* len) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.device_name_get(name, len);
}

Status Host::gap_rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().rssi_start(conn_handle, threshold_dbm, skip_count);
}

Status Host::gap_rssi_stop(uint16_t conn_handle) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().rssi_stop(conn_handle);
}

Status Host::gap_rssi_get(uint16_t conn_handle, int8_t* rssi, uint8_t* ch_index) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gap.connections().rssi_get(conn_handle, rssi, ch_index);
}

Status Host::gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.authenticate(conn_handle, params);
}

Status Host::gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                  const ble_gap_sec_params_t* params,
                                  const ble_gap_sec_keyset_t* keyset) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.sec_params_reply(conn_handle, sec_status, params, keyset);
}

Status Host::gap_auth_key_reply(uint16_t conn_handle, uint8_t key_type, const uint8_t* key) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.auth_key_reply(conn_handle, key_type, key);
}

Status Host::gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                  const ble_gap_lesc_dhkey_t* dhkey) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.lesc_dhkey_reply(conn_handle, sec_status, dhkey);
}

Status Host::gap_keypress_notify(uint16_t conn_handle, uint8_t kp_not) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.keypress_notify(conn_handle, kp_not);
}

Status Host::gap_lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                                   ble_gap_lesc_oob_data_t& oobd_own) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.lesc_oob_data_get(conn_handle, pk_own, oobd_own);
}

Status Host::gap_lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                                   const ble_gap_lesc_oob_data_t* peer) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.lesc_oob_data_set(conn_handle, own, peer);
}

Status Host::gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                         const ble_gap_enc_info_t& enc_info) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.encrypt(conn_handle, master_id, enc_info);
}

Status Host::gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->smp.sec_info_reply(conn_handle, enc_info);
}

Status Host::gap_conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t* conn_sec) {
  PM_HOST_LINK(conn_handle);
  if (conn_sec == nullptr) {
    return Status::kInvalidAddr;
  }
  return impl_->stack->smp.conn_sec_get(conn_handle, *conn_sec);
}

}  // namespace pm::host
