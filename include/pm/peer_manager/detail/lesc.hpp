// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>

#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/base/setting.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/soft_device.hpp"

namespace pm {

/// Supplies the out-of-band data that the peer of a connection gave; nullptr: none.
using LescPeerOobHandler = ble_gap_lesc_oob_data_t* (*)(uint16_t conn_handle);

/// LE Secure Connections: key pair, DH keys, out-of-band data.
///
/// DH keys are computed by request_handler(), in the main loop, which on the target SoftDevice
/// events may interrupt anywhere. So a request lives in one atomic word: odd while it is open,
/// greater with each change. The handler copies the peer's key, computes, and replies only if the
/// word is still what it was.
class Lesc {
 public:
  constexpr Lesc(SoftDevice& soft_device, Crypto& crypto)
      : soft_device_(soft_device), crypto_(crypto) {}
  Lesc(const Lesc&) = delete;
  Lesc& operator=(const Lesc&) = delete;

  Status init();
  Status keypair_generate();
  Status own_oob_data_generate();
  /// nullptr while no key pair is valid.
  ble_gap_lesc_p256_pk_t* public_key();
  /// True inside the making of a key pair: there is none now, and will be one soon.
  bool is_making_key() const { return key_in_use_ && !own_key_valid_; }
  /// The key is made here, not given.
  Status set_public_key(ble_gap_lesc_p256_pk_t*) { return Status::kForbidden; }
  ble_gap_lesc_oob_data_t* own_oob_data();
  void set_peer_oob_handler(LescPeerOobHandler handler) { peer_oob_handler_ = handler; }
  /// Where the SoftDevice puts the key of a link's peer.
  ble_gap_lesc_p256_pk_t* peer_key_memory(int index) { return &peer_keys_[index]; }
  Status request_handler();
  void on_ble_event(const ble_evt_t& event);

  /// Whether a new pair is made after each pairing; starts as configured.
  void set_renewal(bool enabled) { renews_ = enabled; }

 private:
  struct Request {
    std::atomic<uint32_t> word{0};
    uint16_t conn_handle = 0;
    /// The flag of the peer's pairing parameters: it received our out-of-band data.
    bool peer_has_own_oob = false;
    /// The out-of-band data of this pairing were not accepted: it is to fail, and nothing else.
    bool is_refused = false;
    /// From the exchange of parameters to the end of the pairing, with or without an open request.
    std::atomic<bool> is_pairing{false};
    ble_gap_lesc_p256_pk_t peer_key{};
  };

  static constexpr bool is_open(uint32_t word) { return (word & 1u) != 0; }
  static constexpr uint32_t opened(uint32_t word) { return (word | 1u) + 2u; }
  static constexpr uint32_t closed(uint32_t word) { return (word + 2u) & ~1u; }

  void close_request(uint16_t conn_handle);
  static bool close_unchanged(Request& request, uint32_t word);
  void on_dhkey_request(uint16_t conn_handle, const ble_gap_evt_lesc_dhkey_request_t& request);
  bool supply_oob_data(uint16_t conn_handle, bool peer_has_ours);
  Status renew();
  bool has_open_request() const;
  Status answer(Request& request);
  bool compute(const ble_gap_lesc_p256_pk_t& peer_key, ble_gap_lesc_dhkey_t& dhkey);
  Request* request_of(uint16_t conn_handle);

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<Crypto> crypto_;
  LescPeerOobHandler peer_oob_handler_ = nullptr;
  std::atomic<bool> own_key_valid_{false};
  std::atomic<bool> own_oob_valid_{false};
  std::atomic<bool> renewal_due_{false};
  // The key pair is in use by a computation or being made: it must not be replaced from an event.
  std::atomic<bool> key_in_use_{false};
  [[no_unique_address]] Setting<config::kLescGenerateNewKeys> renews_;
  std::array<Request, config::kLinks> requests_{};
  std::array<ble_gap_lesc_p256_pk_t, config::kLinks> peer_keys_{};
  ble_gap_lesc_p256_pk_t own_key_{};
  ble_gap_lesc_oob_data_t own_oob_{};
};

/// Stands in for Lesc where CONFIG_PM_LESC is off: the application computes DH keys, the Peer
/// Manager passes on the public key that pm_lesc_public_key_set() gave.
class NoLesc {
 public:
  constexpr NoLesc(SoftDevice&, Crypto&) {}

  Status init() { return Status::kOk; }
  Status keypair_generate() { return Status::kNotSupported; }
  Status own_oob_data_generate() { return Status::kNotSupported; }
  ble_gap_lesc_p256_pk_t* public_key() { return external_key_; }
  bool is_making_key() const { return false; }
  Status set_public_key(ble_gap_lesc_p256_pk_t* key) {
    external_key_ = key;
    return Status::kOk;
  }
  ble_gap_lesc_oob_data_t* own_oob_data() { return nullptr; }
  void set_peer_oob_handler(LescPeerOobHandler) {}
  ble_gap_lesc_p256_pk_t* peer_key_memory(int index) { return &peer_keys_[index]; }
  Status request_handler() { return Status::kNotSupported; }
  void on_ble_event(const ble_evt_t&) {}

 private:
  ble_gap_lesc_p256_pk_t* external_key_ = nullptr;
  std::array<ble_gap_lesc_p256_pk_t, config::kLinks> peer_keys_{};
};

using LescModule = std::conditional_t<config::kLesc, Lesc, NoLesc>;

}  // namespace pm
