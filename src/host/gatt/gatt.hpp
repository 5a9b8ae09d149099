// SPDX-License-Identifier: Apache-2.0
//
// The face of ATT and GATT: the SoftDevice's sd_ble_gatts_*, sd_ble_gattc_* and sd_ble_uuid_*
// calls, without the prefix, and the values of the GAP service. Results, events and their order are
// those of the interface; nothing blocks.
//
// Differences that are on purpose:
//  - CCCDs restored by gatts_sys_attr_set() on a link that is not encrypted with its bond are kept
//  back: the peer reads
//    0 and gets nothing (kInvalidState) until it is. The application reads them as they are.
//  - A plain link gets Insufficient Authentication (0x05) where security is missing, never 0x0F.
#pragma once

#include "host/gatt/client.hpp"
#include "host/gatt/server.hpp"

namespace pm::host::gatt {

class Gatt final : public ChannelSink {
 public:
  Gatt(Links& links, EventQueue& events, Timers& timers, const Config& config);
  Gatt(const Gatt&) = delete;
  Gatt& operator=(const Gatt&) = delete;

  // Links. Called by gap; `Links::find` knows the link already, or still.
  /// Before the application can pull CONNECTED.
  void link_up(uint16_t conn_handle);
  /// Before DISCONNECTED is raised, so that lent memory is given back first.
  void link_down(uint16_t conn_handle);
  /// After Link's security has changed, before the application can pull CONN_SEC_UPDATE or
  /// AUTH_STATUS. CCCDs that were kept back stay live from then on, whatever key the link changes
  /// to later.
  void security_changed(uint16_t conn_handle);

  // ChannelSink of kCidAtt
  void on_pdu(uint16_t conn_handle, Bytes pdu) override;
  void on_pdu_sent(uint16_t conn_handle) override;

  // UUIDs.
  Status uuid_vs_add(const ble_uuid128_t* base, uint8_t* type);
  Status uuid_vs_remove(uint8_t* type);
  Status uuid_encode(const ble_uuid_t* uuid, uint8_t* len, uint8_t* octets) const;
  Status uuid_decode(uint8_t len, const uint8_t* octets, ble_uuid_t* uuid) const;

  // GAP service.
  Status device_name_set(const ble_gap_conn_sec_mode_t* write_perm, const uint8_t* name,
                         uint16_t len);
  Status device_name_get(uint8_t* name, uint16_t* len) const;
  Status appearance_set(uint16_t appearance);
  Status appearance_get(uint16_t* appearance) const;
  Status ppcp_set(const ble_gap_conn_params_t* params);
  Status ppcp_get(ble_gap_conn_params_t* params) const;

  // GATT server.
  Status gatts_service_add(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle);
  Status gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                           uint16_t* include_handle);
  Status gatts_characteristic_add(uint16_t service_handle, const ble_gatts_char_md_t* char_md,
                                  const ble_gatts_attr_t* value, ble_gatts_char_handles_t* handles);
  Status gatts_descriptor_add(uint16_t char_handle, const ble_gatts_attr_t* attr, uint16_t* handle);
  Status gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value);
  Status gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value);
  Status gatts_hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params);
  Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle);
  Status gatts_rw_authorize_reply(uint16_t conn_handle,
                                  const ble_gatts_rw_authorize_reply_params_t* params);
  Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                            uint32_t flags);
  Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t* len, uint32_t flags);
  Status gatts_initial_user_handle_get(uint16_t* handle) const;
  Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) const;
  Status gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu);
  Status user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block);

  // GATT client.
  Status gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                         const ble_uuid_t* uuid);
  Status gattc_relationships_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_characteristics_discover(uint16_t conn_handle,
                                        const ble_gattc_handle_range_t* range);
  Status gattc_descriptors_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t* uuid,
                                       const ble_gattc_handle_range_t* range);
  Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset);
  Status gattc_char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count);
  Status gattc_write(uint16_t conn_handle, const ble_gattc_write_params_t* params);
  Status gattc_hv_confirm(uint16_t conn_handle, uint16_t handle);
  Status gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu);
  /// BLE_GATTC_OPT_UUID_DISC.
  void gattc_opt_uuid_disc_set(bool auto_add_vs_enable);

 private:
  UuidTable uuids_;
  Connections connections_;
  Database database_;
  Server server_;
  Client client_;
};

}  // namespace pm::host::gatt
