// SPDX-License-Identifier: Apache-2.0
//
// Authentication stage 1 of LE Secure Connections: one class per protocol that the specification
// names, all of one shape, so that ScAuthentication holds them in a variant. Core, Vol 3, Part
// H, 2.3.5.6.2 to 2.3.5.6.4.
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// What stage 1 starts from, and what it leaves for stage 2.
struct ScMaterial {
  PublicKey own_public_key;
  PublicKey peer_public_key;
  Block own_nonce;
  Block peer_nonce;
  /// ra and rb: zero, the passkey, or the exchanged r.
  Block own_r;
  Block peer_r;
};

/// Just Works and Numeric Comparison. 2.3.5.6.2.
class NumericComparison {
 public:
  Outcome start(Context& context, ScMaterial& material);
  Outcome on_pdu(Context& context, ScMaterial& material, const Pdu& pdu);
  UserInput awaited_input() const {
    return step_ == Step::kUser ? UserInput::kComparison : UserInput::kNone;
  }
  Outcome on_user_reply(Context& context, ScMaterial& material, const UserReply& reply);
  bool in_passkey_entry() const { return false; }
  /// The peer's user may be quicker than ours.
  bool peer_may_be_ahead() const { return step_ == Step::kUser; }

 private:
  enum class Step : uint8_t { kConfirm, kRandom, kUser };
  Outcome nonces_exchanged(Context& context, const ScMaterial& material, Outcome outcome);

  Step step_ = Step::kConfirm;
  Block peer_confirm_{};
};

/// Passkey Entry: twenty rounds, one bit each. 2.3.5.6.3.
class PasskeyEntry {
 public:
  Outcome start(Context& context, ScMaterial& material);
  Outcome on_pdu(Context& context, ScMaterial& material, const Pdu& pdu);
  UserInput awaited_input() const { return input_; }
  Outcome on_user_reply(Context& context, ScMaterial& material, const UserReply& reply);
  bool in_passkey_entry() const { return round_ == 0 && step_ == Step::kConfirm; }
  bool peer_may_be_ahead() const { return false; }

 private:
  enum class Step : uint8_t { kConfirm, kRandom };
  static constexpr uint8_t kRounds = 20;

  void use_passkey(ScMaterial& material, uint32_t passkey);
  Outcome send_confirm(Context& context, ScMaterial& material);
  Outcome on_confirm(Context& context, ScMaterial& material, const Block& confirm);
  Outcome on_random(Context& context, ScMaterial& material, const Block& random);
  uint8_t round_bit() const;

  Step step_ = Step::kConfirm;
  UserInput input_ = UserInput::kNone;
  uint8_t round_ = 0;
  bool has_passkey_ = false;
  bool has_peer_confirm_ = false;
  uint32_t passkey_ = 0;
  Block own_confirm_{};
  Block peer_confirm_{};
};

/// Out of Band. 2.3.5.6.4.
class OutOfBand {
 public:
  Outcome start(Context&, ScMaterial&) { return {}; }
  Outcome on_pdu(Context& context, ScMaterial& material, const Pdu& pdu);
  UserInput awaited_input() const { return UserInput::kNone; }
  Outcome on_user_reply(Context&, ScMaterial&, const UserReply&) { return Outcome::unexpected(); }
  bool in_passkey_entry() const { return false; }
  bool peer_may_be_ahead() const { return false; }

  bool awaits_data() const { return !has_data_; }
  /// `own`: what the peer received from us; `peer`: what we received; nullptr when that way was not
  /// used.
  Outcome on_data(Context& context, ScMaterial& material, const ble_gap_lesc_oob_data_t* own,
                  const ble_gap_lesc_oob_data_t* peer);

 private:
  Outcome send_nonce(Context& context, ScMaterial& material);

  bool has_data_ = false;
  bool has_peer_nonce_ = false;
};

}  // namespace pm::host::smp
