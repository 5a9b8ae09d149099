// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// Start of phase 2 of LE Secure Connections: exchange of public keys. Core, Vol 3, Part
/// H, 2.3.5.6.1. Whether the peer's key is on the curve is for the application to find when it
/// computes the DHKey.
class ScPublicKeys {
 public:
  Outcome start(Context& context);
  Outcome on_pdu(Context& context, const Pdu& pdu);

  /// Valid after Next::kPublicKeysExchanged.
  const PublicKey& peer_public_key() const { return peer_; }

 private:
  PublicKey peer_{};
};

}  // namespace pm::host::smp
