// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <psa/crypto.h>

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm::adapters {

/// One P-256 key pair in a volatile slot of PSA Crypto. Public keys are X then Y, each 32 octets,
/// least significant octet first, as in Bluetooth; PSA has them the other way round.
class PsaKeyPair {
 public:
  PsaKeyPair() = default;
  PsaKeyPair(const PsaKeyPair&) = delete;
  PsaKeyPair& operator=(const PsaKeyPair&) = delete;

  /// As Crypto::generate_key_pair(). The slot of the former pair is free before it takes another.
  Status generate(std::span<uint8_t, 64> public_key);
  /// As Crypto::key_agreement().
  Status agree(std::span<const uint8_t, 64> peer_public_key,
               std::span<uint8_t, 32> shared_secret) const;
  /// Forgets the pair; nothing happens if there is none.
  void destroy();

 private:
  psa_key_id_t id_ = PSA_KEY_ID_NULL;
};

}  // namespace pm::adapters
