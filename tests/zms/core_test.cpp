// SPDX-License-Identifier: Apache-2.0
//
// The core and the store together on the 4 KiB that a product has: many reconnections, a store that
// fills up, and power cuts in the whole life of a bond.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "zms/core_bench.hpp"

namespace pm::zms {
namespace {

uint32_t key_of(unsigned peer, unsigned data) { return peer << 16 | data; }

Value cccds(unsigned seed) {
  Value result(20);
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<uint8_t>(seed >> (8 * (i % 4))) ^ static_cast<uint8_t>(i * 7);
  }
  return result;
}

Value octets_of(const pm_peer_data_bonding& bond) {
  const auto* first = reinterpret_cast<const uint8_t*>(&bond);
  return Value(first, first + sizeof bond);
}

class Core : public testing::Test, public CoreBench {
 protected:
  void SetUp() override { ASSERT_EQ(boot(), Status::kOk); }
  void TearDown() override { consenting = nullptr; }

  /// Bonds stored without a link.
  void make_peers(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      alignas(4) const pm_peer_data_bonding bonding = bond(peer, peer);
      uint16_t id = PM_PEER_ID_INVALID;
      ASSERT_EQ(manager->peer_new(&id, &bonding, nullptr), Status::kOk);
      ASSERT_EQ(id, peer);
      settle();
    }
  }
};

// A million; with a sanitizer, which makes a minute of ten seconds, a tenth of it.
#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr unsigned kReconnections = 100000;
#else
constexpr unsigned kReconnections = 1000000;
#endif

class Reconnections : public Core, public testing::WithParamInterface<unsigned> {};

// The reference reads a wrong record from the 17th (10 peers) to the 55th (1 peer) on.
TEST_P(Reconnections, WithNewCccdsAndRanksNeverReadWrong) {
  const unsigned peers = GetParam();
  make_peers(peers);
  std::vector<Value> expected(peers);
  for (unsigned i = 0; i < kReconnections; ++i) {
    const unsigned peer = i * 7 % peers;
    connect(peer);
    ASSERT_EQ(connected_peer(), peer) << i;
    encrypted();
    ASSERT_EQ(stack.applied, expected[peer]) << "reconnection " << i;
    expected[peer] = cccds(i);
    const Status ranked = change_and_leave(peer, expected[peer]);
    ASSERT_TRUE(ranked == Status::kOk || ranked == Status::kBusy) << i;
    if (i % 997 == 0) {
      ASSERT_EQ(boot(), Status::kOk);
      for (unsigned other = 0; other < peers; ++other) {
        alignas(4) pm_peer_data_bonding bonding{};
        uint32_t length = sizeof bonding;
        ASSERT_EQ(manager->peer_data_load(static_cast<uint16_t>(other), PM_PEER_DATA_ID_BONDING,
                                          &bonding, &length),
                  Status::kOk);
        ASSERT_EQ(octets_of(bonding), octets_of(bond(other, other)));
      }
    }
  }
  uint16_t highest = 0;
  uint32_t rank = 0;
  ASSERT_EQ(manager->peer_ranks_get(&highest, &rank, nullptr, nullptr), Status::kOk);
  EXPECT_EQ(highest, (kReconnections - 1) * 7 % peers);
  std::printf("%u reconnections of %u peers\n", kReconnections, peers);
}

INSTANTIATE_TEST_SUITE_P(Peers, Reconnections, testing::Values(1u, 2u, 10u),
                         testing::PrintToStringParamName());

TEST_F(Core, AFullStoreRefusesClearlyLosesNoBondAndGoesOnAfterADeletion) {
  storage_full_events = 0;
  unsigned stored = 0;
  while (stored < 200 && storage_full_events == 0) {
    connect(stored);
    ASSERT_TRUE(pair(stored, stored));
    settle();
    disconnect();
    settle();
    if (storage_full_events != 0) {
      break;
    }
    ++stored;
  }
  EXPECT_GE(stored, 15u) << "the reference holds about 15 bonds";
  EXPECT_LT(stored, 200u);
  EXPECT_EQ(storage_full_events, 1u) << "told once";
  flash.reset_counts();
  settle();
  EXPECT_EQ(flash.counts().writes, 0u) << "no writing for ever";

  const auto holds = [&](unsigned peer) {
    Value value(80);
    size_t length = 0;
    return store->read(key_of(peer, 7), value, length) == Status::kOk &&
           value == octets_of(bond(peer, peer));
  };
  for (unsigned peer = 0; peer < stored; ++peer) {
    EXPECT_TRUE(holds(peer)) << peer;
  }
  ASSERT_EQ(manager->peer_delete(3), Status::kOk);
  settle();
  EXPECT_TRUE(holds(stored)) << "the bond that waited has the room now";
  ASSERT_EQ(boot(), Status::kOk);
  settle();
  EXPECT_EQ(manager->peer_count(), stored);
  for (unsigned peer = 0; peer <= stored; ++peer) {
    EXPECT_EQ(holds(peer), peer != 3) << peer;
  }
}

// What the stack has not yet acknowledged is one record in a queue, however often it changes.
TEST_F(Core, OfWaitingCccdsTheNewestIsStored) {
  connect(0);
  ASSERT_TRUE(pair(0, 1));
  write_cccd(cccds(1));
  write_cccd(cccds(2));
  settle();
  ASSERT_EQ(boot(), Status::kOk);
  connect(0);
  encrypted();
  EXPECT_EQ(stack.applied, cccds(2));
}

/// The life of two bonds with everything in it, recorded once; the cuts are made from its writes.
class Life : public Core {
 protected:
  void SetUp() override {
    record();
    blank_ = flash.memory();
    ASSERT_EQ(boot(), Status::kOk);
    watched->is_recording = true;
    consenting = &*manager;
    live();
    image_ = blank_;
  }

  void live() {
    for (unsigned round = 0; round < 5; ++round) {
      for (unsigned peer = 0; peer < 2; ++peer) {
        connect(peer);
        ASSERT_TRUE(pair(peer, round * 2 + peer));
        settle();
        write_cccd(cccds(round * 10 + peer));
        settle();
        ASSERT_NE(connected_peer(), PM_PEER_ID_INVALID);
        const uint16_t id = connected_peer();
        (void)manager->peer_rank_highest(id);
        settle();
        store_word(id, PM_PEER_DATA_ID_CENTRAL_ADDR_RES);
        write_cccd(cccds(round * 10 + peer + 5));
        settle();
        disconnect();
        settle();
      }
      if (round % 2 == 1) {
        ASSERT_EQ(manager->peer_delete(round == 1 ? 0 : 1), Status::kOk);
        settle();
      }
    }
    ASSERT_EQ(manager->peers_delete(), Status::kOk);
    settle();
    connect(5);
    ASSERT_TRUE(pair(5, 99));
    settle();
    disconnect();
    settle();
  }
  void store_word(uint16_t id, pm_peer_data_id data) {
    alignas(4) static const uint32_t word = 1;
    ASSERT_EQ(manager->peer_data_store(id, data, &word, 4, nullptr), Status::kOk);
    settle();
  }

  /// The values that a record may have after a cut with `number` writes done.
  struct Allowed {
    Value old_value;
    std::optional<Value> new_value;
  };
  std::map<uint32_t, Allowed> allowed_at(size_t number) const {
    std::map<uint32_t, Allowed> result;
    for (const auto& change : changes_) {
      Allowed& allowed = result[change.key];
      if (change.acknowledged <= number) {
        allowed = {change.value, std::nullopt};
      } else if (change.begun <= number && !allowed.new_value) {
        allowed.new_value = change.value;
      }
    }
    return result;
  }

  void check(const Value& image, const std::map<uint32_t, Allowed>& allowed) {
    ++cuts_;
    CoreBench& device = after_;
    std::copy(image.begin(), image.end(), device.flash.memory().begin());
    device.written.clear();
    ASSERT_EQ(device.boot(), Status::kOk);
    device.settle();
    recovery_.swap(device.written);
    std::set<unsigned> bonded;
    for (const auto& [key, values] : allowed) {
      if ((key & 0xFFFF) == PM_PEER_DATA_ID_BONDING) {
        const Value read = read_of(device, key);
        ASSERT_TRUE(read == values.old_value || (values.new_value && read == *values.new_value))
            << "bond " << std::hex << key;
        if (!read.empty()) {
          bonded.insert(key >> 16);
        }
      }
    }
    EXPECT_EQ(device.manager->peer_count(), bonded.size());
    for (const auto& [key, values] : allowed) {
      const Value read = read_of(device, key);
      if (!bonded.contains(key >> 16)) {
        ASSERT_TRUE(read.empty()) << "data without a bond " << std::hex << key;
        continue;
      }
      ASSERT_TRUE(read == values.old_value || (values.new_value && read == *values.new_value))
          << std::hex << key;
    }
    // A new peer inherits nothing.
    alignas(4) static const pm_peer_data_bonding newcomer = bond(77, 77);
    uint16_t id = PM_PEER_ID_INVALID;
    ASSERT_EQ(device.manager->peer_new(&id, &newcomer, nullptr), Status::kOk);
    device.settle();
    ASSERT_FALSE(bonded.contains(id));
    for (unsigned data = 0; data < 10; ++data) {
      ASSERT_EQ(read_of(device, key_of(id, data)).empty(), data != 7) << data;
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

  Value blank_;
  Value image_;
  std::vector<WatchedStorage::Change> changes_;
  CoreBench after_;
  std::vector<Written> recovery_;
  uint64_t cuts_ = 0;
};

TEST_F(Life, power_cut_at_every_operation_of_the_life_of_a_bond) {
  ASSERT_TRUE(watched->order_kept);
  changes_ = watched->changes;
  ASSERT_GT(changes_.size(), 60u);
  after_.record();
  uint64_t first_cuts = 0;
  for (size_t number = 0; number <= written.size(); ++number) {
    const auto allowed = allowed_at(number);
    const size_t size = number < written.size() ? written[number].data.size() : 4;
    for (uint32_t octets = 0; octets < size; octets += 4) {
      SCOPED_TRACE("cut in write " + std::to_string(number) + " after " + std::to_string(octets));
      if (number < written.size()) {
        std::copy_n(written[number].data.begin(), octets, image_.begin() + written[number].offset);
      }
      check(image_, allowed);
      if (HasFailure()) {
        return;
      }
      ++first_cuts;
      const std::vector<Written> recovery = recovery_;
      Value image = image_;
      for (size_t again = 0; again < recovery.size(); ++again) {
        for (uint32_t part = 0; part < recovery[again].data.size(); part += 4) {
          SCOPED_TRACE("and in write " + std::to_string(again) + " after the start, after " +
                       std::to_string(part));
          std::copy_n(recovery[again].data.begin(), part, image.begin() + recovery[again].offset);
          check(image, allowed);
          if (HasFailure()) {
            return;
          }
        }
        std::copy(recovery[again].data.begin(), recovery[again].data.end(),
                  image.begin() + recovery[again].offset);
      }
    }
    if (number < written.size()) {
      std::copy(written[number].data.begin(), written[number].data.end(),
                image_.begin() + written[number].offset);
    }
  }
  std::printf("life of a bond: %llu cuts\n  of them %llu first cuts, each cut again everywhere\n",
              static_cast<unsigned long long>(cuts_), static_cast<unsigned long long>(first_cuts));
  EXPECT_GT(cuts_, 700u);
}

}  // namespace
}  // namespace pm::zms
