// SPDX-License-Identifier: Apache-2.0
//
// Power is cut at every operation of the flash in the life of a store: first mount, every kind of
// record, overwrites, removals, changes of sector, collections, clear; and again at every operation
// of the recovery that follows. Each cut is clean, and torn after each program unit over what was
// there; a third kind leaves random bits in the torn unit.
//
// The store is deterministic, so the life is run once and its writes are kept; every cut is then an
// image made from them. Of cuts that leave the same image during the same request one is mounted:
// most recoveries write again what the medium holds already.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <string_view>
#include <unordered_set>

#include "zms/pumped.hpp"

namespace pm::zms {
namespace {

struct Request {
  enum class Kind { kMount, kWrite, kRemove, kClear };
  Kind kind;
  uint32_t key = 0;
  Value value = {};
};

/// Key to value; empty: absent.
using Records = std::map<uint32_t, Value>;

Value filled(size_t size, unsigned first) {
  Value value(size);
  for (size_t i = 0; i < size; ++i) {
    value[i] = static_cast<uint8_t>(first + 5 * i);
  }
  return value;
}

uint32_t key_of(uint32_t peer, uint32_t data) { return peer << 16 | data; }

/// Peers that never change, as many as fill a good part of the store; and two with every kind of
/// record that the Peer Manager has, which change for `rounds` rounds.
std::vector<Request> life(uint32_t still_peers, uint32_t rounds) {
  using Kind = Request::Kind;
  std::vector<Request> requests;
  const auto write = [&](uint32_t key, size_t size, unsigned first) {
    requests.push_back({Kind::kWrite, key, filled(size, first)});
  };
  requests.push_back({Kind::kMount});
  for (uint32_t peer = 2; peer < 2 + still_peers; ++peer) {
    write(key_of(peer, 7), 80, peer);
    write(key_of(peer, 6), 4, peer);
  }
  for (uint32_t round = 0; round < rounds; ++round) {
    const uint32_t peer = round % 2;
    write(key_of(peer, 7), 80, round);          // bond
    write(key_of(peer, 8), 6 + 20, round * 3);  // CCCDs
    write(key_of(peer, 6), 4, round + 1);       // rank
    write(key_of(peer, 9), 4, round % 5);       // address resolution
    write(key_of(peer, 1), 4, round % 2);       // Service Changed
    write(key_of(peer, 5), 118, round * 7);     // remote database
    write(key_of(peer, 4), 33 + round, round);  // application
    if (round % 3 == 2) {
      for (const uint32_t data : {7u, 1u, 4u, 5u, 6u, 8u, 9u}) {
        requests.push_back({Kind::kRemove, key_of(peer, data)});
      }
    }
    if (round + 3 == rounds) {
      requests.push_back({Kind::kClear});
      requests.push_back({Kind::kMount});
    }
  }
  return requests;
}

Status perform(Pumped& device, const Request& request) {
  switch (request.kind) {
    case Request::Kind::kMount:
      return device.boot();
    case Request::Kind::kWrite:
      return device.put(request.key, request.value);
    case Request::Kind::kRemove:
      return device.drop(request.key);
    case Request::Kind::kClear:
      return device.clear();
  }
  return Status::kInternal;
}

void apply(Records& records, const Request& request) {
  if (request.kind == Request::Kind::kClear) {
    for (auto& [key, value] : records) {
      value.clear();
    }
  } else if (request.kind != Request::Kind::kMount) {
    records[request.key] = request.value;
  }
}

struct Media {
  const char* name;
  uint32_t sector_size;
  uint32_t sectors;
  uint32_t write_unit;
  bool data_crc;
  uint8_t erase_value;
  uint32_t still_peers;
  /// Rounds of the life: enough that every sector is collected.
  uint32_t rounds;

  friend void PrintTo(const Media& media, std::ostream* out) { *out << media.name; }
};

class StorePowerCut : public testing::TestWithParam<Media> {
 protected:
  static constexpr uint32_t kProgramUnit = 4;
  static constexpr uint32_t kProbe = 0x00FE0004;

  StorePowerCut()
      : requests_(life(GetParam().still_peers, GetParam().rounds)), device_(geometry(), options()) {
    for (const Request& request : requests_) {
      if (request.key != 0 || request.kind == Request::Kind::kWrite) {
        done_[request.key].clear();
      }
    }
    device_.record();
  }

  static FlashGeometry geometry() {
    return {.size = GetParam().sector_size * GetParam().sectors,
            .program_unit = kProgramUnit,
            .write_unit = GetParam().write_unit,
            .erase_value = GetParam().erase_value};
  }
  static Options options() {
    return {.sector_size = GetParam().sector_size, .data_crc = GetParam().data_crc};
  }

  /// Runs the life and keeps its writes and where each request ended.
  void run_life() {
    Pumped device(geometry(), options());
    device.record();
    image_ = device.flash.memory();
    for (const Request& request : requests_) {
      ASSERT_EQ(perform(device, request), Status::kOk) << "request " << ends_.size();
      ends_.push_back(device.written.size());
    }
    writes_ = std::move(device.written);
  }

  /// Mounts `image` and compares all but the record under way, which may be old or new. With
  /// `is_damaged` it may be anything.
  void check(const Value& image, bool is_damaged) {
    ++cuts_;
    ++mounts_;
    std::copy(image.begin(), image.end(), device_.flash.memory().begin());
    device_.written.clear();
    ASSERT_EQ(device_.boot(), Status::kOk);
    recovery_.swap(device_.written);
    expect_records(is_damaged);
    ASSERT_EQ(device_.put(kProbe, Bytes(probe_)), Status::kOk);
    ASSERT_EQ(device_.boot(), Status::kOk);
    expect_records(is_damaged);
    ASSERT_EQ(device_.get(kProbe, read_), Status::kOk);
    ASSERT_EQ(read_, probe_);
  }

  void expect_records(bool is_damaged) {
    const Request* open = open_ < requests_.size() ? &requests_[open_] : nullptr;
    for (const auto& [key, value] : done_) {
      const Status status = device_.get(key, read_);
      const bool concerned =
          open != nullptr && (open->kind == Request::Kind::kClear ||
                              (open->kind != Request::Kind::kMount && open->key == key));
      if (concerned && is_damaged) {
        continue;
      }
      ASSERT_TRUE(status == Status::kOk || status == Status::kNotFound) << std::hex << key;
      const bool is_new =
          concerned && read_ == (open->kind == Request::Kind::kWrite ? open->value : Value());
      ASSERT_TRUE(read_ == value || is_new)
          << std::hex << key << " reads " << testing::PrintToString(read_) << ", was "
          << testing::PrintToString(value);
    }
  }

  /// Each cut in write `number` of the life: `visit(image, octets that arrived)`.
  template <class Visit>
  void for_each_cut(Visit visit) {
    for (size_t number = 0; number < writes_.size(); ++number) {
      while (open_ < requests_.size() && ends_[open_] <= number) {
        apply(done_, requests_[open_++]);
        checked_.clear();
      }
      const Written& write = writes_[number];
      for (uint32_t octets = 0; octets < write.data.size(); octets += kProgramUnit) {
        SCOPED_TRACE("cut in write " + std::to_string(number) + " of request " +
                     std::to_string(open_) + " after " + std::to_string(octets) + " octets");
        std::copy_n(write.data.begin(), octets, image_.begin() + write.offset);
        visit(write.offset + octets);
        if (HasFatalFailure()) {
          return;
        }
      }
      std::copy(write.data.begin(), write.data.end(), image_.begin() + write.offset);
    }
    while (open_ < requests_.size()) {
      apply(done_, requests_[open_++]);
    }
    checked_.clear();
    visit(0);
  }

  /// And each cut in the recovery from `image_`, which was just checked.
  void check_recovery_cuts() {
    checked_.insert(image_);
    const std::vector<Written> recovery = recovery_;
    Value image = image_;
    for (size_t number = 0; number < recovery.size() && !HasFatalFailure(); ++number) {
      const Written& write = recovery[number];
      for (uint32_t octets = 0; octets < write.data.size(); octets += kProgramUnit) {
        std::copy_n(write.data.begin(), octets, image.begin() + write.offset);
        SCOPED_TRACE("and again in write " + std::to_string(number) + " of the recovery after " +
                     std::to_string(octets) + " octets");
        if (number + octets == 0) {
          continue;
        }
        if (checked_.contains(image)) {
          ++cuts_;
          continue;
        }
        check(image, false);
        checked_.insert(image);
      }
      std::copy(write.data.begin(), write.data.end(), image.begin() + write.offset);
    }
  }

  void tell(const char* what) const {
    std::printf("%s, %s: %llu cuts\n", GetParam().name, what,
                static_cast<unsigned long long>(cuts_));
  }

  const std::vector<Request> requests_;
  const Value probe_ = {1, 2, 3, 4};
  /// State of the flash at the cut.
  Value image_;
  std::vector<Written> writes_;
  /// Writes done when each request was acknowledged.
  std::vector<size_t> ends_;
  /// Of the requests acknowledged before the cut.
  Records done_;
  /// The request under way.
  size_t open_ = 0;
  Pumped device_;
  std::vector<Written> recovery_;
  Value read_;
  struct OctetsHash {
    size_t operator()(const Value& value) const {
      const auto* octets = reinterpret_cast<const char*>(value.data());
      return std::hash<std::string_view>()({octets, value.size()});
    }
  };
  /// What the cuts in the request under way left.
  std::unordered_set<Value, OctetsHash> checked_;
  uint64_t cuts_ = 0;
  uint64_t first_cuts_ = 0;
  /// Cuts that left an image of their own.
  uint64_t mounts_ = 0;
};

TEST_P(StorePowerCut, power_cut_at_every_operation_and_at_every_one_of_the_recovery) {
  ASSERT_NO_FATAL_FAILURE(run_life());
  for_each_cut([&](uint32_t) {
    ++first_cuts_;
    check(image_, false);
    if (!HasFatalFailure()) {
      check_recovery_cuts();
    }
  });
  tell("clean and torn, two levels");
  std::printf("  of them %llu first cuts, each cut again everywhere; %llu different images\n",
              static_cast<unsigned long long>(first_cuts_),
              static_cast<unsigned long long>(mounts_));
  EXPECT_GT(cuts_, 50000u);
}

TEST_P(StorePowerCut, power_cut_with_random_bits_harms_the_torn_record_only) {
  constexpr uint32_t kSeed = 1;
  std::mt19937 random(kSeed);
  ASSERT_NO_FATAL_FAILURE(run_life());
  for_each_cut([&](uint32_t torn) {
    std::array<uint8_t, kProgramUnit> kept{};
    std::copy_n(image_.begin() + torn, kept.size(), kept.begin());
    for (int variant = 0; variant < 4; ++variant) {
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ", variant " + std::to_string(variant));
      for (size_t i = 0; i < kept.size(); ++i) {
        image_[torn + i] = static_cast<uint8_t>(random());
      }
      if (open_ < requests_.size()) {
        check(image_, true);
      }
    }
    std::copy(kept.begin(), kept.end(), image_.begin() + torn);
  });
  tell("random bits in the torn unit");
  EXPECT_GT(cuts_, 4000u);
}

INSTANTIATE_TEST_SUITE_P(
    Media, StorePowerCut,
    testing::Values(Media{"Sectors4x1024Unit16", 1024, 4, 16, false, 0xFF, 10, 14},
                    Media{"Sectors2x2048Unit16Crc", 2048, 2, 16, true, 0xFF, 3, 9},
                    Media{"Sectors3x1024Unit16Erased0", 1024, 3, 16, false, 0x00, 4, 12},
                    Media{"Sectors8x512Unit16Crc", 512, 8, 16, true, 0xFF, 12, 14},
                    Media{"Sectors4x1024Unit32", 1024, 4, 32, false, 0xFF, 6, 11},
                    Media{"Sectors2x4096Unit32Crc", 4096, 2, 32, true, 0xFF, 4, 12},
                    Media{"Sectors3x2048Unit32", 2048, 3, 32, false, 0xFF, 10, 12},
                    Media{"Sectors8x1024Unit32Crc", 1024, 8, 32, true, 0x00, 20, 14}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pm::zms
