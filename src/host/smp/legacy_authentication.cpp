// SPDX-License-Identifier: Apache-2.0
#include "host/smp/legacy_authentication.hpp"

#include "host/smp/passkey.hpp"

namespace pm::host::smp {

Outcome LegacyAuthentication::start(Context& context) {
  const Pairing& pairing = context.pairing;
  const AssociationModel model = pairing.agreement.model;
  if (model == AssociationModel::kJustWorks) {
    return use_temporary_key(context, Key128{});
  }
  if (displays_passkey(model, pairing.is_initiator)) {
    uint32_t passkey = 0;
    PM_SMP_TRY(choose_passkey(context, passkey));
    Key128 tk = passkey_to_tk(passkey);
    Outcome outcome = use_temporary_key(context, tk);
    tk.wipe();
    return outcome.notify(Notice::Kind::kShowPasskey, passkey);
  }
  Outcome outcome;
  if (model == AssociationModel::kOutOfBand) {
    input_ = UserInput::kOob;
    return outcome.notify(Notice::Kind::kEnterOob);
  }
  input_ = UserInput::kPasskey;
  return outcome.notify(Notice::Kind::kEnterPasskey);
}

Outcome LegacyAuthentication::on_user_reply(Context& context, const UserReply& reply) {
  const UserInput input = input_;
  input_ = UserInput::kNone;
  if (reply.rejected) {
    return Outcome::fail(input == UserInput::kOob ? Reason::kOobNotAvailable
                                                  : Reason::kPasskeyEntryFailed);
  }
  Key128 tk = input == UserInput::kOob ? reply.oob : passkey_to_tk(reply.passkey);
  Outcome outcome = use_temporary_key(context, tk);
  tk.wipe();
  return outcome;
}

bool LegacyAuthentication::in_passkey_entry(const Pairing& pairing) const {
  return is_passkey(pairing.agreement.model) && step_ == Step::kConfirm && !has_peer_confirm_;
}

Outcome LegacyAuthentication::use_temporary_key(Context& context, const Key128& tk) {
  material_.tk = tk;
  has_tk_ = true;
  // The initiator confirms first; the responder when it has seen that confirm.
  if (context.pairing.is_initiator || has_peer_confirm_) {
    return send_confirm(context);
  }
  return {};
}

Outcome LegacyAuthentication::send_confirm(Context& context) {
  const Pairing& pairing = context.pairing;
  PM_SMP_TRY(context.crypto.random(material_.own_random));
  PM_SMP_TRY(c1(context.crypto, material_.tk, material_.own_random, pairing.request,
                pairing.response, pairing.initiator_address, pairing.responder_address,
                material_.own_confirm));
  if (!pairing.is_initiator) {
    step_ = Step::kRandom;
  }
  Outcome outcome;
  return outcome.send(Opcode::kPairingConfirm, material_.own_confirm);
}

Outcome LegacyAuthentication::on_pdu(Context& context, const Pdu& pdu) {
  if (pdu.opcode == Opcode::kPairingConfirm && step_ == Step::kConfirm) {
    return on_confirm(context, pdu.block());
  }
  if (pdu.opcode == Opcode::kPairingRandom && step_ == Step::kRandom) {
    return on_random(context, pdu.block());
  }
  return Outcome::unexpected();
}

Outcome LegacyAuthentication::on_confirm(Context& context, const Block& confirm) {
  const bool initiator_is_early = context.pairing.is_initiator && !has_tk_;
  if (initiator_is_early || has_peer_confirm_) {
    return Outcome::unexpected();
  }
  has_peer_confirm_ = true;
  material_.peer_confirm = confirm;
  if (!context.pairing.is_initiator) {
    return has_tk_ ? send_confirm(context) : Outcome{};
  }
  // An echo of our own confirm would verify with an echo of our own random, without the temporary
  // key. 2.3.5.5.
  if (constant_time_equal(confirm, material_.own_confirm)) {
    return Outcome::fail(Reason::kConfirmValueFailed);
  }
  step_ = Step::kRandom;
  Outcome outcome;
  return outcome.send(Opcode::kPairingRandom, material_.own_random);
}

Outcome LegacyAuthentication::on_random(Context& context, const Block& random) {
  const Pairing& pairing = context.pairing;
  Block confirm{};
  PM_SMP_TRY(c1(context.crypto, material_.tk, random, pairing.request, pairing.response,
                pairing.initiator_address, pairing.responder_address, confirm));
  if (!constant_time_equal(confirm, material_.peer_confirm)) {
    return Outcome::fail(Reason::kConfirmValueFailed);
  }
  const Block& responder_random = pairing.is_initiator ? random : material_.own_random;
  const Block& initiator_random = pairing.is_initiator ? material_.own_random : random;
  PM_SMP_TRY(s1(context.crypto, material_.tk, responder_random, initiator_random, material_.stk));
  mask_key(material_.stk, pairing.agreement.key_size);
  step_ = Step::kEncrypt;

  Outcome outcome;
  if (!pairing.is_initiator) {
    outcome.send(Opcode::kPairingRandom, material_.own_random);
  }
  return outcome.then(Outcome::Next::kEncrypt);
}

}  // namespace pm::host::smp
