// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_crypto.hpp"

#include <cstring>

#include "nrf_error.h"
#include "nrf_soc.h"

namespace pm::adapters {

Status NordicCrypto::random(MutableBytes) { return Status::kInternal; }

Status NordicCrypto::aes_cmac(std::span<const uint8_t, 16>, Bytes, std::span<uint8_t, 16>) {
  return Status::kInternal;
}

Status NordicCrypto::aes128(nrf_ecb_hal_data_t& block) {
  return sd_ecb_block_encrypt(&block) == NRF_SUCCESS ? Status::kOk : Status::kInternal;
}

Status NordicCrypto::aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                            std::span<uint8_t, 16> cipher) {
  nrf_ecb_hal_data_t block;
  std::memcpy(block.key, key.data(), sizeof block.key);
  std::memcpy(block.cleartext, clear.data(), sizeof block.cleartext);
  const Status status = aes128(block);
  std::memcpy(cipher.data(), block.ciphertext, sizeof block.ciphertext);
  wipe(&block, sizeof block);
  return status;
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
