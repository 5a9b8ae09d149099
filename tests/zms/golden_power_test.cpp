// SPDX-License-Identifier: Apache-2.0
//
// Power cuts in the sequences that the reference recorded, and in our own runs of the same
// requests: at every operation, torn at every program unit, and again during the mount that
// follows.
#include <algorithm>

#include "zms/golden.hpp"

namespace pm::zms {
namespace {

/// Key to the values allowed.
using Allowed = std::map<uint32_t, std::vector<std::optional<Value>>>;

/// One sequence of the reference, and the images that it leaves when it is interrupted.
class Sequence {
 public:
  explicit Sequence(const std::string& name)
      : entry_(golden_entry("interrupted", name)), base_(read_image(entry_.at("base"))) {
    for (const auto& [key, value] : entry_.at("untouched").items()) {
      untouched_[key_of(key)] = value_of(value);
    }
    for (const auto& accept : entry_.at("accept")) {
      Allowed allowed;
      for (const auto& [key, values] : accept.items()) {
        for (const auto& value : values) {
          allowed[key_of(key)].push_back(value_of(value));
        }
      }
      accept_.push_back(allowed);
    }
    for (const auto& op : entry_.at("ops")) {
      ops_.emplace_back(op.at(0).get<uint32_t>(), *value_of(op.at(1)));
    }
  }

  /// The first `count` operations, and `octets` of the next.
  Value image_after(size_t count, size_t octets = 0) const {
    Value image = base_;
    for (size_t i = 0; i <= count && i < ops_.size(); ++i) {
      const auto& [offset, data] = ops_[i];
      std::copy_n(data.begin(), i < count ? data.size() : std::min(octets, data.size()),
                  image.begin() + offset);
    }
    return image;
  }

  void expect_readable(Device& device, const Allowed& allowed) const {
    for (const auto& [key, value] : untouched_) {
      EXPECT_EQ(device.get(key), value) << std::hex << key;
    }
    for (const auto& [key, values] : allowed) {
      const auto value = device.get(key);
      EXPECT_NE(std::find(values.begin(), values.end(), value), values.end())
          << std::hex << key << " reads " << testing::PrintToString(value);
    }
  }

  /// A further write, of the size of the sequence's first one, succeeds and survives another mount.
  void expect_writable(Device& device) const {
    Value value = filled(4, 0x51);
    for (const auto& request : entry_.at("requests")) {
      if (request.at("request").at(0) == "write") {
        value = filled(value_of(request.at("request").at(2))->size(), 0x51);
        break;
      }
    }
    ASSERT_EQ(device.put(kProbe, value), Status::kOk);
    ASSERT_EQ(device.boot(), Status::kOk);
    EXPECT_EQ(device.get(kProbe), value);
  }

  Allowed either(size_t a, size_t b) const {
    Allowed both = accept_.at(a);
    for (const auto& [key, values] : accept_.at(b)) {
      both[key].insert(both[key].end(), values.begin(), values.end());
    }
    return both;
  }

  bool is_torn_exception(size_t operation, size_t octets) const {
    for (const auto& exception : entry_.at("torn_exceptions")) {
      if (exception.at(0) == operation && exception.at(1) == octets) {
        return true;
      }
    }
    return false;
  }

  static constexpr uint32_t kProbe = 0x00FE0004;

 protected:
  const Json entry_;
  Value base_;
  Records untouched_;
  std::vector<Allowed> accept_;
  std::vector<std::pair<uint32_t, Value>> ops_;
};

class GoldenPower : public testing::TestWithParam<std::string>, public Sequence {
 protected:
  GoldenPower() : Sequence(GetParam()) {}
};

TEST_P(GoldenPower, EveryPrefixMountsAndReadsAsAllowed) {
  for (size_t k = 0; k <= ops_.size(); ++k) {
    SCOPED_TRACE("after operation " + std::to_string(k));
    Device device(geometry_of(entry_), options_of(entry_));
    device.flash.memory() = image_after(k);
    ASSERT_EQ(device.boot(), Status::kOk);
    expect_readable(device, accept_.at(k));
    expect_writable(device);
    expect_readable(device, accept_.at(k));
  }
}

TEST_P(GoldenPower, ATornOperationIsTheOneBeforeOrTheOneAfter) {
  for (size_t k = 0; k < ops_.size(); ++k) {
    for (size_t octets = 4; octets < ops_[k].second.size(); octets += 4) {
      if (is_torn_exception(k, octets)) {
        continue;
      }
      SCOPED_TRACE("operation " + std::to_string(k) + " torn at " + std::to_string(octets));
      Device device(geometry_of(entry_), options_of(entry_));
      device.flash.memory() = image_after(k, octets);
      ASSERT_EQ(device.boot(), Status::kOk);
      expect_readable(device, either(k, k + 1));
      expect_writable(device);
    }
  }
}

TEST_P(GoldenPower, PowerMayFailAgainDuringTheMount) {
  for (size_t k = 0; k <= ops_.size(); ++k) {
    bool cut = true;
    for (uint64_t at = 0; cut; ++at) {
      for (uint32_t octets = 0; octets <= 16; octets += 4) {
        SCOPED_TRACE("after operation " + std::to_string(k) + ", mount cut at write " +
                     std::to_string(at) + " torn at " + std::to_string(octets));
        Device device(geometry_of(entry_), options_of(entry_));
        device.flash.memory() = image_after(k);
        Store store(device.flash, device.options);
        device.flash.cut_power_at(at, octets);
        ASSERT_EQ(store.init(device), Status::kOk);
        cut = store.wait_ready() != Status::kOk;
        if (!cut) {
          break;
        }
        ASSERT_EQ(device.boot(), Status::kOk);
        expect_readable(device, accept_.at(k));
      }
    }
  }
}

TEST_P(GoldenPower, OurOwnRunEndsInTheSameImage) {
  Device device(geometry_of(entry_), options_of(entry_));
  device.flash.memory() = base_;
  ASSERT_EQ(device.boot(), Status::kOk);
  for (const auto& item : entry_.at("requests")) {
    const auto& request = item.at("request");
    if (request.at(0) == "write") {
      ASSERT_EQ(device.put(key_of(request.at(1)), *value_of(request.at(2))), Status::kOk);
    } else if (request.at(0) == "delete") {
      ASSERT_EQ(device.drop(key_of(request.at(1))), Status::kOk);
    } else if (request.at(0) == "clear") {
      ASSERT_EQ(device.store->clear(), Status::kOk);
      device.clock.run_until_idle();
    }
  }
  EXPECT_TRUE(device.flash.memory() == image_after(ops_.size()));
}

/// Runs the requests until the power goes. `done`: those acknowledged.
size_t run_until_cut(Device& device, const Json& requests) {
  if (device.store->mounted()) {
    size_t done = 0;
    for (const auto& item : requests) {
      const auto& request = item.at("request");
      const auto what = request.at(0).get<std::string>();
      Status result = Status::kOk;
      if (what == "write") {
        const Value value = *value_of(request.at(2));
        result = device.put(key_of(request.at(1)), value);
      } else if (what == "delete") {
        result = device.drop(key_of(request.at(1)));
      } else if (what == "clear") {
        EXPECT_EQ(device.store->clear(), Status::kOk);
        device.clock.run_until_idle();
        result = device.flash.powered() ? Status::kOk : Status::kBusy;
      }
      if (result != Status::kOk) {
        EXPECT_EQ(result, Status::kBusy);
        return done;
      }
      ++done;
    }
    return done;
  }
  return 0;
}

TEST_P(GoldenPower, OurOwnRunSurvivesACutAtEveryOperation) {
  const Json& requests = entry_.at("requests");
  const size_t count = requests.size();
  bool cut = true;
  for (uint64_t at = 0; cut; ++at) {
    for (uint32_t octets = 0; octets <= 32 && cut; octets += 4) {
      SCOPED_TRACE("cut at write " + std::to_string(at) + " torn at " + std::to_string(octets));
      Device device(geometry_of(entry_), options_of(entry_));
      device.flash.memory() = base_;
      ASSERT_EQ(device.boot(), Status::kOk);
      device.flash.cut_power_at(at, octets);
      const size_t done = run_until_cut(device, requests);
      cut = !device.flash.powered();
      ASSERT_EQ(device.boot(), Status::kOk);
      // What was acknowledged counts as complete; the request under way may have gone either way.
      const size_t begun = done < count ? done + 1 : count;
      const auto end_of = [&](size_t requests_done) {
        return requests_done == 0 ? size_t{0}
                                  : requests.at(requests_done - 1).at("end_op").get<size_t>();
      };
      expect_readable(device, either(end_of(done), end_of(begun)));
      expect_writable(device);
    }
  }
}

/// A sequence with its numbers of operations after which the reference fails in one way.
class Failing : public Sequence {
 public:
  using Sequence::Sequence;

  std::vector<size_t> after(const char* failure) const {
    const Json& all = entry_.at("reference_fails_at");
    return all.contains(failure) ? all.at(failure).get<std::vector<size_t>>()
                                 : std::vector<size_t>();
  }
  bool fails_after(size_t count, const char* failure) const {
    const auto all = after(failure);
    return std::find(all.begin(), all.end(), count) != all.end();
  }
  uint32_t offset_of(size_t operation) const { return ops_.at(operation).first; }
  const Value& data_of(size_t operation) const { return ops_.at(operation).second; }
  FlashGeometry geometry() const { return geometry_of(entry_); }
  Options options() const { return options_of(entry_); }
};

/// Whose power was cut after `count` operations of the sequence.
class Interrupted : public Device {
 public:
  Interrupted(const Failing& sequence, size_t count)
      : Device(sequence.geometry(), sequence.options()) {
    flash.memory() = sequence.image_after(count);
  }
};

constexpr char kWriteLost[] = "later write lost";

/// Cycle of the Empty ATE of the sector at or after `offset`.
uint8_t cycle_at(const Device& device, uint32_t offset) {
  const uint32_t sector_size = device.options.sector_size;
  const auto& memory = device.flash.memory();
  const uint32_t slot = device.flash.geometry().write_unit > 16 ? 32 : 16;
  return memory[offset % memory.size() / sector_size * sector_size + sector_size - slot + 1];
}

// A collection that was cut before its end was marked: the mount starts it over, and ends.
TEST(GoldenPowerOnce, Z3_AMountAfterAnUnmarkedCollectionEnds) {
  // More than any of them needs; the reference goes on without end.
  constexpr uint64_t kManyWrites = 500;
  size_t mounts = 0;
  for (const auto& name : names_in("interrupted")) {
    const Failing sequence(name);
    for (const size_t count : sequence.after("mount does not end")) {
      SCOPED_TRACE(name + " after operation " + std::to_string(count));
      Interrupted device(sequence, count);
      device.flash.cut_power_at(kManyWrites);
      Store store(device.flash, device.options);
      ASSERT_EQ(store.init(device), Status::kOk);
      ASSERT_EQ(store.wait_ready(), Status::kOk) << "writes without end";
      ++mounts;
    }
  }
  EXPECT_GT(mounts, 150u);
}

// The collection's end is marked, the collected sector still closed: its cycle is not the current
// sector's, which is the one that later entries need.
TEST(GoldenPowerOnce, Z10_AfterAMarkedCollectionEntriesHaveTheCycleOfTheCurrentSector) {
  const std::pair<const char*, size_t> cases[] = {{"gc_small_delete", 8}, {"gc_data_crc", 20},
                                                  {"gc_two_sectors", 18}, {"gc_4096x3", 8},
                                                  {"gc_bond_sized", 20},  {"gc_wb4_crc", 20}};
  for (const auto& [name, count] : cases) {
    SCOPED_TRACE(name);
    const Failing sequence(name);
    ASSERT_TRUE(sequence.fails_after(count, kWriteLost));
    Interrupted device(sequence, count);
    const uint32_t current = sequence.offset_of(count - 1);
    const uint8_t cycle = cycle_at(device, current);
    ASSERT_NE(cycle, cycle_at(device, current + device.options.sector_size));
    ASSERT_EQ(device.boot(), Status::kOk);
    EXPECT_EQ(device.store->head().cycle, cycle);
    sequence.expect_writable(device);
  }
}

// The current sector closed, the next one never used: it gets its Empty ATE at the mount, which
// the reference does not write; with it goes everything written from then on.
TEST(GoldenPowerOnce, Z11_AMountAfterTheCloseAteOpensASectorThatWasNeverUsed) {
  const std::pair<const char*, size_t> cases[] = {
      {"close_into_never_used", 2}, {"close_exact_fit", 1}, {"close_after_delete_slot", 2}};
  for (const auto& [name, count] : cases) {
    SCOPED_TRACE(name);
    const Failing sequence(name);
    ASSERT_TRUE(sequence.fails_after(count, kWriteLost));
    Interrupted device(sequence, count);
    // What comes next in an uninterrupted run of the reference.
    const Value& empty = sequence.data_of(count);
    const auto place = device.flash.memory().begin() + sequence.offset_of(count);
    ASSERT_EQ(Value(place, place + 16), Value(16, 0xFF));
    ASSERT_EQ(device.boot(), Status::kOk);
    EXPECT_EQ(Value(place, place + 16), empty);
    EXPECT_EQ(device.store->head().cycle, empty.at(1));
    sequence.expect_writable(device);
  }
}

// With the end of the collection marked, the mount only empties the collected sector: nothing is
// copied again.
TEST(GoldenPowerOnce, AMarkedCollectionIsNotRepeated) {
  const Json entry = golden_entry("interrupted", "gc_small");
  Device device(geometry_of(entry), options_of(entry));
  device.flash.memory() = read_image(entry.at("base"));
  for (size_t i = 0; i < 9; ++i) {
    const Value data = *value_of(entry.at("ops").at(i).at(1));
    std::copy(data.begin(), data.end(),
              device.flash.memory().begin() + entry.at("ops").at(i).at(0).get<uint32_t>());
  }
  ASSERT_EQ(device.boot(), Status::kOk);
  EXPECT_EQ(device.flash.counts().writes, 1u);
}

INSTANTIATE_TEST_SUITE_P(Interrupted, GoldenPower, testing::ValuesIn(names_in("interrupted")),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace pm::zms
