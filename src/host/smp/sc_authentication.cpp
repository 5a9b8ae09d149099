// SPDX-License-Identifier: Apache-2.0
#include "host/smp/sc_authentication.hpp"

namespace pm::host::smp {

ScAuthentication::ScAuthentication(const Context& context, const PublicKey& peer_public_key) {
  material_.own_public_key = context.pairing.own_public_key;
  material_.peer_public_key = peer_public_key;
  const AssociationModel model = context.pairing.agreement.model;
  if (model == AssociationModel::kOutOfBand) {
    stage1_.emplace<OutOfBand>();
  } else if (is_passkey(model)) {
    stage1_.emplace<PasskeyEntry>();
  }
}

// Runs one handler of stage 1 and, when that was its last, goes on to stage 2.
template <class Function>
Outcome ScAuthentication::with_stage1(Context& context, Function&& function) {
  Outcome outcome = std::visit(function, stage1_);
  if (outcome.next != Outcome::Next::kStage1Done) {
    return outcome;
  }
  stage1_done_ = true;
  return advance(context, outcome.then(Outcome::Next::kStay));
}

Outcome ScAuthentication::start(Context& context) {
  const bool oob = std::holds_alternative<OutOfBand>(stage1_);
  Outcome outcome;
  outcome.notify(oob ? Notice::Kind::kDhKeyAndOob : Notice::Kind::kDhKey);
  const Outcome first =
      with_stage1(context, [&](auto& protocol) { return protocol.start(context, material_); });
  outcome.pdus = first.pdus;
  outcome.next = first.next;
  outcome.reason = first.reason;
  for (const Notice& notice : first.notices) {
    outcome.notices.push_back(notice);
  }
  return outcome;
}

Outcome ScAuthentication::on_pdu(Context& context, const Pdu& pdu) {
  if (pdu.opcode != Opcode::kPairingDhKeyCheck) {
    if (stage1_done_) {
      return Outcome::unexpected();
    }
    return with_stage1(context,
                       [&](auto& protocol) { return protocol.on_pdu(context, material_, pdu); });
  }
  const bool peer_may_be_ahead =
      std::visit([](const auto& protocol) { return protocol.peer_may_be_ahead(); }, stage1_);
  const bool legal = context.pairing.is_initiator
                         ? step_ == Step::kDhKeyCheck
                         : step_ == Step::kStage1 && (stage1_done_ || peer_may_be_ahead);
  if (!legal || has_peer_check_) {
    return Outcome::unexpected();
  }
  has_peer_check_ = true;
  peer_check_ = pdu.block();
  return advance(context, {});
}

UserInput ScAuthentication::awaited_input() const {
  if (stage1_done_) {
    return UserInput::kNone;
  }
  return std::visit([](const auto& protocol) { return protocol.awaited_input(); }, stage1_);
}

Outcome ScAuthentication::on_user_reply(Context& context, const UserReply& reply) {
  return with_stage1(
      context, [&](auto& protocol) { return protocol.on_user_reply(context, material_, reply); });
}

bool ScAuthentication::in_passkey_entry(const Pairing&) const {
  return !stage1_done_ &&
         std::visit([](const auto& protocol) { return protocol.in_passkey_entry(); }, stage1_);
}

bool ScAuthentication::awaits_oob_data() const {
  const auto* oob = std::get_if<OutOfBand>(&stage1_);
  return oob != nullptr && oob->awaits_data();
}

Outcome ScAuthentication::on_oob_data(Context& context, const ble_gap_lesc_oob_data_t* own,
                                      const ble_gap_lesc_oob_data_t* peer) {
  return with_stage1(context, [&](auto& protocol) {
    if constexpr (std::is_same_v<std::decay_t<decltype(protocol)>, OutOfBand>) {
      return protocol.on_data(context, material_, own, peer);
    } else {
      return Outcome::unexpected();
    }
  });
}

Outcome ScAuthentication::on_dhkey(Context& context, const DhKey& dhkey) {
  keys_.dhkey = dhkey;
  has_dhkey_ = true;
  return advance(context, {});
}

Outcome ScAuthentication::advance(Context& context, Outcome outcome) {
  if (!stage1_done_ || !has_dhkey_) {
    return outcome;
  }
  const bool initiator = context.pairing.is_initiator;
  const bool first_to_check = initiator && step_ == Step::kStage1;
  if (!first_to_check && !has_peer_check_) {
    return outcome;
  }
  if (step_ == Step::kStage1) {
    PM_SMP_TRY(derive_keys(context));
  }
  if (has_peer_check_) {
    Block expected{};
    PM_SMP_TRY(check_value(context, false, expected));
    if (!constant_time_equal(expected, peer_check_)) {
      return Outcome::fail(Reason::kDhKeyCheckFailed);
    }
  }
  if (initiator && has_peer_check_) {
    step_ = Step::kEncrypt;
    return outcome.then(Outcome::Next::kEncrypt);
  }
  Block check{};
  PM_SMP_TRY(check_value(context, true, check));
  outcome.send(Opcode::kPairingDhKeyCheck, check);
  if (initiator) {
    step_ = Step::kDhKeyCheck;
    return outcome.then(Outcome::Next::kStay);
  }
  step_ = Step::kEncrypt;
  return outcome.then(Outcome::Next::kEncrypt);
}

Status ScAuthentication::derive_keys(Context& context) {
  const Pairing& pairing = context.pairing;
  const Block& na = pairing.is_initiator ? material_.own_nonce : material_.peer_nonce;
  const Block& nb = pairing.is_initiator ? material_.peer_nonce : material_.own_nonce;
  const Status status = f5(context.crypto, keys_.dhkey, na, nb, pairing.initiator_address,
                           pairing.responder_address, keys_.mac_key, keys_.ltk);
  keys_.dhkey.wipe();
  mask_key(keys_.ltk, pairing.agreement.key_size);
  return status;
}

// Ea or Eb: sender's nonce, other's nonce, other's r, sender's features, sender, other. 2.3.5.6.5.
Status ScAuthentication::check_value(Context& context, bool own, Block& check) {
  const Pairing& pairing = context.pairing;
  const bool by_initiator = own == pairing.is_initiator;
  const FeaturePdu& features = by_initiator ? pairing.request : pairing.response;
  const AirAddress& initiator = pairing.initiator_address;
  const AirAddress& responder = pairing.responder_address;
  return f6(context.crypto, keys_.mac_key, own ? material_.own_nonce : material_.peer_nonce,
            own ? material_.peer_nonce : material_.own_nonce,
            own ? material_.peer_r : material_.own_r,
            std::span<const uint8_t, 7>(features).subspan<1, 3>(),
            by_initiator ? initiator : responder, by_initiator ? responder : initiator, check);
}

}  // namespace pm::host::smp
