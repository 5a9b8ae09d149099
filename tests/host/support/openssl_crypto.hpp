// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "pm/ports/crypto.hpp"
#include "pm/sim/random.hpp"

namespace pm::host::test {

/// Crypto over OpenSSL for the tests of the host: random values can be dictated, and the private
/// key too.
class OpenSslCrypto final : public Crypto {
 public:
  explicit OpenSslCrypto(uint64_t seed) : random_(seed) {}

  /// The next call of random() yields these octets; it must ask for as many.
  void next_random(std::vector<uint8_t> octets) { dictated_.push_back(std::move(octets)); }
  void fail_random() { random_fails_ = true; }
  /// Most significant octet first. Fills in the public key as generate_key_pair() does.
  void use_private_key(std::vector<uint8_t> msb_first, std::span<uint8_t, 64> public_key);

  Status random(MutableBytes out) override;
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher) override;
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                  std::span<uint8_t, 16> mac) override;
  Status generate_key_pair(std::span<uint8_t, 64> public_key) override;
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret) override;
  void destroy_key_pair() override { private_key_.clear(); }

 private:
  sim::Random random_;
  std::deque<std::vector<uint8_t>> dictated_;
  std::vector<uint8_t> private_key_;
  bool random_fails_ = false;
};

}  // namespace pm::host::test
