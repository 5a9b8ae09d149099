// SPDX-License-Identifier: Apache-2.0
//
// Peers are deleted: while they are away, and while they are connected.
#include <cstring>

#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

class Deletion : public TwoDevices {
 protected:
  /// A bond with everything that may hang on it.
  void bond_with_data() {
    bond();
    subscribe(sensor.cccd_handle());
    ASSERT_EQ(sensor.peer_manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, &kWord,
                                                    sizeof kWord, nullptr),
              Status::kOk);
    ASSERT_EQ(sensor.peer_manager().peer_rank_highest(0), Status::kOk);
    settle();
  }
  /// No record of any kind is left in the store of a device that was restarted.
  void expect_nothing_stored() {
    ASSERT_EQ(sensor.restart(), "");
    settle();
    EXPECT_EQ(sensor.peer_manager().peer_count(), 0u);
    for (uint32_t data_id = 0; data_id < PM_PEER_DATA_ID_LAST; ++data_id) {
      size_t length = 0;
      EXPECT_EQ(sensor.store().read(data_id, {}, length), Status::kNotFound) << data_id;
    }
  }

  static constexpr uint32_t kWord = 0x600D;
};

TEST_F(Deletion, OfAnAbsentPeerLeavesNothing) {
  bond_with_data();
  part();
  sensor.forget();
  ASSERT_EQ(sensor.peer_manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(sensor.peer_manager().peer_delete(0), Status::kInvalidParam) << "already under way";
  settle();
  EXPECT_THAT(sensor.log(), ElementsAre("PEER_DELETE_SUCCEEDED(0)"));
  expect_nothing_stored();
}

TEST_F(Deletion, OfAConnectedPeerLeavesItsLinkAsItIs) {
  bond_with_data();
  sensor.forget();
  ASSERT_EQ(sensor.peer_manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(sensor.peer(), kNoPeer);
  settle();
  EXPECT_EQ(sensor.count("PEER_DELETE_SUCCEEDED(0)"), 1u);
  const pm_conn_sec_status status = sensor.security_status();
  EXPECT_TRUE(status.connected && status.encrypted);
  EXPECT_FALSE(status.bonded);
  EXPECT_EQ(sensor.level(), 2u);
  EXPECT_EQ(sensor.notify(1), Status::kOk) << "what was subscribed stays so on this link";

  // Nothing is stored for it any more.
  sensor.forget();
  subscribe(sensor.cccd_handle(), 0);
  EXPECT_EQ(sensor.count("DATA_UPDATE(GATT_LOCAL)"), 0u);
  part();
  expect_nothing_stored();
}

TEST_F(Deletion, OfAConnectedPeerThatBondsAgain) {
  bond_with_data();
  ASSERT_EQ(sensor.peer_manager().peer_delete(0), Status::kOk);
  settle();
  sensor.forget();
  // The collector has its old bond still and may replace it; the sensor knows nobody.
  secure(true);
  EXPECT_EQ(sensor.count("CONFIG_REQ"), 0u);
  EXPECT_EQ(sensor.count("SEC_SUCCEEDED(B, stored)"), 1u);
  EXPECT_NE(sensor.peer(), kNoPeer);
  restart_both();
  forget_happenings();
  link();
  secure();
  EXPECT_EQ(sensor.count("SEC_SUCCEEDED(E)"), 1u);
}

TEST_F(Deletion, OfAllPeersEndsWithOneEvent) {
  bond_with_data();
  part();
  sensor.forget();
  ASSERT_EQ(sensor.peer_manager().peers_delete(), Status::kOk);
  settle();
  EXPECT_THAT(sensor.log(), ElementsAre("PEER_DELETE_SUCCEEDED(0)", "PEERS_DELETE_SUCCEEDED"));
  sensor.forget();
  ASSERT_EQ(sensor.peer_manager().peers_delete(), Status::kOk);
  EXPECT_THAT(sensor.log(), ElementsAre("PEERS_DELETE_SUCCEEDED")) << "nobody left: at once";
  expect_nothing_stored();
}

TEST_F(Deletion, CutByAPowerFailureLeavesTheWholePeerOrNone) {
  for (uint64_t writes = 0;; ++writes) {
    SCOPED_TRACE(testing::Message() << "power cut in write " << writes);
    Radio air{kSeed};
    StoryDevice other{air, kSeed, 1};
    ASSERT_EQ(other.start(), "");
    alignas(4) pm_peer_data_bonding bond{};
    bond.peer_ble_id.id_addr_info = collector.identity_address();
    bond.own_ltk.enc_info.ltk_len = 16;
    uint16_t peer = kNoPeer;
    ASSERT_EQ(other.peer_manager().peer_new(&peer, &bond, nullptr), Status::kOk);
    ASSERT_EQ(other.peer_manager().peer_data_store(peer, PM_PEER_DATA_ID_APPLICATION, &kWord,
                                                   sizeof kWord, nullptr),
              Status::kOk);
    air.clock.run_for(1 * kSeconds);
    other.flash().cut_power_at(writes);
    ASSERT_EQ(other.peer_manager().peer_delete(peer), Status::kOk);
    air.clock.run_for(1 * kSeconds);
    if (other.flash().powered()) {
      ASSERT_GE(writes, 2u) << "two records, a write each at least";
      break;
    }
    ASSERT_EQ(other.restart(), "");
    air.clock.run_for(1 * kSeconds);  // What is left of a half-deleted peer goes now.
    uint32_t word = 0;
    uint32_t length = sizeof word;
    const Status application =
        other.peer_manager().peer_data_load(peer, PM_PEER_DATA_ID_APPLICATION, &word, &length);
    if (other.peer_manager().peer_count() == 1) {
      EXPECT_EQ(application, Status::kOk);
      EXPECT_EQ(word, kWord);
      continue;
    }
    size_t stored = 0;
    const uint32_t key = (uint32_t{peer} << 16) | PM_PEER_DATA_ID_APPLICATION;
    EXPECT_EQ(other.store().read(key, {}, stored), Status::kNotFound);
  }
}

}  // namespace
}  // namespace pm::test
