// SPDX-License-Identifier: Apache-2.0
//
// What deletions leave behind that were cut short: in stores that list their keys, and in those
// that do not, as the SDK's.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

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

class UnlistedLeftOvers : public Device {};

// Where keys are listed these are removed at the start.
TEST_F(UnlistedLeftOvers, MakeRoomWhenSpaceIsShort) {
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

}  // namespace
}  // namespace pm::test
