// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/psa/psa_crypto.hpp"

namespace pm::adapters {

namespace {

/// An AES key in a slot for the length of one call.
class TemporaryKey {
 public:
  TemporaryKey(std::span<const uint8_t, 16> key, psa_algorithm_t algorithm, psa_key_usage_t usage) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    psa_set_key_bits(&attributes, 128);
    if (psa_import_key(&attributes, key.data(), key.size(), &id_) != PSA_SUCCESS) {
      id_ = PSA_KEY_ID_NULL;
    }
  }
  ~TemporaryKey() { psa_destroy_key(id_); }
  TemporaryKey(const TemporaryKey&) = delete;
  TemporaryKey& operator=(const TemporaryKey&) = delete;

  psa_key_id_t id() const { return id_; }

 private:
  psa_key_id_t id_ = PSA_KEY_ID_NULL;
};

}  // namespace

PsaCrypto::PsaCrypto() {
  // A failure shows in every later call.
  (void)psa_crypto_init();
}

PsaCrypto::~PsaCrypto() { destroy_key_pair(); }

Status PsaCrypto::random(MutableBytes out) {
  return psa_generate_random(out.data(), out.size()) == PSA_SUCCESS ? Status::kOk
                                                                    : Status::kInternal;
}

Status PsaCrypto::aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                         std::span<uint8_t, 16> cipher) {
  const TemporaryKey slot(key, PSA_ALG_ECB_NO_PADDING, PSA_KEY_USAGE_ENCRYPT);
  size_t size = 0;
  const psa_status_t status = psa_cipher_encrypt(slot.id(), PSA_ALG_ECB_NO_PADDING, clear.data(),
                                                 clear.size(), cipher.data(), cipher.size(), &size);
  return status == PSA_SUCCESS && size == cipher.size() ? Status::kOk : Status::kInternal;
}

Status PsaCrypto::aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                           std::span<uint8_t, 16> mac) {
  const TemporaryKey slot(key, PSA_ALG_CMAC, PSA_KEY_USAGE_SIGN_MESSAGE);
  size_t size = 0;
  const psa_status_t status = psa_mac_compute(slot.id(), PSA_ALG_CMAC, message.data(),
                                              message.size(), mac.data(), mac.size(), &size);
  return status == PSA_SUCCESS && size == mac.size() ? Status::kOk : Status::kInternal;
}

Status PsaCrypto::generate_key_pair(std::span<uint8_t, 64> public_key) {
  return key_pair_.generate(public_key);
}

Status PsaCrypto::key_agreement(std::span<const uint8_t, 64> peer_public_key,
                                std::span<uint8_t, 32> shared_secret) {
  return key_pair_.agree(peer_public_key, shared_secret);
}

void PsaCrypto::destroy_key_pair() { key_pair_.destroy(); }

}  // namespace pm::adapters
