// SPDX-License-Identifier: Apache-2.0
#include "host/smp/passkey.hpp"
#include "host/smp/sc_stage1.hpp"

namespace pm::host::smp {

Outcome PasskeyEntry::start(Context& context, ScMaterial& material) {
  const Pairing& pairing = context.pairing;
  if (!displays_passkey(pairing.agreement.model, pairing.is_initiator)) {
    input_ = UserInput::kPasskey;
    Outcome outcome;
    return outcome.notify(Notice::Kind::kEnterPasskey);
  }
  uint32_t passkey = 0;
  PM_SMP_TRY(choose_passkey(context, passkey));
  use_passkey(material, passkey);
  Outcome outcome = pairing.is_initiator ? send_confirm(context, material) : Outcome{};
  return outcome.notify(Notice::Kind::kShowPasskey, passkey);
}

Outcome PasskeyEntry::on_user_reply(Context& context, ScMaterial& material,
                                    const UserReply& reply) {
  input_ = UserInput::kNone;
  if (reply.rejected) {
    return Outcome::fail(Reason::kPasskeyEntryFailed);
  }
  use_passkey(material, reply.passkey);
  if (context.pairing.is_initiator || has_peer_confirm_) {
    return send_confirm(context, material);
  }
  return {};
}

void PasskeyEntry::use_passkey(ScMaterial& material, uint32_t passkey) {
  has_passkey_ = true;
  passkey_ = passkey;
  store_le32(material.own_r.data(), passkey);
  material.peer_r = material.own_r;
}

uint8_t PasskeyEntry::round_bit() const {
  return static_cast<uint8_t>(0x80 | ((passkey_ >> round_) & 1));
}

Outcome PasskeyEntry::send_confirm(Context& context, ScMaterial& material) {
  PM_SMP_TRY(context.crypto.random(material.own_nonce));
  PM_SMP_TRY(f4(context.crypto, x_coordinate(material.own_public_key),
                x_coordinate(material.peer_public_key), material.own_nonce, round_bit(),
                own_confirm_));
  if (!context.pairing.is_initiator) {
    step_ = Step::kRandom;
  }
  Outcome outcome;
  return outcome.send(Opcode::kPairingConfirm, own_confirm_);
}

Outcome PasskeyEntry::on_pdu(Context& context, ScMaterial& material, const Pdu& pdu) {
  if (pdu.opcode == Opcode::kPairingConfirm && step_ == Step::kConfirm) {
    return on_confirm(context, material, pdu.block());
  }
  if (pdu.opcode == Opcode::kPairingRandom && step_ == Step::kRandom) {
    return on_random(context, material, pdu.block());
  }
  return Outcome::unexpected();
}

Outcome PasskeyEntry::on_confirm(Context& context, ScMaterial& material, const Block& confirm) {
  const bool initiator_is_early = context.pairing.is_initiator && !has_passkey_;
  if (initiator_is_early || has_peer_confirm_) {
    return Outcome::unexpected();
  }
  has_peer_confirm_ = true;
  peer_confirm_ = confirm;
  if (!context.pairing.is_initiator) {
    return has_passkey_ ? send_confirm(context, material) : Outcome{};
  }
  // An echoed commitment is no proof of knowing the bit.
  if (constant_time_equal(confirm, own_confirm_)) {
    return Outcome::fail(Reason::kConfirmValueFailed);
  }
  step_ = Step::kRandom;
  Outcome outcome;
  return outcome.send(Opcode::kPairingRandom, material.own_nonce);
}

Outcome PasskeyEntry::on_random(Context& context, ScMaterial& material, const Block& random) {
  Block confirm{};
  PM_SMP_TRY(f4(context.crypto, x_coordinate(material.peer_public_key),
                x_coordinate(material.own_public_key), random, round_bit(), confirm));
  if (!constant_time_equal(confirm, peer_confirm_)) {
    return Outcome::fail(Reason::kConfirmValueFailed);
  }
  material.peer_nonce = random;
  Outcome outcome;
  if (!context.pairing.is_initiator) {
    outcome.send(Opcode::kPairingRandom, material.own_nonce);
  }
  step_ = Step::kConfirm;
  has_peer_confirm_ = false;
  ++round_;
  if (round_ == kRounds) {
    return outcome.then(Outcome::Next::kStage1Done);
  }
  return context.pairing.is_initiator ? send_confirm(context, material) : outcome;
}

}  // namespace pm::host::smp
