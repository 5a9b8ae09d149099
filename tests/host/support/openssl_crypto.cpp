// SPDX-License-Identifier: Apache-2.0
#include "host/support/openssl_crypto.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>

namespace pm::host::test {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Group = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;

Group p256() { return Group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)); }

Number from_msb(const std::vector<uint8_t>& octets) {
  return Number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

void to_lsb(const BIGNUM* number, std::span<uint8_t> octets) {
  BN_bn2lebinpad(number, octets.data(), static_cast<int>(octets.size()));
}

}  // namespace

Status OpenSslCrypto::random(MutableBytes out) {
  if (random_fails_) {
    return Status::kInternal;
  }
  if (dictated_.empty()) {
    random_.fill(out);
    return Status::kOk;
  }
  if (dictated_.front().size() != out.size()) {
    return Status::kInternal;
  }
  std::copy(dictated_.front().begin(), dictated_.front().end(), out.begin());
  dictated_.pop_front();
  return Status::kOk;
}

Status OpenSslCrypto::aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                             std::span<uint8_t, 16> cipher) {
  const std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>> ctx(EVP_CIPHER_CTX_new());
  int length = 0;
  EVP_EncryptInit_ex(ctx.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr);
  EVP_CIPHER_CTX_set_padding(ctx.get(), 0);
  const int done = EVP_EncryptUpdate(ctx.get(), cipher.data(), &length, clear.data(), 16);
  return done == 1 && length == 16 ? Status::kOk : Status::kInternal;
}

Status OpenSslCrypto::aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                               std::span<uint8_t, 16> mac) {
  const std::unique_ptr<EVP_MAC, Freer<EVP_MAC_free>> algorithm(
      EVP_MAC_fetch(nullptr, "CMAC", nullptr));
  const std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>> ctx(EVP_MAC_CTX_new(algorithm.get()));
  char cipher[] = "AES-128-CBC";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                               OSSL_PARAM_END};
  size_t length = 0;
  const bool done = EVP_MAC_init(ctx.get(), key.data(), key.size(), params) == 1 &&
                    EVP_MAC_update(ctx.get(), message.data(), message.size()) == 1 &&
                    EVP_MAC_final(ctx.get(), mac.data(), &length, mac.size()) == 1;
  return done && length == 16 ? Status::kOk : Status::kInternal;
}

void OpenSslCrypto::use_private_key(std::vector<uint8_t> msb_first,
                                    std::span<uint8_t, 64> public_key) {
  private_key_ = std::move(msb_first);
  const Group group = p256();
  const Point point(EC_POINT_new(group.get()));
  const Number x(BN_new());
  const Number y(BN_new());
  EC_POINT_mul(group.get(), point.get(), from_msb(private_key_).get(), nullptr, nullptr, nullptr);
  EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), nullptr);
  to_lsb(x.get(), public_key.first<32>());
  to_lsb(y.get(), public_key.last<32>());
}

Status OpenSslCrypto::generate_key_pair(std::span<uint8_t, 64> public_key) {
  std::vector<uint8_t> scalar(32);
  random_.fill(scalar);
  scalar[0] &= 0x7F;  // below the order of the curve
  use_private_key(scalar, public_key);
  return Status::kOk;
}

Status OpenSslCrypto::key_agreement(std::span<const uint8_t, 64> peer_public_key,
                                    std::span<uint8_t, 32> shared_secret) {
  if (private_key_.empty()) {
    return Status::kInvalidState;
  }
  const Group group = p256();
  const Point peer(EC_POINT_new(group.get()));
  const Point product(EC_POINT_new(group.get()));
  const Number x(BN_new());
  // As an encoded point: OpenSSL takes coordinates given as numbers modulo p.
  std::vector<uint8_t> encoded(65);
  encoded[0] = 0x04;
  std::reverse_copy(peer_public_key.begin(), peer_public_key.begin() + 32, encoded.begin() + 1);
  std::reverse_copy(peer_public_key.begin() + 32, peer_public_key.end(), encoded.begin() + 33);
  if (EC_POINT_oct2point(group.get(), peer.get(), encoded.data(), encoded.size(), nullptr) != 1) {
    return Status::kInvalidParam;
  }
  EC_POINT_mul(group.get(), product.get(), nullptr, peer.get(), from_msb(private_key_).get(),
               nullptr);
  EC_POINT_get_affine_coordinates(group.get(), product.get(), x.get(), nullptr, nullptr);
  to_lsb(x.get(), shared_secret);
  return Status::kOk;
}

}  // namespace pm::host::test
