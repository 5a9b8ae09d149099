// SPDX-License-Identifier: Apache-2.0
#include "host/smp/sc_stage1.hpp"

namespace pm::host::smp {

Outcome NumericComparison::start(Context& context, ScMaterial& material) {
  if (context.pairing.is_initiator) {
    return {};
  }
  Block confirm{};
  PM_SMP_TRY(context.crypto.random(material.own_nonce));
  PM_SMP_TRY(f4(context.crypto, x_coordinate(material.own_public_key),
                x_coordinate(material.peer_public_key), material.own_nonce, 0, confirm));
  step_ = Step::kRandom;
  Outcome outcome;
  return outcome.send(Opcode::kPairingConfirm, confirm);
}

Outcome NumericComparison::on_pdu(Context& context, ScMaterial& material, const Pdu& pdu) {
  if (pdu.opcode == Opcode::kPairingConfirm && step_ == Step::kConfirm) {
    peer_confirm_ = pdu.block();
    PM_SMP_TRY(context.crypto.random(material.own_nonce));
    step_ = Step::kRandom;
    Outcome outcome;
    return outcome.send(Opcode::kPairingRandom, material.own_nonce);
  }
  if (pdu.opcode != Opcode::kPairingRandom || step_ != Step::kRandom) {
    return Outcome::unexpected();
  }
  material.peer_nonce = pdu.block();
  if (!context.pairing.is_initiator) {
    Outcome outcome;
    outcome.send(Opcode::kPairingRandom, material.own_nonce);
    return nonces_exchanged(context, material, outcome);
  }
  Block confirm{};
  PM_SMP_TRY(f4(context.crypto, x_coordinate(material.peer_public_key),
                x_coordinate(material.own_public_key), material.peer_nonce, 0, confirm));
  if (!constant_time_equal(confirm, peer_confirm_)) {
    return Outcome::fail(Reason::kConfirmValueFailed);
  }
  return nonces_exchanged(context, material, {});
}

Outcome NumericComparison::nonces_exchanged(Context& context, const ScMaterial& material,
                                            Outcome outcome) {
  if (context.pairing.agreement.model == AssociationModel::kJustWorks) {
    return outcome.then(Outcome::Next::kStage1Done);
  }
  const bool initiator = context.pairing.is_initiator;
  const PublicKey& pka = initiator ? material.own_public_key : material.peer_public_key;
  const PublicKey& pkb = initiator ? material.peer_public_key : material.own_public_key;
  const Block& na = initiator ? material.own_nonce : material.peer_nonce;
  const Block& nb = initiator ? material.peer_nonce : material.own_nonce;
  uint32_t number = 0;
  PM_SMP_TRY(g2(context.crypto, x_coordinate(pka), x_coordinate(pkb), na, nb, number));
  step_ = Step::kUser;
  return outcome.notify(Notice::Kind::kCompareNumber, number);
}

Outcome NumericComparison::on_user_reply(Context&, ScMaterial&, const UserReply& reply) {
  if (reply.rejected) {
    return Outcome::fail(Reason::kNumericComparisonFailed);
  }
  return Outcome::go(Outcome::Next::kStage1Done);
}

}  // namespace pm::host::smp
