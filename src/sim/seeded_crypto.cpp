// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/seeded_crypto.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

namespace pm::sim {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

using PKey = Owned<EVP_PKEY, &EVP_PKEY_free>;
using PKeyContext = Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using Bignum = Owned<BIGNUM, &BN_clear_free>;
using Parameters = Owned<OSSL_PARAM, &OSSL_PARAM_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;

constexpr char kCurve[] = "prime256v1";

// SEC 1 form: 0x04, X, Y, most significant octet first.
using Point = std::array<uint8_t, 65>;

Point encode_point(std::span<const uint8_t, 64> public_key) {
  Point point{0x04};
  std::reverse_copy(public_key.begin(), public_key.begin() + 32, point.begin() + 1);
  std::reverse_copy(public_key.begin() + 32, public_key.end(), point.begin() + 33);
  return point;
}

PKey make_key(OSSL_PARAM_BLD* builder, int selection) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) {
    EVP_PKEY_free(key);
    return nullptr;
  }
  return PKey(key);
}

}  // namespace

struct SeededCrypto::Engine {
  Owned<EC_GROUP, &EC_GROUP_free> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  Owned<EVP_CIPHER, &EVP_CIPHER_free> aes{EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr)};
  Owned<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free> aes_context{EVP_CIPHER_CTX_new()};
  Owned<EVP_MAC, &EVP_MAC_free> cmac{EVP_MAC_fetch(nullptr, "CMAC", nullptr)};
  Owned<EVP_MAC_CTX, &EVP_MAC_CTX_free> cmac_context{EVP_MAC_CTX_new(cmac.get())};
  PKey key_pair;
};

SeededCrypto::SeededCrypto(uint64_t seed) : random_(seed), engine_(std::make_unique<Engine>()) {}

SeededCrypto::~SeededCrypto() = default;

Status SeededCrypto::random(MutableBytes out) {
  random_.fill(out);
  return Status::kOk;
}

Status SeededCrypto::aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                            std::span<uint8_t, 16> cipher) {
  EVP_CIPHER_CTX* context = engine_->aes_context.get();
  int size = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, engine_->aes.get(), key.data(), nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
      EVP_EncryptUpdate(context, cipher.data(), &size, clear.data(), 16) == 1 && size == 16;
  return done ? Status::kOk : Status::kInternal;
}

Status SeededCrypto::aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                              std::span<uint8_t, 16> mac) {
  char cipher[] = "AES-128-CBC";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
      OSSL_PARAM_construct_end()};
  EVP_MAC_CTX* context = engine_->cmac_context.get();
  size_t size = 0;
  const bool done = EVP_MAC_init(context, key.data(), key.size(), parameters) == 1 &&
                    EVP_MAC_update(context, message.data(), message.size()) == 1 &&
                    EVP_MAC_final(context, mac.data(), &size, mac.size()) == 1 &&
                    size == mac.size();
  return done ? Status::kOk : Status::kInternal;
}

Status SeededCrypto::generate_key_pair(std::span<uint8_t, 64> public_key) {
  std::array<uint8_t, 32> scalar{};
  Status status = Status::kInvalidParam;
  // Rejection sampling: almost every 256-bit number is a scalar.
  while (status == Status::kInvalidParam) {
    random_.fill(scalar);
    status = use_private_key(scalar, public_key);
  }
  wipe(scalar);
  return status;
}

Status SeededCrypto::use_private_key(std::span<const uint8_t, 32> scalar,
                                     std::span<uint8_t, 64> public_key) {
  destroy_key_pair();
  const EC_GROUP* group = engine_->group.get();
  const Bignum number(BN_lebin2bn(scalar.data(), static_cast<int>(scalar.size()), nullptr));
  if (group == nullptr || number == nullptr) {
    return Status::kInternal;
  }
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group)) >= 0) {
    return Status::kInvalidParam;
  }
  const Owned<EC_POINT, &EC_POINT_free> product(EC_POINT_new(group));
  Point point{};
  if (product == nullptr ||
      EC_POINT_mul(group, product.get(), number.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group, product.get(), POINT_CONVERSION_UNCOMPRESSED, point.data(),
                         point.size(), nullptr) != point.size()) {
    return Status::kInternal;
  }
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return Status::kInternal;
  }
  engine_->key_pair = make_key(builder.get(), EVP_PKEY_KEYPAIR);
  if (engine_->key_pair == nullptr) {
    return Status::kInternal;
  }
  std::reverse_copy(point.begin() + 1, point.begin() + 33, public_key.begin());
  std::reverse_copy(point.begin() + 33, point.end(), public_key.begin() + 32);
  return Status::kOk;
}

Status SeededCrypto::key_agreement(std::span<const uint8_t, 64> peer_public_key,
                                   std::span<uint8_t, 32> shared_secret) {
  if (engine_->key_pair == nullptr) {
    return Status::kInvalidState;
  }
  const Point point = encode_point(peer_public_key);
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return Status::kInternal;
  }
  // Decoding the point checks ranges and the curve equation; the check is asked for once more,
  // explicitly.
  const PKey peer = make_key(builder.get(), EVP_PKEY_PUBLIC_KEY);
  if (peer == nullptr) {
    return Status::kInvalidParam;
  }
  const PKeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, peer.get(), nullptr));
  if (check == nullptr || EVP_PKEY_public_check_quick(check.get()) != 1) {
    return Status::kInvalidParam;
  }
  const PKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, engine_->key_pair.get(), nullptr));
  std::array<uint8_t, 32> secret{};
  size_t size = secret.size();
  const bool done = context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1 &&
                    EVP_PKEY_derive(context.get(), secret.data(), &size) == 1 &&
                    size == secret.size();
  if (done) {
    std::reverse_copy(secret.begin(), secret.end(), shared_secret.begin());
  }
  wipe(secret);
  return done ? Status::kOk : Status::kInternal;
}

void SeededCrypto::destroy_key_pair() { engine_->key_pair.reset(); }

}  // namespace pm::sim
