// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// Phase 3: exactly the agreed keys, in the order of the specification, the responder's first, over
/// a link that is encrypted with the key of this pairing. Core, Vol 3, Part H, 2.4.3, 3.6.
class KeyDistribution {
 public:
  /// `sc_ltk`: the key made in phase 2 of Secure Connections; nullptr in legacy pairing.
  KeyDistribution(const Context& context, const Key128* sc_ltk);

  Outcome start(Context& context);
  Outcome on_pdu(Context& context, const Pdu& pdu);
  /// Everything that was sent has reached the peer.
  Outcome on_all_sent();
  /// Nothing is missing but the peer's acknowledgements.
  bool awaits_acknowledgements() const {
    return received_ == expected_.size() && own_sent_ && !acknowledged_;
  }

  /// Writes what was distributed into the application's key memory. Only after Next::kComplete.
  void store(const Pairing& pairing) const;

 private:
  Outcome send_own_keys(Context& context);
  Outcome settle(Outcome outcome) const;
  bool accept(const Pairing& pairing, const Pdu& pdu, Reason& reason);

  InlineVector<Opcode, 4> expected_;
  size_t received_ = 0;
  bool own_sent_ = false;
  bool acknowledged_ = false;
  struct Material {
    ble_gap_enc_key_t own_enc;
    ble_gap_enc_key_t peer_enc;
    ble_gap_id_key_t peer_id;
  } material_{};
};

}  // namespace pm::host::smp
