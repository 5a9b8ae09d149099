// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: cryptography and randomness.
#pragma once

#include "nrf_soc.h"
#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

#ifdef PM_ONE_DEVICE
namespace adapters {
class NordicCrypto;
}
/// On the target the port is its one implementation, so that calls are direct.
using Crypto = adapters::NordicCrypto;
struct CryptoPort {};
#else
/// Cryptography and randomness. Implemented by PSA and, for the simulator, by seeded scalars over
/// OpenSSL.
///
/// Every call is synchronous; P-256 may take milliseconds, so callers do it in the main loop, never
/// in an event. Events may interrupt a call, and then make calls of their own, but not for P-256.
/// Nothing secret is left in memory that an implementation owns longer than it needs it.
class Crypto {
 public:
  /// Fills `out`, of any size, with random octets fit for keys. Core, Vol 2, Part H, 2. kInternal:
  /// no randomness, `out` is not to be used.
  virtual Status random(MutableBytes out) = 0;

  /// AES-128 of one block (FIPS-197 order: most significant octet first).
  /// Core, Vol 3, Part H, 2.2.1. kInternal: it failed.
  virtual Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                        std::span<uint8_t, 16> cipher) = 0;

  /// The same of a block in the SoftDevice's form.
  Status aes128(nrf_ecb_hal_data_t& block) {
    return aes128(block.key, block.cleartext, block.ciphertext);
  }

  /// AES-CMAC (RFC 4493 order: most significant octet first) of a message of any length. Core, Vol
  /// 3, Part H, 2.2.5. kInternal: it failed.
  virtual Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                          std::span<uint8_t, 16> mac) = 0;

  /// Makes a new P-256 key pair and forgets the former one; the private key never leaves the
  /// implementation. `public_key`: X then Y, each 32 octets, least significant octet first. Core,
  /// Vol 3, Part H, 2.3.5.6.1. kInternal: it failed, and there is no key pair now.
  virtual Status generate_key_pair(std::span<uint8_t, 64> public_key) = 0;

  /// P-256 Diffie-Hellman of the current key pair with `peer_public_key` (order as above).
  /// `shared_secret`: X coordinate, least significant octet first.
  /// kInvalidParam: the point is not on the curve or out of range. kInvalidState: no key pair.
  /// kInternal otherwise.
  virtual Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                               std::span<uint8_t, 32> shared_secret) = 0;

  /// Forgets the key pair; nothing happens if there is none.
  virtual void destroy_key_pair() = 0;

 protected:
  ~Crypto() = default;
};
/// What an implementation derives from; on the target nothing.
using CryptoPort = Crypto;
#endif

}  // namespace pm
