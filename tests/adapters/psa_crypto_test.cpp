// SPDX-License-Identifier: Apache-2.0
//
// Against tests/data/vectors.json (numbers there are printed most significant octet first), and
// against the simulator's cryptography, which is another implementation.
#include "pm/adapters/psa/psa_crypto.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "pm/sim/seeded_crypto.hpp"

namespace pm::adapters {
namespace {

using nlohmann::json;
using Key = std::array<uint8_t, 16>;
using PublicKey = std::array<uint8_t, 64>;
using Secret = std::array<uint8_t, 32>;

std::vector<uint8_t> octets(const json& hex) {
  const auto text = hex.get<std::string>();
  std::vector<uint8_t> result;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    result.push_back(static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return result;
}

Key key(const json& hex) {
  const auto value = octets(hex);
  Key result{};
  EXPECT_EQ(value.size(), result.size());
  std::copy_n(value.begin(), std::min(value.size(), result.size()), result.begin());
  return result;
}

PublicKey point(const json& x, const json& y) {
  const auto first = octets(x);
  const auto second = octets(y);
  EXPECT_EQ(first.size(), 32u);
  EXPECT_EQ(second.size(), 32u);
  PublicKey result{};
  std::reverse_copy(first.begin(), first.end(), result.begin());
  std::reverse_copy(second.begin(), second.end(), result.begin() + 32);
  return result;
}

std::vector<json> vectors(const std::string& function) {
  std::ifstream file(PM_TEST_DATA_DIR "/vectors.json");
  const json document = json::parse(file);
  std::vector<json> found;
  for (const json& group : document.at("groups")) {
    if (group.at("function") == function) {
      found.insert(found.end(), group.at("vectors").begin(), group.at("vectors").end());
    }
  }
  EXPECT_FALSE(found.empty()) << function;
  return found;
}

/// Random octets from a seed that a failure prints.
class Noise {
 public:
  explicit Noise(unsigned seed) : engine_(seed) {}
  uint8_t octet() { return static_cast<uint8_t>(engine_()); }
  template <class Octets>
  void fill(Octets& octets) {
    std::generate(octets.begin(), octets.end(), [this] { return octet(); });
  }

 private:
  std::mt19937 engine_;
};

TEST(PsaCrypto, Aes128) {
  PsaCrypto crypto;
  for (const json& vector : vectors("e")) {
    Key out{};
    ASSERT_EQ(crypto.aes128(key(vector["key"]), key(vector["plaintext"]), out), Status::kOk);
    EXPECT_EQ(out, key(vector["out"])) << vector["id"];
  }
}

TEST(PsaCrypto, AesCmac) {
  PsaCrypto crypto;
  for (const json& vector : vectors("aes_cmac")) {
    Key out{};
    ASSERT_EQ(crypto.aes_cmac(key(vector["key"]), octets(vector["message"]), out), Status::kOk);
    EXPECT_EQ(out, key(vector["out"])) << vector["id"];
  }
}

TEST(PsaCrypto, TakesEveryPointThatIsOne) {
  PsaCrypto crypto;
  PublicKey own{};
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  for (const json& vector : vectors("p256_valid_public_key")) {
    Secret shared{};
    EXPECT_EQ(crypto.key_agreement(point(vector["x"], vector["y"]), shared), Status::kOk)
        << vector["id"];
  }
  for (const json& vector : vectors("p256_ecdh")) {
    Secret shared{};
    EXPECT_EQ(crypto.key_agreement(point(vector["public_a_x"], vector["public_a_y"]), shared),
              Status::kOk)
        << vector["id"];
  }
}

TEST(PsaCrypto, RefusesPointsThatAreNone) {
  PsaCrypto crypto;
  PublicKey own{};
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  for (const json& vector : vectors("p256_invalid_public_key")) {
    Secret shared{};
    EXPECT_EQ(crypto.key_agreement(point(vector["x"], vector["y"]), shared), Status::kInvalidParam)
        << vector["id"];
    EXPECT_TRUE(is_all_zero(shared)) << vector["id"];
  }
  Secret shared{};
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kOk) << "the key pair is still there";
}

// The published key pairs through the simulator's cryptography, which can be given a private key:
// what a PSA key pair agrees on with each public key is what that key's owner computes.
TEST(PsaCrypto, AgreesWithTheOwnersOfPublishedKeys) {
  PsaCrypto psa;
  sim::SeededCrypto owner(1);
  PublicKey own{};
  ASSERT_EQ(psa.generate_key_pair(own), Status::kOk);
  for (const json& vector : vectors("p256_ecdh")) {
    auto scalar = octets(vector["private_a"]);
    std::reverse(scalar.begin(), scalar.end());
    ASSERT_EQ(scalar.size(), 32u);
    PublicKey published{};
    ASSERT_EQ(owner.use_private_key(std::span<const uint8_t, 32>(scalar), published), Status::kOk);
    EXPECT_EQ(published, point(vector["public_a_x"], vector["public_a_y"])) << vector["id"];
    Secret here{};
    Secret there{};
    ASSERT_EQ(psa.key_agreement(published, here), Status::kOk);
    ASSERT_EQ(owner.key_agreement(own, there), Status::kOk);
    EXPECT_EQ(here, there) << vector["id"];
  }
}

TEST(PsaCrypto, AgreesWithTheSimulatorsOnDiffieHellmanKeys) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PsaCrypto a;
    sim::SeededCrypto b(seed);
    PublicKey public_a{};
    PublicKey public_b{};
    ASSERT_EQ(a.generate_key_pair(public_a), Status::kOk);
    ASSERT_EQ(b.generate_key_pair(public_b), Status::kOk);
    Secret secret_a{};
    Secret secret_b{};
    ASSERT_EQ(a.key_agreement(public_b, secret_a), Status::kOk);
    ASSERT_EQ(b.key_agreement(public_a, secret_b), Status::kOk);
    EXPECT_EQ(secret_a, secret_b);
    EXPECT_FALSE(is_all_zero(secret_a));
  }
}

TEST(PsaCrypto, AgreesWithTheSimulatorsOnAesAndCmac) {
  PsaCrypto psa;
  sim::SeededCrypto other(1);
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Noise noise(seed);
    Key random_key{};
    Key block{};
    // 0 to 80 octets: below, at and above the ends of blocks.
    std::vector<uint8_t> message(seed % 81);
    noise.fill(random_key);
    noise.fill(block);
    noise.fill(message);
    Key here{};
    Key there{};
    ASSERT_EQ(psa.aes128(random_key, block, here), Status::kOk);
    ASSERT_EQ(other.aes128(random_key, block, there), Status::kOk);
    EXPECT_EQ(here, there);
    ASSERT_EQ(psa.aes_cmac(random_key, message, here), Status::kOk);
    ASSERT_EQ(other.aes_cmac(random_key, message, there), Status::kOk);
    EXPECT_EQ(here, there);
  }
}

/// Key slots that are still free, counted by filling them.
size_t free_slots() {
  std::vector<psa_key_id_t> keys;
  const Key octets{1};
  for (;;) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECB_NO_PADDING);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
    psa_key_id_t id = PSA_KEY_ID_NULL;
    if (psa_import_key(&attributes, octets.data(), octets.size(), &id) != PSA_SUCCESS) {
      break;
    }
    keys.push_back(id);
  }
  for (const psa_key_id_t id : keys) {
    psa_destroy_key(id);
  }
  return keys.size();
}

// Mbed TLS has 32 slots for volatile keys.
TEST(PsaCrypto, UsesOneKeySlot) {
  PsaCrypto crypto;
  const size_t all = free_slots();
  ASSERT_GT(all, 1u);
  PublicKey own{};
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk) << i;
  }
  EXPECT_EQ(free_slots(), all - 1);
  Key out{};
  Secret shared{};
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(crypto.aes128(Key{}, Key{}, out), Status::kOk) << i;
    ASSERT_EQ(crypto.aes_cmac(Key{}, out, out), Status::kOk) << i;
  }
  ASSERT_EQ(crypto.key_agreement(own, shared), Status::kOk);
  EXPECT_EQ(free_slots(), all - 1);
  crypto.destroy_key_pair();
  EXPECT_EQ(free_slots(), all);
  {
    PsaCrypto another;
    ASSERT_EQ(another.generate_key_pair(own), Status::kOk);
  }
  EXPECT_EQ(free_slots(), all) << "a key pair goes with its owner";
}

TEST(PsaCrypto, WithoutAKeyPairThereIsNoAgreement) {
  PsaCrypto crypto;
  PublicKey own{};
  Secret shared{};
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kInvalidState);
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kOk);
  crypto.destroy_key_pair();
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kInvalidState);
}

TEST(PsaCrypto, RandomFillsAnyLength) {
  PsaCrypto crypto;
  EXPECT_EQ(crypto.random({}), Status::kOk);
  std::vector<uint8_t> one(4096);
  std::vector<uint8_t> two(4096);
  ASSERT_EQ(crypto.random(one), Status::kOk);
  ASSERT_EQ(crypto.random(two), Status::kOk);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace pm::adapters
