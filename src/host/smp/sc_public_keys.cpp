// SPDX-License-Identifier: Apache-2.0
#include "host/smp/sc_public_keys.hpp"

#include <algorithm>

namespace pm::host::smp {
namespace {

// X of the debug key pair, whose private key everybody knows, least significant octet first. Core,
// Vol 3, Part H, 2.3.5.6.1.
constexpr std::array<uint8_t, 32> kDebugX = {
    0xE6, 0x9D, 0x35, 0x0E, 0x48, 0x01, 0x03, 0xCC, 0xDB, 0xFD, 0xF4, 0xAC, 0x11, 0x91, 0xF4, 0xEF,
    0xB9, 0xA5, 0xF9, 0xE9, 0xA7, 0x83, 0x2C, 0x5E, 0x2C, 0xBE, 0x97, 0xF2, 0xD2, 0x03, 0xB0, 0x20};

}  // namespace

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
  // In debug mode the own key is the debug key.
  const bool debug_mode = constant_time_equal(x_coordinate(own), kDebugX);
  if (!debug_mode && constant_time_equal(x_coordinate(peer_), kDebugX)) {
    return Outcome::fail(Reason::kInvalidParameters);
  }
  Outcome outcome;
  if (!context.pairing.is_initiator) {
    outcome.send(Opcode::kPairingPublicKey, own);
  }
  return outcome.then(Outcome::Next::kPublicKeysExchanged);
}

}  // namespace pm::host::smp
