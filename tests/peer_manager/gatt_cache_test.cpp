// SPDX-License-Identifier: Apache-2.0
//
// CCCDs.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

using Attributes = std::vector<uint8_t>;

class GattCaches : public Device {
 protected:
  Attributes stored(unsigned peer = 0) {
    const auto& record = storage.records[FakeStorage::key(peer, 8)];
    return record.size() < 6 ? Attributes() : Attributes(record.begin() + 6, record.end());
  }
};

TEST_F(GattCaches, CccdWriteOfABondedPeerIsStored) {
  bonded_link();
  soft_device.sys_attrs[kLink] = {1, 2, 3, 4, 5};
  cccd_write(kLink);
  EXPECT_THAT(take_log(), IsEmpty());
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,8)"));
  EXPECT_EQ(storage.records[FakeStorage::key(0, 8)],
            (FakeStorage::Record{3, 0, 0, 0, 5, 0, 1, 2, 3, 4, 5}));
}

TEST_F(GattCaches, UnchangedValuesAreNotWritten) {
  put_local_db(0, {1, 2, 3}, 1);  // flags differ: they are not compared
  bonded_link();
  soft_device.sys_attrs[kLink] = {1, 2, 3};
  cccd_write(kLink);
  EXPECT_EQ(storage.run(), 0);
  EXPECT_THAT(take_log(), IsEmpty());
}

// The shorter ones fill their block to the last octet.
TEST_F(GattCaches, LongerStoredValuesThatBeginAlikeAreReplaced) {
  const size_t most = 80 - PM_LOCAL_DB_LEN_OVERHEAD_BYTES;
  put_local_db(0, Attributes(most + 20, 1));
  bonded_link();
  soft_device.sys_attrs[kLink] = Attributes(most, 1);
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), Attributes(most, 1));
}

TEST_F(GattCaches, ValuesWrittenBeforeBondingAreStoredAfterIt) {
  connect(kLink, kPeripheral, address(1));
  soft_device.sys_attrs[kLink] = {9};
  cccd_write(kLink);
  EXPECT_EQ(storage.outstanding(), 0u);
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  EXPECT_EQ(stored(), Attributes{9});
}

TEST_F(GattCaches, AWaitingRecordTakesTheNewestValue) {
  bonded_link();
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  for (uint8_t i = 1; i <= 5; ++i) {
    soft_device.sys_attrs[kLink] = {i};
    cccd_write(kLink);
  }
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,4)", "UPDATE(0,8)"));
  EXPECT_EQ(stored(), Attributes{5});
}

// Values were acknowledged to the peer when it wrote them: one that waits is given up only for a
// newer one that has its place.
TEST_F(GattCaches, AWaitingRecordOutlivesANewerOneForWhichThereIsNoRoom) {
  bonded_link();
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  soft_device.sys_attrs[kLink] = Attributes(70, 1);
  cccd_write(kLink);
  // Pairings that take all other buffers.
  for (uint16_t link = 1; link < config::kFlashBuffers; ++link) {
    connect(link, kPeripheral, address(static_cast<uint8_t>(0x40 + link)));
    sec_params_request(link, bonding_params());
  }
  soft_device.sys_attrs[kLink] = Attributes(80, 2);  // needs two
  cccd_write(kLink);
  disconnect(kLink);
  storage.run();
  EXPECT_EQ(stored(), Attributes(70, 1));
}

TEST_F(GattCaches, AWaitingRecordOutlivesAnErrorOfReadingANewerOne) {
  bonded_link();
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  soft_device.sys_attrs[kLink] = {1};
  cccd_write(kLink);
  soft_device.sys_attrs[kLink] = Attributes(config::kFlashBuffers * 80, 2);  // too large
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), Attributes{1});
}

TEST_F(GattCaches, AWaitingRecordGrowsIntoItsOwnPlace) {
  bonded_link();
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  soft_device.sys_attrs[kLink] = {1};
  cccd_write(kLink);
  soft_device.sys_attrs[kLink] = Attributes(config::kFlashBuffers * 80 - 6, 2);  // all there is
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), Attributes(config::kFlashBuffers * 80 - 6, 2));
  EXPECT_EQ(storage.writes, 2) << "the older value was not written";
}

TEST_F(GattCaches, AWaitingRecordIsWrittenHoweverMuchElseIs) {
  bonded_link();
  alignas(4) static const uint8_t data[4] = {};
  const auto write_something = [this] {
    EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
              Status::kOk);
  };
  write_something();
  write_something();
  soft_device.sys_attrs[kLink] = {1};
  cccd_write(kLink);
  for (int i = 0; i < 5; ++i) {
    write_something();
    ASSERT_TRUE(storage.run_one());
  }
  EXPECT_EQ(stored(), Attributes{1}) << "only what was there before it goes before it";
}

TEST_F(GattCaches, ValuesOnTheirWayToTheStoreAreAppliedAtReconnection) {
  put_local_db(0, {1});
  bonded_link();
  soft_device.sys_attrs[kLink] = {2};
  cccd_write(kLink);
  disconnect(kLink);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(soft_device.sys_attr_sets.back().data, Attributes{2}) << "the store has it";
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  soft_device.sys_attrs[kLink] = {3};
  cccd_write(kLink);
  disconnect(kLink);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(soft_device.sys_attr_sets.back().data, Attributes{3}) << "it waits";
}

TEST_F(GattCaches, NothingThatDoesNotFitIsUnexpected) {
  bonded_link();
  disconnect(kLink);
  put_local_db(0, {}, 1);
  soft_device.always("sys_attr_set", Status::kInvalidData);
  take_log();
  connect(kLink, kPeripheral, address(0));
  EXPECT_THAT(take_log(), ::testing::Contains("ERROR_UNEXPECTED(0x3)"));
}

TEST_F(GattCaches, AFailedReadOfAddressResolutionEndsTheQuery) {
  bonded_link();
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_CENTRAL_ADDR_RES), Status::kOk);
  storage.run();
  disconnect(kLink);
  connect(kLink, kPeripheral, address(0));
  car_found(kLink, 5);
  gattc_event(kLink, BLE_GATTC_EVT_READ_RSP, BLE_GATT_STATUS_ATTERR_READ_NOT_PERMITTED);
  storage.run();
  ASSERT_TRUE(storage.has(0, 9));
  EXPECT_EQ(storage.word(0, 9), 0u);
}

TEST_F(GattCaches, AValueThatChangesBackDuringItsWriteIsWrittenAgain) {
  put_local_db(0, {1});
  bonded_link();
  soft_device.sys_attrs[kLink] = {2};
  cccd_write(kLink);
  soft_device.sys_attrs[kLink] = {1};  // equal to what is stored, but 2 is on its way
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), Attributes{1});
}

TEST_F(GattCaches, LargeDatabasesUseSeveralBlocks) {
  bonded_link();
  const Attributes large(200, 0x42);
  soft_device.sys_attrs[kLink] = large;
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), large);
  reboot();
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(soft_device.sys_attr_sets.back().data, large);
}

// Whether values have changed is found out with a buffer, and without one later.
TEST_F(GattCaches, UnchangedValuesAreNotWrittenWhenThereWasNoBuffer) {
  const Attributes values(config::kFlashBuffers * 80 - 6, 7);
  put_local_db(0, values);
  bonded_link();
  soft_device.sys_attrs[kLink] = values;
  connect(kOtherLink, kPeripheral, address(0x40));
  sec_params_request(kOtherLink, bonding_params());  // takes a buffer
  take_log();
  cccd_write(kLink);
  EXPECT_THAT(take_log(), IsEmpty());
  soft_device.sys_attrs[kLink].back() = 8;
  auth_failure(kOtherLink, BLE_GAP_SEC_STATUS_UNSPECIFIED);
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(stored(), soft_device.sys_attrs[kLink]);
  const int writes = storage.writes;
  cccd_write(kLink);
  storage.run();
  EXPECT_EQ(storage.writes, writes);
}

TEST_F(GattCaches, ADatabaseThatIsRefusedForLackOfRoomIsToldAndStoredLater) {
  bonded_link();
  soft_device.sys_attrs[kLink] = {1, 2};
  storage.refusals = {Status::kResources};
  cccd_write(kLink);
  EXPECT_THAT(take_log(), ElementsAre("STORAGE_FULL"));
  any_event();
  EXPECT_EQ(storage.outstanding(), 0u) << "until there is room";
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_CENTRAL_ADDR_RES), Status::kOk);
  storage.run();
  EXPECT_THAT(stored(), ElementsAre(1, 2));
}

TEST_F(GattCaches, TooLargeADatabaseIsTold) {
  bonded_link();
  soft_device.sys_attrs[kLink] = Attributes(config::kFlashBuffers * 80 - 5, 1);
  cccd_write(kLink);
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0xC)"));
  EXPECT_EQ(storage.run(), 0);
  soft_device.sys_attrs[kLink] = Attributes(config::kFlashBuffers * 80 - 6, 1);
  cccd_write(kLink);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,8)")) << "exactly the pool";
}

TEST_F(GattCaches, ErrorsAreToldWithTheLinkTheyAreOfWhereAPeerHasTwo) {
  bonded_link();
  connect(kOtherLink, kPeripheral, address(0));
  ASSERT_EQ(peer_of(kOtherLink), peer_of(kLink));
  for (const uint16_t link : {kLink, kOtherLink}) {
    uint16_t told = BLE_CONN_HANDLE_INVALID;
    on_event = [&](const pm_evt& event) { told = event.conn_handle; };
    soft_device.script("sys_attr_get", {Status::kInvalidState});
    cccd_write(link);
    EXPECT_EQ(told, link);
  }
}

TEST_F(GattCaches, OtherErrorsOfReadingAreTold) {
  bonded_link();
  soft_device.script("sys_attr_get", {Status::kInvalidState});
  cccd_write(kLink);
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0x8)"));
}

TEST_F(GattCaches, OnlyCccdWriteRequestsCount) {
  bonded_link();
  soft_device.sys_attrs[kLink] = {1};
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTS_EVT_WRITE;
  event.evt.gatts_evt.conn_handle = kLink;
  event.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_CMD;
  event.evt.gatts_evt.params.write.uuid = {0x2902, BLE_UUID_TYPE_BLE};
  dispatch(event);
  event.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_REQ;
  event.evt.gatts_evt.params.write.uuid = {0x2902, BLE_UUID_TYPE_VENDOR_BEGIN};
  dispatch(event);
  event.evt.gatts_evt.params.write.uuid = {0x2A19, BLE_UUID_TYPE_BLE};
  dispatch(event);
  disconnect(kLink);
  EXPECT_EQ(storage.run(), 0);
}

TEST_F(GattCaches, AppliedWhenABondedPeerConnects) {
  put_bond(0, lesc_bond(address(0)));
  put_local_db(0, {7, 8});
  reboot();
  connect(kLink, kPeripheral, address(0));
  EXPECT_THAT(soft_device.sys_attr_sets, ElementsAre(FakeSoftDevice::SysAttrSet{kLink, {7, 8}, 3}));
  EXPECT_THAT(take_log(), Contains("DB_APPLIED"));
}

TEST_F(GattCaches, AppliedEmptyForAnUnbondedLinkThatMissesThem) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  sys_attr_missing(kLink);
  EXPECT_THAT(soft_device.sys_attr_sets, ElementsAre(FakeSoftDevice::SysAttrSet{kLink, {}, 3}));
  EXPECT_THAT(take_log(), ElementsAre("DB_APPLIED"));
}

TEST_F(GattCaches, ApplyingWaitsForTheSoftDevice) {
  bonded_link();
  soft_device.script("sys_attr_set", {Status::kBusy, Status::kNoMem, Status::kInvalidState});
  sys_attr_missing(kLink);
  EXPECT_THAT(take_log(), IsEmpty());
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("DB_APPLIED")) << "invalid state counts as applied";
  any_event();
  EXPECT_EQ(soft_device.sys_attr_sets.size(), 3u);
}

TEST_F(GattCaches, AChangedDatabaseFallsBackToTheStacksServices) {
  put_local_db(0, {7, 8});
  bonded_link();
  soft_device.script("sys_attr_set", {Status::kInvalidData});
  sys_attr_missing(kLink);
  EXPECT_THAT(soft_device.sys_attr_sets, ElementsAre(FakeSoftDevice::SysAttrSet{kLink, {7, 8}, 3},
                                                     FakeSoftDevice::SysAttrSet{kLink, {7, 8}, 1}));
  EXPECT_THAT(take_log(), ElementsAre("DB_APPLY_FAILED"));
  EXPECT_EQ(stored(), (Attributes{7, 8})) << "what is stored stays";
}

TEST_F(GattCaches, AChangedDatabaseFallsBackToNothing) {
  put_local_db(0, {7, 8}, BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS);
  bonded_link();
  soft_device.script("sys_attr_set", {Status::kInvalidData});
  sys_attr_missing(kLink);
  EXPECT_THAT(soft_device.sys_attr_sets, ElementsAre(FakeSoftDevice::SysAttrSet{kLink, {7, 8}, 1},
                                                     FakeSoftDevice::SysAttrSet{kLink, {}, 3}));
  EXPECT_THAT(take_log(), ElementsAre("DB_APPLY_FAILED"));
}

TEST_F(GattCaches, OtherErrorsOfApplyingAreToldExceptALostLink) {
  bonded_link();
  soft_device.script("sys_attr_set", {Status::kInvalidConnHandle, Status::kInvalidParam});
  sys_attr_missing(kLink);
  EXPECT_THAT(take_log(), IsEmpty());
  sys_attr_missing(kLink);
  EXPECT_THAT(take_log(), ElementsAre("ERROR_UNEXPECTED(0x7)"));
}

}  // namespace
}  // namespace pm::test
