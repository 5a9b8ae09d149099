// SPDX-License-Identifier: Apache-2.0
//
// What the Peer Manager needs of the Bluetooth stack. Names, parameters, results and events are
// those of the SoftDevice's sd_* functions; the vocabulary is its C types. Nothing here blocks on
// the radio: results are events.
#pragma once

#include "ble.h"
#include "ble_gap.h"
#include "ble_gattc.h"
#include "ble_gatts.h"
#include "pm/base/status.hpp"

namespace pm {

class SoftDevice {
 public:
  // Links. An index 0..n-1 is assigned before anybody sees CONNECTED and freed after everybody has
  // seen DISCONNECTED.
  /// Index of a connection, -1 when unknown.
  virtual int link_index(uint16_t conn_handle) const = 0;
  /// Connection handle of an index, BLE_CONN_HANDLE_INVALID when unassigned.
  virtual uint16_t link_handle(int index) const = 0;

  // Identity, privacy, lists.
  virtual Status gap_addr_set(const ble_gap_addr_t& addr) = 0;
  virtual Status gap_addr_get(ble_gap_addr_t& addr) = 0;
  virtual Status gap_privacy_set(const ble_gap_privacy_params_t& params) = 0;
  virtual Status gap_privacy_get(ble_gap_privacy_params_t& params) = 0;
  virtual Status gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) = 0;
  virtual Status gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                           const ble_gap_irk_t* const* local_irks,
                                           uint8_t count) = 0;

  // Security.
  virtual Status gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) = 0;
  virtual Status gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                      const ble_gap_sec_params_t* params,
                                      const ble_gap_sec_keyset_t* keyset) = 0;
  virtual Status gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                      const ble_gap_lesc_dhkey_t* dhkey) = 0;
  virtual Status gap_lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                                       ble_gap_lesc_oob_data_t& oobd_own) = 0;
  virtual Status gap_lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                                       const ble_gap_lesc_oob_data_t* peer) = 0;
  virtual Status gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                             const ble_gap_enc_info_t& enc_info) = 0;
  virtual Status gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) = 0;
  virtual Status gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) = 0;

  // GATT server.
  virtual Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                                    uint32_t flags) = 0;
  virtual Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len,
                                    uint32_t flags) = 0;
  virtual Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                       uint16_t end_handle) = 0;
  virtual Status gatts_initial_user_handle_get(uint16_t& handle) = 0;
  virtual Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) = 0;
  virtual Status gatts_value_get(uint16_t conn_handle, uint16_t handle,
                                 ble_gatts_value_t& value) = 0;

  // GATT client.
  virtual Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t& uuid,
                                               const ble_gattc_handle_range_t& range) = 0;
  virtual Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) = 0;

 protected:
  ~SoftDevice() = default;
};

}  // namespace pm
