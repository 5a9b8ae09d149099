// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host/smp/sc_stage1.hpp"

namespace pm::host::smp {

Outcome OutOfBand::on_data(Context& context, ScMaterial& material,
                           const ble_gap_lesc_oob_data_t* own,
                           const ble_gap_lesc_oob_data_t* peer) {
  // r is what the other side really received; zero stands for "nothing". 2.3.5.6.4.
  if (own != nullptr) {
    std::copy(std::begin(own->r), std::end(own->r), material.own_r.begin());
  }
  if (peer != nullptr) {
    std::copy(std::begin(peer->r), std::end(peer->r), material.peer_r.begin());
    Block confirm{};
    PM_SMP_TRY(f4(context.crypto, x_coordinate(material.peer_public_key),
                  x_coordinate(material.peer_public_key), material.peer_r, 0, confirm));
    if (!constant_time_equal(confirm, peer->c)) {
      return Outcome::fail(Reason::kConfirmValueFailed);
    }
  }
  has_data_ = true;
  return context.pairing.is_initiator || has_peer_nonce_ ? send_nonce(context, material)
                                                         : Outcome{};
}

Outcome OutOfBand::send_nonce(Context& context, ScMaterial& material) {
  PM_SMP_TRY(context.crypto.random(material.own_nonce));
  Outcome outcome;
  outcome.send(Opcode::kPairingRandom, material.own_nonce);
  // The responder answers the initiator's nonce, and is done then.
  return outcome.then(has_peer_nonce_ ? Outcome::Next::kStage1Done : Outcome::Next::kStay);
}

Outcome OutOfBand::on_pdu(Context& context, ScMaterial& material, const Pdu& pdu) {
  const bool initiator_is_early = context.pairing.is_initiator && !has_data_;
  if (pdu.opcode != Opcode::kPairingRandom || has_peer_nonce_ || initiator_is_early) {
    return Outcome::unexpected();
  }
  has_peer_nonce_ = true;
  material.peer_nonce = pdu.block();
  if (context.pairing.is_initiator) {
    return Outcome::go(Outcome::Next::kStage1Done);
  }
  return has_data_ ? send_nonce(context, material) : Outcome{};
}

}  // namespace pm::host::smp
