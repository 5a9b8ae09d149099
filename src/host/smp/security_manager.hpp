// SPDX-License-Identifier: Apache-2.0
//
// The Security Manager of the host: pairing, encryption with stored keys, both roles, several
// links. Calls, events and their order are those of the SoftDevice (sd_ble_gap_authenticate() and
// its neighbours); the protocol is that of the Core Specification, Vol 3, Part H.
//
// Single-threaded: everything runs in the host's event loop, and nothing calls back from inside a
// call; results are events in the EventQueue. Received octets are hostile: each gets a defined
// answer.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "host/event_queue.hpp"
#include "host/links.hpp"
#include "host/smp/identity.hpp"
#include "host/smp/session.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host::smp {

class SecurityManager final : public ChannelSink {
 public:
  SecurityManager(Links& links, EventQueue& events, Timers& timers, Crypto& crypto,
                  const Identity& identity);
  ~SecurityManager();
  SecurityManager(const SecurityManager&) = delete;
  SecurityManager& operator=(const SecurityManager&) = delete;

  // --- From below: what happens to links ---

  /// A connection exists; `Links` knows it. Call before any other function names it.
  void link_up(uint16_t conn_handle);
  /// A connection is gone, its Link perhaps too. A pairing on it ends without an event. Core, Vol
  /// 3, Part H, 2.3.
  void link_down(uint16_t conn_handle);

  void on_pdu(uint16_t conn_handle, Bytes pdu) override;
  void on_pdu_sent(uint16_t conn_handle) override;

  /// Peripheral: the controller asks for a key (LE Long Term Key Request). Answered through Links,
  /// at once when a pairing is under way, otherwise by the application
  /// (BLE_GAP_EVT_SEC_INFO_REQUEST).
  void long_term_key_requested(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                               uint16_t ediv);
  /// Encryption Change.
  void encryption_changed(uint16_t conn_handle, uint8_t hci_status, bool enabled);
  /// Encryption Key Refresh Complete.
  void key_refreshed(uint16_t conn_handle, uint8_t hci_status);

  // --- Calls of the application ---
  // Each gives kInvalidConnHandle for an unknown connection. An answer gives kInvalidState ("not
  // asked") until the application has pulled the event that asks, so that what it meant for a
  // pairing that is over never reaches the next one.

  /// Central: sends a Pairing Request; nullptr refuses a received Security Request with Pairing
  /// Failed. Peripheral: sends a Security Request made of bond, mitm, lesc and keypress.
  /// kInvalidAddr: nullptr as peripheral. kInvalidParam: a value is out of range. kInvalidState:
  /// pairing or encryption is under way, a Security Request is unanswered, or there is none to
  /// refuse. kTimeout: SMP timed out on this link.
  Status authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params);

  /// Answers BLE_GAP_EVT_SEC_PARAMS_REQUEST. `sec_status` other than success rejects with that
  /// reason. The central passes no `params`. The memory named by `keyset` stays valid until
  /// BLE_GAP_EVT_AUTH_STATUS; the own public key is copied here. kInvalidState: not asked.
  /// kInvalidAddr: params (peripheral), memory for a key that will be received, or a public key
  /// pointer (Secure Connections) is missing. kInvalidParam: a value is out of range, or params
  /// given by the central.
  Status sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                          const ble_gap_sec_params_t* params, const ble_gap_sec_keyset_t* keyset);

  /// Answers BLE_GAP_EVT_AUTH_KEY_REQUEST, or BLE_GAP_EVT_PASSKEY_DISPLAY with match_request.
  /// `key`: 6 ASCII digits, 16 octets LSB first for OOB, or nullptr to confirm a comparison or to
  /// refuse (type NONE). kInvalidState: not asked. kInvalidParam: another type was asked for, or no
  /// digits. kInvalidAddr: key missing.
  Status auth_key_reply(uint16_t conn_handle, uint8_t key_type, const uint8_t* key);

  /// Answers BLE_GAP_EVT_LESC_DHKEY_REQUEST; nothing is encrypted without it. The caller has
  /// validated the peer's public key. kInvalidState: not asked, or OOB data is missing.
  /// kInvalidParam: bad status. kInvalidAddr: no key.
  Status lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                          const ble_gap_lesc_dhkey_t* dhkey);

  /// Tells the peer about a typed digit while a passkey is asked for. kInvalidParam: unknown type.
  /// kInvalidState: no passkey is being entered here, or keypress notifications were not agreed.
  Status keypress_notify(uint16_t conn_handle, uint8_t kp_not);

  /// Makes out-of-band data for a public key: r, and c = f4(PKx, PKx, r, 0).
  /// BLE_CONN_HANDLE_INVALID: before a connection. kInternal: no randomness.
  Status lesc_oob_data_get(uint16_t conn_handle, const ble_gap_lesc_p256_pk_t& pk_own,
                           ble_gap_lesc_oob_data_t& oobd_own);

  /// Gives the exchanged out-of-band data after BLE_GAP_EVT_LESC_DHKEY_REQUEST with oobd_req. Each
  /// pointer is set exactly if that direction was used, as the exchanged OOB flags say; else
  /// kInvalidAddr. kInvalidState: not asked.
  Status lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                           const ble_gap_lesc_oob_data_t* peer);

  /// Central: encrypts, or refreshes the key, with a stored LTK; BLE_GAP_EVT_CONN_SEC_UPDATE tells
  /// the result, level 1 being failure. kInvalidRole: peripheral. kBusy: pairing or encryption
  /// under way. kInvalidParam: bad key length.
  Status encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                 const ble_gap_enc_info_t& enc_info);

  /// Answers BLE_GAP_EVT_SEC_INFO_REQUEST; nullptr: no key. kInvalidState: not asked.
  /// kInvalidParam: bad key length.
  Status sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info);

  /// Present security mode, level and key size (0 octets when not encrypted).
  Status conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t& conn_sec);

  /// Chooses the passkey that the next attempt displays (BLE_GAP_OPT_PASSKEY): 6 ASCII digits, or
  /// nullptr for a random one. kInvalidParam: no digits.
  Status set_passkey(const uint8_t* digits);

 private:
  struct Entry {
    uint16_t conn_handle;
    std::unique_ptr<Session> session;
  };
  Session* find(uint16_t conn_handle);

  Services services_;
  std::vector<Entry> sessions_;
};

}  // namespace pm::host::smp
