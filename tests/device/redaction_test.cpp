// SPDX-License-Identifier: Apache-2.0
//
// Packets typed by hand from Core, Vol 4, Part E (commands, ACL data) and Vol 3, Part H, 3.6.
#include "pm/device/redaction.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pm::device {
namespace {

using Octets = std::vector<uint8_t>;

Octets octets(const std::string& hex) {
  Octets result;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') {
      continue;
    }
    digits += c;
    if (digits.size() == 2) {
      result.push_back(static_cast<uint8_t>(std::stoul(digits, nullptr, 16)));
      digits.clear();
    }
  }
  EXPECT_TRUE(digits.empty()) << hex;
  return result;
}

void expect_copy(const std::string& packet, const std::string& expected) {
  for (const bool sent : {false, true}) {
    EXPECT_EQ(Redaction().without_keys(sent, octets(packet)), octets(expected)) << packet;
  }
}

TEST(Redaction, LeEnableEncryption) {
  // Handle 0x0040, random number, EDIV, long-term key.
  expect_copy("01 1920 1c 4000 1112131415161718 2122 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
              "01 1920 1c 4000 1112131415161718 2122 00000000000000000000000000000000");
}

TEST(Redaction, LeLongTermKeyRequestReply) {
  expect_copy("01 1a20 12 4000 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
              "01 1a20 12 4000 00000000000000000000000000000000");
}

TEST(Redaction, LeAddDeviceToResolvingList) {
  // Address type, address, the peer's key, ours.
  expect_copy(
      "01 2720 27 01 c1c2c3c4c5c6 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
      "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf",
      "01 2720 27 01 c1c2c3c4c5c6 00000000000000000000000000000000"
      "00000000000000000000000000000000");
}

TEST(Redaction, LeEncrypt) {
  expect_copy("01 1720 20 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf 303132333435363738393a3b3c3d3e3f",
              "01 1720 20 00000000000000000000000000000000 303132333435363738393a3b3c3d3e3f");
}

TEST(Redaction, KeysThatSmpDistributes) {
  // Encryption, identity and signing information; a first packet of either kind (flags 00 and 10).
  expect_copy("02 4020 1500 1100 0600 06 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
              "02 4020 1500 1100 0600 06 00000000000000000000000000000000");
  expect_copy("02 4000 1500 1100 0600 08 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
              "02 4000 1500 1100 0600 08 00000000000000000000000000000000");
  expect_copy("02 4020 1500 1100 0600 0a a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
              "02 4020 1500 1100 0600 0a 00000000000000000000000000000000");
}

TEST(Redaction, NothingElseChanges) {
  for (const char* packet : {
           // Reset; LE Long Term Key Request Negative Reply; LE Rand.
           "01 030c 00",
           "01 1b20 02 4000",
           "01 1820 00",
           // Command Complete of LE Rand; LE Long Term Key Request.
           "04 0e 0c 01 1820 00 1112131415161718",
           "04 3e 0d 05 4000 1112131415161718 2122",
           // Pairing Request, Pairing Random, Central Identification, Identity Address Information.
           "02 4020 0b00 0700 0600 01 01 00 0d 10 03 03",
           "02 4020 1500 1100 0600 04 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
           "02 4020 0f00 0b00 0600 07 2122 1112131415161718",
           "02 4020 0c00 0800 0600 09 01 c1c2c3c4c5c6",
           // The codes of keys, but on the channel of ATT.
           "02 4020 1500 1100 0400 06 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
           "02 4020 1500 1100 0400 08 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
       }) {
    expect_copy(packet, packet);
  }
}

TEST(Redaction, AKeyInPieces) {
  Redaction redaction;
  EXPECT_EQ(redaction.without_keys(false, octets("02 4020 0700 1100 0600 06 a0a1")),
            octets("02 4020 0700 1100 0600 06 0000"));
  // Between them: another link, and the other direction of this one.
  EXPECT_EQ(redaction.without_keys(false, octets("02 4110 0400 a0a1a2a3")),
            octets("02 4110 0400 a0a1a2a3"));
  EXPECT_EQ(redaction.without_keys(true, octets("02 4020 0700 0300 0400 0a 0300")),
            octets("02 4020 0700 0300 0400 0a 0300"));
  EXPECT_EQ(redaction.without_keys(false, octets("02 4010 0400 a2a3a4a5")),
            octets("02 4010 0400 00000000"));
  EXPECT_EQ(redaction.without_keys(false, octets("02 4010 0a00 a6a7a8a9aaabacadaeaf")),
            octets("02 4010 0a00 00000000000000000000"));
  // What follows the PDU is none of it.
  EXPECT_EQ(redaction.without_keys(false, octets("02 4010 0200 a0a1")),
            octets("02 4010 0200 a0a1"));
}

TEST(Redaction, AKeyInSingleOctets) {
  Redaction redaction;
  const Octets pdu = octets("1100 0600 08 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  Octets seen;
  for (size_t i = 0; i < pdu.size(); ++i) {
    Octets packet = octets(i == 0 ? "02 4020 0100" : "02 4010 0100");
    packet.push_back(pdu[i]);
    seen.push_back(redaction.without_keys(false, packet).back());
  }
  EXPECT_EQ(seen, octets("1100 0600 08 00000000000000000000000000000000"));
}

TEST(Redaction, ANewPduEndsTheOneBefore) {
  Redaction redaction;
  (void)redaction.without_keys(false, octets("02 4020 0600 1100 0600 06 a0"));
  EXPECT_EQ(redaction.without_keys(false, octets("02 4020 0700 0300 0400 0b 7172")),
            octets("02 4020 0700 0300 0400 0b 7172"));
  EXPECT_EQ(redaction.without_keys(false, octets("02 4010 0200 a0a1")),
            octets("02 4010 0200 a0a1"));
}

TEST(Redaction, ShortPacketsAreSafeAndKeepNoKey) {
  for (const char* whole :
       {"01 1920 1c 4000 1112131415161718 2122 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "01 1a20 12 4000 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "02 4020 1500 1100 0600 06 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}) {
    const Octets packet = octets(whole);
    for (size_t size = 0; size <= packet.size(); ++size) {
      const Octets copy = Redaction().without_keys(
          true, Octets(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)));
      ASSERT_EQ(copy.size(), size);
      for (size_t i = 0; i < size; ++i) {
        const bool is_key = i >= packet.size() - 16;
        EXPECT_EQ(copy[i], is_key ? 0 : packet[i]) << whole << " octet " << i << " of " << size;
      }
    }
  }
}

TEST(Redaction, AnyOctetsAreSafe) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    Redaction redaction;
    for (int i = 0; i < 200; ++i) {
      Octets packet(random() % 40);
      for (uint8_t& octet : packet) {
        octet = static_cast<uint8_t>(random() % 4 == 0 ? random() : random() % 0x28);
      }
      EXPECT_EQ(redaction.without_keys(i % 2 == 0, packet).size(), packet.size())
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace pm::device
