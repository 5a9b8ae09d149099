// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_crypto.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "nrf_error.h"
#include "nrf_soc.h"

namespace pm::adapters {

namespace {

constexpr size_t kBlock = 16;
// What the SoftDevice gives at a time.
constexpr size_t kMaxRandom = 16;

using Block = std::array<uint8_t, kBlock>;

void add_to(Block& block, Bytes other) {
  for (size_t i = 0; i < other.size(); ++i) {
    block[i] ^= other[i];
  }
}

// Multiplication by x in GF(2^128). RFC 4493, 2.3.
void doubled(Block& block) {
  const bool carries = (block[0] & 0x80) != 0;
  for (size_t i = 0; i + 1 < kBlock; ++i) {
    block[i] = static_cast<uint8_t>(block[i] << 1 | block[i + 1] >> 7);
  }
  block[kBlock - 1] = static_cast<uint8_t>(block[kBlock - 1] << 1 ^ (carries ? 0x87 : 0));
}

}  // namespace

Status NordicCrypto::random(MutableBytes out) {
  while (!out.empty()) {
    const size_t size = std::min(out.size(), kMaxRandom);
    if (sd_rand_application_vector_get(out.data(), static_cast<uint8_t>(size)) != NRF_SUCCESS) {
      return Status::kInternal;
    }
    out = out.subspan(size);
  }
  return Status::kOk;
}

Status NordicCrypto::aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                            std::span<uint8_t, 16> cipher) {
  nrf_ecb_hal_data_t data;
  std::memcpy(data.key, key.data(), kBlock);
  std::memcpy(data.cleartext, clear.data(), kBlock);
  const uint32_t result = sd_ecb_block_encrypt(&data);
  std::memcpy(cipher.data(), data.ciphertext, kBlock);
  wipe(&data, sizeof data);
  return result == NRF_SUCCESS ? Status::kOk : Status::kInternal;
}

// RFC 4493, 2.4.
Status NordicCrypto::aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                              std::span<uint8_t, 16> mac) {
  Block last{};
  PM_TRY(aes128(key, last, last));
  doubled(last);
  Block sum{};
  for (; message.size() > kBlock; message = message.subspan(kBlock)) {
    add_to(sum, message.first(kBlock));
    PM_TRY(aes128(key, sum, sum));
  }
  if (message.size() < kBlock) {
    doubled(last);
    last[message.size()] ^= 0x80;
  }
  add_to(sum, message);
  add_to(sum, last);
  wipe(last);
  return aes128(key, sum, mac);
}

#ifdef CONFIG_PM_LESC

Status NordicCrypto::generate_key_pair(std::span<uint8_t, 64> public_key) {
  // Once is enough, more do no harm.
  if (psa_crypto_init() != PSA_SUCCESS) {
    return Status::kInternal;
  }
  return key_pair_.generate(public_key);
}

Status NordicCrypto::key_agreement(std::span<const uint8_t, 64> peer_public_key,
                                   std::span<uint8_t, 32> shared_secret) {
  return key_pair_.agree(peer_public_key, shared_secret);
}

void NordicCrypto::destroy_key_pair() { key_pair_.destroy(); }

#else

Status NordicCrypto::generate_key_pair(std::span<uint8_t, 64>) { return Status::kInternal; }

Status NordicCrypto::key_agreement(std::span<const uint8_t, 64>, std::span<uint8_t, 32>) {
  return Status::kInvalidState;
}

void NordicCrypto::destroy_key_pair() {}

#endif

}  // namespace pm::adapters
