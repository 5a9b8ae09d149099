// SPDX-License-Identifier: Apache-2.0
//
// What no peer, stack or application should do, and what comes of it: events of links that there
// are not, in orders that do not occur, deletions in the middle of everything, records of wrong
// lengths.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Hostile : public Device {
 protected:
  void bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
      storage.put_word(peer, 9, 1);
    }
    reboot();
  }
  void allow_repairing() {
    on_event = [this](const pm_evt& event) {
      if (event.evt_id == PM_EVT_CONN_SEC_CONFIG_REQ) {
        const pm_conn_sec_config config{.allow_repairing = true};
        manager().conn_sec_config_reply(event.conn_handle, &config);
      }
    };
  }
};

// ---- Links that there are not.

class UnknownLink : public Hostile, public ::testing::WithParamInterface<uint16_t> {};

TEST_P(UnknownLink, ItsEventsChangeNothing) {
  bonds(1);
  const uint16_t link = GetParam();
  static ble_gap_lesc_p256_pk_t key{};
  sec_request(link, true, true, true);
  sec_info_request(link, {});
  conn_sec_update(link, 4);
  auth_success(link, true, true);
  auth_failure(link, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  dhkey_request(link, key);
  cccd_write(link);
  sys_attr_missing(link);
  sc_confirm(link);
  car_found(link, 5);
  value_read(link, 5, {1});
  disconnect(link);
  take_log();
  sec_params_request(link, bonding_params());
  EXPECT_THAT(take_log(), Contains("ERROR_UNEXPECTED(0x3002)"));
  EXPECT_THAT(soft_device.params_replies, IsEmpty());
  EXPECT_THAT(soft_device.authenticates, IsEmpty());
  EXPECT_EQ(manager().lesc_request_handler(), config::kLesc ? Status::kOk : Status::kNotSupported);
  EXPECT_THAT(soft_device.dhkey_replies, IsEmpty());

  EXPECT_EQ(manager().conn_secure(link, true), Status::kInvalidConnHandle);
  const pm_conn_sec_config config{.allow_repairing = true};
  manager().conn_sec_config_reply(link, &config);
  pm_conn_sec_status status{};
  EXPECT_EQ(manager().conn_sec_status_get(link, &status), Status::kInvalidConnHandle);
  EXPECT_FALSE(manager().sec_is_sufficient(link, &status)) << "though nothing is required";
  EXPECT_EQ(peer_of(link), PM_PEER_ID_INVALID);
  EXPECT_EQ(storage.run(), 0);
  expect_all_works();
}

INSTANTIATE_TEST_SUITE_P(All, UnknownLink,
                         ::testing::Values(0, 77, 0xFFFE, BLE_CONN_HANDLE_INVALID));

TEST_F(Hostile, ALinkWithoutAPlaceIsNotTracked) {
  bonds(1);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  event.evt.gap_evt.conn_handle = 5;
  event.evt.gap_evt.params.connected.role = kPeripheral;
  event.evt.gap_evt.params.connected.peer_addr = address(0);
  dispatch(event);
  EXPECT_THAT(take_log(), ElementsAre("CONN_CONFIG_REQ"));
  EXPECT_EQ(peer_of(5), PM_PEER_ID_INVALID);
  expect_all_works();
}

// ---- Orders that do not occur.

TEST_F(Hostile, ABondOfWhichNothingWasAskedIsNotKept) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  auth_success(kLink, true, true);
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0x5)", "SEC_SUCCEEDED(B)"));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  auth_success(kLink, true, true);
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0x5)", "SEC_SUCCEEDED(B)"))
      << "the keys are told once";
  storage.run();
  EXPECT_EQ(storage.writes, 1);
  expect_all_works();
}

TEST_F(Hostile, ParametersAskedForTwiceTakeOneBuffer) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_THAT(take_log(), Contains("SEC_SUCCEEDED(B,stored)"));
  expect_all_works();
}

TEST_F(Hostile, ASecurityRequestFloodStartsOneProcedure) {
  connect(kLink, kCentral, address(1));
  take_log();
  soft_device.always("authenticate", Status::kBusy);
  for (int i = 0; i < 50; ++i) {
    sec_request(kLink, true, false, false);
  }
  EXPECT_LE(soft_device.authenticates.size(), 100u) << "the request itself, and the one that waits";
  EXPECT_THAT(take_log(), Not(Contains("SEC_START(B)")));
  soft_device.always("authenticate", Status::kOk);
  for (int i = 0; i < 50; ++i) {
    sec_request(kLink, true, false, false);
  }
  const Log log = take_log();
  EXPECT_EQ(std::ranges::count(log, "SEC_START(B)"), 1);
  EXPECT_EQ(std::ranges::count(log, "PERIPHERAL_SECURITY_REQ"), 1);
}

TEST_F(Hostile, ASecondStartOfTheApplicationIsBusy) {
  connect(kLink, kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  soft_device.always("authenticate", Status::kInvalidState);
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kBusy);
  take_log();
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(B,0x08,REMOTE)"));
}

// ---- Deletions in the middle.

TEST_F(Hostile, APeerDeletedWhileItBondsGetsANewId) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  allow_repairing();
  sec_params_request(kLink, bonding_params());
  distribute(lesc_bond(address(0)));
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  take_log();
  auth_success(kLink, true, true);
  storage.run();
  EXPECT_THAT(take_log(),
              UnorderedElementsAre("SEC_SUCCEEDED(B,stored)", "PEER_DELETED(0)", "UPDATE(1,7)"));
  EXPECT_EQ(peer_of(kLink), 1);
  expect_all_works();
}

TEST_F(Hostile, APeerThatBondsWhileItIsBeingDeletedGetsANewId) {
  bonds(1);
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(peer_of(kLink), 0) << "known as long as the bond exists";
  allow_repairing();
  bond_as_peripheral(kLink, lesc_bond(address(0)));
  EXPECT_EQ(peer_of(kLink), 1);
  storage.run();
  EXPECT_FALSE(storage.has(0, 7));
  EXPECT_TRUE(storage.has(1, 7));
  expect_all_works();
}

TEST_F(Hostile, APeerDeletedWhileItIsEncryptedIsNotBonded) {
  bonds(1);
  connect(kLink, kCentral, address(0));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  take_log();
  conn_sec_update(kLink, 2);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SEC_SUCCEEDED(E)", "PEER_DELETED(0)"));
  pm_conn_sec_status status{};
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kOk);
  EXPECT_TRUE(status.encrypted && !status.bonded && !status.lesc);
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  EXPECT_THAT(soft_device.authenticates, SizeIs(1)) << "it pairs anew";
}

TEST_F(Hostile, AnAllowListOfADeletedPeerIsTold) {
  bonds(3);
  const uint16_t peers[] = {1, 2, 2};
  EXPECT_EQ(manager().allow_list_set(peers, 3), Status::kOk);
  EXPECT_EQ(manager().peer_delete(2), Status::kOk);
  storage.run();
  ble_gap_addr_t addresses[8];
  ble_gap_irk_t irks[8];
  uint32_t address_count = 8;
  uint32_t irk_count = 8;
  EXPECT_EQ(manager().allow_list_get(addresses, &address_count, irks, &irk_count),
            Status::kNotFound);
  EXPECT_EQ(address_count, 1u);
  EXPECT_EQ(irk_count, 1u);
  EXPECT_EQ(addresses[0].addr[0], 1);
  EXPECT_EQ(manager().allow_list_set(peers, 3), Status::kNotFound);
  EXPECT_EQ(soft_device.whitelist_sets, 1) << "the stack keeps what it has";
}

TEST_F(Hostile, DeletingAllWhenABondIsStoredDeletesIt) {
  on_event = [this](const pm_evt& event) {
    const bool is_bond = event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED &&
                         event.peer_data_update_succeeded.data_id == PM_PEER_DATA_ID_BONDING;
    if (is_bond) {
      EXPECT_EQ(manager().peers_delete(), Status::kOk);
    }
  };
  connect(kLink, kPeripheral, address(1));
  soft_device.sys_attrs[kLink] = {1, 2, 3};
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,7)", "PEER_DELETED(0)", "PEERS_DELETED"));
  EXPECT_THAT(storage.records, IsEmpty());
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
}

// ---- Records of wrong lengths: another version wrote them, or nobody knows who.

class BrokenBond : public Hostile, public ::testing::WithParamInterface<size_t> {};

TEST_P(BrokenBond, IsNobodysAndCanBeDeleted) {
  put_bond(0, lesc_bond(address(1)));
  storage.records[FakeStorage::key(0, 7)].resize(GetParam());
  storage.put_word(0, 4, 1);
  reboot();
  EXPECT_EQ(manager().peer_count(), 1u);
  connect(kLink, kPeripheral, address(1));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  take_log();
  sec_info_request(kLink, lesc_bond(address(1)).own_ltk.master_id);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)", "SEC_FAILED(E,0x1006,LOCAL)"));
  const uint16_t peers[] = {0};
  EXPECT_EQ(manager().allow_list_set(peers, 1), Status::kInternal);
  EXPECT_EQ(manager().device_identities_list_set(peers, 1), Status::kInternal);
  EXPECT_THAT(soft_device.whitelist, IsEmpty());
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  EXPECT_EQ(peer_of(kLink), 1) << "it bonds beside what cannot be read";
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_FALSE(storage.has(0, 7) || storage.has(0, 4));
  expect_all_works();
}

INSTANTIATE_TEST_SUITE_P(Lengths, BrokenBond, ::testing::Values(1, 52, 79, 81, 200));

TEST_F(Hostile, AKeyOfAnImpossibleSizeIsTheStacksToRefuse) {
  for (const uint8_t size : {uint8_t{0}, uint8_t{63}}) {
    pm_peer_data_bonding bond = lesc_bond(address(0));
    bond.own_ltk.enc_info.ltk_len = size & 0x3F;
    put_bond(0, bond);
    reboot();
    connect(kLink, kCentral, address(0));
    soft_device.script("encrypt", {Status::kInvalidParam});
    EXPECT_EQ(manager().conn_secure(kLink, false), Status::kInternal);
    disconnect(kLink);
  }
}

TEST_F(Hostile, LocalDatabasesShorterThanTheyClaimAreAppliedAsFarAsTheyGo) {
  bonds(1);
  for (const size_t length : {1, 5, 6, 7, 20}) {
    FakeStorage::Record record(length, 0xFF);
    if (length >= 4) {
      store_le32(record.data(), 3);
    }
    storage.records[FakeStorage::key(0, 8)] = record;
    connect(kLink, kPeripheral, address(0));
    EXPECT_THAT(take_log(), Contains("DB_APPLIED"));
    EXPECT_THAT(soft_device.sys_attr_sets.back().data, SizeIs(length > 6 ? length - 6 : 0));
    EXPECT_THAT(soft_device.sys_attr_sets.back().data, Each(0xFF));
    disconnect(kLink);
  }
}

TEST_F(Hostile, AnUnknownServiceChangedFlagIsNone) {
  bonds(1);
  for (const FakeStorage::Record& record : {FakeStorage::Record{2, 0, 0, 0}, {0}, {0xFF}}) {
    storage.records[FakeStorage::key(0, 1)] = record;
    connect(kLink, kPeripheral, address(0));
    EXPECT_THAT(soft_device.service_changed, IsEmpty());
    disconnect(kLink);
  }
}

// ---- A store that says more than it was asked, and takes more than we remember.

TEST_F(Hostile, ACompletionOfNothingIsNobodys) {
  bonds(1);
  storage.complete_nothing(FakeStorage::key(0, 7), Status::kInternal);
  storage.complete_nothing(FakeStorage::key(9, 4), Status::kOk);
  EXPECT_THAT(take_log(), IsEmpty());
  EXPECT_EQ(manager().peer_count(), 1u);
  expect_all_works();
}

TEST_F(Hostile, AStoreWithALongerQueueThanOursIsBusyAsWell) {
  bonds(1);
  storage.queue_size = 1000;
  alignas(4) static const uint8_t data[4] = {};
  const auto store = [this] {
    return manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, sizeof data, nullptr);
  };
  unsigned accepted = 0;
  while (accepted < 1000 && ok(store())) {
    ++accepted;
  }
  EXPECT_EQ(accepted, config::kStorageOperations);
  EXPECT_EQ(store(), Status::kBusy);
  storage.run();
  EXPECT_THAT(take_log(), SizeIs(accepted));
  expect_all_works();
}

TEST_F(Hostile, ALinkWithoutPeerIsNotTheLinkOfNobody) {
  connect(kLink, kPeripheral, address(1));
  uint16_t conn_handle = 0;
  EXPECT_EQ(manager().conn_handle_get(PM_PEER_ID_INVALID, &conn_handle), Status::kOk);
  EXPECT_EQ(conn_handle, BLE_CONN_HANDLE_INVALID);
}

TEST_F(Hostile, TheKeyOfAPeerThatIsDeletedAtTheStartIsNotGiven) {
  const pm_peer_data_bonding bond = legacy_bond(address(1), 3);
  put_bond(0, bond);
  reboot();
  connect(kLink, kPeripheral, address(1));
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_CONN_SEC_START) {
      EXPECT_EQ(manager().peer_delete(0), Status::kOk);
    }
  };
  sec_info_request(kLink, bond.own_ltk.master_id);
  ASSERT_THAT(soft_device.info_replies, SizeIs(1));
  EXPECT_FALSE(soft_device.info_replies[0].enc_info.has_value());
}

// ---- What a bond that waits survives.

TEST_F(Hostile, AnErrorOfOtherDataDoesNotDeleteThePeerWhoseBondWaits) {
  connect(kLink, kPeripheral, address(1));
  storage.queue_size = 0;
  soft_device.sys_attrs[kLink] = {1};
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  cccd_write(kLink);
  take_log();
  storage.queue_size = 17;
  storage.refusals = {Status::kBusy, Status::kInternal};
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0x3)"));
  storage.run();
  any_event();
  storage.run();
  EXPECT_EQ(peer_of(kLink), 0);
  EXPECT_TRUE(storage.has(0, 7));
}

}  // namespace
}  // namespace pm::test
