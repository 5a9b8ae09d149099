// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "pm/sim/seeded_crypto.hpp"

namespace pm::test {

/// Real cryptography in which events can happen in the middle of a computation, and which can fail.
class TestCrypto final : public Crypto {
 public:
  std::function<void()> inside_key_agreement;
  std::function<void()> inside_generation;
  Status generation_result = Status::kOk;
  int generated = 0;
  int agreements = 0;

  Status random(MutableBytes out) override { return crypto_.random(out); }
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher) override {
    return crypto_.aes128(key, clear, cipher);
  }
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                  std::span<uint8_t, 16> mac) override {
    return crypto_.aes_cmac(key, message, mac);
  }
  Status generate_key_pair(std::span<uint8_t, 64> public_key) override {
    if (!ok(generation_result)) {
      return generation_result;
    }
    ++generated;
    if (inside_generation) {
      inside_generation();
    }
    return crypto_.generate_key_pair(public_key);
  }
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret) override {
    ++agreements;
    const Status status = crypto_.key_agreement(peer_public_key, shared_secret);
    if (inside_key_agreement) {
      inside_key_agreement();
    }
    return status;
  }
  void destroy_key_pair() override { crypto_.destroy_key_pair(); }

 private:
  sim::SeededCrypto crypto_{1};
};

}  // namespace pm::test
