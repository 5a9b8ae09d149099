// SPDX-License-Identifier: Apache-2.0
//
// Fixed containers, identifiers, statuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "ble_err.h"
#include "nrf_error.h"
#include "pm/base/inline_vector.hpp"
#include "pm/base/status.hpp"
#include "pm/base/types.hpp"

namespace pm {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(InlineVector, RefusesTheElementBeyondItsCapacityAndKeepsTheOthers) {
  InlineVector<int, 3> vector;
  EXPECT_TRUE(vector.empty());
  EXPECT_TRUE(vector.push_back(1));
  EXPECT_TRUE(vector.push_back(2));
  EXPECT_FALSE(vector.full());
  EXPECT_TRUE(vector.push_back(3));
  EXPECT_TRUE(vector.full());
  EXPECT_FALSE(vector.push_back(4));
  EXPECT_THAT(vector.span(), ElementsAre(1, 2, 3));
  EXPECT_EQ(vector.capacity(), 3u);
}

TEST(InlineVector, ErasesAnyElementWithoutKeepingOrder) {
  for (size_t erased = 0; erased < 3; ++erased) {
    SCOPED_TRACE(erased);
    InlineVector<size_t, 3> vector;
    for (const size_t value : {0u, 1u, 2u}) {
      EXPECT_TRUE(vector.push_back(value));
    }
    vector.erase_unordered(erased);
    EXPECT_THAT(vector.span(), UnorderedElementsAre((erased + 1) % 3, (erased + 2) % 3));
    EXPECT_TRUE(vector.push_back(7)) << "the place is free again";
  }
}

TEST(InlineVector, IteratesOverWhatItHoldsOnly) {
  InlineVector<int, 8> vector;
  EXPECT_TRUE(vector.push_back(5));
  EXPECT_TRUE(vector.push_back(6));
  int sum = 0;
  for (int& value : vector) {
    value *= 10;
    sum += value;
  }
  EXPECT_EQ(sum, 110);
  vector.clear();
  EXPECT_EQ(vector.begin(), vector.end());
}

TEST(Types, IdentifiersDoNotMix) {
  static_assert(!std::is_convertible_v<uint16_t, PeerId>);
  static_assert(!std::is_convertible_v<PeerId, DataId>);
  static_assert(!std::is_convertible_v<PeerId, uint16_t>);
  EXPECT_EQ(to_number(kInvalidPeer), 0xFFFF);
  EXPECT_EQ(to_number(DataId{7}), 7);
  EXPECT_EQ(to_number(RecordKey{0x00030007}), 0x00030007u);
}

// The C edge is a cast: each name's number is that of the SoftDevice interface.
TEST(Status, HasTheNumbersOfTheSoftDevice) {
  EXPECT_EQ(to_code(Status::kOk), static_cast<uint32_t>(NRF_SUCCESS));
  EXPECT_EQ(to_code(Status::kInternal), static_cast<uint32_t>(NRF_ERROR_INTERNAL));
  EXPECT_EQ(to_code(Status::kNoMem), static_cast<uint32_t>(NRF_ERROR_NO_MEM));
  EXPECT_EQ(to_code(Status::kNotFound), static_cast<uint32_t>(NRF_ERROR_NOT_FOUND));
  EXPECT_EQ(to_code(Status::kNotSupported), static_cast<uint32_t>(NRF_ERROR_NOT_SUPPORTED));
  EXPECT_EQ(to_code(Status::kInvalidParam), static_cast<uint32_t>(NRF_ERROR_INVALID_PARAM));
  EXPECT_EQ(to_code(Status::kInvalidState), static_cast<uint32_t>(NRF_ERROR_INVALID_STATE));
  EXPECT_EQ(to_code(Status::kInvalidLength), static_cast<uint32_t>(NRF_ERROR_INVALID_LENGTH));
  EXPECT_EQ(to_code(Status::kInvalidFlags), static_cast<uint32_t>(NRF_ERROR_INVALID_FLAGS));
  EXPECT_EQ(to_code(Status::kInvalidData), static_cast<uint32_t>(NRF_ERROR_INVALID_DATA));
  EXPECT_EQ(to_code(Status::kDataSize), static_cast<uint32_t>(NRF_ERROR_DATA_SIZE));
  EXPECT_EQ(to_code(Status::kTimeout), static_cast<uint32_t>(NRF_ERROR_TIMEOUT));
  EXPECT_EQ(to_code(Status::kNull), static_cast<uint32_t>(NRF_ERROR_NULL));
  EXPECT_EQ(to_code(Status::kForbidden), static_cast<uint32_t>(NRF_ERROR_FORBIDDEN));
  EXPECT_EQ(to_code(Status::kInvalidAddr), static_cast<uint32_t>(NRF_ERROR_INVALID_ADDR));
  EXPECT_EQ(to_code(Status::kBusy), static_cast<uint32_t>(NRF_ERROR_BUSY));
  EXPECT_EQ(to_code(Status::kConnCount), static_cast<uint32_t>(NRF_ERROR_CONN_COUNT));
  EXPECT_EQ(to_code(Status::kResources), static_cast<uint32_t>(NRF_ERROR_RESOURCES));
  EXPECT_EQ(to_code(Status::kNotEnabled), static_cast<uint32_t>(BLE_ERROR_NOT_ENABLED));
  EXPECT_EQ(to_code(Status::kInvalidConnHandle),
            static_cast<uint32_t>(BLE_ERROR_INVALID_CONN_HANDLE));
  EXPECT_EQ(to_code(Status::kInvalidAttrHandle),
            static_cast<uint32_t>(BLE_ERROR_INVALID_ATTR_HANDLE));
}

Status twice(Status first, Status second, int& calls) {
  PM_TRY((++calls, first));
  PM_TRY((++calls, second));
  return Status::kOk;
}

TEST(Status, TryReturnsTheFirstFailureAndSkipsTheRest) {
  int calls = 0;
  EXPECT_EQ(twice(Status::kOk, Status::kOk, calls), Status::kOk);
  EXPECT_EQ(calls, 2);
  calls = 0;
  EXPECT_EQ(twice(Status::kBusy, Status::kOk, calls), Status::kBusy);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace pm
