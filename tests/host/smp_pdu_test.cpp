// SPDX-License-Identifier: Apache-2.0
//
// Command codes, lengths and directions of the Core Specification, Vol 3, Part H, 3.3, typed by
// hand.
#include <gtest/gtest.h>

#include "host/smp/pdu.hpp"
#include "host/support/smp_device.hpp"

namespace pm::host::smp {
namespace {

struct Expected {
  uint8_t code;
  size_t length;
  bool central;
  bool peripheral;
};
constexpr Expected kCommands[] = {
    {0x01, 7, true, false}, {0x02, 7, false, true}, {0x03, 17, true, true}, {0x04, 17, true, true},
    {0x05, 2, true, true},  {0x06, 17, true, true}, {0x07, 11, true, true}, {0x08, 17, true, true},
    {0x09, 8, true, true},  {0x0A, 17, true, true}, {0x0B, 2, false, true}, {0x0C, 65, true, true},
    {0x0D, 17, true, true}, {0x0E, 2, true, true},
};

TEST(Pdu, EveryCodeAndLength) {
  for (unsigned code = 0; code <= 0xFF; ++code) {
    const Expected* known = nullptr;
    for (const Expected& command : kCommands) {
      known = command.code == code ? &command : known;
    }
    for (size_t length = 1; length <= 70; ++length) {
      test::Octets octets(length, 0);
      octets[0] = static_cast<uint8_t>(code);
      const Parsed from_central = parse(octets, true);
      const Parsed from_peripheral = parse(octets, false);
      if (known == nullptr) {
        EXPECT_EQ(from_central.verdict, Parsed::Verdict::kReserved) << code;
        EXPECT_EQ(from_peripheral.verdict, Parsed::Verdict::kReserved) << code;
        continue;
      }
      EXPECT_EQ(from_central.verdict,
                length == known->length ? Parsed::Verdict::kGood : Parsed::Verdict::kWrongLength)
          << code << " length " << length;
      EXPECT_EQ(from_central.right_direction, known->central) << code;
      EXPECT_EQ(from_peripheral.right_direction, known->peripheral) << code;
    }
  }
}

TEST(Pdu, NothingIsReserved) { EXPECT_EQ(parse({}, true).verdict, Parsed::Verdict::kReserved); }

TEST(Pdu, FeaturesKeepEveryOctet) {
  const auto octets = test::from_hex("040110fd10ffff");
  const auto features = decode_features(Bytes(octets).subspan(0, 6));
  ASSERT_FALSE(features) << "key size 0xfd";
  const auto request = test::from_hex("0104013d070f0b");
  const auto decoded = decode_features(Bytes(request).subspan(1));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->bonding());
  EXPECT_TRUE(decoded->mitm());
  EXPECT_TRUE(decoded->secure_connections());
  EXPECT_TRUE(decoded->keypress());
  EXPECT_EQ(test::to_hex(encode_features(Opcode::kPairingRequest, *decoded)), "0104013d070f0b");
}

TEST(Pdu, ReservedValuesAreInvalid) {
  const auto valid = [](uint8_t io, uint8_t oob, uint8_t size) {
    const test::Octets body{io, oob, 0x01, size, 0x03, 0x03};
    return decode_features(body).has_value();
  };
  for (unsigned value = 0; value <= 0xFF; ++value) {
    const auto octet = static_cast<uint8_t>(value);
    EXPECT_EQ(valid(octet, 0, 16), value <= 4) << "io capability " << value;
    EXPECT_EQ(valid(0, octet, 16), value <= 1) << "oob " << value;
    EXPECT_EQ(valid(0, 0, octet), value >= 7 && value <= 16) << "key size " << value;
  }
}

}  // namespace
}  // namespace pm::host::smp
