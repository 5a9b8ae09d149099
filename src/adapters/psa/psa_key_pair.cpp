// SPDX-License-Identifier: Apache-2.0
//
// An SDK that is configured without PSA Crypto has no LE Secure Connections, and no use for this.
#if __has_include(<psa/crypto.h>)

#include "pm/adapters/psa/psa_key_pair.hpp"

#include <algorithm>
#include <array>

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

}  // namespace

Status PsaKeyPair::generate(std::span<uint8_t, 64> public_key) {
  destroy();
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
  psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_VOLATILE);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  if (psa_generate_key(&attributes, &id_) != PSA_SUCCESS) {
    id_ = PSA_KEY_ID_NULL;
    return Status::kInternal;
  }
  Point point{};
  size_t size = 0;
  if (psa_export_public_key(id_, point.data(), point.size(), &size) != PSA_SUCCESS ||
      size != point.size()) {
    destroy();
    return Status::kInternal;
  }
  std::reverse_copy(point.begin() + 1, point.begin() + 33, public_key.begin());
  std::reverse_copy(point.begin() + 33, point.end(), public_key.begin() + 32);
  return Status::kOk;
}

Status PsaKeyPair::agree(std::span<const uint8_t, 64> peer_public_key,
                         std::span<uint8_t, 32> shared_secret) const {
  if (id_ == PSA_KEY_ID_NULL) {
    return Status::kInvalidState;
  }
  // PSA refuses points that are not on the curve.
  const Point point = to_point(peer_public_key);
  std::array<uint8_t, 32> secret{};
  size_t size = 0;
  const psa_status_t status = psa_raw_key_agreement(PSA_ALG_ECDH, id_, point.data(), point.size(),
                                                    secret.data(), secret.size(), &size);
  if (status == PSA_SUCCESS && size == secret.size()) {
    std::reverse_copy(secret.begin(), secret.end(), shared_secret.begin());
  }
  wipe(secret);
  if (status == PSA_ERROR_INVALID_ARGUMENT) {
    return Status::kInvalidParam;
  }
  return status == PSA_SUCCESS && size == 32 ? Status::kOk : Status::kInternal;
}

void PsaKeyPair::destroy() {
  if (id_ != PSA_KEY_ID_NULL) {
    psa_destroy_key(id_);
    id_ = PSA_KEY_ID_NULL;
  }
}

}  // namespace pm::adapters

#endif
