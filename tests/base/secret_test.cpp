// SPDX-License-Identifier: Apache-2.0
#include "pm/base/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <type_traits>

namespace pm {
namespace {

using testing::Each;

constexpr std::array<uint8_t, 16> kOctets = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, KeepsOctetsInOrder) {
  const Key128 key{std::span(kOctets)};
  EXPECT_THAT(key.expose(), testing::ElementsAreArray(kOctets));
}

TEST(Secret, EqualsOnlyTheSameOctets) {
  const Key128 key{std::span(kOctets)};
  Key128 other = key;
  EXPECT_TRUE(other == key);
  other.expose_mutable()[15] ^= 0x01;
  EXPECT_FALSE(other == key);
  EXPECT_FALSE(Key128{} == key);
}

TEST(Secret, IsGoneAfterWiping) {
  Key128 key{std::span(kOctets)};
  key.wipe();
  EXPECT_THAT(key.expose(), Each(0));
  EXPECT_TRUE(key == Key128{});
}

TEST(Secret, CannotBePrintedNorConvertedByAccident) {
  static_assert(!Printable<Key128>);
  static_assert(!std::convertible_to<Key128, Bytes>);
  static_assert(!std::convertible_to<std::span<const uint8_t, 16>, Key128>);
  // A destructor inside a std::variant would link abort code into the target's image.
  static_assert(std::is_trivially_destructible_v<Key128>);
  static_assert(std::is_trivially_copyable_v<Key128>);
}

}  // namespace
}  // namespace pm
