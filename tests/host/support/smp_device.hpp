// SPDX-License-Identifier: Apache-2.0
//
// One device as the Security Manager sees it: a link end, an event queue, an application that
// answers. Two ends can be joined back to back; alone, an end only records, and the test plays the
// peer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/smp/security_manager.hpp"
#include "host/support/openssl_crypto.hpp"
#include "pm/sim/virtual_clock.hpp"

namespace pm::host::test {

using Octets = std::vector<uint8_t>;

Octets from_hex(const std::string& hex);
std::string to_hex(Bytes octets);
/// Numbers in the vectors are printed most significant octet first.
Octets reversed(Octets octets);

inline constexpr uint16_t kConn = 0x0040;

/// One end of a connection with its controller.
class LinkEnd final : public Links {
 public:
  LinkEnd(sim::VirtualClock& clock, bool is_central);

  /// Joins two ends of a connection: PDUs and encryption reach the other side after one
  /// millisecond.
  static void join(LinkEnd& central, LinkEnd& peripheral);
  void attach(smp::SecurityManager& manager) { manager_ = &manager; }
  /// As a new connection finds it.
  void reset_link();

  Link* find(uint16_t conn_handle) override;
  Status send(uint16_t conn_handle, uint16_t cid, Bytes pdu) override;
  Status enable_encryption(uint16_t conn_handle, std::span<const uint8_t, 8> rand, uint16_t ediv,
                           const Key128& ltk) override;
  Status long_term_key_reply(uint16_t conn_handle, const Key128* ltk) override;
  Status disconnect(uint16_t conn_handle, uint8_t reason) override;

  Link link;
  bool up = true;
  /// PDUs are acknowledged only when the test says so.
  bool hold_acknowledgements = false;
  /// What a man in the middle does to PDUs sent from here.
  std::function<void(Octets&)> tamper;
  /// Everything sent, as hex, oldest first.
  std::vector<std::string> sent;
  std::vector<std::string> received;
  /// "enable <ltk> <ediv>", "reply <ltk>", "negative".
  std::vector<std::string> key_commands;
  std::string disconnected;

 private:
  void drop(uint8_t reason);
  void encryption_outcome(uint8_t status, bool enabled);

  sim::VirtualClock& clock_;
  LinkEnd* peer_ = nullptr;
  smp::SecurityManager* manager_ = nullptr;
  Key128 offered_key_;
  bool encrypted_ = false;
};

class FixedIdentity final : public smp::Identity {
 public:
  ble_gap_id_key_t own_identity() const override { return identity; }
  ble_gap_addr_t address_in_use() const override { return identity.id_addr_info; }
  ble_gap_id_key_t identity{};
};

/// A device with an application that logs each event and answers it as its switches say.
class Device {
 public:
  Device(sim::VirtualClock& clock, bool is_central, uint64_t seed);
  Device(const Device&) = delete;

  Status authenticate() { return smp.authenticate(kConn, &params); }
  void inject(const std::string& hex) { smp.on_pdu(kConn, from_hex(hex)); }
  /// Delivers waiting events to the application.
  void pump();
  std::vector<std::string> take_log();

  sim::VirtualClock& clock;
  OpenSslCrypto crypto;
  EventQueue events;
  LinkEnd links;
  FixedIdentity identity;
  smp::SecurityManager smp;

  // What the application answers.
  ble_gap_sec_params_t params{};
  uint8_t reject_params = 0;
  bool accept_comparison = true;
  bool reject_key_request = false;
  /// Questions that the application still answers; then it falls silent.
  int answers = 1000;
  std::optional<std::string> passkey_to_enter;
  std::optional<Octets> oob_tk;
  const ble_gap_lesc_oob_data_t* oob_own = nullptr;
  const ble_gap_lesc_oob_data_t* oob_peer = nullptr;
  /// Given instead of computing one.
  std::optional<Octets> dhkey;
  const ble_gap_enc_info_t* stored_key = nullptr;
  bool start_pairing_on_request = false;

  // Key memory.
  ble_gap_lesc_p256_pk_t own_pk{};
  ble_gap_lesc_p256_pk_t peer_pk{};
  ble_gap_enc_key_t own_enc{};
  ble_gap_enc_key_t peer_enc{};
  ble_gap_id_key_t own_id{};
  ble_gap_id_key_t peer_id{};
  ble_gap_sec_keyset_t keyset{};

  std::string shown_passkey;
  std::vector<std::string> log;

 private:
  void on_event(const ble_evt_t& event);
  void answer(const ble_evt_t& event);
};

/// Parameters of a device that bonds and distributes every key.
ble_gap_sec_params_t bonding_params(bool lesc, uint8_t io_caps, bool mitm);

}  // namespace pm::host::test
