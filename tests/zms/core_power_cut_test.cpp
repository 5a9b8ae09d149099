// SPDX-License-Identifier: Apache-2.0
//
// Power is cut at every operation of the flash in the whole life of a bond through the Peer
// Manager, and again at every operation of the start that follows. Each cut is clean, and torn
// after each program unit.
//
// The life is run once and its writes are kept; every cut is then an image made from them. Of cuts
// that leave the same image and allow the same values one is started.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>

#include "zms/core_bench.hpp"

namespace pm::zms {
namespace {

constexpr uint32_t kUnit = 4;

uint32_t record_key(unsigned peer, unsigned data) { return peer << 16 | data; }

Value attributes_of(unsigned seed) {
  Value result(20);
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<uint8_t>(seed * 31 + i * 7);
  }
  return result;
}

struct LifeMedia {
  const char* name;
  uint32_t sector_size;
  uint32_t sectors;
  uint32_t write_unit;
  bool data_crc;
  /// Bonds that never change, as many as make collections copy a lot.
  unsigned still_peers;
  unsigned rounds;

  FlashGeometry geometry() const {
    return {.size = sector_size * sectors,
            .program_unit = kUnit,
            .write_unit = write_unit,
            .erase_value = 0xFF};
  }
  Options options() const { return {.sector_size = sector_size, .data_crc = data_crc}; }
  friend void PrintTo(const LifeMedia& media, std::ostream* out) { *out << media.name; }
};

/// The life of two bonds with everything in it, beside others.
class Life : public testing::TestWithParam<LifeMedia>, public CoreBench {
 protected:
  Life()
      : CoreBench(GetParam().geometry(), GetParam().options()),
        after_(GetParam().geometry(), GetParam().options()) {}

  void SetUp() override {
    record();
    image_ = flash.memory();
    ASSERT_EQ(boot(), Status::kOk);
    watched->is_recording = true;
    consenting = &*manager;
    ASSERT_NO_FATAL_FAILURE(live());
    after_.record();
  }
  void TearDown() override { consenting = nullptr; }

  void live() {
    const unsigned still = GetParam().still_peers;
    for (unsigned peer = 0; peer < still; ++peer) {
      new_peer(*manager, peer + 20);
      settle();
    }
    for (unsigned round = 0; round < GetParam().rounds; ++round) {
      for (unsigned peer = 0; peer < 2; ++peer) {
        ASSERT_NO_FATAL_FAILURE(meet(peer, round * 10 + peer, round % 2 == 0));
      }
      if (round % 4 == 1) {
        ASSERT_EQ(manager->peer_delete(static_cast<uint16_t>(still + round / 4 % 2)), Status::kOk);
        settle();
      }
    }
    ASSERT_EQ(manager->peers_delete(), Status::kOk);
    settle();
    ASSERT_NO_FATAL_FAILURE(meet(5, 99, true));
  }

  /// A connection from pairing, also over an existing bond, to its end. `wait`: each request is
  /// acknowledged before the next one, else CCCDs wait and take newer values meanwhile.
  void meet(unsigned peer, unsigned seed, bool wait) {
    const auto step = [&] {
      if (wait) {
        settle();
      }
    };
    connect(peer);
    ASSERT_TRUE(pair(peer, seed));
    step();
    for (unsigned write = 1; write <= 3; ++write) {
      write_cccd(attributes_of(seed + write));
      step();
    }
    const uint16_t id = connected_peer();
    ASSERT_NE(id, PM_PEER_ID_INVALID);
    // In both cases the rank is higher than before.
    (void)manager->peer_rank_highest(id);
    step();
    alignas(4) static const uint32_t words[] = {0, 1};
    ASSERT_EQ(manager->peer_data_store(id, PM_PEER_DATA_ID_CENTRAL_ADDR_RES, &words[seed % 2], 4,
                                       nullptr),
              Status::kOk);
    step();
    write_cccd(attributes_of(seed + 5));
    settle();
    ASSERT_EQ(read_of(*this, record_key(id, PM_PEER_DATA_ID_GATT_LOCAL)).size(), 26u);
    const Value stored = read_of(*this, record_key(id, PM_PEER_DATA_ID_GATT_LOCAL));
    ASSERT_TRUE(std::equal(stored.begin() + 6, stored.end(), stack.attributes.begin()))
        << "the newest CCCDs are those that are stored";
    disconnect();
    settle();
  }

  static uint16_t new_peer(PeerManager& manager, unsigned peer) {
    alignas(4) static pm_peer_data_bonding bonding;
    bonding = bond(peer, peer);
    uint16_t id = PM_PEER_ID_INVALID;
    EXPECT_EQ(manager.peer_new(&id, &bonding, nullptr), Status::kOk);
    return id;
  }

  /// The values that a record may have after a cut with `number` writes done.
  struct Allowed {
    Value old_value;
    std::optional<Value> new_value;

    friend bool operator==(const Allowed&, const Allowed&) = default;
    bool has(const Value& value) const {
      return value == old_value || (new_value && value == *new_value);
    }
  };
  using AllowedValues = std::map<uint32_t, Allowed>;

  AllowedValues allowed_at(size_t number) const {
    AllowedValues result;
    for (const auto& change : watched->changes) {
      Allowed& allowed = result[change.key];
      if (change.acknowledged <= number) {
        allowed = {change.value, std::nullopt};
      } else if (change.begun <= number && !allowed.new_value) {
        allowed.new_value = change.value;
      }
    }
    return result;
  }

  /// One cut, which left `image`; the start after it is in recovery_.
  void check(const Value& image) {
    ++starts_;
    CoreBench& device = after_;
    std::copy(image.begin(), image.end(), device.flash.memory().begin());
    device.written.clear();
    ASSERT_EQ(device.boot(), Status::kOk);
    device.settle();
    recovery_.swap(device.written);
    std::set<unsigned> bonded;
    for (const auto& [key, values] : allowed_) {
      if ((key & 0xFFFF) == PM_PEER_DATA_ID_BONDING) {
        const Value read = read_of(device, key);
        ASSERT_TRUE(values.has(read)) << "bond " << std::hex << key;
        if (!read.empty()) {
          bonded.insert(key >> 16);
        }
      }
    }
    ASSERT_EQ(device.manager->peer_count(), bonded.size());
    for (const auto& [key, values] : allowed_) {
      const Value read = read_of(device, key);
      if (!bonded.contains(key >> 16)) {
        ASSERT_TRUE(read.empty()) << "data without a bond " << std::hex << key;
        continue;
      }
      ASSERT_TRUE(values.has(read)) << std::hex << key;
    }
    // A new peer inherits nothing.
    const uint16_t id = new_peer(*device.manager, 77);
    device.settle();
    ASSERT_FALSE(bonded.contains(id));
    for (unsigned data = 0; data < 10; ++data) {
      ASSERT_EQ(read_of(device, record_key(id, data)).empty(), data != 7) << data;
    }
  }

  /// Each cut in `writes`, onto `image`: `visit(write, octets that arrived)`, and at last the end.
  template <class Visit>
  static void for_each_cut(const std::vector<Written>& writes, Value& image, Visit visit) {
    for (size_t number = 0; number < writes.size() && !HasFatalFailure(); ++number) {
      const auto& [offset, data] = writes[number];
      for (uint32_t octets = 0; octets < data.size() && !HasFatalFailure(); octets += kUnit) {
        std::copy_n(data.begin(), octets, image.begin() + offset);
        visit(number, octets);
      }
      std::copy(data.begin(), data.end(), image.begin() + offset);
    }
    if (!HasFatalFailure()) {
      visit(writes.size(), 0u);
    }
  }

  static Value read_of(CoreBench& device, uint32_t key) {
    Value value(128);
    size_t length = 0;
    const Status status = device.store->read(key, value, length);
    EXPECT_TRUE(status == Status::kOk || status == Status::kNotFound);
    value.resize(ok(status) ? length : 0);
    return value;
  }

  struct OctetsHash {
    size_t operator()(const Value& value) const {
      const auto* octets = reinterpret_cast<const char*>(value.data());
      return std::hash<std::string_view>()({octets, value.size()});
    }
  };

  /// State of the flash at the cut.
  Value image_;
  AllowedValues allowed_;
  CoreBench after_;
  std::vector<Written> recovery_;
  /// What the cuts left while the same values were allowed.
  std::unordered_set<Value, OctetsHash> checked_;
  uint64_t cuts_ = 0;
  uint64_t first_cuts_ = 0;
  uint64_t starts_ = 0;
};

TEST_P(Life, power_cut_at_every_operation_of_the_life_of_a_bond) {
  ASSERT_TRUE(watched->order_kept);
  ASSERT_GT(watched->changes.size(), 60u);
  const uint8_t cycle = store->head().cycle;
  EXPECT_GE(cycle, 2) << "no sector was collected and used again";
  for_each_cut(written, image_, [&](size_t number, uint32_t octets) {
    SCOPED_TRACE("cut in write " + std::to_string(number) + " after " + std::to_string(octets));
    const AllowedValues allowed = allowed_at(number);
    if (allowed != allowed_) {
      allowed_ = allowed;
      checked_.clear();
    }
    ++first_cuts_;
    ++cuts_;
    checked_.insert(image_);
    check(image_);
    Value image = image_;
    const std::vector<Written> recovery = recovery_;
    for_each_cut(recovery, image, [&](size_t again, uint32_t part) {
      SCOPED_TRACE("and in write " + std::to_string(again) + " of the start, after " +
                   std::to_string(part));
      ++cuts_;
      if (checked_.insert(image).second) {
        check(image);
      }
    });
  });
  std::printf("%s, life of a bond, clean and torn, two levels: %llu cuts\n", GetParam().name,
              static_cast<unsigned long long>(cuts_));
  std::printf("  of them %llu first cuts, each cut again everywhere; %llu starts\n",
              static_cast<unsigned long long>(first_cuts_),
              static_cast<unsigned long long>(starts_));
  EXPECT_GT(cuts_, 3000u);
}

INSTANTIATE_TEST_SUITE_P(
    Media, Life,
    testing::Values(LifeMedia{"Sectors4x1024Unit16", 1024, 4, 16, false, 5, 8},
                    LifeMedia{"Sectors2x2048Unit16Crc", 2048, 2, 16, true, 3, 8},
                    LifeMedia{"Sectors8x512Unit16", 512, 8, 16, false, 6, 8},
                    LifeMedia{"Sectors4x1024Unit32", 1024, 4, 32, false, 2, 8},
                    LifeMedia{"Sectors3x2048Unit32Crc", 2048, 3, 32, true, 6, 12}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pm::zms
