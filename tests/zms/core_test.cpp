// SPDX-License-Identifier: Apache-2.0
//
// The core and the store together on the 4 KiB that a product has: bonds of the reference, many
// reconnections, a store that fills up.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "zms/core_bench.hpp"
#include "zms/golden.hpp"

namespace pm::zms {
namespace {

uint32_t record_of(unsigned peer, unsigned data) { return peer << 16 | data; }

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

class GoldenPeers : public Core, public testing::WithParamInterface<std::string> {};

TEST_P(GoldenPeers, ReadThroughThePeerManagerAsTheManifestSays) {
  const Json entry = golden_entry("peer_manager", GetParam());
  flash.memory() = read_image(entry.at("file"));
  flash.reset_counts();
  ASSERT_EQ(boot(), Status::kOk);
  settle();
  EXPECT_EQ(flash.counts().writes, 0u);

  const Json& peers = entry.at("peers");
  EXPECT_EQ(manager->peer_count(), peers.size());
  const auto expect_loaded = [&](uint32_t key, const std::optional<Value>& expected) {
    alignas(4) std::array<uint8_t, 256> value{};
    uint32_t length = value.size();
    const Status status =
        manager->peer_data_load(static_cast<uint16_t>(key >> 16),
                                static_cast<pm_peer_data_id>(key & 0xFFFF), value.data(), &length);
    EXPECT_EQ(status, expected ? Status::kOk : Status::kNotFound) << std::hex << key;
    if (ok(status) && expected) {
      EXPECT_EQ(Value(value.begin(), value.begin() + length), *expected) << std::hex << key;
    }
  };
  uint16_t peer = manager->next_peer_id_get(PM_PEER_ID_INVALID);
  for (const auto& [id, kinds] : peers.items()) {
    EXPECT_EQ(std::to_string(peer), id);
    peer = manager->next_peer_id_get(peer);
    for (const auto& [kind, record] : kinds.items()) {
      expect_loaded(key_of(record.at("key")), value_of(record.at("raw")));
    }
  }
  EXPECT_EQ(peer, PM_PEER_ID_INVALID);
  for (const auto& key : entry.at("absent")) {
    expect_loaded(key_of(key), std::nullopt);
  }
}

INSTANTIATE_TEST_SUITE_P(PeerManager, GoldenPeers, testing::ValuesIn(names_in("peer_manager")),
                         [](const auto& instance) { return instance.param; });

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

// The reference loses bonds when its store is filled, and then writes for ever.
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
    return store->read(record_of(peer, 7), value, length) == Status::kOk &&
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

}  // namespace
}  // namespace pm::zms
