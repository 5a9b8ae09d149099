// SPDX-License-Identifier: Apache-2.0
#include "host/smp/sc_public_keys.hpp"

#include <algorithm>

namespace pm::host::smp {

Outcome ScPublicKeys::start(Context& context) {
  Outcome outcome;
  if (context.pairing.is_initiator) {
    outcome.send(Opcode::kPairingPublicKey, context.pairing.own_public_key);
  }
  return outcome;
}

Outcome ScPublicKeys::on_pdu(Context& context, const Pdu& pdu) {
  if (pdu.opcode != Opcode::kPairingPublicKey) {
    return Outcome::unexpected();
  }
  std::copy(pdu.body.begin(), pdu.body.end(), peer_.begin());
  // A peer that shows our own X, with either Y, reflects: it could run stage 1 without a key of its
  // own.
  const PublicKey& own = context.pairing.own_public_key;
  if (constant_time_equal(x_coordinate(peer_), x_coordinate(own))) {
    return Outcome::fail(Reason::kDhKeyCheckFailed);
  }
  Outcome outcome;
  if (!context.pairing.is_initiator) {
    outcome.send(Opcode::kPairingPublicKey, own);
  }
  return outcome.then(Outcome::Next::kPublicKeysExchanged);
}

}  // namespace pm::host::smp
