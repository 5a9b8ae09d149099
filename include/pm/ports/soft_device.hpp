// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: the Bluetooth stack.
#pragma once

#include "ble.h"
#include "ble_gap.h"
#include "ble_gattc.h"
#include "ble_gatts.h"
#include "pm/base/status.hpp"

namespace pm {

#ifdef PM_ONE_DEVICE
namespace adapters {
class NordicSoftDevice;
}
/// On the target the port is its one implementation, so that calls are direct.
using SoftDevice = adapters::NordicSoftDevice;
struct SoftDevicePort {};
#else
/// What the Peer Manager needs of the Bluetooth stack. Names, parameters, results and events are
/// those of the SoftDevice's sd_* functions, pointers that may not be null being references here;
/// the vocabulary is its C types. Nothing here blocks on the radio: kOk means begun, an event tells
/// the end, and comes after the call has returned.
///
/// Results named with a function are those that the Peer Manager tells apart; any other one is an
/// unexpected error to it. kInvalidConnHandle (no such link) may come from every function with a
/// connection handle. Memory passed in is needed during the call only, unless it is said otherwise.
/// Octet order: as on the air, least significant first.
class SoftDevice {
 public:
  // Links. An index 0..n-1 is assigned before anybody sees CONNECTED and freed after everybody has
  // seen DISCONNECTED.
  /// Index of a connection, below CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT; -1 when unknown.
  virtual int link_index(uint16_t conn_handle) const = 0;
  /// Connection handle of an index, BLE_CONN_HANDLE_INVALID when unassigned.
  virtual uint16_t link_handle(int index) const = 0;

  // Identity, privacy, lists.
  /// Sets the identity address of this device, public or random static. Core, Vol 6, Part B, 1.3.
  virtual Status gap_addr_set(const ble_gap_addr_t& addr) = 0;
  /// Gives the identity address of this device, also while privacy hides it.
  virtual Status gap_addr_get(ble_gap_addr_t& addr) = 0;
  /// Sets mode, kind of private address, its life time in seconds and the own IRK (null: that of
  /// the chip). Core, Vol 3, Part C, 10.7.
  virtual Status gap_privacy_set(const ble_gap_privacy_params_t& params) = 0;
  /// Gives what is set; `params.p_device_irk` points to memory for the IRK.
  virtual Status gap_privacy_get(ble_gap_privacy_params_t& params) = 0;
  /// Sets the Filter Accept List to `count` (at most 8) identity addresses; null clears it. Core,
  /// Vol 6, Part B, 4.3. kGapWhitelistInUse.
  virtual Status gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) = 0;
  /// Sets the resolving list to `count` (at most 8) peers; null clears it. `local_irks` null: the
  /// own IRK for all. Core, Vol 6, Part B, 4.7. kGapDeviceIdentitiesInUse.
  virtual Status gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                           const ble_gap_irk_t* const* local_irks,
                                           uint8_t count) = 0;

  // Security.
  /// As peripheral sends a Security Request, as central a Pairing Request; as central with null
  /// refuses a Security Request. SEC_PARAMS_REQUEST, AUTH_STATUS follow. Core, Vol 3, Part H, 2.4.6
  /// and 3.5.1. kBusy, kNoMem: not now. kInvalidState: a procedure runs. kTimeout: no SMP on this
  /// link any more.
  virtual Status gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) = 0;
  /// Answers SEC_PARAMS_REQUEST: accepts with kSuccess (`params` null as central), or refuses with
  /// a BLE_GAP_SEC_STATUS_* (then both pointers are null). What `keyset` points to must stay until
  /// AUTH_STATUS: keys are written there. Core, Vol 3, Part H, 3.5.2. kBusy: not now.
  virtual Status gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                      const ble_gap_sec_params_t* params,
                                      const ble_gap_sec_keyset_t* keyset) = 0;
  /// Answers LESC_DHKEY_REQUEST with the key (32 octets), or with a failure and null. Called from
  /// the main loop. Core, Vol 3, Part H, 2.3.5.6. kInvalidState: the pairing is over.
  virtual Status gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                      const ble_gap_lesc_dhkey_t* dhkey) = 0;
  /// Makes out-of-band data for the public key: address in use, random r, confirm f4(PKx, PKx, r,
  /// 0). BLE_CONN_HANDLE_INVALID as handle: for a link to come. Called from the main loop. Core,
  /// Vol 3, Part H, 2.3.5.6.4.
  virtual Status gap_lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                                       ble_gap_lesc_oob_data_t& oobd_own) = 0;
  /// Gives own and peer's out-of-band data, null where there are none, before the DH key is
  /// answered.
  virtual Status gap_lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                                       const ble_gap_lesc_oob_data_t* peer) = 0;
  /// As central encrypts with a stored key; CONN_SEC_UPDATE follows, with level 1 if the peer has
  /// no key. EDIV and Rand are zero for LE Secure Connections. Core, Vol 3, Part H, 2.4.4. kBusy:
  /// not now. kInvalidState: a procedure runs.
  virtual Status gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                             const ble_gap_enc_info_t& enc_info) = 0;
  /// As peripheral answers SEC_INFO_REQUEST with the key, or null: the central is told that it is
  /// missing. kInvalidState: the link is about to end.
  virtual Status gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) = 0;
  /// Ends a link with 0x13 or 0x3B; DISCONNECTED follows. Core, Vol 1, Part F, 2. kInvalidState: it
  /// is ending already.
  virtual Status gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) = 0;

  // GATT server.
  /// Gives a link its CCCDs as gatts_sys_attr_get() gave them; null sets their defaults. `flags`:
  /// BLE_GATTS_SYS_ATTR_FLAG_*. Core, Vol 3, Part G, 3.3.3.3. kBusy, kNoMem: not now. kInvalidData:
  /// they do not fit the database. kInvalidState: taken as done.
  virtual Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                                    uint32_t flags) = 0;
  /// Copies the CCCDs of a link to `data`; `len` is the room in octets, then the length. kDataSize:
  /// too little room. kNotFound: the database has none.
  virtual Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len,
                                    uint32_t flags) = 0;
  /// Sends a Service Changed indication of a range of handles; SC_CONFIRM follows. Core, Vol 3,
  /// Part G, 7.1. kBusy: not now. kNotSupported: the database has none. kInvalidState: the peer did
  /// not subscribe, or an MTU exchange runs. kInvalidAttrHandle: the range begins before the first
  /// handle of the application. kGattsSysAttrMissing: gatts_sys_attr_set() comes first.
  virtual Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                       uint16_t end_handle) = 0;
  /// Gives the first handle after the built-in services.
  virtual Status gatts_initial_user_handle_get(uint16_t& handle) = 0;
  /// Gives type and properties of an attribute; either pointer may be null. kNotFound.
  virtual Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) = 0;
  /// Copies an attribute's value for a link to `value.p_value` from `value.offset` on; `value.len`
  /// is the room, then the full length. kNotFound.
  virtual Status gatts_value_get(uint16_t conn_handle, uint16_t handle,
                                 ble_gatts_value_t& value) = 0;

  // GATT client.
  /// Reads by type; CHAR_VAL_BY_UUID_READ_RSP follows. Core, Vol 3, Part G, 4.8.2. kBusy: not now.
  virtual Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t& uuid,
                                               const ble_gattc_handle_range_t& range) = 0;
  /// Reads an attribute from `offset` on; READ_RSP follows. Core, Vol 3, Part G, 4.8.1. kBusy: not
  /// now.
  virtual Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) = 0;

 protected:
  ~SoftDevice() = default;
};
/// What an implementation derives from; on the target nothing.
using SoftDevicePort = SoftDevice;
#endif

}  // namespace pm
