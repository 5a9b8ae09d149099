// SPDX-License-Identifier: Apache-2.0
//
// An SDK that is configured without PSA Crypto has no LE Secure Connections, and no use for this.
#if __has_include(<psa/crypto.h>)

#include "pm/adapters/psa/psa_key_pair.hpp"

#include <array>

namespace pm::adapters {

namespace {

// 0x04, X, Y: the uncompressed point as PSA writes it, most significant octet first.
constexpr size_t kPointSize = 65;
using Point = std::array<uint8_t, kPointSize>;

constexpr size_t kCoordinate = 32;

/// Turns each coordinate round.
[[gnu::noinline]] void reverse(const uint8_t* from, uint8_t* to, unsigned size) {
  for (unsigned i = 0; i < size; ++i) {
    to[i ^ (kCoordinate - 1)] = from[i];
  }
}

}  // namespace

Status PsaKeyPair::generate(std::span<uint8_t, 64> public_key) {
  destroy();
  // Its lifetime is volatile unless set.
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  Point point;
  size_t size = 0;
  if (psa_generate_key(&attributes, &id_) != PSA_SUCCESS ||
      psa_export_public_key(id_, point.data(), point.size(), &size) != PSA_SUCCESS) {
    destroy();
    return Status::kInternal;
  }
  reverse(&point[1], public_key.data(), public_key.size());
  return Status::kOk;
}

Status PsaKeyPair::agree(std::span<const uint8_t, 64> peer_public_key,
                         std::span<uint8_t, 32> shared_secret) const {
  // PSA refuses points that are not on the curve.
  Point point;
  point[0] = 0x04;
  reverse(peer_public_key.data(), &point[1], peer_public_key.size());
  std::array<uint8_t, kCoordinate> secret;
  size_t size = 0;
  const psa_status_t status = psa_raw_key_agreement(PSA_ALG_ECDH, id_, point.data(), point.size(),
                                                    secret.data(), secret.size(), &size);
  if (status == PSA_SUCCESS) {
    reverse(secret.data(), shared_secret.data(), shared_secret.size());
  }
  // Whatever a failed agreement has left there too.
  wipe(secret);
  switch (status) {
    case PSA_SUCCESS:
      return Status::kOk;
    case PSA_ERROR_INVALID_ARGUMENT:
      return Status::kInvalidParam;
    case PSA_ERROR_INVALID_HANDLE:
      return Status::kInvalidState;
    default:
      return Status::kInternal;
  }
}

// PSA does nothing if there is none.
void PsaKeyPair::destroy() {
  psa_destroy_key(id_);
  id_ = PSA_KEY_ID_NULL;
}

}  // namespace pm::adapters

#endif
