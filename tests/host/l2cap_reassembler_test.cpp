// SPDX-License-Identifier: Apache-2.0
#include "host/l2cap/reassembler.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace pm::host::l2cap {
namespace {

std::vector<uint8_t> frame(uint16_t cid, size_t size, size_t announced) {
  std::vector<uint8_t> octets(4 + size);
  store_le16(octets.data(), static_cast<uint16_t>(announced));
  store_le16(octets.data() + 2, cid);
  std::iota(octets.begin() + 4, octets.end(), uint8_t{1});
  return octets;
}
std::vector<uint8_t> frame(uint16_t cid, size_t size) { return frame(cid, size, size); }

TEST(Reassembler, JoinsAFrameCutAtEveryPoint) {
  const auto whole = frame(0x0004, 23);
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    Reassembler reassembler(23);
    const Bytes bytes(whole);
    auto result = reassembler.feed(true, bytes.first(cut));
    if (cut < whole.size()) {
      EXPECT_FALSE(result) << cut;
      result = reassembler.feed(false, bytes.subspan(cut));
    }
    ASSERT_TRUE(result) << cut;
    EXPECT_EQ(result->cid, 0x0004);
    EXPECT_TRUE(
        std::equal(result->payload.begin(), result->payload.end(), whole.begin() + 4, whole.end()));
  }
}

TEST(Reassembler, JoinsAFrameOfSingleOctets) {
  const auto whole = frame(0x0006, 65);
  Reassembler reassembler(23);
  for (size_t i = 0; i + 1 < whole.size(); ++i) {
    EXPECT_FALSE(reassembler.feed(i == 0, Bytes(whole).subspan(i, 1)));
  }
  const auto result = reassembler.feed(false, Bytes(whole).last(1));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload.size(), 65u);
}

TEST(Reassembler, TellsAnEmptyPayload) {
  Reassembler reassembler(23);
  const auto result = reassembler.feed(true, frame(0x0006, 0));
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->payload.empty());
}

struct HostileCase {
  const char* name;
  std::vector<std::pair<bool, std::vector<uint8_t>>> fragments;
};

// What a peer or controller may send instead of a frame; each must vanish, and the next good frame
// must arrive.
TEST(Reassembler, DropsHostileFragmentsAndGoesOn) {
  const auto good = frame(0x0004, 5);
  const auto half = std::vector<uint8_t>(good.begin(), good.begin() + 6);
  const HostileCase cases[] = {
      {"continuation without start", {{false, good}}},
      {"continuation after the end", {{false, {1, 2, 3}}, {false, {4}}}},
      {"start before the former ended", {{true, half}}},
      {"more octets than announced in one fragment", {{true, frame(0x0004, 6, 5)}}},
      {"more octets than announced in the last fragment", {{true, half}, {false, {1, 2, 3, 4}}}},
      {"nothing at all", {{true, {}}}},
      {"half a header", {{true, {5, 0}}}},
      {"null channel", {{true, frame(0x0000, 5)}}},
      {"BR/EDR signalling", {{true, frame(0x0001, 5)}}},
      {"SMP over BR/EDR", {{true, frame(0x0007, 5)}}},
      {"dynamic channel", {{true, frame(0x0040, 5)}}},
      {"reserved channel", {{true, frame(0xFFFF, 5)}}},
      {"ATT above its MTU", {{true, frame(0x0004, 24)}}},
      {"SMP above 65", {{true, frame(0x0006, 66)}}},
      {"greatest length announced, little sent", {{true, frame(0x0004, 20, 0xFFFF)}}},
  };
  for (const HostileCase& hostile : cases) {
    Reassembler reassembler(23);
    for (const auto& [is_start, octets] : hostile.fragments) {
      EXPECT_FALSE(reassembler.feed(is_start, octets)) << hostile.name;
    }
    const auto result = reassembler.feed(true, good);
    ASSERT_TRUE(result) << hostile.name;
    EXPECT_EQ(result->payload.size(), 5u) << hostile.name;
  }
}

TEST(Reassembler, KeepsOnlyTheBeginningOfALongSignallingCommand) {
  Reassembler reassembler(23);
  const auto whole = frame(0x0005, 200);
  EXPECT_FALSE(reassembler.feed(true, Bytes(whole).first(30)));
  const auto result = reassembler.feed(false, Bytes(whole).subspan(30));
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->oversized);
  EXPECT_EQ(result->payload.size(), kSignallingMtu);
}

}  // namespace
}  // namespace pm::host::l2cap
