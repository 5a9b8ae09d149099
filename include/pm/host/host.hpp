// SPDX-License-Identifier: Apache-2.0
//
// A Bluetooth LE host with the calls, events and results of a SoftDevice, over any HCI controller.
// It owns no thread and no clock: everything happens in calls and in the event loop behind the two
// ports, one at a time. It uses the heap.
//
// Every method named like an sd_ble_* function without that prefix takes the same parameters and
// returns the same results (include/softdevice). Before enable(), and after the stack was disabled,
// each returns kNotEnabled unless it says otherwise.
//
// Connection handles are the controller's. What differs from a SoftDevice because HCI cannot do it:
//  - legacy advertising and scanning only (extended types: kNotSupported); max_adv_evts is counted
//  as time; scan requests
//    are not reported; the transmit power is the controller's;
//  - PHY_UPDATE_REQUEST and DATA_LENGTH_UPDATE_REQUEST do not occur: the controller answers its
//  peer, and the outcome
//    is told by PHY_UPDATE and DATA_LENGTH_UPDATE.
//
// When the controller vanishes while links exist, each ends with DISCONNECTED, reason
// BLE_HCI_STATUS_CODE_UNSPECIFIED_ERROR (0x1F): of the reasons that applications know, the one that
// blames neither side. Advertising, scanning and connecting then return kInternal.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pm/base/bytes.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/hci_transport.hpp"
#include "pm/ports/soft_device.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host {

struct HostConfig {
  /// Links by role, and in all. cfg_set() may change them before enable().
  uint8_t peripheral_links = 1;
  uint8_t central_links = 1;
  uint8_t total_links = 2;
  /// Tag that adv_start() and connect() must name, besides BLE_CONN_CFG_TAG_DEFAULT.
  uint8_t conn_cfg_tag = 99;
  /// Greatest ATT MTU, 23 to 517 octets.
  uint16_t att_mtu = BLE_GATT_ATT_MTU_DEFAULT;
  uint32_t attr_table_size = BLE_GATTS_ATTR_TAB_SIZE_DEFAULT;
  uint8_t vs_uuid_count = BLE_UUID_VS_COUNT_DEFAULT;
  bool service_changed = true;
  /// The device's own: static random identity address and IRK, made once and kept
  /// (BLE_GAP_ADDR_TYPE_RANDOM_STATIC).
  ble_gap_addr_t identity_address = {};
  ble_gap_irk_t identity_resolving_key = {};
  /// For controllers that accept a resolving list and an allow list and do not apply them (btvirt):
  /// private addresses are resolved, and peers filtered, by the host alone.
  bool resolve_in_host = false;
  /// Sees each HCI packet in H4 form, e.g. for a btsnoop file. Keys pass in them.
  std::function<void(bool sent, Bytes packet)> on_packet;
};

class Host final : public SoftDevice {
 public:
  /// The ports must live longer than the host.
  Host(HciTransport& transport, Timers& timers, Crypto& crypto, HostConfig config);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // --- The stack ---

  /// sd_ble_cfg_set(). The last setting of an id wins. kInvalidState: enabled. kInvalidAddr:
  /// nullptr. kInvalidParam: unknown id or bad value. kNotSupported: a second connection tag.
  Status cfg_set(uint32_t cfg_id, const ble_cfg_t* cfg);
  /// sd_ble_enable(): resets the controller and learns what it can. `pump` runs one turn of the
  /// event loop (simulation: to the next deadline) and returns false when nothing can happen any
  /// more; a silent controller is given up after 5 s. kInvalidState: enabled already.
  /// kNotSupported: fewer links than roles. kInvalidParam: bad configuration. kInternal: the
  /// controller is absent, silent, or unfit; last_error() says which.
  Status enable(const std::function<bool()>& pump);
  /// Resets the controller and forgets everything but the configuration. Nothing happens if not
  /// enabled. No events.
  void disable();
  bool is_enabled() const;
  /// True while the stack is enabled and the controller is there.
  bool ready() const;
  /// Why enable() failed, or how the controller was lost; empty when neither happened. For people.
  const std::string& last_error() const;

  /// Runs, from the event loop, when events can be pulled; never inside a call of this class.
  void set_event_handler(std::function<void()> handler);
  /// Runs, from the event loop, when the controller is lost while enabled; its text is
  /// last_error().
  void set_controller_lost_handler(std::function<void(const std::string& text)> handler);

  /// sd_ble_evt_get(): takes the oldest event. `dest` aligned to BLE_EVT_PTR_ALIGNMENT (and as the
  /// structures inside need), or nullptr for the length only; `len`: in capacity, out length.
  /// kInvalidAddr, kNotFound, kDataSize (the event stays).
  Status evt_get(uint8_t* dest, uint16_t* len);

  Status uuid_vs_add(const ble_uuid128_t* base, uint8_t* type);
  Status uuid_vs_remove(uint8_t* type);
  Status uuid_encode(const ble_uuid_t* uuid, uint8_t* len, uint8_t* octets);
  Status uuid_decode(uint8_t len, const uint8_t* octets, ble_uuid_t* uuid);
  Status version_get(ble_version_t* version);
  Status user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block);
  Status opt_set(uint32_t opt_id, const ble_opt_t* opt);
  Status opt_get(uint32_t opt_id, ble_opt_t* opt);

  // --- SoftDevice: links ---

  /// Assigned, lowest free first, when CONNECTED is pulled; freed by the evt_get() after the one
  /// that gave DISCONNECTED. Always 0 when one link is configured.
  int link_index(uint16_t conn_handle) const override;
  uint16_t link_handle(int index) const override;

  // --- GAP: identity, privacy, lists ---

  Status gap_addr_set(const ble_gap_addr_t& addr) override;
  Status gap_addr_get(ble_gap_addr_t& addr) override;
  Status gap_adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* addr);
  Status gap_privacy_set(const ble_gap_privacy_params_t& params) override;
  Status gap_privacy_get(ble_gap_privacy_params_t& params) override;
  Status gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) override;
  Status gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                   const ble_gap_irk_t* const* local_irks, uint8_t count) override;

  // --- GAP: advertising, scanning, connecting ---

  Status gap_adv_set_configure(uint8_t* adv_handle, const ble_gap_adv_data_t* data,
                               const ble_gap_adv_params_t* params);
  Status gap_adv_start(uint8_t adv_handle, uint8_t conn_cfg_tag);
  Status gap_adv_stop(uint8_t adv_handle);
  Status gap_scan_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer);
  Status gap_scan_stop();
  Status gap_connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                     const ble_gap_conn_params_t* conn, uint8_t conn_cfg_tag);
  Status gap_connect_cancel();
  Status gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) override;
  Status gap_conn_param_update(uint16_t conn_handle, const ble_gap_conn_params_t* params);
  Status gap_phy_update(uint16_t conn_handle, const ble_gap_phys_t* phys);
  Status gap_data_length_update(uint16_t conn_handle, const ble_gap_data_length_params_t* params,
                                ble_gap_data_length_limitation_t* limitation);
  Status gap_tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power);
  Status gap_appearance_set(uint16_t appearance);
  Status gap_appearance_get(uint16_t* appearance);
  Status gap_ppcp_set(const ble_gap_conn_params_t* params);
  Status gap_ppcp_get(ble_gap_conn_params_t* params);
  Status gap_device_name_set(const ble_gap_conn_sec_mode_t* write_perm, const uint8_t* name,
                             uint16_t len);
  Status gap_device_name_get(uint8_t* name, uint16_t* len);
  Status gap_rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count);
  Status gap_rssi_stop(uint16_t conn_handle);
  Status gap_rssi_get(uint16_t conn_handle, int8_t* rssi, uint8_t* ch_index);

  // --- GAP: security ---

  Status gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) override;
  Status gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_sec_params_t* params,
                              const ble_gap_sec_keyset_t* keyset) override;
  Status gap_auth_key_reply(uint16_t conn_handle, uint8_t key_type, const uint8_t* key);
  Status gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_lesc_dhkey_t* dhkey) override;
  Status gap_keypress_notify(uint16_t conn_handle, uint8_t kp_not);
  Status gap_lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                               ble_gap_lesc_oob_data_t& oobd_own) override;
  Status gap_lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                               const ble_gap_lesc_oob_data_t* peer) override;
  Status gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                     const ble_gap_enc_info_t& enc_info) override;
  Status gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) override;
  Status gap_conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t* conn_sec);

  // --- GATT server ---

  Status gatts_service_add(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle);
  Status gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                           uint16_t* include_handle);
  Status gatts_characteristic_add(uint16_t service_handle, const ble_gatts_char_md_t* char_md,
                                  const ble_gatts_attr_t* value, ble_gatts_char_handles_t* handles);
  Status gatts_descriptor_add(uint16_t char_handle, const ble_gatts_attr_t* attr, uint16_t* handle);
  Status gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value);
  Status gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t& value) override;
  Status gatts_hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params);
  Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                               uint16_t end_handle) override;
  Status gatts_rw_authorize_reply(uint16_t conn_handle,
                                  const ble_gatts_rw_authorize_reply_params_t* params);
  Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                            uint32_t flags) override;
  Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len,
                            uint32_t flags) override;
  Status gatts_initial_user_handle_get(uint16_t& handle) override;
  Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) override;
  Status gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu);

  // --- GATT client ---

  Status gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                         const ble_uuid_t* uuid);
  Status gattc_relationships_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_characteristics_discover(uint16_t conn_handle,
                                        const ble_gattc_handle_range_t* range);
  Status gattc_descriptors_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t& uuid,
                                       const ble_gattc_handle_range_t& range) override;
  Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) override;
  Status gattc_char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count);
  Status gattc_write(uint16_t conn_handle, const ble_gattc_write_params_t* params);
  Status gattc_hv_confirm(uint16_t conn_handle, uint16_t handle);
  Status gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pm::host
