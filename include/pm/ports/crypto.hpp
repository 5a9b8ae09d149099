// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

/// Cryptography and randomness. Implemented by PSA and, for the simulator, by seeded scalars over
/// OpenSSL.
///
/// Every call is synchronous; P-256 may take milliseconds, so callers do it in the main loop, never
/// in an event.
class Crypto {
 public:
  /// Fills `out` with random octets. kInternal: no randomness, `out` is not to be used.
  virtual Status random(MutableBytes out) = 0;

  /// AES-128 of one block (FIPS-197 order: most significant octet first).
  virtual Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                        std::span<uint8_t, 16> cipher) = 0;

  /// AES-CMAC (RFC 4493 order: most significant octet first).
  virtual Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                          std::span<uint8_t, 16> mac) = 0;

  /// Makes a new P-256 key pair and forgets the former one; the private key never leaves the
  /// implementation. `public_key`: X then Y, each 32 octets, least significant octet first.
  virtual Status generate_key_pair(std::span<uint8_t, 64> public_key) = 0;

  /// P-256 Diffie-Hellman of the current key pair with `peer_public_key` (order as above).
  /// `shared_secret`: X coordinate, least significant octet first.
  /// kInvalidParam: the point is not on the curve or out of range. kInvalidState: no key pair.
  /// kInternal otherwise.
  virtual Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                               std::span<uint8_t, 32> shared_secret) = 0;

  /// Forgets the key pair.
  virtual void destroy_key_pair() = 0;

 protected:
  ~Crypto() = default;
};

}  // namespace pm
