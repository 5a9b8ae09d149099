// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/adapters/psa/psa_key_pair.hpp"
#include "pm/ports/crypto.hpp"

namespace pm::adapters {

/// Crypto over the PSA Crypto API (Mbed TLS on Linux). Holds at most one key slot, for the P-256
/// key pair; AES keys are imported for the length of a call.
class PsaCrypto final : public Crypto {
 public:
  PsaCrypto();
  ~PsaCrypto();
  PsaCrypto(const PsaCrypto&) = delete;
  PsaCrypto& operator=(const PsaCrypto&) = delete;

  Status random(MutableBytes out) override;
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher) override;
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                  std::span<uint8_t, 16> mac) override;
  Status generate_key_pair(std::span<uint8_t, 64> public_key) override;
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret) override;
  void destroy_key_pair() override;

 private:
  PsaKeyPair key_pair_;
};

}  // namespace pm::adapters
