// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "pm/base/config.hpp"
#include "pm/base/interruptible.hpp"
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
/// events may interrupt anywhere. So each variable of a request has one side that writes it: events
/// number what happens to the request, the handler notes which number it has answered. A key was
/// computed for nobody if the number is another one afterwards.
class Lesc {
 public:
  constexpr Lesc(SoftDevice& soft_device, Crypto& crypto)
      : soft_device_(soft_device), crypto_(crypto) {}
  Lesc(const Lesc&) = delete;
  Lesc& operator=(const Lesc&) = delete;

  Status init();
  Status keypair_generate() { return make_key_pair(false); }
  Status own_oob_data_generate();
  /// nullptr while no key pair is valid.
  ble_gap_lesc_p256_pk_t* public_key() { return public_key_; }
  /// True inside the making of a key pair: there is none now, and will be one soon.
  bool is_making_key() const { return key_in_use_ && public_key_ == nullptr; }
  /// The key is made here, not given.
  Status set_public_key(ble_gap_lesc_p256_pk_t*) { return Status::kForbidden; }
  ble_gap_lesc_oob_data_t* own_oob_data() { return own_oob_data_; }
  void set_peer_oob_handler(LescPeerOobHandler handler) { peer_oob_handler_ = handler; }
  /// Where the SoftDevice puts the key of a link's peer.
  ble_gap_lesc_p256_pk_t* peer_key_memory(int index) { return &peer_keys_[index]; }
  Status request_handler();
  void on_ble_event(const ble_evt_t& event);

  /// Whether a new pair is made after each pairing; starts as configured.
  void set_renewal(bool enabled) { renews_ = enabled; }

 private:
  struct Request {
    /// Another one with each request and each end of one; odd while a DH key is asked for. Written
    /// by events.
    Interruptible<uint32_t> number;
    /// The request that was answered last. Written by request_handler().
    Interruptible<uint32_t> answered;
    /// In memory of the pairing's key set: the SoftDevice writes it before it asks, and not again
    /// before the reply to a later pairing's parameters. nullptr: the out-of-band data of this
    /// pairing were not accepted, it is to fail, and nothing else.
    const ble_gap_lesc_p256_pk_t* peer_key = nullptr;
    uint16_t conn_handle = 0;
    /// The flag of the peer's pairing parameters: it received our out-of-band data.
    bool peer_has_own_oob = false;
    /// From the exchange of parameters to the end of the pairing, with or without an open request.
    Interruptible<bool> is_pairing;

    bool is_open(uint32_t seen) const { return (seen & 1u) != 0 && seen != answered; }
    void close() {
      is_pairing = false;
      number = (number + 1u) & ~1u;
    }
  };

  Request* request_of(uint16_t conn_handle);
  bool supply_oob_data(const Request& request);
  Status make_key_pair(bool is_renewal);
  Status renew();
  Status answer(Request& request);

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<Crypto> crypto_;
  LescPeerOobHandler peer_oob_handler_ = nullptr;
  /// nullptr: there is no key pair.
  Interruptible<ble_gap_lesc_p256_pk_t*> public_key_;
  /// The pair is being made or used: it must not be replaced from an event.
  Interruptible<uint32_t> key_in_use_;
  /// nullptr: there are none.
  Interruptible<ble_gap_lesc_oob_data_t*> own_oob_data_;
  [[no_unique_address]] Setting<config::kLescGenerateNewKeys> renews_;
  std::array<Request, config::kLinks> requests_{};
  std::array<ble_gap_lesc_p256_pk_t, config::kLinks> peer_keys_{};
  ble_gap_lesc_p256_pk_t own_key_{};
  ble_gap_lesc_oob_data_t own_oob_{};
  Interruptible<bool> renewal_due_;
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
