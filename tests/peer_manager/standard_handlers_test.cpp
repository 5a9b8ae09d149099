// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/standard_handlers.hpp"

#include "ble_hci.h"
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Handlers : public Device {
 protected:
  void bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
      storage.put_word(peer, 9, 1);
      storage.put_word(peer, 6, 10 + peer);
    }
    reboot();
  }
  StandardHandlers& handlers(uint32_t delay_ms = 0) {
    handlers_.emplace(manager(), soft_device, clock, delay_ms);
    return *handlers_;
  }
  std::optional<StandardHandlers> handlers_;
};

TEST_F(Handlers, SecureABondedPeerOnceConnected) {
  bonds(1);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.on_pm_evt(event); };
  connect(kLink, kCentral, address(0));
  EXPECT_EQ(soft_device.encrypts.size(), 1u);
}

TEST_F(Handlers, DoNotSecureAnEncryptedLink) {
  bonds(1);
  connect(kLink, kCentral, address(0));
  conn_sec_update(kLink, 2);
  pm_evt event{};
  event.evt_id = PM_EVT_BONDED_PEER_CONNECTED;
  handlers().on_pm_evt(event);
  EXPECT_TRUE(soft_device.encrypts.empty());
}

TEST_F(Handlers, DisconnectAfterAnSmpTimeout) {
  connect(kLink, kCentral, address(0));
  soft_device.always("authenticate", Status::kTimeout);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  handlers().secure_on_connection(event);
  using Disconnect = std::pair<uint16_t, uint8_t>;
  EXPECT_THAT(soft_device.disconnects, ElementsAre(Disconnect{kLink, 0x13}));
}

TEST_F(Handlers, DelaySecurityPerLink) {
  bonds(2);
  auto& standard = handlers(100);
  connect(kLink, kCentral, address(0));
  connect(kOtherLink, kCentral, address(1));
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  standard.secure_on_connection(event);
  event.evt.gap_evt.conn_handle = kOtherLink;
  standard.secure_on_connection(event);
  clock.run_for(99'000);
  EXPECT_TRUE(soft_device.encrypts.empty());
  event.header.evt_id = BLE_GAP_EVT_DISCONNECTED;
  standard.secure_on_connection(event);
  clock.run_for(2'000);
  ASSERT_EQ(soft_device.encrypts.size(), 1u);
  EXPECT_EQ(soft_device.encrypts[0].conn_handle, kLink);
}

TEST_F(Handlers, DelayNothingForALinkThatThereIsNot) {
  auto& standard = handlers(100);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  event.evt.gap_evt.conn_handle = 77;
  standard.secure_on_connection(event);
  clock.run_for(200'000);
  EXPECT_TRUE(soft_device.authenticates.empty());
}

TEST_F(Handlers, SecureAfterAnInsufficientGattProcedure) {
  connect(kLink, kCentral, address(0));
  conn_sec_update(kLink, 2);
  auto& standard = handlers();
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTC_EVT_WRITE_RSP;
  event.evt.gattc_evt.gatt_status = BLE_GATT_STATUS_ATTERR_INSUF_AUTHORIZATION;
  standard.secure_on_error(event);
  EXPECT_TRUE(soft_device.authenticates.empty());
  event.evt.gattc_evt.gatt_status = BLE_GATT_STATUS_ATTERR_INSUF_AUTHENTICATION;
  standard.secure_on_error(event);
  EXPECT_EQ(soft_device.authenticates.size(), 1u) << "also on an encrypted link";
  event.header.evt_id = BLE_GATTS_EVT_WRITE;
  standard.secure_on_error(event);
  EXPECT_EQ(soft_device.authenticates.size(), 1u);
}

TEST_F(Handlers, DisconnectWhenSecurityFails) {
  auto& standard = handlers();
  pm_evt event{};
  event.evt_id = PM_EVT_CONN_SEC_FAILED;
  event.conn_handle = 7;
  standard.disconnect_on_sec_failure(event);
  event.evt_id = PM_EVT_CONN_SEC_SUCCEEDED;
  standard.disconnect_on_sec_failure(event);
  using Disconnect = std::pair<uint16_t, uint8_t>;
  EXPECT_THAT(soft_device.disconnects, ElementsAre(Disconnect{7, 0x13}));
}

TEST_F(Handlers, DisconnectWhenSecurityIsTooLow) {
  connect(kLink, kCentral, address(0));
  conn_sec_update(kLink, 2);
  auto& standard = handlers();
  pm_evt event{};
  event.evt_id = PM_EVT_CONN_SEC_SUCCEEDED;
  pm_conn_sec_status minimum{};
  minimum.encrypted = 1;
  standard.disconnect_on_insufficient_sec(event, minimum);
  EXPECT_THAT(soft_device.disconnects, IsEmpty());
  minimum.mitm_protected = 1;
  standard.disconnect_on_insufficient_sec(event, minimum);
  EXPECT_EQ(soft_device.disconnects.size(), 1u);
}

TEST_F(Handlers, RankThePeerThatConnected) {
  bonds(2);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0));
  storage.run();
  EXPECT_EQ(storage.word(0, 6), 12u);
}

TEST_F(Handlers, BusyRanksAreRepeatedAndCostNobodyTheBond) {
  bonds(3);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0));
  connect(kOtherLink, kPeripheral, address(1));
  storage.run();
  EXPECT_EQ(storage.word(0, 6), 13u);
  EXPECT_EQ(storage.word(1, 6), 14u);
  EXPECT_EQ(manager().peer_count(), 3u);
}

TEST_F(Handlers, EvictTheLowestRankedPeerThatIsNotConnected) {
  bonds(3);
  auto& standard = handlers();
  connect(kLink, kPeripheral, address(0));  // the lowest
  take_log();
  standard.flash_clean_on_return();
  standard.flash_clean_on_return();  // one at a time
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(1)"));
}

TEST_F(Handlers, AnUnreadableRankKeepsItsPeerAndNoOther) {
  bonds(3);
  auto& standard = handlers();
  storage.read_errors[FakeStorage::key(0, PM_PEER_DATA_ID_PEER_RANK)] = Status::kInternal;
  standard.flash_clean_on_return();
  storage.run();
  EXPECT_TRUE(storage.has(0, 7));
  EXPECT_FALSE(storage.has(1, 7));
}

TEST_F(Handlers, AFullStoreMakesRoomForANewBond) {
  bonds(2);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0x66));
  bond_as_peripheral(kLink, lesc_bond(address(0x66)));
  conn_sec_update(kLink, 3);
  storage.completions = {Status::kResources};
  take_log();
  storage.run();
  const Log log = take_log();
  EXPECT_THAT(log, Contains("STORAGE_FULL"));
  EXPECT_THAT(log, Contains("PEER_DELETED(0)"));
  EXPECT_THAT(log, Contains("UPDATE(2,7)"));
  EXPECT_TRUE(storage.has(2, 7));
}

TEST_F(Handlers, WhoPairsWithoutAuthenticationCostsNobodyTheBond) {
  bonds(2);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0x66));
  bond_as_peripheral(kLink, lesc_bond(address(0x66)));
  storage.completions = {Status::kResources};
  take_log();
  storage.run();
  EXPECT_THAT(take_log(), Contains("STORAGE_FULL"));
  // Nor does it by what it stores later, or by going away meanwhile.
  soft_device.sys_attrs[kLink] = {1};
  EXPECT_EQ(manager().peer_data_delete(1, PM_PEER_DATA_ID_PEER_RANK), Status::kOk);
  storage.run();
  ASSERT_TRUE(storage.has(2, 7)) << "there was room at last";
  storage.completions = {Status::kResources};
  soft_device.sys_attrs[kLink] = {1, 2};
  cccd_write(kLink);
  storage.run();
  EXPECT_THAT(take_log(), Contains("STORAGE_FULL"));
  disconnect(kLink);
  standard.flash_clean(make_event(PM_EVT_STORAGE_FULL, PeerId{2}));
  storage.run();
  EXPECT_EQ(manager().peer_count(), 3u);
  // The application may decide so.
  standard.flash_clean_on_return();
  storage.run();
  EXPECT_EQ(manager().peer_count(), 2u);
}

TEST_F(Handlers, AnotherDeletionDoesNotEndAnEviction) {
  bonds(4);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  EXPECT_EQ(manager().peer_delete(3), Status::kOk);
  standard.flash_clean_on_return();
  // Peer 3 goes first, then the lowest ranked: one eviction is enough.
  while (!storage.removed.empty() || storage.run_one()) {
    const bool is_gone = !storage.has(3, 7) && !storage.has(3, 9) && !storage.has(3, 6);
    if (is_gone) {
      break;
    }
    storage.removed.clear();
  }
  standard.flash_clean_on_return();
  storage.run();
  EXPECT_FALSE(storage.has(0, 7));
  EXPECT_TRUE(storage.has(1, 7)) << "the eviction of peer 0 was still under way";
}

// What an initialisation ends is not waited for: its event may never come.
TEST_F(Handlers, ResetForgetsWhatWasUnderWay) {
  bonds(3);
  auto& standard = handlers(100);
  connect(kLink, kCentral, address(2));
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  standard.secure_on_connection(event);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  const pm_evt connected = make_event(PM_EVT_BONDED_PEER_CONNECTED, PeerId{2});
  standard.flash_clean(connected);  // busy: its rank waits
  standard.flash_clean_on_return();
  storage.run();  // nobody tells it that peer 0 has gone
  standard.reset();
  clock.run_for(200'000);
  EXPECT_THAT(soft_device.encrypts, IsEmpty());
  standard.flash_clean(make_event(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED, PeerId{2}));
  EXPECT_EQ(storage.outstanding(), 0u) << "no rank waits any more";
  standard.flash_clean_on_return();
  storage.run();
  EXPECT_FALSE(storage.has(0, 7));
  EXPECT_FALSE(storage.has(1, 7)) << "evicted: nothing is waited for";
}

TEST_F(Handlers, WaitingRanksAreWrittenInTheirOrder) {
  bonds(4);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  for (uint16_t link = 0; link < 4; ++link) {
    connect(link, kPeripheral, address(static_cast<uint8_t>(link)));
  }
  storage.run();
  for (unsigned peer = 0; peer < 3; ++peer) {
    EXPECT_LT(storage.word(peer, 6), storage.word(peer + 1, 6)) << "who came last ranks highest";
  }
}

TEST_F(Handlers, TellWhatCannotBeSecured) {
  pm_peer_data_bonding nameless = legacy_bond(address(0), 0);
  nameless.peer_ltk.master_id = {};
  put_bond(0, nameless);
  put_bond(1, lesc_bond(address(1)));
  reboot();
  auto& standard = handlers();
  connect(kLink, kCentral, address(0));
  connect(kOtherLink, kCentral, address(1));
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  logged_levels.clear();
  standard.secure_on_connection(event);
  EXPECT_THAT(logged_levels, ElementsAre(2)) << "the stored key has no name";
  soft_device.script("encrypt", {Status::kInternal});
  event.evt.gap_evt.conn_handle = kOtherLink;
  standard.secure_on_connection(event);
  EXPECT_THAT(logged_levels, ElementsAre(2, 1));
  EXPECT_THAT(soft_device.disconnects, IsEmpty());
}

TEST_F(Handlers, TellThatALinkCannotBeDisconnectedUnlessItIsGoing) {
  auto& standard = handlers();
  pm_evt event{};
  event.evt_id = PM_EVT_CONN_SEC_FAILED;
  soft_device.script("disconnect",
                     {Status::kInvalidState, Status::kInvalidConnHandle, Status::kBusy});
  logged_levels.clear();
  standard.disconnect_on_sec_failure(event);
  standard.disconnect_on_sec_failure(event);
  EXPECT_THAT(logged_levels, IsEmpty());
  standard.disconnect_on_sec_failure(event);
  EXPECT_THAT(logged_levels, ElementsAre(1));
}

TEST_F(Handlers, TellThatNobodyCanBeEvictedAndTryAgain) {
  bonds(1);
  auto& standard = handlers();
  connect(kLink, kPeripheral, address(0));
  logged_levels.clear();
  standard.flash_clean_on_return();
  EXPECT_THAT(logged_levels, ElementsAre(2)) << "the only peer is connected";
  disconnect(kLink);
  storage.refusals = {Status::kInvalidState};
  standard.flash_clean_on_return();
  EXPECT_EQ(storage.outstanding(), 0u);
  standard.flash_clean_on_return();
  storage.run();
  EXPECT_EQ(manager().peer_count(), 0u);
}

// Its event comes from inside the call.
TEST_F(Handlers, ARankThatIsTheHighestAlreadyIsNotWrittenAgain) {
  bonds(2);
  auto& standard = handlers();
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0));
  conn_sec_update(kLink, 2);  // busy: it waits, until it is the highest already
  conn_sec_update(kLink, 2);
  storage.run();
  EXPECT_EQ(storage.word(0, 6), 12u);
  EXPECT_EQ(storage.writes, 1);
}

TEST_F(Handlers, ARankEventMayInitialiseEverything) {
  bonds(2);
  auto& standard = handlers();
  on_event = [&](const pm_evt&) {
    EXPECT_EQ(manager().init(), Status::kOk);
    standard.reset();
  };
  pm_evt connected{};
  connected.evt_id = PM_EVT_BONDED_PEER_CONNECTED;
  connected.peer_id = 1;  // the highest already, which is told at once
  standard.flash_clean(connected);
  connected.peer_id = 0;
  standard.flash_clean(connected);
  storage.run();
  EXPECT_EQ(storage.word(0, 6), 12u);
}

TEST_F(Handlers, LogEveryEventAtItsLevel) {
  auto& standard = handlers();
  // Typed from the description of the interface; 1 is an error, 4 for debugging.
  const auto level_of = [](int id) {
    switch (id) {
      case PM_EVT_CONN_SEC_SUCCEEDED:
      case PM_EVT_CONN_SEC_FAILED:
      case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      case PM_EVT_PEER_DELETE_SUCCEEDED:
      case PM_EVT_PEERS_DELETE_SUCCEEDED:
        return 3;
      case PM_EVT_STORAGE_FULL:
      case PM_EVT_PEER_DATA_UPDATE_FAILED:
      case PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED:
      case PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED:
        return 2;
      case PM_EVT_ERROR_UNEXPECTED:
      case PM_EVT_PEER_DELETE_FAILED:
      case PM_EVT_PEERS_DELETE_FAILED:
        return 1;
      default:
        return id <= PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED ? 4 : 2;
    }
  };
  for (int id = 0; id < 30; ++id) {
    SCOPED_TRACE(id);
    logged_levels.clear();
    standard.pm_evt_log(make_event(static_cast<pm_evt_id>(id), kInvalidPeer));
    if (level_of(id) <= config::kLogLevel) {
      EXPECT_THAT(logged_levels, ElementsAre(level_of(id)));
    } else {
      EXPECT_THAT(logged_levels, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace pm::test
