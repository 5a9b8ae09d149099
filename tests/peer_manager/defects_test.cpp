// SPDX-License-Identifier: Apache-2.0
//
// Defects of an earlier implementation, numbered as in the behaviour specification: one test each
// that it is not here. D11 is in pairing_attempts_test.cpp.
#include "peer_manager/support/device.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

alignas(4) const uint8_t kSmallItem[4] = {1, 2, 3, 4};

class Defects : public Device {
 protected:
  void bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
      storage.put_word(peer, 9, 1);
    }
    reboot();
  }
};

TEST_F(Defects, D1_PeerZeroIsNotConnectedToBeginWith) {
  bonds(1);
  connect(0, kPeripheral, address(0x70));
  uint16_t conn_handle = 0;
  EXPECT_EQ(manager().conn_handle_get(0, &conn_handle), Status::kOk);
  EXPECT_EQ(conn_handle, BLE_CONN_HANDLE_INVALID);
  EXPECT_EQ(peer_of(0), PM_PEER_ID_INVALID);
}

TEST_F(Defects, D2_DeletingAPeerWithoutRecordsEndsAndBlocksNothing) {
  bonds(1);
  storage.records.clear();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)"));
  // A refused new peer leaves nothing behind either.
  alignas(4) pm_peer_data_bonding bond = lesc_bond(address(1));
  uint16_t peer = 0;
  storage.refusals = {Status::kInternal};
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kInternal);
  EXPECT_EQ(manager().peer_count(), 0u);
  EXPECT_EQ(manager().peer_new(&peer, &bond, nullptr), Status::kOk);
  storage.run();
  EXPECT_EQ(manager().peer_delete(peer), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,7)", "PEER_DELETED(0)"));
}

TEST_F(Defects, D3_AnUnreadableRecordFailsTheDeletionAndDeletesNothingElse) {
  bonds(2);
  storage.read_errors[FakeStorage::key(0, 4)] = Status::kInternal;
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETE_FAILED(0,3)"));
  EXPECT_THAT(storage.removed, ElementsAre(FakeStorage::key(0, 7)));
  EXPECT_TRUE(storage.has(1, 7));
}

TEST_F(Defects, D4_AfterAFailureOthersAreDeletedAndItCanBeRetried) {
  bonds(2);
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETE_FAILED(0,3)", "PEER_DELETED(1)"));
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)"));
}

TEST_F(Defects, D5_StoreOnEmptyDatabaseReleasesTheLock) {
  bonds(2);
  connect(kLink, kPeripheral, address(0));
  connect(kOtherLink, kPeripheral, address(1));
  take_log();
  cccd_write(kLink);  // no system attributes at all
  soft_device.sys_attrs[kOtherLink] = {1};
  cccd_write(kOtherLink);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(1,8)"));
}

TEST_F(Defects, D6_RenewalIsDeferredInsteadOfFailing) {
  // The renewal itself is in lesc_test.cpp; here the whole with the configured setting.
  ble_gap_lesc_p256_pk_t key{};
  sim::SeededCrypto peer(3);
  ASSERT_EQ(peer.generate_key_pair(key.pk), Status::kOk);
  connect(kLink, kPeripheral, address(0));
  connect(kOtherLink, kPeripheral, address(1));
  dhkey_request(kOtherLink, key);
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(soft_device.dhkey_replies.size(), 1u);
}

TEST_F(Defects, D7_EventsWithoutALinkAreHarmlessWhileAllLinksAreUsed) {
  for (uint16_t link = 0; link < config::kLinks; ++link) {
    connect(link, kCentral, address(static_cast<uint8_t>(link)));
  }
  take_log();
  ble_evt_t event{};
  event.evt.gap_evt.conn_handle = BLE_CONN_HANDLE_INVALID;
  for (const uint16_t id :
       {uint16_t{BLE_GAP_EVT_ADV_REPORT}, uint16_t{BLE_GAP_EVT_DISCONNECTED},
        uint16_t{BLE_GAP_EVT_AUTH_STATUS}, uint16_t{BLE_GAP_EVT_LESC_DHKEY_REQUEST}}) {
    event.header.evt_id = id;
    event.evt.gap_evt.params = {};
    dispatch(event);
  }
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
}

TEST_F(Defects, D8_TooLongAnAllowListChangesNothing) {
  bonds(9);
  const uint16_t peers[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(manager().allow_list_set(peers, 3), Status::kOk);
  EXPECT_EQ(manager().allow_list_set(peers, 9), Status::kDataSize);
  EXPECT_EQ(soft_device.whitelist_sets, 1);
  ble_gap_addr_t addresses[8];
  uint32_t count = 8;
  EXPECT_EQ(manager().allow_list_get(addresses, &count, nullptr, nullptr), Status::kOk);
  EXPECT_EQ(count, 3u);
}

TEST_F(Defects, D9_LoadingTellsTheLengthAndTruncation) {
  bonds(1);
  alignas(4) uint8_t out[100] = {};
  uint32_t length = sizeof out;
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_BONDING, out, &length), Status::kOk);
  EXPECT_EQ(length, 80u);
  length = 1;
  out[1] = 0xEE;
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_BONDING, out, &length), Status::kDataSize);
  EXPECT_EQ(length, 80u);
  EXPECT_EQ(out[0], BLE_GAP_ROLE_PERIPH);
  EXPECT_EQ(out[1], 0xEE) << "nothing beyond the room";
}

TEST_F(Defects, D10_AZeroIrkResolvesNothing) {
  bonds(1);  // without IRK
  ble_gap_addr_t forged{};
  forged.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  forged.addr[5] = 0x40;
  std::array<uint8_t, 16> key{};
  std::array<uint8_t, 16> clear{};
  std::array<uint8_t, 16> cipher{};
  clear[13] = forged.addr[5];
  ASSERT_EQ(crypto.aes128(key, clear, cipher), Status::kOk);
  forged.addr[0] = cipher[15];
  forged.addr[1] = cipher[14];
  forged.addr[2] = cipher[13];
  connect(kLink, kPeripheral, forged);
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  const ble_gap_irk_t zero{};
  EXPECT_TRUE(manager().address_resolve(&forged, &zero)) << "the plain function has no exception";
}

TEST_F(Defects, D12_AFullStoreIsToldAndRetriedOnlyWhenSpaceWasFreed) {
  bonds(1);
  connect(kLink, kPeripheral, address(0x60));
  bond_as_peripheral(kLink, lesc_bond(address(0x60)));
  take_log();
  storage.completions.assign(3, Status::kResources);
  EXPECT_EQ(storage.run(), 1) << "no endless writing";
  EXPECT_THAT(take_log(), ElementsAre("STORAGE_FULL"));
  storage.completions.clear();
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kSmallItem, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(storage.run(), 1) << "a write frees nothing";
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.has(1, 7));
  EXPECT_THAT(take_log(), Contains("UPDATE(1,7)"));
}

TEST_F(Defects, D13_LargeLocalDatabasesAreReadWholeAndTheirLengthIsNotTrusted) {
  const std::vector<uint8_t> large(300, 0x11);
  put_local_db(0, large);
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(soft_device.sys_attr_sets.back().data, large);
  disconnect(kLink);
  FakeStorage::Record& record = storage.records[FakeStorage::key(0, 8)];
  record.resize(20);
  store_le16(record.data() + 4, 0xFFFF);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(soft_device.sys_attr_sets.back().data, std::vector<uint8_t>(14, 0x11));
  record.resize(3);
  disconnect(kLink);
  connect(kLink, kPeripheral, address(0));
  EXPECT_TRUE(soft_device.sys_attr_sets.back().data.empty());
}

TEST_F(Defects, D14_DelayedSecurityIsPerLinkAndUnknownLinksAreLeftAlone) {
  StandardHandlers standard(manager(), soft_device, clock, 50);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_DISCONNECTED;
  connect(2, kCentral, address(2));
  event.evt.gap_evt.conn_handle = 2;
  standard.secure_on_connection(event);  // before anything was started
  disconnect(2);
  StandardHandlers immediate(manager(), soft_device, clock, 0);
  pm_evt unknown = make_event(PM_EVT_BONDED_PEER_CONNECTED, 33, kInvalidPeer);
  take_log();
  immediate.on_pm_evt(unknown);
  EXPECT_THAT(take_log(), IsEmpty()) << "nothing is started for an unknown handle";
  connect(kLink, kCentral, address(0));
  connect(kOtherLink, kCentral, address(1));
  event.header.evt_id = BLE_GAP_EVT_CONNECTED;
  event.evt.gap_evt.conn_handle = kLink;
  standard.secure_on_connection(event);
  event.evt.gap_evt.conn_handle = kOtherLink;
  standard.secure_on_connection(event);
  // The end of another link stops nobody's.
  connect(2, kCentral, address(2));
  event.evt.gap_evt.conn_handle = 2;
  standard.secure_on_connection(event);
  event.header.evt_id = BLE_GAP_EVT_DISCONNECTED;
  standard.secure_on_connection(event);
  clock.run_for(51'000);
  EXPECT_EQ(soft_device.authenticates.size(), 2u);
}

TEST_F(Defects, D15_StorageFullEvictsAndWaitingRanksAreWritten) {
  bonds(2);
  storage.put_word(1, 6, 1);
  StandardHandlers standard(manager(), soft_device, clock, 0);
  on_event = [&](const pm_evt& event) { standard.flash_clean(event); };
  connect(kLink, kPeripheral, address(0));
  storage.run();
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_PEER_RANK), Status::kOk);
  storage.run();
  storage.refusals = {Status::kResources};
  conn_sec_update(kLink, 3);
  storage.run();
  EXPECT_THAT(take_log(), Contains("PEER_DELETED(1)"));
  EXPECT_TRUE(storage.has(0, 6));
}

TEST_F(Defects, D16_ARefusedDuplicateReleasesItsBuffer) {
  bonds(1);
  for (uint16_t link = 0; link < 3; ++link) {
    connect(link, kPeripheral, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
    bond_as_peripheral(link, lesc_bond(address(0)));
  }
  // While those links are up, all buffers are free again.
  connect(3, kPeripheral, address(0));
  soft_device.sys_attrs[3] = std::vector<uint8_t>(config::kFlashBuffers * 80 - 6, 1);
  cccd_write(3);
  storage.run();
  EXPECT_TRUE(storage.has(0, 8));
}

TEST_F(Defects, D17_DeletingAllWhileDeletionsRunWaitsForThem) {
  bonds(2);
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  EXPECT_THAT(take_log(), IsEmpty());
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)", "PEER_DELETED(1)", "PEERS_DELETED"));
}

TEST_F(Defects, D17_DeletingAllEndsWhenOneDeletionIsRefused) {
  bonds(2);
  storage.refusals = {Status::kInvalidState};
  EXPECT_EQ(manager().peers_delete(), Status::kInternal);
  for (const uint16_t peer : {uint16_t{0}, uint16_t{1}}) {
    EXPECT_EQ(manager().peer_delete(peer), Status::kOk);
  }
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)", "PEER_DELETED(1)"));
}

TEST_F(Defects, D18_ASecondStartThatFailsLeavesTheFirstProcedure) {
  connect(kLink, kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  soft_device.script("authenticate", {Status::kInvalidState});
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kBusy);
  take_log();
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED);
  EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(B,0x08,LOCAL)"));
}

TEST_F(Defects, D18_ASecondEncryptionThatFailsLeavesTheFirst) {
  bonds(1);
  connect(kLink, kCentral, address(0));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  soft_device.script("encrypt", {Status::kInvalidState});
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kBusy);
  take_log();
  disconnect(kLink);
  EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(E,0x1100,LOCAL)"));
}

TEST_F(Defects, D19_OldRecordsOfSeveralLinksAreAllPurged) {
  soft_device.always("authenticate", Status::kBusy);
  const uint16_t links = config::kLinks;
  for (uint16_t link = 0; link < links; ++link) {
    connect(link, kCentral, address(static_cast<uint8_t>(link)));
    EXPECT_EQ(manager().conn_secure(link, false), Status::kOk);
  }
  for (uint16_t link = 0; link < links; ++link) {
    disconnect(link);
  }
  connect(50, kCentral, address(0x50));
  soft_device.authenticates.clear();
  take_log();
  any_event();
  EXPECT_TRUE(soft_device.authenticates.empty());
  EXPECT_THAT(take_log(), IsEmpty());
  pm_conn_sec_status status{};
  for (uint16_t link = 0; link < links; ++link) {
    EXPECT_EQ(manager().conn_sec_status_get(link, &status), Status::kInvalidConnHandle);
  }
}

TEST_F(Defects, D20_ANewPeerInheritsNothing) {
  for (const unsigned data : {1u, 4u, 5u, 6u, 8u, 9u}) {
    storage.put_word(0, data, 1);
  }
  reboot();
  storage.run();
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  EXPECT_EQ(peer_of(kLink), 0);
  EXPECT_EQ(storage.records.size(), 1u);
  EXPECT_TRUE(storage.has(0, 7));
}

}  // namespace
}  // namespace pm::test
