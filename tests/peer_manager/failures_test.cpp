// SPDX-License-Identifier: Apache-2.0
//
// A store that fails in the middle, and a Peer Manager that is initialised again in the middle.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Failures : public Device {
 protected:
  void bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
      storage.put_word(peer, 9, 1);
    }
    reboot();
  }
};

TEST_F(Failures, APeerWhoseDeletionFailsAfterTheBondIsGoneIsNoBondedPeer) {
  bonds(1);
  storage.completions = {Status::kOk, Status::kInternal};
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETE_FAILED(0,3)"));
  connect(kLink, kCentral, address(0));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  alignas(4) const pm_peer_data_bonding bond = lesc_bond(address(0));
  uint16_t peer = 0;
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.has(peer, 7)) << "it is written";
}

TEST_F(Failures, APeerWhoseBondCannotBeWrittenIsDeleted) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.completions.assign(8, Status::kInternal);
  Log log;
  for (int i = 0; i < 20; ++i) {
    storage.run();
    any_event();
  }
  log = take_log();
  EXPECT_THAT(log, Contains("UPDATE_FAILED(0,7,3)"));
  EXPECT_THAT(log, Contains("PEER_DELETED(0)"));
  EXPECT_EQ(manager().peer_count(), 0u);
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  pm_conn_sec_status status{};
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kOk);
  EXPECT_FALSE(status.bonded);
  EXPECT_TRUE(status.encrypted);
}

TEST_F(Failures, ANewPeerWhoseBondIsNotWrittenIsDeleted) {
  alignas(4) static const pm_peer_data_bonding bond = lesc_bond(address(1));
  uint16_t peer = 0;
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE_FAILED(0,7,3)", "PEER_DELETED(0)"));
  EXPECT_EQ(manager().peer_count(), 0u);
}

TEST_F(Failures, ABondThatIsRefusedLaterDeletesItsPeer) {
  storage.queue_size = 0;
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  storage.queue_size = 17;
  put_bond(5, lesc_bond(address(5)));
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  storage.refusals = {Status::kInvalidParam};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,4)", "ERROR_UNEXPECTED(0x3)", "PEER_DELETED(0)"));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  EXPECT_FALSE(storage.has(0, 4));
}

TEST_F(Failures, AFailedReplacementKeepsTheFormerBond) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  alignas(4) static const pm_peer_data_bonding bond = lesc_bond(address(0));
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_BONDING, &bond, sizeof bond, nullptr),
            Status::kOk);
  storage.completions = {Status::kInternal};
  take_log();
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE_FAILED(0,7,3)"));
  EXPECT_EQ(peer_of(kLink), 0);
}

TEST_F(Failures, AWriteThatKeepsFailingWaitsUntilSomethingElseHappens) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  storage.completions.assign(100, Status::kInternal);
  const int in_a_row = storage.run();
  EXPECT_LT(in_a_row, 8);
  storage.completions.clear();
  any_event();
  storage.run();
  EXPECT_TRUE(storage.has(0, 7)) << "what was wrong has passed";
}

TEST_F(Failures, AnOrphanThatResistsHoldsNothingUp) {
  storage.put_word(4, 4, 1);
  reboot();
  storage.queue_size = 1;
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_FALSE(storage.has(0, 7)) << "the removal takes the only place";
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_TRUE(storage.has(0, 7));
}

TEST_F(Failures, SpaceOfOrphansAndOfEmptiedRecordsIsUsed) {
  bonds(1);
  storage.put_word(4, 4, 1);
  storage.put_word(0, 4, 1);
  reboot();
  connect(kLink, kPeripheral, address(0x60));
  storage.refusals = {Status::kResources};
  bond_as_peripheral(kLink, lesc_bond(address(0x60)));
  EXPECT_THAT(take_log(), Contains("STORAGE_FULL"));
  storage.run();
  EXPECT_TRUE(storage.has(1, 7)) << "an orphan has gone";
  connect(kOtherLink, kPeripheral, address(0x61));
  storage.refusals = {Status::kResources};
  bond_as_peripheral(kOtherLink, lesc_bond(address(0x61)));
  alignas(4) static const uint8_t nothing[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, nothing, 0, nullptr),
            Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.has(2, 7)) << "a record has gone";
}

TEST_F(Failures, BondsGoBeforeTheFlagsOfAChangedDatabase) {
  if (!config::kServiceChanged) {
    GTEST_SKIP() << "CONFIG_PM_SERVICE_CHANGED is off in this build";
  }
  bonds(5);
  storage.queue_size = 1;
  manager().local_database_has_changed();
  connect(kLink, kPeripheral, address(0x60));
  bond_as_peripheral(kLink, lesc_bond(address(0x60)));
  ASSERT_TRUE(storage.run_one());
  ASSERT_TRUE(storage.run_one());
  EXPECT_TRUE(storage.has(5, 7));
}

TEST_F(Failures, ADeletionThatIsRefusedAtOnceIsToldByItsResult) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  take_log();
  storage.refusals = {Status::kInvalidState};
  EXPECT_EQ(manager().peer_delete(0), Status::kInternal);
  EXPECT_THAT(take_log(), IsEmpty());
  EXPECT_EQ(peer_of(kLink), 0);
  EXPECT_EQ(manager().peer_delete(0), Status::kOk) << "it can be tried again";
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)"));
}

TEST_F(Failures, ARankOfTheApplicationIsNotTakenForOurs) {
  if (!config::kPeerRanks) {
    GTEST_SKIP() << "CONFIG_PM_PEER_RANKS is off in this build";
  }
  bonds(2);
  alignas(4) static const uint32_t rank = 7;
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_PEER_RANK, &rank, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(0), Status::kOk);
  std::vector<uint32_t> tokens;
  on_event = [&](const pm_evt& event) {
    if (event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
      tokens.push_back(event.peer_data_update_succeeded.token);
    }
  };
  ASSERT_TRUE(storage.run_one());
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kBusy)
      << "ours is still on its way, and its memory with it";
  storage.run();
  EXPECT_THAT(tokens, ElementsAre(FakeStorage::key(0, 6), 0u));
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
}

TEST_F(Failures, InitAgainWhileTheStoreWorksGoesOn) {
  bonds(2);
  connect(kLink, kPeripheral, address(0x60));
  bond_as_peripheral(kLink, lesc_bond(address(0x60)));
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  ASSERT_GT(storage.outstanding(), 0u);
  EXPECT_EQ(manager().init(), Status::kOk);
  EXPECT_TRUE(manager().is_initialized());
  EXPECT_EQ(manager().peer_count(), 3u) << "also the one whose bond is being written";
  storage.run();
  EXPECT_TRUE(storage.has(2, 7));
  EXPECT_FALSE(storage.has(1, 7));
  EXPECT_EQ(manager().peer_count(), 2u);
}

TEST_F(Failures, InitAgainDoesNotTakeTheRankFromTheStore) {
  if (!config::kPeerRanks) {
    GTEST_SKIP() << "CONFIG_PM_PEER_RANKS is off in this build";
  }
  bonds(2);
  EXPECT_EQ(manager().peer_rank_highest(0), Status::kOk);
  EXPECT_EQ(manager().init(), Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kBusy);
  storage.run();
  EXPECT_EQ(storage.word(0, 6), 1u);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
}

TEST_F(Failures, InitInsideAnEventOfTheStoreIsRefusedAndChangesNothing) {
  bonds(1);
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  Status inside = Status::kOk;
  on_event = [&](const pm_evt&) { inside = manager().init(); };
  storage.run();
  EXPECT_EQ(inside, Status::kInternal);
  on_event = nullptr;
  EXPECT_TRUE(manager().is_initialized());
  take_log();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)")) << "the handler is still registered";
}

}  // namespace
}  // namespace pm::test
