// SPDX-License-Identifier: Apache-2.0
//
// Memory that nobody vouches for: a mount of anything ends, and what it accepts can be read and
// written without harm.
#include <algorithm>
#include <random>

#include "zms/ate.hpp"
#include "zms/golden.hpp"

namespace pm::zms {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

/// Mounts, reads and writes; only that all of it ends, and that what is acknowledged is read back,
/// is promised.
void use(Device& device) {
  if (device.boot() != Status::kOk) {
    EXPECT_NE(device.store->mount_error(), MountError::kNone);
    return;
  }
  for (uint32_t key = 0; key < 16; ++key) {
    (void)device.get(key);
  }
  uint32_t octets = 0;
  (void)device.store->free_space(octets);
  for (uint8_t i = 0; i < 40; ++i) {
    const Value value = filled(i % 3 == 0 ? 4 : 70, i);
    const Status result = device.put(0x00F00000u + i % 4, value);
    EXPECT_NE(result, Status::kBusy) << "never completed";
    if (result == Status::kOk) {
      EXPECT_EQ(device.get(0x00F00000u + i % 4), value);
    }
  }
}

void place(Device& device, uint32_t address, const Ate& ate) {
  std::copy(ate.raw().begin(), ate.raw().end(), device.flash.memory().begin() + address);
}

TEST(Damaged, FlippedOctetsOfRealStores) {
  const auto names = names_in("images");
  for (uint32_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Json entry = golden_entry("images", names[random() % names.size()]);
    Device device(geometry_of(entry), options_of(entry));
    device.flash.memory() = read_image(entry.at("file"));
    const uint32_t flips = 1 + random() % 40;
    for (uint32_t i = 0; i < flips; ++i) {
      device.flash.memory()[random() % device.flash.memory().size()] =
          static_cast<uint8_t>(random());
    }
    use(device);
  }
}

// Entries with a right CRC-8 in the current cycle, with lengths, offsets and keys from nowhere.
TEST(Damaged, WellFormedNonsense) {
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Device device;
    for (uint32_t sector = 0; sector < 4; ++sector) {
      const auto cycle = static_cast<uint8_t>(random() % 3);
      place(device, sector * 1024 + 1008, Ate::empty(cycle));
      if (random() % 2 == 0) {
        place(device, sector * 1024 + 992, Ate::close(cycle, random() % 80 * 16));
      }
      for (uint32_t slot = 976; slot > 0; slot -= 16) {
        const auto length = static_cast<uint16_t>(random() % 4 == 0 ? random() : random() % 200);
        const uint32_t offset = random() % 8 == 0 ? random() : random() % 1024;
        const uint32_t key = random() % 16 == 0 ? kSpecialKey : random() % 16;
        if (random() % 3 != 0) {
          place(device, sector * 1024 + slot,
                Ate::large_value(cycle, key, length, offset, random()));
        }
      }
    }
    use(device);
  }
}

TEST(Damaged, NoiseIsTakenOverWhereThatIsAsked) {
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Device device;
    for (auto& octet : device.flash.memory()) {
      octet = static_cast<uint8_t>(random());
    }
    device.options.overwrite_foreign = true;
    ASSERT_EQ(device.boot(), Status::kOk);
    use(device);
  }
}

// One bit that takes no write, anywhere. Checksums see it, so that a record is right, an older
// version of it, or gone; never another value.
TEST(Damaged, AStuckBitInventsNoValue) {
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    const uint32_t place = random() % 4096;
    const auto mask = static_cast<uint8_t>(1u << random() % 8);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": octet " + std::to_string(place));
    Device device(sim::nrf54l_geometry(4096), {.sector_size = 1024, .data_crc = true});
    device.flash.stick_bits(place, mask, static_cast<uint8_t>(random()));
    std::map<uint32_t, std::vector<Value>> written;
    for (uint32_t i = 0; i < 120; ++i) {
      if (i % 40 == 0 && device.boot() != Status::kOk) {
        EXPECT_NE(device.store->mount_error(), MountError::kNone);
        break;
      }
      const uint32_t key = random() % 12;
      const Value value = filled(key % 3 == 0 ? 4 : 20 + 6 * key, static_cast<uint8_t>(i));
      written[key].push_back(value);
      ASSERT_NE(device.put(key, value), Status::kBusy) << "never completed";
    }
    (void)device.boot();
    for (const auto& [key, values] : written) {
      const auto read = device.get(key);
      EXPECT_TRUE(!read || std::find(values.begin(), values.end(), *read) != values.end())
          << "key " << key << " reads " << testing::PrintToString(*read);
    }
  }
}

// What follows was found by the fuzz target zms_mount.

TEST(Damaged, AValueThatDoesNotStartAtAUnitStopsNoWrite) {
  Device device;
  ASSERT_EQ(device.boot(), Status::kOk);
  ASSERT_EQ(device.put(1, filled(80, 0)), Status::kOk);
  place(device, 960, Ate::large_value(1, 1, 30, 5, 0));
  ASSERT_EQ(device.boot(), Status::kOk);
  EXPECT_EQ(device.get(1)->size(), 30u);
  EXPECT_EQ(device.put(2, filled(80, 1)), Status::kOk);
  EXPECT_EQ(device.get(2), filled(80, 1));
}

// The middle one of three used sectors counts as open: it becomes the current one, and the one
// after it is not empty.
TEST(Damaged, ALostCloseAteTakesNothingThatIsWrittenLater) {
  Device device;
  ASSERT_EQ(device.boot(), Status::kOk);
  for (uint8_t i = 0; device.store->head().sector != 2 || device.store->head().slot > 880; ++i) {
    ASSERT_EQ(device.put(i % 8, filled(70, i)), Status::kOk);
  }
  place(device, 1024 + 992, Ate::junk(0xFF));
  ASSERT_EQ(device.boot(), Status::kOk);
  ASSERT_EQ(device.store->head().sector, 1u);
  Records written;
  for (uint8_t i = 0; device.store->head().sector != 3; ++i) {
    written[i % 4] = filled(70, static_cast<uint8_t>(100 + i));
    ASSERT_EQ(device.put(i % 4, *written[i % 4]), Status::kOk);
    ASSERT_EQ(device.boot(), Status::kOk);
    for (const auto& [key, value] : written) {
      ASSERT_EQ(device.get(key), value) << "key " << key << " after write " << int{i};
    }
  }
}

// The end of a collection is marked, yet the collected sector holds what was not copied.
TEST(Damaged, WhatOneMountTellsTheNextOneTells) {
  Device device(sim::nrf54l_geometry(2048));
  place(device, 1008, Ate::empty(1));
  place(device, 976, Ate::large_value(1, 7, 80, 0, 0));
  place(device, 992, Ate::close(1, 976));
  place(device, 2032, Ate::empty(1));
  place(device, 2000, Ate::collection_done(1, 0));
  ASSERT_EQ(device.boot(), Status::kOk);
  const auto told = device.get(7);
  ASSERT_EQ(device.boot(), Status::kOk);
  EXPECT_EQ(device.get(7), told);
}

// More in a sector than a sector holds: what was written properly is kept, and the store goes on.
TEST(Damaged, EntriesThatClaimTheSameOctetsStopNoCollection) {
  Device device;
  place(device, 1008, Ate::empty(1));
  place(device, 992, Ate::close(1, 896));
  for (uint32_t key = 1; key <= 5; ++key) {
    place(device, 992 - 16 * key, Ate::large_value(1, key, 880, 0, 0));
  }
  place(device, 896, Ate::small_value(1, 6, filled(4, 9)));
  ASSERT_EQ(device.boot(), Status::kOk);
  for (uint8_t i = 0; i < 100; ++i) {
    ASSERT_EQ(device.put(100u + i % 3, filled(70, i)), Status::kOk) << "write " << int{i};
    ASSERT_EQ(device.get(6), filled(4, 9));
  }
  for (uint32_t key = 1; key <= 5; ++key) {
    EXPECT_EQ(device.drop(key), Status::kOk);
  }
}

}  // namespace
}  // namespace pm::zms
