// SPDX-License-Identifier: Apache-2.0
//
// Memory that nobody vouches for: a mount of anything ends, and what it accepts can be read and
// written without harm.
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
    auto& memory = device.flash.memory();
    const auto place = [&](uint32_t address, const Ate& ate) {
      std::copy(ate.raw().begin(), ate.raw().end(), memory.begin() + address);
    };
    for (uint32_t sector = 0; sector < 4; ++sector) {
      const auto cycle = static_cast<uint8_t>(random() % 3);
      place(sector * 1024 + 1008, Ate::empty(cycle));
      if (random() % 2 == 0) {
        place(sector * 1024 + 992, Ate::close(cycle, random() % 80 * 16));
      }
      for (uint32_t slot = 976; slot > 0; slot -= 16) {
        const auto length = static_cast<uint16_t>(random() % 4 == 0 ? random() : random() % 200);
        const uint32_t offset = random() % 8 == 0 ? random() : random() % 1024;
        const uint32_t key = random() % 16 == 0 ? kSpecialKey : random() % 16;
        if (random() % 3 != 0) {
          place(sector * 1024 + slot, Ate::large_value(cycle, key, length, offset, random()));
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

}  // namespace
}  // namespace pm::zms
