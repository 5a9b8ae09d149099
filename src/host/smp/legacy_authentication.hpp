// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// Phase 2 of LE legacy pairing: temporary key, confirm and random values, short term key.
/// Core, Vol 3, Part H, 2.3.5.2 to 2.3.5.5.
class LegacyAuthentication {
 public:
  Outcome start(Context& context);
  Outcome on_pdu(Context& context, const Pdu& pdu);

  UserInput awaited_input() const { return input_; }
  Outcome on_user_reply(Context& context, const UserReply& reply);
  /// Passkey entry goes on: keypress notifications have a meaning.
  bool in_passkey_entry(const Pairing& pairing) const;

  /// The short term key, once both sides have proved that they know the temporary key; nullptr
  /// before.
  const Key128* key() const { return step_ == Step::kEncrypt ? &material_.stk : nullptr; }

 private:
  enum class Step : uint8_t { kConfirm, kRandom, kEncrypt };

  Outcome use_temporary_key(Context& context, const Key128& tk);
  Outcome send_confirm(Context& context);
  Outcome on_confirm(Context& context, const Block& confirm);
  Outcome on_random(Context& context, const Block& random);

  Step step_ = Step::kConfirm;
  UserInput input_ = UserInput::kNone;
  bool has_tk_ = false;
  bool has_peer_confirm_ = false;
  struct Material {
    Key128 tk;
    Block own_random;
    Block own_confirm;
    Block peer_confirm;
    Key128 stk;
  } material_{};
};

}  // namespace pm::host::smp
