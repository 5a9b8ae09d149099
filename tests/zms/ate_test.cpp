// SPDX-License-Identifier: Apache-2.0
//
// The codec against the octets in the description of the format.
#include "zms/ate.hpp"

#include <gmock/gmock.h>

#include <string_view>

namespace pm::zms {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(Ate, IsEncodedAsTheFormatShows) {
  EXPECT_THAT(Ate::empty(1).raw(), ElementsAre(0x27, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0,
                                               0, 0, 0x01, 0x42, 0, 0));
  EXPECT_THAT(Ate::empty(2).raw(), ElementsAre(0xff, 0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0,
                                               0, 0, 0x01, 0x42, 0, 0));
  EXPECT_THAT(Ate::collection_done(1, 0).raw(), ElementsAre(0x5d, 1, 0, 0, 0xff, 0xff, 0xff, 0xff,
                                                            0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff));
  EXPECT_THAT(Ate::collection_done(2, 0).raw(), ElementsAre(0x85, 2, 0, 0, 0xff, 0xff, 0xff, 0xff,
                                                            0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff));
  EXPECT_THAT(Ate::close(1, 0x1F0).raw(), ElementsAre(0xb8, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xf0,
                                                      1, 0, 0, 0xff, 0xff, 0xff, 0xff));
  const std::array<uint8_t, 4> one{1, 0, 0, 0};
  EXPECT_THAT(Ate::small_value(1, 6, one).raw(),
              ElementsAre(0x62, 1, 4, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Ate::large_value(1, 7, 80, 0, 0).raw(),
              ElementsAre(0x24, 1, 0x50, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Ate::large_value(1, 0x00010004, 17, 0x50, 0).raw(),
              ElementsAre(0x4a, 1, 0x11, 0, 4, 0, 1, 0, 0x50, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Ate::tombstone(1, 6).raw(),
              ElementsAre(0xec, 1, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(Ate, AnEntryThatMovesKeepsItsValueAndTakesTheNewCycle) {
  const std::array<uint8_t, 4> value{123, 0, 0, 0};
  EXPECT_THAT(Ate::small_value(1, 50, value).raw(),
              ElementsAre(0x70, 1, 4, 0, 0x32, 0, 0, 0, 0x7b, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Ate::small_value(1, 50, value).moved(2, 0x300).raw(),
              ElementsAre(0xa8, 2, 4, 0, 0x32, 0, 0, 0, 0x7b, 0, 0, 0, 0, 0, 0, 0));
  const Ate moved = Ate::large_value(1, 7, 80, 0x20, 0xCAFE).moved(3, 0x60);
  EXPECT_THAT(moved.raw(), ElementsAreArray(Ate::large_value(3, 7, 80, 0x60, 0xCAFE).raw()));
}

TEST(Ate, ADamagedBitIsSeen) {
  for (size_t bit = 0; bit < 128; ++bit) {
    Ate ate = Ate::large_value(1, 7, 80, 0, 0);
    ate.raw()[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(ate.crc_ok()) << bit;
  }
}

// The check values that catalogues of CRC algorithms give for "123456789".
TEST(Crc, HasTheCatalogueCheckValue) {
  constexpr std::string_view kText = "123456789";
  std::array<uint8_t, 9> octets{};
  std::copy(kText.begin(), kText.end(), octets.begin());
  Crc32 crc;
  crc.add(Bytes(octets).first(4));
  crc.add(Bytes(octets).subspan(4));
  EXPECT_EQ(crc.value(), 0xCBF43926u);
  EXPECT_EQ(crc8(octets), 0xFBu);  // CRC-8, polynomial 0x07, initial value 0xFF
}

}  // namespace
}  // namespace pm::zms
