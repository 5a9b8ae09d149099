// SPDX-License-Identifier: Apache-2.0
//
// peerctl reads the format by itself. What the store leaves, at rest and wherever the power was
// cut, must be sound to it, and hold what the store says it holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string_view>

#include "check.hpp"
#include "zms/pumped.hpp"

namespace pm::zms {
namespace {

struct Medium {
  const char* name;
  uint32_t sector_size;
  uint32_t sectors;
  uint32_t write_unit;
  bool data_crc;

  friend void PrintTo(const Medium& medium, std::ostream* out) { *out << medium.name; }
};

constexpr uint32_t kPeers = 3;
constexpr uint32_t kDataIds[] = {1, 4, 5, 6, 7, 8, 9, 0x1234};

class PeerctlOnStore : public testing::TestWithParam<Medium> {
 protected:
  PeerctlOnStore()
      : device({.size = GetParam().sector_size * GetParam().sectors,
                .program_unit = 4,
                .write_unit = GetParam().write_unit,
                .erase_value = 0xFF},
               {.sector_size = GetParam().sector_size, .data_crc = GetParam().data_crc}) {}

  uint32_t any(uint32_t below) { return static_cast<uint32_t>(random()) % below; }

  /// A record of its kind, with random contents.
  Value value_for(uint32_t data_id) {
    const bool is_word = data_id == 1 || data_id == 6 || data_id == 9;
    Value value(is_word ? 4 : data_id == 7 ? 80 : 9 + any(120));
    std::generate(value.begin(), value.end(), [this] { return static_cast<uint8_t>(random()); });
    if (data_id == 7) {
      value[0] = static_cast<uint8_t>(1 + any(2));
      value[17] = static_cast<uint8_t>(any(8));
      value[40] &= 0x43;
      value[68] &= 0x43;
    }
    if (data_id == 8) {
      store_le16(&value[4], static_cast<uint16_t>(value.size() - 6));
    }
    return value;
  }

  /// Some requests; the last one may lose the power, any one fail.
  void change() {
    const uint32_t count = 1 + any(20);
    for (uint32_t i = 0; i < count && device.flash.powered(); ++i) {
      const uint32_t data_id = kDataIds[any(std::size(kDataIds))];
      const uint32_t key = any(kPeers) << 16 | data_id;
      if (i + 1 == count && any(3) == 0) {
        device.flash.cut_power_at(any(8), any(25) * 4);
      } else if (any(40) == 0) {
        device.flash.fail_write_at(any(6), any(25) * 4);
      }
      if (any(200) == 0) {
        (void)device.clear();
        if (device.flash.powered()) {
          ASSERT_EQ(device.boot(), Status::kOk);
        }
      } else if (any(8) == 0) {
        (void)device.drop(key);
      } else {
        (void)device.put(key, value_for(data_id));
      }
    }
  }

  peerctl::Store look(const Value& image) {
    std::string error;
    const auto geometry = peerctl::find_geometry(image, {}, error);
    EXPECT_TRUE(geometry) << error;
    if (!geometry) {
      return {};
    }
    EXPECT_EQ(geometry->sector_size, GetParam().sector_size);
    EXPECT_TRUE(geometry->write_unit_assumed || geometry->write_unit == GetParam().write_unit);
    EXPECT_TRUE(geometry->data_crc_assumed || geometry->data_crc == GetParam().data_crc);
    const peerctl::Forced known = {.sector_size = GetParam().sector_size,
                                   .write_unit = GetParam().write_unit,
                                   .data_crc = GetParam().data_crc};
    peerctl::Store store = peerctl::walk(image, *peerctl::find_geometry(image, known, error));
    for (const peerctl::Finding& finding : peerctl::check(store)) {
      // What is left of a removed record may look like an entry that the reference lost.
      EXPECT_TRUE(finding.severity == peerctl::Severity::kNote ||
                  std::string_view(finding.kind) == "wrong_cycle")
          << finding.kind << " in sector " << finding.sector << " at " << finding.offset << ": "
          << finding.meaning;
    }
    return store;
  }

  void compare(const peerctl::Store& store) {
    Value value;
    for (uint32_t peer = 0; peer < kPeers; ++peer) {
      for (const uint32_t data_id : kDataIds) {
        const uint32_t key = peer << 16 | data_id;
        const Status status = device.get(key, value);
        const peerctl::Version* version = store.live(key);
        ASSERT_EQ(status, version != nullptr ? Status::kOk : Status::kNotFound) << std::hex << key;
        ASSERT_TRUE(version == nullptr || std::equal(value.begin(), value.end(),
                                                     version->value.begin(), version->value.end()));
      }
    }
    uint32_t free = 0;
    ASSERT_EQ(device.store->free_space(free), Status::kOk);
    EXPECT_EQ(free, std::max<int64_t>(0, peerctl::measure(store).by_live_values));
    EXPECT_EQ(store.current, device.store->head().sector);
    EXPECT_EQ(store.next_slot, device.store->head().slot);
    EXPECT_EQ(store.next_data, device.store->head().data);
  }

  std::mt19937 random{1};
  Pumped device;
};

TEST_P(PeerctlOnStore, EveryImageIsSoundAndReadsTheSame) {
  constexpr int kImages = 120;
  ASSERT_EQ(device.boot(), Status::kOk);
  for (int i = 0; i < kImages && !HasFailure(); ++i) {
    SCOPED_TRACE("image " + std::to_string(i));
    ASSERT_NO_FATAL_FAILURE(change());
    const Value cut = device.flash.memory();
    (void)look(cut);
    ASSERT_EQ(device.boot(), Status::kOk);
    const Value mounted = device.flash.memory();
    compare(look(mounted));
  }
}

INSTANTIATE_TEST_SUITE_P(Media, PeerctlOnStore,
                         testing::Values(Medium{"Sectors4x1024Unit16", 1024, 4, 16, false},
                                         Medium{"Sectors2x2048Unit16Crc", 2048, 2, 16, true},
                                         Medium{"Sectors8x512Unit8", 512, 8, 8, false},
                                         Medium{"Sectors3x768Unit4Crc", 768, 3, 4, true},
                                         Medium{"Sectors4x1024Unit32", 1024, 4, 32, false}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pm::zms
