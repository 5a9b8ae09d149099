// SPDX-License-Identifier: Apache-2.0
//
// What deletions leave behind that were cut short: in stores that list their keys, and in those
// that do not, as the SDK's.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::IsEmpty;

class Orphans : public Device {};

TEST_F(Orphans, APowerCutDuringDeletionLeavesOrphansThatTheNextStartRemoves) {
  for (int completed = 0; completed < 6; ++completed) {
    storage.records.clear();
    put_bond(0, lesc_bond(address(0)));
    reboot();
    for (const unsigned data : {1u, 4u, 6u, 8u, 9u}) {
      storage.put_word(0, data, 1);
    }
    EXPECT_EQ(manager().peer_delete(0), Status::kOk);
    for (int i = 0; i < completed; ++i) {
      storage.run_one();
    }
    const bool bond_exists = storage.has(0, 7);
    EXPECT_EQ(bond_exists, completed == 0);
    reboot();
    EXPECT_EQ(manager().peer_count(), bond_exists ? 1u : 0u);
    storage.run();
    EXPECT_EQ(storage.records.size(), bond_exists ? 6u : 0u) << completed;
    EXPECT_THAT(take_log(), IsEmpty()) << "nobody deleted anything now";
  }
}

TEST_F(Orphans, AnIdWithOrphansIsNotGivenOutBeforeTheyAreGone) {
  storage.put_word(0, 6, 99);
  reboot();
  alignas(4) pm_peer_data_bonding bond = lesc_bond(address(1));
  alignas(4) pm_peer_data_bonding other = lesc_bond(address(2));
  uint16_t peer = 0;
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  EXPECT_EQ(peer, 1);
  storage.run();
  EXPECT_FALSE(storage.has(0, 6));
  EXPECT_EQ(manager().peer_new(&peer, &other, nullptr), Status::kOk);
  EXPECT_EQ(peer, 0);
}

// A store that cannot list its keys is not searched at the start: 256 bonds are asked for, no more.
TEST_F(Orphans, WhatAnUnlistedStoreHidesIsRemovedBeforeItsIdIsGivenOut) {
  put_bond(1, lesc_bond(address(1)));
  storage.put_word(0, 8, 1);
  storage.put_word(0, 4, 1);
  storage.put_word(2, 6, 99);
  storage.lists_keys = false;
  storage.reads = 0;
  reboot();
  EXPECT_LE(storage.reads, kPeerIds + 2) << "and two flags of a peer, when there is an index";
  EXPECT_EQ(storage.outstanding(), 0u);
  for (const uint8_t expected : {uint8_t{3}, uint8_t{0}, uint8_t{2}}) {
    alignas(4) const pm_peer_data_bonding bond = lesc_bond(address(expected));
    uint16_t peer = 0;
    EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
    EXPECT_EQ(peer, expected);
    storage.run();
  }
  EXPECT_EQ(storage.records.size(), 4u) << "four bonds, and nothing of others";
}

TEST_F(Orphans, NoIdIsGivenOutWhileAnUnlistedStoreCannotBeRead) {
  storage.lists_keys = false;
  reboot();
  storage.read_errors[FakeStorage::key(0, 6)] = Status::kInternal;
  alignas(4) const pm_peer_data_bonding bond = lesc_bond(address(1));
  uint16_t peer = 0;
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kNoMem);
  storage.read_errors.clear();
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  EXPECT_EQ(peer, 0) << "nothing was wrong with it";
}

TEST_F(Orphans, OrphansThatResistAreRetriedWithTheNextDeletion) {
  storage.put_word(0, 6, 99);
  put_bond(1, lesc_bond(address(1)));
  reboot();
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_TRUE(storage.has(0, 6));
  alignas(4) pm_peer_data_bonding bond = lesc_bond(address(2));
  uint16_t peer = 0;
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  EXPECT_EQ(peer, 2) << "0 is not clean";
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  storage.run();
  EXPECT_FALSE(storage.has(0, 6));
}

class LeftOvers : public Device, public ::testing::WithParamInterface<bool> {
 protected:
  LeftOvers() { storage.lists_keys = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(KeysAreListed, LeftOvers, ::testing::Bool());

TEST_P(LeftOvers, AreGoneWhenAllPeersAreDeletedOnceMore) {
  put_bond(0, lesc_bond(address(1)));
  storage.put_word(0, PM_PEER_DATA_ID_APPLICATION, 0x1234);
  reboot();
  ASSERT_EQ(manager().peers_delete(), Status::kOk);
  storage.run_one();
  storage.cut_power();
  ASSERT_FALSE(storage.records.empty()) << "the bond goes first, its data later";

  reboot();
  ASSERT_EQ(manager().peers_delete(), Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.records.empty()) << "data of a peer that was deleted";
}

// Where keys are listed these are removed at the start.
TEST_F(Orphans, MakeRoomWhenSpaceIsShort) {
  storage.lists_keys = false;
  put_bond(0, lesc_bond(address(1)));
  storage.put_word(7, PM_PEER_DATA_ID_APPLICATION, 1);
  reboot();
  connect(kLink, kPeripheral, address(2));
  storage.completions = {Status::kResources};
  bond_as_peripheral(kLink, lesc_bond(address(2)));
  storage.run();
  EXPECT_FALSE(storage.has(7, PM_PEER_DATA_ID_APPLICATION));
  EXPECT_TRUE(storage.has(1, PM_PEER_DATA_ID_BONDING));
}

// What cannot be read may be one: they are looked for again whenever space is short.
TEST_F(Orphans, ThatResistForLackOfSpaceAreNotRemovedForEver) {
  storage.lists_keys = false;
  storage.put_word(3, PM_PEER_DATA_ID_APPLICATION, 1);
  reboot();
  storage.read_errors[FakeStorage::key(5, PM_PEER_DATA_ID_APPLICATION)] = Status::kInternal;
  storage.completions.assign(100, Status::kResources);
  ASSERT_EQ(manager().peers_delete(), Status::kOk);
  EXPECT_LT(storage.run(), 3);
}

// The failed bond of an ID is removed unseen; init() comes while that is under way.
TEST_P(LeftOvers, AnIdThatIsBeingCleanedIsNotGivenOutByARepeatedInit) {
  reboot();
  alignas(4) const pm_peer_data_bonding first = legacy_bond(address(1), 3);
  alignas(4) const pm_peer_data_bonding second = legacy_bond(address(2), 7);
  alignas(4) const uint32_t label = 5;
  uint16_t peer = PM_PEER_ID_INVALID;
  storage.completions = {Status::kInternal};
  ASSERT_EQ(manager().peer_new(&peer, &first, nullptr), Status::kOk);
  storage.run_one();
  ASSERT_EQ(storage.outstanding(), 1u);

  ASSERT_EQ(manager().init(), Status::kOk);
  ASSERT_EQ(manager().peer_new(&peer, &second, nullptr), Status::kOk);
  ASSERT_EQ(
      manager().peer_data_store(peer, PM_PEER_DATA_ID_APPLICATION, &label, sizeof label, nullptr),
      Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.has(peer, PM_PEER_DATA_ID_BONDING));
  EXPECT_TRUE(storage.has(peer, PM_PEER_DATA_ID_APPLICATION));
  EXPECT_EQ(manager().peer_count(), 1u);
}

// Data of a peer, but no bond: a left-over, unless the bond is being written.
TEST_P(LeftOvers, DataStoredBeforeTheirBondAreNotTakenForOneByARepeatedInit) {
  reboot();
  connect(kLink, kPeripheral, address(1));
  storage.completions = {Status::kInternal};
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  alignas(4) const uint32_t label = 5;
  ASSERT_EQ(
      manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, &label, sizeof label, nullptr),
      Status::kOk);
  while (!storage.has(0, PM_PEER_DATA_ID_APPLICATION)) {
    ASSERT_TRUE(storage.run_one());
  }
  ASSERT_FALSE(storage.has(0, PM_PEER_DATA_ID_BONDING)) << "its second write is under way";
  ASSERT_GT(storage.outstanding(), 0u);

  ASSERT_EQ(manager().init(), Status::kOk);
  EXPECT_EQ(manager().peer_count(), 1u);
  storage.run();
  EXPECT_TRUE(storage.has(0, PM_PEER_DATA_ID_BONDING));
  EXPECT_TRUE(storage.has(0, PM_PEER_DATA_ID_APPLICATION));
  EXPECT_EQ(manager().peer_count(), 1u);
}

}  // namespace
}  // namespace pm::test
