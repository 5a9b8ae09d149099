// SPDX-License-Identifier: Apache-2.0
//
// A store against a model of it: random operations with failing reads, failing and torn writes,
// power cuts and restarts in between. RapidCheck makes the operations and shortens a sequence that
// fails; it prints the seed.
//
// Environment: RC_PARAMS (RapidCheck's own) gives another seed or number of sequences.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "zms/pumped.hpp"

namespace pm::zms {
namespace {

constexpr uint32_t kKeys = 24;
constexpr uint32_t kOperations = 2000;

/// What a record holds, in brief: the octets follow from it. Size 0: absent.
struct Content {
  uint16_t size = 0;
  uint8_t first = 0;
};

struct Medium {
  uint32_t sector_size;
  uint32_t sectors;
  uint32_t program_unit;
  uint32_t write_unit;
  uint8_t erase_value;
};

constexpr Medium kMedia[] = {{1024, 4, 4, 16, 0xFF},
                             {1024, 2, 4, 16, 0xFF},
                             {512, 8, 4, 16, 0x00},
                             {1024, 5, 16, 32, 0xFF},
                             {768, 3, 4, 4, 0xFF}};

class Trial {
 public:
  explicit Trial(uint32_t choice)
      : medium_(kMedia[choice % std::size(kMedia)]),
        device_({.size = medium_.sector_size * medium_.sectors,
                 .program_unit = medium_.program_unit,
                 .write_unit = medium_.write_unit,
                 .erase_value = medium_.erase_value},
                {.sector_size = medium_.sector_size, .data_crc = choice % 2 == 1}) {
    RC_ASSERT(device_.boot() == Status::kOk);
  }

  void perform(uint32_t word) {
    const uint32_t key = (word >> 4) % kKeys;
    const uint32_t more = word >> 12;
    switch (word & 15) {
      case 9:
      case 10:
        return write(key, {});
      case 11:
        return write(key, held_[key]);
      case 12:
        return more % 2 == 0 ? restart() : restart_with_failure(more / 2);
      case 13:
        return fail(more);
      case 14:
        return cut(key, more);
      case 15:
        return look(key, more);
      default:
        return write(key, content(more));
    }
  }

  void finish() {
    restart();
    compare_all();
  }

 private:
  struct Doubt {
    uint32_t key;
    Content wanted;
  };

  uint32_t key_of(uint32_t key) const { return (key / 8) << 16 | key % 8; }

  Content content(uint32_t more) const {
    constexpr std::array<uint16_t, 16> kSizes = {4, 4,  4,  1,  8,   80, 80, 80,
                                                 9, 16, 26, 33, 118, 4,  60, 300};
    return {kSizes[more % 16], static_cast<uint8_t>(more >> 4)};
  }

  Bytes octets(const Content& content) {
    for (uint32_t i = 0; i < content.size; ++i) {
      value_[i] = static_cast<uint8_t>(content.first + i * (content.first | 1u));
    }
    return Bytes(value_).first(content.size);
  }

  // A failed or cut operation leaves its record old or new; which one is known after the next
  // operation that succeeds, or a restart.
  void write(uint32_t key, const Content& content) {
    const Bytes value = octets(content);
    const Status result =
        content.size == 0 ? device_.drop(key_of(key)) : device_.put(key_of(key), value);
    if (!device_.flash.powered()) {
      doubts_.push_back({key, content});
      return restart();
    }
    if (result == Status::kResources) {
      RC_ASSERT(content.size != 0);
      RC_ASSERT(!surely_fits(key, content));
      return settle();
    }
    if (!ok(result)) {
      RC_ASSERT(result == Status::kInternal);
      RC_ASSERT(planned_failure_);
      planned_failure_ = false;
      doubts_.push_back({key, content});
      return;
    }
    std::erase_if(doubts_, [key](const Doubt& doubt) { return doubt.key == key; });
    held_[key] = content;
    settle();
  }

  void settle() {
    while (!doubts_.empty()) {
      const uint32_t key = doubts_.back().key;
      bool is_known = is_stored(key, held_[key]);
      for (size_t i = doubts_.size(); i-- > 0;) {
        if (doubts_[i].key == key) {
          if (!is_known && is_stored(key, doubts_[i].wanted)) {
            held_[key] = doubts_[i].wanted;
            is_known = true;
          }
          doubts_.erase(doubts_.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      RC_ASSERT(is_known);
    }
  }

  bool is_doubtful(uint32_t key) const {
    return std::any_of(doubts_.begin(), doubts_.end(),
                       [key](const Doubt& doubt) { return doubt.key == key; });
  }

  void restart() {
    RC_ASSERT(device_.boot() == Status::kOk);
    planned_failure_ = false;
    settle();
  }

  /// The medium fails during the mount, which says so or succeeds; the next one succeeds.
  void restart_with_failure(uint32_t more) {
    device_.off();
    device_.flash.power_on();
    planned_failure_ = false;
    fail(more);
    const Status result = device_.start();
    RC_ASSERT(result == Status::kOk || result == Status::kInternal);
    if (ok(result)) {
      return settle();
    }
    restart();
  }

  void fail(uint32_t more) {
    if (planned_failure_) {
      return;
    }
    planned_failure_ = true;
    if (more % 3 == 0) {
      device_.flash.fail_read_at(more / 3 % 40);
    } else {
      device_.flash.fail_write_at(more / 3 % 6, more % 5 == 0 ? 4096 : more / 16 % 24 * 4);
    }
  }

  void cut(uint32_t key, uint32_t more) {
    device_.flash.cut_power_at(more % 7, more / 8 % 21 * 4);
    write(key, content(more / 64));
    if (device_.flash.powered() && more % 2 == 0) {
      restart();
    }
  }

  bool is_stored(uint32_t key, const Content& content) {
    const Status status = device_.get(key_of(key), read_);
    if (status == Status::kInternal && planned_failure_) {
      planned_failure_ = false;
      return is_stored(key, content);
    }
    RC_ASSERT(status == (read_.empty() ? Status::kNotFound : Status::kOk));
    const Bytes value = octets(content);
    return std::equal(read_.begin(), read_.end(), value.begin(), value.end());
  }

  void look(uint32_t key, uint32_t more) {
    if (more % 8 == 0) {
      return compare_all();
    }
    if (!is_doubtful(key)) {
      RC_ASSERT(is_stored(key, held_[key]));
    }
  }

  void compare_all() {
    for (uint32_t key = 0; key < kKeys; ++key) {
      if (!is_doubtful(key)) {
        RC_ASSERT(is_stored(key, held_[key]));
      }
    }
    uint32_t seen = 0;
    Context context{this, &seen};
    const Status status = device_.store->visit_keys(&Trial::visited, &context);
    if (!ok(status)) {
      RC_ASSERT(planned_failure_);
      planned_failure_ = false;
    } else {
      for (uint32_t key = 0; key < kKeys; ++key) {
        RC_ASSERT(is_doubtful(key) || held_[key].size == 0 || (seen >> key & 1u) != 0);
      }
    }
  }

  struct Context {
    Trial* trial;
    uint32_t* seen;
  };
  static void visited(void* context, uint32_t key) {
    const uint32_t number = (key >> 16) * 8 + (key & 7);
    *static_cast<Context*>(context)->seen |= number < kKeys ? 1u << number : 0;
  }

  uint32_t cost(const Content& content) const {
    const uint32_t slot = medium_.write_unit > 16 ? medium_.write_unit : 16;
    const uint32_t unit = medium_.write_unit;
    return slot + (content.size > 8 ? (content.size + unit - 1) / unit * unit : 0);
  }

  /// No refusal while everything takes less than half of what the sectors hold, and one stays free.
  bool surely_fits(uint32_t key, const Content& content) const {
    if (medium_.sectors < 3) {
      return false;
    }
    uint32_t used = cost(content);
    for (uint32_t other = 0; other < kKeys; ++other) {
      used += other != key && held_[other].size != 0 ? cost(held_[other]) : 0;
    }
    return used < (medium_.sectors - 2) * (medium_.sector_size - 5 * 32) / 2;
  }

  const Medium medium_;
  Pumped device_;
  std::array<Content, kKeys> held_{};
  std::vector<Doubt> doubts_;
  bool planned_failure_ = false;
  alignas(4) std::array<uint8_t, 1024> value_{};
  Value read_;
};

// 500 sequences of 2000 operations: a million.
TEST(StoreModel, AMillionOperationsWithFailingDevicesAreThoseOfTheModel) {
  // Where the index is not the usual one, a fifth of it.
  const char* parameters =
      CONFIG_ZMS_INDEX_SIZE > 100 ? "seed=20 max_success=510" : "seed=21 max_success=100";
  ASSERT_EQ(setenv("RC_PARAMS", parameters, 0), 0);
  uint64_t operations = 0;
  const bool holds = rc::check("the store holds what the model holds", [&] {
    const auto words = *rc::gen::container<std::vector<uint32_t>>(
        kOperations, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint32_t>()));
    Trial trial(words[0]);
    for (const uint32_t word : words) {
      trial.perform(word);
    }
    trial.finish();
    operations += words.size();
  });
  std::printf("%llu operations\n", static_cast<unsigned long long>(operations));
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace pm::zms
