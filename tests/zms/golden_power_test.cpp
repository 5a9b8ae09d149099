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

class GoldenPower : public testing::TestWithParam<std::string> {
 protected:
  GoldenPower()
      : entry_(golden_entry("interrupted", GetParam())), base_(read_image(entry_.at("base"))) {
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

  const Json entry_;
  Value base_;
  Records untouched_;
  std::vector<Allowed> accept_;
  std::vector<std::pair<uint32_t, Value>> ops_;
};

// Among these are the places where the reference's mount does not end (Z3) or later writes are lost
// (Z10, Z11).
TEST_P(GoldenPower, Z3_Z10_Z11_EveryPrefixMountsAndReadsAsAllowed) {
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
