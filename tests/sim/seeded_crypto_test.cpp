// SPDX-License-Identifier: Apache-2.0
//
// Against tests/data/vectors.json; numbers there are printed most significant octet first.
#include "pm/sim/seeded_crypto.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pm::sim {
namespace {

using nlohmann::json;

std::vector<uint8_t> octets(const std::string& hex) {
  std::vector<uint8_t> result;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    result.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return result;
}

template <size_t N>
std::array<uint8_t, N> number(const json& text) {
  std::array<uint8_t, N> result{};
  const auto value = octets(text.get<std::string>());
  EXPECT_EQ(value.size(), N);
  std::copy_n(value.begin(), std::min(N, value.size()), result.begin());
  return result;
}

template <size_t N>
std::array<uint8_t, N> on_air(const json& text) {
  auto result = number<N>(text);
  std::reverse(result.begin(), result.end());
  return result;
}

std::array<uint8_t, 64> point(const json& x, const json& y) {
  std::array<uint8_t, 64> result{};
  std::ranges::copy(on_air<32>(x), result.begin());
  std::ranges::copy(on_air<32>(y), result.begin() + 32);
  return result;
}

std::vector<json> vectors(const std::string& function) {
  std::ifstream file(PM_TEST_DATA_DIR "/vectors.json");
  std::vector<json> found;
  const json document = json::parse(file);
  for (const json& group : document.at("groups")) {
    if (group.at("function") == function) {
      found.insert(found.end(), group.at("vectors").begin(), group.at("vectors").end());
    }
  }
  EXPECT_FALSE(found.empty()) << function;
  return found;
}

TEST(SeededCrypto, Aes128) {
  SeededCrypto crypto(1);
  for (const json& vector : vectors("e")) {
    std::array<uint8_t, 16> out{};
    ASSERT_EQ(crypto.aes128(number<16>(vector["key"]), number<16>(vector["plaintext"]), out),
              Status::kOk);
    EXPECT_EQ(out, number<16>(vector["out"])) << vector["id"];
  }
}

TEST(SeededCrypto, AesCmac) {
  SeededCrypto crypto(1);
  for (const json& vector : vectors("aes_cmac")) {
    std::array<uint8_t, 16> out{};
    ASSERT_EQ(crypto.aes_cmac(number<16>(vector["key"]), octets(vector["message"]), out),
              Status::kOk);
    EXPECT_EQ(out, number<16>(vector["out"])) << vector["id"];
  }
}

TEST(SeededCrypto, DiffieHellman) {
  SeededCrypto crypto(1);
  for (const json& vector : vectors("p256_ecdh")) {
    const auto a = point(vector["public_a_x"], vector["public_a_y"]);
    const auto b = point(vector["public_b_x"], vector["public_b_y"]);
    std::array<uint8_t, 64> made{};
    std::array<uint8_t, 32> shared{};
    ASSERT_EQ(crypto.use_private_key(on_air<32>(vector["private_a"]), made), Status::kOk);
    EXPECT_EQ(made, a) << vector["id"];
    ASSERT_EQ(crypto.key_agreement(b, shared), Status::kOk);
    EXPECT_EQ(shared, on_air<32>(vector["dhkey"])) << vector["id"];
    ASSERT_EQ(crypto.use_private_key(on_air<32>(vector["private_b"]), made), Status::kOk);
    EXPECT_EQ(made, b) << vector["id"];
    ASSERT_EQ(crypto.key_agreement(a, shared), Status::kOk);
    EXPECT_EQ(shared, on_air<32>(vector["dhkey"])) << vector["id"];
  }
}

TEST(SeededCrypto, RefusesPointsThatAreNone) {
  SeededCrypto crypto(1);
  std::array<uint8_t, 64> own{};
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  for (const json& vector : vectors("p256_invalid_public_key")) {
    std::array<uint8_t, 32> shared{};
    EXPECT_EQ(crypto.key_agreement(point(vector["x"], vector["y"]), shared), Status::kInvalidParam)
        << vector["id"];
    EXPECT_TRUE(is_all_zero(shared)) << vector["id"];
  }
}

TEST(SeededCrypto, TakesEveryPointThatIsOne) {
  SeededCrypto crypto(1);
  std::array<uint8_t, 64> own{};
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  for (const json& vector : vectors("p256_valid_public_key")) {
    std::array<uint8_t, 32> shared{};
    EXPECT_EQ(crypto.key_agreement(point(vector["x"], vector["y"]), shared), Status::kOk)
        << vector["id"];
  }
}

TEST(SeededCrypto, TwoSidesAgreeAndTheSeedDecides) {
  SeededCrypto one(1);
  SeededCrypto same(1);
  SeededCrypto other(2);
  std::array<uint8_t, 64> key_one{};
  std::array<uint8_t, 64> key_same{};
  std::array<uint8_t, 64> key_other{};
  ASSERT_EQ(one.generate_key_pair(key_one), Status::kOk);
  ASSERT_EQ(same.generate_key_pair(key_same), Status::kOk);
  ASSERT_EQ(other.generate_key_pair(key_other), Status::kOk);
  EXPECT_EQ(key_one, key_same);
  EXPECT_NE(key_one, key_other);
  std::array<uint8_t, 32> shared_one{};
  std::array<uint8_t, 32> shared_other{};
  ASSERT_EQ(one.key_agreement(key_other, shared_one), Status::kOk);
  ASSERT_EQ(other.key_agreement(key_one, shared_other), Status::kOk);
  EXPECT_EQ(shared_one, shared_other);
  ASSERT_EQ(one.generate_key_pair(key_one), Status::kOk);
  EXPECT_NE(key_one, key_same) << "a new key pair each time";
}

TEST(SeededCrypto, WithoutAKeyPairThereIsNoAgreement) {
  SeededCrypto crypto(1);
  std::array<uint8_t, 64> own{};
  std::array<uint8_t, 32> shared{};
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kInvalidState);
  ASSERT_EQ(crypto.generate_key_pair(own), Status::kOk);
  crypto.destroy_key_pair();
  EXPECT_EQ(crypto.key_agreement(own, shared), Status::kInvalidState);
  EXPECT_EQ(crypto.use_private_key(std::array<uint8_t, 32>{}, own), Status::kInvalidParam);
}

}  // namespace
}  // namespace pm::sim
