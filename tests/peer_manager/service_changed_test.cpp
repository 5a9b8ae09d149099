// SPDX-License-Identifier: Apache-2.0
//
// Service Changed, and the value of Central Address Resolution.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class ServiceChanged : public Device {};

TEST_F(ServiceChanged, IsStoredSentAndConfirmed) {
  put_bond(1, lesc_bond(address(1)));
  bonded_link();
  connect(kOtherLink, kPeripheral, address(0x77));
  take_log();
  manager().local_database_has_changed();
  EXPECT_THAT(take_log(), ElementsAre("SC_SENT")) << "the unbonded link at once";
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,1)", "SC_SENT", "UPDATE(1,1)"));
  EXPECT_EQ(storage.word(0, 1), 1u);
  EXPECT_EQ(storage.word(1, 1), 1u);
  sc_confirm(kLink);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SC_CONFIRMED", "UPDATE(0,1)"));
  EXPECT_EQ(storage.word(0, 1), 0u);
  EXPECT_EQ(storage.word(1, 1), 1u);
  any_event();
  EXPECT_EQ(soft_device.service_changed.size(), 2u);
}

TEST_F(ServiceChanged, IsNotForgottenWhenTheStartCouldNotReadIt) {
  put_bond(0, lesc_bond(address(1)));
  storage.put_word(0, PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING, 1);
  storage.read_errors[FakeStorage::key(0, PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING)] =
      Status::kInternal;
  reboot();
  storage.read_errors.clear();
  connect(kLink, kPeripheral, address(1));
  EXPECT_THAT(take_log(), Contains("SC_SENT"));
}

TEST_F(ServiceChanged, NotConfirmedIsSentAgainAfterReconnection) {
  bonded_link();
  manager().local_database_has_changed();
  storage.run();
  disconnect(kLink);
  take_log();
  connect(kLink, kPeripheral, address(0));
  EXPECT_THAT(take_log(), Contains("SC_SENT"));
}

// The peer reads the whole database when it has confirmed, with the newer change.
TEST_F(ServiceChanged, AnotherChangeBeforeTheConfirmationIsToldWithTheFirst) {
  bonded_link();
  manager().local_database_has_changed();
  storage.run();
  soft_device.always("service_changed", Status::kBusy);  // until it is confirmed
  take_log();
  manager().local_database_has_changed();
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,1)"));
  sc_confirm(kLink);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SC_CONFIRMED", "UPDATE(0,1)"));
  EXPECT_EQ(storage.word(0, 1), 0u);
}

TEST_F(ServiceChanged, StartsAtTheFirstHandleTheStackAccepts) {
  bonded_link();
  soft_device.initial_user_handle = 12;
  soft_device.script("service_changed", {Status::kInvalidAttrHandle, Status::kInvalidAttrHandle});
  manager().local_database_has_changed();
  storage.run();
  using Sent = std::pair<uint16_t, uint16_t>;
  EXPECT_THAT(soft_device.service_changed, ElementsAre(Sent{kLink, 14}));
}

TEST_F(ServiceChanged, IsRepeatedWhileTheStackIsBusy) {
  bonded_link();
  soft_device.script("service_changed", {Status::kBusy, Status::kInvalidConnHandle});
  manager().local_database_has_changed();
  storage.run();
  EXPECT_THAT(take_log(), Not(Contains("SC_SENT")));
  any_event();
  EXPECT_THAT(take_log(), Not(Contains("SC_SENT")));
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("SC_SENT"));
}

TEST_F(ServiceChanged, IsDroppedWhenNotSubscribed) {
  bonded_link();
  soft_device.attributes = {{3, 0x2A05}, {4, 0x2902}};
  soft_device.attribute_cccd[4] = 0;
  soft_device.always("service_changed", Status::kInvalidState);
  manager().local_database_has_changed();
  storage.run();
  EXPECT_EQ(storage.word(0, 1), 0u);
}

TEST_F(ServiceChanged, IsKeptWhenSubscribed) {
  bonded_link();
  soft_device.attributes = {{1, 0x2902}, {3, 0x2A05}, {4, 0x2902}};
  soft_device.attribute_cccd[4] = 2;
  soft_device.script("service_changed", {Status::kInvalidState});
  manager().local_database_has_changed();
  storage.run();
  EXPECT_EQ(storage.word(0, 1), 1u);
  any_event();
  EXPECT_EQ(soft_device.service_changed.size(), 1u) << "the MTU exchange is over";
}

TEST_F(ServiceChanged, AppliesMissingAttributesFirst) {
  bonded_link();
  soft_device.script("service_changed", {Status::kGattsSysAttrMissing});
  manager().local_database_has_changed();
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,1)", "DB_APPLIED"));
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("SC_SENT"));
}

TEST_F(ServiceChanged, FlagsOfManyPeersWaitForTheQueue) {
  for (unsigned peer = 1; peer < 40; ++peer) {
    put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
  }
  bonded_link();
  storage.queue_size = 4;
  manager().local_database_has_changed();
  storage.run();
  for (unsigned peer = 0; peer < 40; ++peer) {
    EXPECT_EQ(storage.word(peer, 1), 1u) << peer;
  }
}

TEST_F(ServiceChanged, IsDroppedByAStackThatHasNone) {
  bonded_link();
  soft_device.always("service_changed", Status::kNotSupported);
  manager().local_database_has_changed();
  storage.run();
  EXPECT_EQ(storage.word(0, 1), 0u);
}

// Between the characteristic and its CCCD there may be other descriptors, also a vendor's.
TEST_F(ServiceChanged, FindsItsCccdBehindOtherDescriptors) {
  bonded_link();
  soft_device.attributes = {{3, 0x2A05}, {4, 0x2901}, {5, 0x2902}};
  soft_device.vendor_attributes = {2, 6};
  soft_device.attribute_cccd[5] = 2;
  soft_device.script("service_changed", {Status::kInvalidState});
  manager().local_database_has_changed();
  storage.run();
  EXPECT_EQ(storage.word(0, 1), 1u) << "subscribed";
}

TEST_F(ServiceChanged, FlagsThatAreRefusedAreToldAndWrittenLater) {
  put_bond(1, lesc_bond(address(1)));
  put_bond(2, lesc_bond(address(2)));
  bonded_link();
  storage.refusals = {Status::kResources};
  manager().local_database_has_changed();
  EXPECT_THAT(take_log(), ElementsAre("STORAGE_FULL"));
  EXPECT_EQ(storage.outstanding(), 0u) << "until something else has happened in the store";
  alignas(4) static const uint8_t data[4] = {};
  const auto store = [this] {
    return manager().peer_data_store(2, PM_PEER_DATA_ID_APPLICATION, data, sizeof data, nullptr);
  };
  EXPECT_EQ(store(), Status::kOk);
  storage.refusals = {Status::kInternal};
  ASSERT_TRUE(storage.run_one());
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(2,4)", "ERROR_UNEXPECTED(0x3)"));
  EXPECT_EQ(store(), Status::kOk);
  storage.run();
  for (unsigned peer = 0; peer < 3; ++peer) {
    EXPECT_EQ(storage.word(peer, 1), 1u) << peer;
  }
}

TEST_F(ServiceChanged, OfAPeerThatIsDeletedMeanwhileIsForgotten) {
  bonded_link();
  manager().local_database_has_changed();
  storage.run();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  take_log();
  sc_confirm(kLink);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SC_CONFIRMED"));
  EXPECT_TRUE(storage.records.empty());
}

class AddressResolution : public Device {
 protected:
  void query() {
    put_bond(0, lesc_bond(address(0)));
    reboot();
    connect(kLink, kPeripheral, address(0));
    ASSERT_EQ(soft_device.uuid_reads.size(), 1u);
  }
};

TEST_F(AddressResolution, IsReadOnceAfterBonding) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  EXPECT_EQ(soft_device.uuid_reads, std::vector<uint16_t>{kLink});
  car_found(kLink, 0x15);
  using Read = std::pair<uint16_t, uint16_t>;
  EXPECT_THAT(soft_device.reads, ElementsAre(Read{kLink, 0x15}));
  value_read(kLink, 0x99, {0});
  EXPECT_FALSE(storage.has(0, 9)) << "the application read something else";
  value_read(kLink, 0x15, {1});
  storage.run();
  EXPECT_EQ(storage.word(0, 9), 1u);
  disconnect(kLink);
  connect(kLink, kPeripheral, address(1));
  EXPECT_EQ(soft_device.uuid_reads.size(), 1u);
}

TEST_F(AddressResolution, MissingIsStoredAsZero) {
  put_bond(0, lesc_bond(address(0)));
  reboot();
  connect(kLink, kPeripheral, address(0));
  gattc_event(kLink, BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP,
              BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND);
  storage.run();
  EXPECT_EQ(storage.word(0, 9), 0u);
}

TEST_F(AddressResolution, OfAWrongLengthIsStoredAsZero) {
  put_bond(0, lesc_bond(address(0)));
  reboot();
  connect(kLink, kPeripheral, address(0));
  car_found(kLink, 0x15);
  value_read(kLink, 0x15, {1, 1});
  storage.run();
  EXPECT_EQ(storage.word(0, 9), 0u);
}

TEST_F(AddressResolution, OfSeveralTheFirstIsRead) {
  query();
  logged_levels.clear();
  car_found(kLink, 0x15, 2);
  EXPECT_THAT(logged_levels, ElementsAre(2)) << "a warning";
  using Read = std::pair<uint16_t, uint16_t>;
  EXPECT_THAT(soft_device.reads, ElementsAre(Read{kLink, 0x15}));
}

TEST_F(AddressResolution, AResponseWithoutAHandleOrOfAnotherLengthIsStoredAsZero) {
  for (const auto& [count, length] : {std::pair<uint16_t, uint16_t>{0, 1}, {1, 2}, {1, 0}}) {
    storage.records.clear();
    query();
    car_found(kLink, 0x15, count, length);
    storage.run();
    EXPECT_EQ(storage.word(0, 9), 0u);
    EXPECT_TRUE(soft_device.reads.empty());
    disconnect(kLink);
    soft_device.uuid_reads.clear();
  }
}

TEST_F(AddressResolution, AHandleThatNoAttributeHasIsStoredAsZero) {
  query();
  car_found(kLink, 0);
  storage.run();
  EXPECT_TRUE(soft_device.reads.empty());
  EXPECT_EQ(storage.word(0, 9), 0u);
}

TEST_F(AddressResolution, AReadThatIsRefusedIsStoredAsZero) {
  query();
  soft_device.script("read", {Status::kBusy});
  car_found(kLink, 0x15);
  storage.run();
  EXPECT_EQ(storage.word(0, 9), 0u);
}

TEST_F(AddressResolution, WhatNobodyAskedForIsNoAnswer) {
  bonded_link();
  storage.records.erase(FakeStorage::key(0, 9));
  car_found(kLink, 0x15);
  value_read(kLink, 0x15, {1});
  storage.run();
  EXPECT_FALSE(storage.has(0, 9));
}

TEST_F(AddressResolution, BusyClientIsAskedAgainLater) {
  put_bond(0, lesc_bond(address(0)));
  reboot();
  soft_device.script("uuid_read", {Status::kBusy});
  connect(kLink, kPeripheral, address(0));
  EXPECT_TRUE(soft_device.uuid_reads.empty());
  soft_device.sys_attrs[kLink] = {1};
  cccd_write(kLink);
  EXPECT_EQ(soft_device.uuid_reads.size(), 1u);
}

}  // namespace
}  // namespace pm::test
