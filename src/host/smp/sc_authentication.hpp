// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"
#include "host/smp/sc_stage1.hpp"

namespace pm::host::smp {

/// Phase 2 of LE Secure Connections after the public keys: stage 1 by the chosen protocol, the
/// application's DHKey beside it, and stage 2, which needs both. Core, Vol 3, Part H, 2.3.5.6.
class ScAuthentication {
 public:
  explicit ScAuthentication(const Context& context, const PublicKey& peer_public_key);

  Outcome start(Context& context);
  Outcome on_pdu(Context& context, const Pdu& pdu);

  UserInput awaited_input() const;
  Outcome on_user_reply(Context& context, const UserReply& reply);
  bool in_passkey_entry(const Pairing& pairing) const;

  bool awaits_dhkey() const { return !has_dhkey_; }
  Outcome on_dhkey(Context& context, const DhKey& dhkey);
  bool awaits_oob_data() const;
  Outcome on_oob_data(Context& context, const ble_gap_lesc_oob_data_t* own,
                      const ble_gap_lesc_oob_data_t* peer);

  /// The long term key, once the peer's check value has proved right and ours has been sent;
  /// nullptr before.
  const Key128* key() const { return step_ == Step::kEncrypt ? &keys_.ltk : nullptr; }

 private:
  enum class Step : uint8_t { kStage1, kDhKeyCheck, kEncrypt };

  template <class Function>
  Outcome with_stage1(Context& context, Function&& function);
  /// Stage 2 begins as soon as stage 1, the DHKey and, for the responder, Ea are there.
  Outcome advance(Context& context, Outcome outcome);
  Status derive_keys(Context& context);
  Status check_value(Context& context, bool own, Block& check);

  Step step_ = Step::kStage1;
  bool stage1_done_ = false;
  bool has_dhkey_ = false;
  bool has_peer_check_ = false;
  ScMaterial material_{};
  std::variant<NumericComparison, PasskeyEntry, OutOfBand> stage1_;
  Block peer_check_{};
  struct Keys {
    DhKey dhkey;
    Key128 mac_key;
    Key128 ltk;
  } keys_{};
};

}  // namespace pm::host::smp
