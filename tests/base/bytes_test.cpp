// SPDX-License-Identifier: Apache-2.0
//
// Octets in over-the-air order, and readers and writers that stop at the end of what there is.
#include "pm/base/bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pm {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr std::array<uint8_t, 8> kCounting = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

TEST(LittleEndian, LeastSignificantOctetComesFirst) {
  EXPECT_EQ(load_le16(kCounting.data()), 0x0201u);
  EXPECT_EQ(load_le32(kCounting.data()), 0x04030201u);
  EXPECT_EQ(load_le64(kCounting.data()), 0x0807060504030201u);

  std::array<uint8_t, 8> out{};
  store_le16(out.data(), 0xBEEF);
  EXPECT_THAT(out, ElementsAre(0xEF, 0xBE, 0, 0, 0, 0, 0, 0));
  store_le32(out.data(), 0xDEADBEEF);
  EXPECT_THAT(out, ElementsAre(0xEF, 0xBE, 0xAD, 0xDE, 0, 0, 0, 0));
  store_le64(out.data(), 0x8877665544332211);
  EXPECT_THAT(out, ElementsAre(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88));
}

TEST(LittleEndian, TopBitsSurviveAsUnsigned) {
  constexpr std::array<uint8_t, 8> ones = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(load_le16(ones.data()), UINT16_MAX);
  EXPECT_EQ(load_le32(ones.data()), UINT32_MAX);
  EXPECT_EQ(load_le64(ones.data()), UINT64_MAX);
}

TEST(ByteReader, ReadsEveryWidthInOrderAndKnowsItsEnd) {
  constexpr std::array<uint8_t, 19> packet = {0xAA, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12,
                                              0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02,
                                              0x01, 0xF0, 0xF1, 0xF2, 0xF3};
  ByteReader reader(packet);
  EXPECT_EQ(reader.u8(), 0xAA);
  EXPECT_EQ(reader.u16(), 0x1234);
  EXPECT_EQ(reader.u32(), 0x12345678u);
  EXPECT_EQ(reader.u64(), 0x0102030405060708u);
  EXPECT_EQ(reader.remaining(), 4u);
  EXPECT_THAT(reader.view(2), ElementsAre(0xF0, 0xF1));
  EXPECT_FALSE(reader.at_end());
  reader.skip(1);
  EXPECT_THAT(reader.rest(), ElementsAre(0xF3));
  std::array<uint8_t, 1> last{};
  reader.copy_to(last);
  EXPECT_THAT(last, ElementsAre(0xF3));
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, OneOctetTooFewYieldsZeroAndFails) {
  for (const size_t width : {1u, 2u, 4u, 8u}) {
    SCOPED_TRACE(width);
    ByteReader reader(Bytes(kCounting).first(width - 1));
    const uint64_t value = width == 1   ? reader.u8()
                           : width == 2 ? reader.u16()
                           : width == 4 ? reader.u32()
                                        : reader.u64();
    EXPECT_EQ(value, 0u);
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.at_end());
  }
}

TEST(ByteReader, StaysFailedEvenForReadsThatWouldHaveFitted) {
  ByteReader reader(Bytes(kCounting).first(3));
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_EQ(reader.u8(), 0u) << "a packet that lied once is not read on";
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_TRUE(reader.view(0).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, FailedCopyLeavesTheDestinationAlone) {
  std::array<uint8_t, 4> out = {9, 9, 9, 9};
  ByteReader reader(Bytes(kCounting).first(3));
  reader.copy_to(out);
  EXPECT_THAT(out, Each(9));
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, AnEmptyPacketIsAtItsEnd) {
  ByteReader reader{Bytes()};
  EXPECT_TRUE(reader.at_end());
  reader.skip(0);
  EXPECT_TRUE(reader.at_end());
  reader.skip(SIZE_MAX);
  EXPECT_FALSE(reader.ok());
}

TEST(ByteWriter, WritesEveryWidthInOrder) {
  std::array<uint8_t, 18> buffer{};
  ByteWriter writer(buffer);
  writer.u8(0xAA);
  writer.u16(0x1234);
  writer.u32(0x12345678);
  writer.u64(0x0102030405060708);
  writer.bytes(Bytes(kCounting).first(2));
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.room(), 1u);
  EXPECT_THAT(writer.written(), ElementsAre(0xAA, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0x08, 0x07,
                                            0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0x01, 0x02));
}

TEST(ByteWriter, NeverWritesPastItsEnd) {
  for (const size_t width : {1u, 2u, 4u, 8u}) {
    SCOPED_TRACE(width);
    std::vector<uint8_t> memory(width, 0x5A);
    // The last octet belongs to somebody else.
    ByteWriter writer(MutableBytes(memory).first(width - 1));
    switch (width) {
      case 1:
        writer.u8(0xFF);
        break;
      case 2:
        writer.u16(0xFFFF);
        break;
      case 4:
        writer.u32(0xFFFFFFFF);
        break;
      default:
        writer.u64(UINT64_MAX);
        break;
    }
    EXPECT_FALSE(writer.ok());
    EXPECT_TRUE(writer.written().empty());
    EXPECT_THAT(memory, Each(0x5A)) << "a write that does not fit is dropped whole";
  }
}

TEST(ByteWriter, StaysFailedSoThatAPacketHasNoHole) {
  std::array<uint8_t, 3> buffer{};
  ByteWriter writer(buffer);
  writer.u16(0x0201);
  writer.u16(0x0403);
  writer.u8(0x05);
  EXPECT_FALSE(writer.ok());
  EXPECT_THAT(writer.written(), ElementsAre(0x01, 0x02));
  EXPECT_EQ(buffer[2], 0);
}

TEST(ConstantTimeEqual, ComparesContentAndLength) {
  std::array<uint8_t, 8> other = kCounting;
  EXPECT_TRUE(constant_time_equal(kCounting, other));
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_FALSE(constant_time_equal(kCounting, Bytes(other).first(7)));
  for (size_t octet = 0; octet < other.size(); ++octet) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      SCOPED_TRACE(testing::Message() << "octet " << octet << " bit " << bit);
      other = kCounting;
      other[octet] = static_cast<uint8_t>(other[octet] ^ (1u << bit));
      EXPECT_FALSE(constant_time_equal(kCounting, other));
    }
  }
}

TEST(ConstantTimeEqual, TwoDifferencesDoNotCancelEachOther) {
  constexpr std::array<uint8_t, 2> a = {0x00, 0xFF};
  constexpr std::array<uint8_t, 2> b = {0xFF, 0x00};
  EXPECT_FALSE(constant_time_equal(a, b));
}

TEST(IsAllZero, SeesEveryOctet) {
  std::array<uint8_t, 16> key{};
  EXPECT_TRUE(is_all_zero(key));
  EXPECT_TRUE(is_all_zero({}));
  for (size_t octet = 0; octet < key.size(); ++octet) {
    key = {};
    key[octet] = 0x80;
    EXPECT_FALSE(is_all_zero(key)) << octet;
  }
}

TEST(Wipe, ZeroesExactlyTheGivenOctets) {
  std::array<uint8_t, 8> memory = kCounting;
  wipe(MutableBytes(memory).subspan(2, 4));
  EXPECT_THAT(memory, ElementsAre(1, 2, 0, 0, 0, 0, 7, 8));
  wipe(memory.data(), 0);
  wipe(MutableBytes());
  EXPECT_EQ(memory[0], 1);
}

}  // namespace
}  // namespace pm
