// SPDX-License-Identifier: Apache-2.0
//
// The toolbox against the sample data of the Core Specification, Vol 3, Part H, Appendix D, and
// derived values.
#include <gtest/gtest.h>

#include <algorithm>

#include "host/smp/toolbox.hpp"
#include "host/support/openssl_crypto.hpp"
#include "host/support/smp_device.hpp"
#include "host/support/vectors.hpp"

namespace pm::host::smp {
namespace {

using nlohmann::json;
using test::from_hex;
using test::reversed;
using test::to_hex;

// The vectors print numbers most significant octet first; the toolbox takes them as sent on air.
test::Octets number(const json& vector, const char* name) {
  return reversed(from_hex(vector.at(name).get<std::string>()));
}
template <size_t N>
std::array<uint8_t, N> array(const json& vector, const char* name) {
  std::array<uint8_t, N> out{};
  const test::Octets octets = number(vector, name);
  EXPECT_EQ(octets.size(), N) << name;
  std::copy_n(octets.begin(), std::min(N, octets.size()), out.begin());
  return out;
}
template <size_t N>
Secret<N> secret(const json& vector, const char* name) {
  return Secret<N>(array<N>(vector, name));
}
// Type octet above 48 bits of address.
AirAddress address56(const json& vector, const char* name) {
  const auto octets = array<7>(vector, name);
  AirAddress address;
  address.type = octets[6];
  std::copy_n(octets.begin(), 6, address.octets.begin());
  return address;
}
std::string text(const json& vector, const char* name) {
  return vector.at(name).get<std::string>();
}
std::string printed(Bytes octets) {
  return to_hex(reversed(test::Octets(octets.begin(), octets.end())));
}

class Toolbox : public testing::Test {
 protected:
  // A group that is missing from the file must not pass for tested.
  std::vector<json> vectors(const char* function) {
    auto found = test::vectors_of(function);
    EXPECT_FALSE(found.empty()) << function;
    return found;
  }
  test::OpenSslCrypto crypto_{1};
};

TEST_F(Toolbox, C1) {
  for (const json& v : vectors("c1")) {
    AirAddress initiator{v.at("iat"), array<6>(v, "ia")};
    AirAddress responder{v.at("rat"), array<6>(v, "ra")};
    Block out{};
    ASSERT_EQ(c1(crypto_, secret<16>(v, "k"), array<16>(v, "r"), array<7>(v, "preq"),
                 array<7>(v, "pres"), initiator, responder, out),
              Status::kOk);
    EXPECT_EQ(printed(out), text(v, "out"));
  }
}

TEST_F(Toolbox, S1) {
  for (const json& v : vectors("s1")) {
    Key128 out;
    ASSERT_EQ(s1(crypto_, secret<16>(v, "k"), array<16>(v, "r1"), array<16>(v, "r2"), out),
              Status::kOk);
    EXPECT_EQ(printed(out.expose()), text(v, "out"));
  }
}

TEST_F(Toolbox, F4) {
  for (const json& v : vectors("f4")) {
    Block out{};
    const auto u = array<32>(v, "u");
    const auto w = array<32>(v, "v");
    ASSERT_EQ(f4(crypto_, u, w, array<16>(v, "x"), array<1>(v, "z")[0], out), Status::kOk);
    EXPECT_EQ(printed(out), text(v, "out"));
  }
}

TEST_F(Toolbox, F5) {
  for (const json& v : vectors("f5")) {
    Key128 mac_key;
    Key128 ltk;
    ASSERT_EQ(f5(crypto_, secret<32>(v, "w"), array<16>(v, "n1"), array<16>(v, "n2"),
                 address56(v, "a1"), address56(v, "a2"), mac_key, ltk),
              Status::kOk);
    EXPECT_EQ(printed(mac_key.expose()), text(v, "mackey"));
    EXPECT_EQ(printed(ltk.expose()), text(v, "ltk"));
  }
}

TEST_F(Toolbox, F6) {
  for (const json& v : vectors("f6")) {
    Block out{};
    const auto io_capabilities = array<3>(v, "iocap");
    ASSERT_EQ(f6(crypto_, secret<16>(v, "w"), array<16>(v, "n1"), array<16>(v, "n2"),
                 array<16>(v, "r"), io_capabilities, address56(v, "a1"), address56(v, "a2"), out),
              Status::kOk);
    EXPECT_EQ(printed(out), text(v, "out"));
  }
}

TEST_F(Toolbox, G2) {
  for (const json& v : vectors("g2")) {
    uint32_t digits = 0;
    const auto u = array<32>(v, "u");
    const auto w = array<32>(v, "v");
    ASSERT_EQ(g2(crypto_, u, w, array<16>(v, "x"), array<16>(v, "y"), digits), Status::kOk);
    EXPECT_EQ(digits, std::stoul(v.at("display").get<std::string>()));
  }
}

TEST_F(Toolbox, Ah) {
  for (const json& v : vectors("ah")) {
    std::array<uint8_t, 3> hash{};
    const auto prand = array<3>(v, "prand");
    ASSERT_EQ(ah(crypto_, secret<16>(v, "irk"), prand, hash), Status::kOk);
    EXPECT_EQ(printed(hash), text(v, "hash"));
  }
}

TEST_F(Toolbox, KeysAreShortenedFromTheMostSignificantEnd) {
  for (const json& v : vectors("mask_key")) {
    Key128 key = secret<16>(v, "key");
    mask_key(key, v.at("size"));
    EXPECT_EQ(printed(key.expose()), text(v, "out")) << v.at("id");
  }
}

TEST_F(Toolbox, PasskeyAsTemporaryKey) {
  for (const json& v : vectors("passkey_to_tk")) {
    EXPECT_EQ(printed(passkey_to_tk(v.at("passkey")).expose()), text(v, "tk")) << v.at("id");
  }
}

// The test's own curve arithmetic has to be right before it may judge.
TEST_F(Toolbox, CurveOfTheTests) {
  for (const json& v : vectors("p256_ecdh")) {
    std::array<uint8_t, 64> a{};
    std::array<uint8_t, 64> b{};
    std::array<uint8_t, 32> dhkey{};
    crypto_.use_private_key(from_hex(v.at("private_b")), b);
    crypto_.use_private_key(from_hex(v.at("private_a")), a);
    EXPECT_EQ(printed(std::span(a).first(32)), text(v, "public_a_x"));
    ASSERT_EQ(crypto_.key_agreement(b, dhkey), Status::kOk);
    EXPECT_EQ(printed(dhkey), text(v, "dhkey"));
  }
  for (const json& v : vectors("p256_invalid_public_key")) {
    std::array<uint8_t, 64> key{};
    const auto pdu = from_hex(v.at("pdu_public_key_wire"));
    std::copy(pdu.begin() + 1, pdu.end(), key.begin());
    std::array<uint8_t, 32> dhkey{};
    EXPECT_NE(crypto_.key_agreement(key, dhkey), Status::kOk) << v.at("id");
  }
}

}  // namespace
}  // namespace pm::host::smp
