// SPDX-License-Identifier: Apache-2.0
//
// A small life of a store, with the power cut at every operation and every operation failing once:
// afterwards each record reads as its old or its new value, and nothing acknowledged is lost.
#include <algorithm>

#include "zms/bench.hpp"

namespace pm::zms {
namespace {

struct Request {
  uint32_t key;
  /// Empty: removal.
  Value value;
};

/// Writes, overwrites and removals of bond-sized, odd and small values, enough for several
/// collections.
std::vector<Request> story() {
  std::vector<Request> requests;
  for (uint8_t round = 0; round < 14; ++round) {
    requests.push_back({0x00000007, filled(80, round)});
    requests.push_back({0x00000006, filled(4, static_cast<uint8_t>(round + 1))});
    requests.push_back({0x00000008, filled(26u + round, round)});
    requests.push_back({0x00010000u + round % 5, filled(80, static_cast<uint8_t>(round * 3))});
    if (round % 3 == 2) {
      requests.push_back({0x00010000u + round % 5, {}});
      requests.push_back({0x00000006, {}});
    }
    requests.push_back({0x00020004, filled(133, static_cast<uint8_t>(round * 5))});
  }
  return requests;
}

Status perform(Device& device, const Request& request) {
  return request.value.empty() ? device.drop(request.key) : device.put(request.key, request.value);
}

void apply(Records& records, const Request& request) {
  records[request.key] = request.value.empty() ? std::nullopt : std::optional(request.value);
}

struct Media {
  const char* name;
  FlashGeometry geometry;
  uint32_t sector_size;
};

class StorePower : public testing::TestWithParam<Media> {
 protected:
  Options options() const { return {.sector_size = GetParam().sector_size, .data_crc = true}; }
};

TEST_P(StorePower, CutAtEveryOperationNothingAcknowledgedIsLost) {
  const auto requests = story();
  uint64_t total = 0;
  for (uint64_t at = 0;; ++at) {
    // One tear per cut, all of them over the run.
    const uint32_t octets =
        static_cast<uint32_t>(at * 7 % 25) / GetParam().geometry.program_unit * 4;
    SCOPED_TRACE("cut at write " + std::to_string(at) + " torn at " + std::to_string(octets));
    Device device(GetParam().geometry, options());
    ASSERT_EQ(device.boot(), Status::kOk);
    device.flash.cut_power_at(at, octets);
    Records acknowledged;
    const Request* open = nullptr;
    for (const auto& request : requests) {
      if (perform(device, request) != Status::kOk) {
        open = &request;
        break;
      }
      apply(acknowledged, request);
    }
    if (device.flash.powered()) {
      total = at;
      break;
    }
    ASSERT_NE(open, nullptr);
    ASSERT_EQ(device.boot(), Status::kOk);
    Records with_open = acknowledged;
    apply(with_open, *open);
    for (const auto& [key, value] : with_open) {
      const auto read = device.get(key);
      const auto old = acknowledged.count(key) != 0 ? acknowledged.at(key) : std::optional<Value>();
      EXPECT_TRUE(read == value || read == old) << std::hex << key;
    }
    // Life goes on from here.
    ASSERT_EQ(perform(device, *open), Status::kOk);
    ASSERT_EQ(device.boot(), Status::kOk);
    for (const auto& [key, value] : with_open) {
      ASSERT_EQ(device.get(key), value) << std::hex << key;
    }
  }
  EXPECT_GT(total, 150u);
  RecordProperty("cuts", static_cast<int>(total));
}

// Z4: a failure of the medium fails the operation that met it, no other.
TEST_P(StorePower, Z4_AFailingWriteFailsOneOperationOnly) {
  const auto requests = story();
  for (const uint32_t arrived : {0u, 8u, 4096u}) {
    for (uint64_t at = 0;; ++at) {
      SCOPED_TRACE("write " + std::to_string(at) + " fails after " + std::to_string(arrived));
      Device device(GetParam().geometry, options());
      ASSERT_EQ(device.boot(), Status::kOk);
      const uint64_t before = device.flash.counts().writes;
      device.flash.fail_write_at(at, arrived);
      Records records;
      int failures = 0;
      for (const auto& request : requests) {
        const Status result = perform(device, request);
        if (result != Status::kOk) {
          ASSERT_EQ(result, Status::kInternal);
          ++failures;
          ASSERT_EQ(perform(device, request), Status::kOk);
        }
        apply(records, request);
      }
      for (const auto& [key, value] : records) {
        ASSERT_EQ(device.get(key), value) << std::hex << key;
      }
      ASSERT_EQ(device.boot(), Status::kOk);
      for (const auto& [key, value] : records) {
        ASSERT_EQ(device.get(key), value) << std::hex << key;
      }
      if (device.flash.counts().writes - before <= at) {
        EXPECT_EQ(failures, 0);
        break;
      }
      EXPECT_EQ(failures, 1);
    }
  }
}

// Between a failure and the next operation the store still reads what it had.
TEST_P(StorePower, AfterAFailureEveryOtherRecordStillReads) {
  const auto requests = story();
  for (uint64_t at = 0; at < 200; ++at) {
    Device device(GetParam().geometry, options());
    ASSERT_EQ(device.boot(), Status::kOk);
    device.flash.fail_write_at(at, at % 3 == 0 ? 4096 : 0);
    Records records;
    for (const auto& request : requests) {
      if (perform(device, request) != Status::kOk) {
        records.erase(request.key);
        break;
      }
      apply(records, request);
    }
    for (const auto& [key, value] : records) {
      ASSERT_EQ(device.get(key), value) << std::hex << key << " after failure of write " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Media, StorePower,
    testing::Values(Media{"Nrf54l", sim::nrf54l_geometry(4096), 1024},
                    Media{"TwoSectors", sim::nrf54l_geometry(2048), 1024},
                    Media{"LargeUnits",
                          {.size = 4096, .program_unit = 16, .write_unit = 16, .erase_value = 0xFF},
                          1024},
                    Media{"PackedData",
                          {.size = 4096, .program_unit = 4, .write_unit = 4, .erase_value = 0xFF},
                          1024},
                    Media{"WideSlotsErasedZero",
                          {.size = 8192, .program_unit = 8, .write_unit = 32, .erase_value = 0x00},
                          2048}),
    [](const auto& instance) { return instance.param.name; });

// A first mount that is cut is taken up again, in spite of the memory no longer being blank.
TEST(StorePowerCut, FirstMountMayBeCutAnywhere) {
  for (const uint32_t unit : {4u, 8u, 16u}) {
    for (uint64_t at = 0; at < 4; ++at) {
      for (uint32_t octets = 0; octets <= 16; octets += 4) {
        Device device({.size = 4096, .program_unit = unit, .write_unit = 16, .erase_value = 0xFF});
        Store store(device.flash, device.options);
        device.flash.cut_power_at(at, octets);
        ASSERT_EQ(store.init(device), Status::kOk);
        (void)store.wait_ready();
        ASSERT_EQ(device.boot(), Status::kOk) << unit << " " << at << " " << octets;
        ASSERT_EQ(device.put(7, filled(80, 1)), Status::kOk);
        ASSERT_EQ(device.boot(), Status::kOk);
        ASSERT_EQ(device.get(7), filled(80, 1));
      }
    }
  }
}

// CRC-8 lets one torn entry in 256 pass as another one; the order of writing must not leave it to
// that.
TEST(StorePowerCut, ATornEntryNeverReadsAsAThirdValue) {
  Device device;
  ASSERT_EQ(device.boot(), Status::kOk);
  const Value before = filled(8, 0xA0);
  ASSERT_EQ(device.put(6, before), Status::kOk);
  const auto start = device.flash.memory();
  for (uint32_t i = 0; i < 2000; ++i) {
    Value after = filled(8, static_cast<uint8_t>(i));
    after[5] = static_cast<uint8_t>(i >> 8);
    for (uint64_t at = 0; at < 3; ++at) {
      for (uint32_t octets = 4; octets <= 12; octets += 4) {
        device.flash.memory() = start;
        ASSERT_EQ(device.boot(), Status::kOk);
        device.flash.cut_power_at(at, octets);
        (void)device.put(6, after);
        ASSERT_EQ(device.boot(), Status::kOk);
        const auto read = device.get(6);
        ASSERT_TRUE(read == before || read == after)
            << "value " << i << " cut at write " << at << " torn at " << octets;
      }
    }
  }
}

// Power cuts in the same collection, over and over, turn the cycle counter round; nothing old may
// come back.
TEST(StorePowerCut, ThousandCutsInOneCollection) {
  Device device;
  ASSERT_EQ(device.boot(), Status::kOk);
  Records records;
  for (uint32_t key = 0; key < 9; ++key) {
    records[key] = filled(key % 3 == 0 ? 4 : 40, static_cast<uint8_t>(key));
    ASSERT_EQ(device.put(key, *records[key]), Status::kOk);
  }
  // Until the next sector change has these records to collect, and is near.
  for (uint8_t i = 0; device.store->head().sector != 2 || device.store->head().data < 384; ++i) {
    ASSERT_EQ(device.put(0x20, filled(30, i)), Status::kOk);
  }
  const Value filler = filled(700, 0x33);
  device.flash.cut_power_at(4);
  ASSERT_EQ(device.put(0x99, filler), Status::kBusy);
  records.erase(0x20);
  for (uint32_t i = 0; i < 1000; ++i) {
    device.flash.power_on();
    device.flash.cut_power_at(i % 7, i % 17);
    Store store(device.flash, device.options);
    ASSERT_EQ(store.init(device), Status::kOk);
    ASSERT_NE(store.wait_ready(), Status::kOk) << "the mount had fewer writes than expected";
    if (i % 10 == 0) {
      Device copy;
      copy.flash.memory() = device.flash.memory();
      ASSERT_EQ(copy.boot(), Status::kOk) << i;
      for (const auto& [key, value] : records) {
        ASSERT_EQ(copy.get(key), value) << std::hex << key << " after cut " << std::dec << i;
      }
    }
  }
  ASSERT_EQ(device.boot(), Status::kOk);
  ASSERT_EQ(device.put(0x99, filler), Status::kOk);
  for (const auto& [key, value] : records) {
    ASSERT_EQ(device.get(key), value) << std::hex << key;
  }
}

}  // namespace
}  // namespace pm::zms
