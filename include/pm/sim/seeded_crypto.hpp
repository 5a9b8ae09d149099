// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "pm/ports/crypto.hpp"
#include "pm/sim/random.hpp"

namespace pm::sim {

/// Cryptography of simulations: AES, CMAC and the curve are OpenSSL's; everything random, private
/// keys included, comes from the seed. Never for real links.
class SeededCrypto final : public Crypto {
 public:
  explicit SeededCrypto(uint64_t seed);
  ~SeededCrypto();
  SeededCrypto(const SeededCrypto&) = delete;
  SeededCrypto& operator=(const SeededCrypto&) = delete;

  Status random(MutableBytes out) override;
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher) override;
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                  std::span<uint8_t, 16> mac) override;
  Status generate_key_pair(std::span<uint8_t, 64> public_key) override;
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret) override;
  void destroy_key_pair() override;

  /// Makes a key pair of a given scalar (least significant octet first): sample data, the debug
  /// key. kInvalidParam: not in 1 .. n - 1.
  Status use_private_key(std::span<const uint8_t, 32> scalar, std::span<uint8_t, 64> public_key);

 private:
  struct Engine;
  Random random_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace pm::sim
