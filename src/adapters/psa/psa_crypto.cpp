// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/psa/psa_crypto.hpp"

#include <algorithm>

namespace pm::adapters {

namespace {

// 0x04, X, Y: the uncompressed point as PSA writes it, most significant octet first.
constexpr size_t kPointSize = 65;
using Point = std::array<uint8_t, kPointSize>;

Point to_point(std::span<const uint8_t, 64> public_key) {
  Point point{};
  point[0] = 0x04;
  std::reverse_copy(public_key.begin(), public_key.begin() + 32, point.begin() + 1);
  std::reverse_copy(public_key.begin() + 32, public_key.end(), point.begin() + 33);
  return point;
}

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
  destroy_key_pair();
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
  psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_VOLATILE);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  if (psa_generate_key(&attributes, &key_pair_) != PSA_SUCCESS) {
    key_pair_ = PSA_KEY_ID_NULL;
    return Status::kInternal;
  }
  Point point{};
  size_t size = 0;
  if (psa_export_public_key(key_pair_, point.data(), point.size(), &size) != PSA_SUCCESS ||
      size != point.size()) {
    destroy_key_pair();
    return Status::kInternal;
  }
  std::reverse_copy(point.begin() + 1, point.begin() + 33, public_key.begin());
  std::reverse_copy(point.begin() + 33, point.end(), public_key.begin() + 32);
  return Status::kOk;
}

Status PsaCrypto::key_agreement(std::span<const uint8_t, 64> peer_public_key,
                                std::span<uint8_t, 32> shared_secret) {
  if (key_pair_ == PSA_KEY_ID_NULL) {
    return Status::kInvalidState;
  }
  // PSA refuses points that are not on the curve.
  const Point point = to_point(peer_public_key);
  std::array<uint8_t, 32> secret{};
  size_t size = 0;
  const psa_status_t status = psa_raw_key_agreement(
      PSA_ALG_ECDH, key_pair_, point.data(), point.size(), secret.data(), secret.size(), &size);
  if (status == PSA_SUCCESS && size == secret.size()) {
    std::reverse_copy(secret.begin(), secret.end(), shared_secret.begin());
  }
  wipe(secret);
  if (status == PSA_ERROR_INVALID_ARGUMENT) {
    return Status::kInvalidParam;
  }
  return status == PSA_SUCCESS && size == 32 ? Status::kOk : Status::kInternal;
}

void PsaCrypto::destroy_key_pair() {
  if (key_pair_ != PSA_KEY_ID_NULL) {
    psa_destroy_key(key_pair_);
    key_pair_ = PSA_KEY_ID_NULL;
  }
}

}  // namespace pm::adapters
