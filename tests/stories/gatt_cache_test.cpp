// SPDX-License-Identifier: Apache-2.0
//
// What is kept for a peer besides its keys: subscriptions, the remote database, the application's
// data, and that it has yet to be told of a change.
#include <cstring>

#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

// Core, Vol 3, Part F, 3.4.7.
constexpr uint8_t kWriteRequest = 0x12;
constexpr uint8_t kNotification = 0x1B;
constexpr uint8_t kIndication = 0x1D;

class GattCache : public TwoDevices {
 protected:
  void remember_subscription() {
    bond();
    subscribe(sensor.cccd_handle());
    EXPECT_GE(sensor.count("DATA_UPDATE(GATT_LOCAL)"), 1u);
  }
  template <typename T>
  static void store(StoryDevice& device, pm_peer_data_id data_id, const T& data) {
    ASSERT_EQ(device.peer_manager().peer_data_store(0, data_id, &data, sizeof data, nullptr),
              Status::kOk);
  }
  template <typename T>
  static std::optional<T> load(StoryDevice& device, pm_peer_data_id data_id) {
    T data{};
    uint32_t length = sizeof data;
    const Status status = device.peer_manager().peer_data_load(0, data_id, &data, &length);
    if (!ok(status) || length != sizeof data) {
      return std::nullopt;
    }
    return data;
  }
};

TEST_F(GattCache, NotificationsFlowWithoutANewSubscription) {
  remember_subscription();
  restart_both();
  forget_happenings();
  link();
  EXPECT_EQ(sensor.count("DB_APPLIED"), 1u) << "at connection time already";

  // Restored, but held back: nobody has proved yet to be that peer.
  EXPECT_EQ(sensor.notify(70), Status::kInvalidState);
  settle();
  EXPECT_EQ(on_air(kAtt, kNotification), 0u);

  secure();
  EXPECT_EQ(sensor.notify(71), Status::kOk);
  ASSERT_TRUE(until([&] { return collector.count_ble(BLE_GATTC_EVT_HVX) == 1; }));
  const auto& hvx = collector.last_ble(BLE_GATTC_EVT_HVX)->evt.gattc_evt.params.hvx;
  EXPECT_EQ(hvx.handle, sensor.value_handle());
  EXPECT_EQ(hvx.data[0], 71);
  EXPECT_EQ(on_air(kAtt, kWriteRequest), 0u) << "no new subscription";
  for (const AirPdu& pdu : radio.pdus) {
    EXPECT_TRUE(pdu.encrypted || pdu.opcode() != kNotification);
  }
}

TEST_F(GattCache, SubscriptionsDoNotOutliveTheirBond) {
  remember_subscription();
  part();
  ASSERT_EQ(sensor.peer_manager().peers_delete(), Status::kOk);
  ASSERT_EQ(collector.peer_manager().peers_delete(), Status::kOk);
  settle();
  forget_happenings();
  bond();
  EXPECT_EQ(sensor.notify(1), Status::kGattsSysAttrMissing) << "a new bond begins with nothing";
  EXPECT_EQ(on_air(kAtt, kNotification), 0u);
}

TEST_F(GattCache, TheSameSubscriptionAgainWritesNothing) {
  remember_subscription();
  const uint64_t writes = sensor.flash().counts().writes;
  sensor.forget();
  subscribe(sensor.cccd_handle());
  EXPECT_EQ(sensor.count("DATA_UPDATE(GATT_LOCAL)"), 0u);
  EXPECT_EQ(sensor.flash().counts().writes, writes);
}

TEST_F(GattCache, RemoteDatabaseAndApplicationDataAreThereAfterARestart) {
  bond();
  ble_gatt_db_srv service{};
  service.srv_uuid = {0x180D, BLE_UUID_TYPE_BLE};
  service.char_count = 1;
  service.handle_range = {10, 13};
  service.characteristics[0].characteristic.handle_value = sensor.value_handle();
  service.characteristics[0].cccd_handle = sensor.cccd_handle();
  alignas(4) static constexpr std::array<uint8_t, 12> kLabel = {'l', 'i', 'v', 'i', 'n', 'g'};
  store(collector, PM_PEER_DATA_ID_GATT_REMOTE, service);
  store(collector, PM_PEER_DATA_ID_APPLICATION, kLabel);
  settle();
  EXPECT_EQ(collector.count("DATA_UPDATE(GATT_REMOTE)"), 1u);
  EXPECT_EQ(collector.count("DATA_UPDATE(APPLICATION)"), 1u);

  restart_both();
  const auto kept = load<ble_gatt_db_srv>(collector, PM_PEER_DATA_ID_GATT_REMOTE);
  ASSERT_TRUE(kept);
  EXPECT_EQ(std::memcmp(&*kept, &service, sizeof service), 0);
  const auto label = load<std::array<uint8_t, 12>>(collector, PM_PEER_DATA_ID_APPLICATION);
  ASSERT_TRUE(label);
  EXPECT_EQ(*label, kLabel);
}

class ServiceChanged : public GattCache {
 protected:
  /// Service Changed is indicated only to those who want it.
  void bond_and_ask_for_it() {
    bond();
    ASSERT_NE(sensor.service_changed_cccd_handle(), 0);
    subscribe(sensor.service_changed_cccd_handle(), 2);
  }
  void expect_told_once() {
    EXPECT_EQ(sensor.count("SERVICE_CHANGED_IND_SENT"), 1u);
    EXPECT_EQ(sensor.count("SERVICE_CHANGED_IND_CONFIRMED"), 1u);
    EXPECT_EQ(on_air(kAtt, kIndication), 1u);
    ASSERT_EQ(collector.count_ble(BLE_GATTC_EVT_HVX), 1u);
    // Core, Vol 3, Part G, 7.1: the range that changed, up to the last handle.
    const auto& hvx = collector.last_ble(BLE_GATTC_EVT_HVX)->evt.gattc_evt.params.hvx;
    ASSERT_EQ(hvx.len, 4);
    EXPECT_EQ(hvx.data[2], 0xFF);
    EXPECT_EQ(hvx.data[3], 0xFF);
    for (const AirPdu& pdu : radio.pdus) {
      EXPECT_TRUE(pdu.encrypted || pdu.cid != kAtt || pdu.opcode() != kIndication);
    }
  }
};

TEST_F(ServiceChanged, IsToldAtOnceToAConnectedPeer) {
  bond_and_ask_for_it();
  forget_happenings();
  sensor.peer_manager().local_database_has_changed();
  settle();
  expect_told_once();
}

TEST_F(ServiceChanged, IsToldToADisconnectedPeerWhenItComesBack) {
  bond_and_ask_for_it();
  sensor.has_second_service = true;
  restart_both();
  sensor.peer_manager().local_database_has_changed();
  settle();
  ASSERT_EQ(sensor.restart(), "");  // The note outlives even this.
  forget_happenings();
  link();
  settle();
  EXPECT_EQ(on_air(kAtt, kIndication), 0u) << "not before the link is encrypted";
  secure();
  expect_told_once();

  // Confirmed is confirmed.
  part();
  forget_happenings();
  link();
  secure();
  EXPECT_EQ(on_air(kAtt, kIndication), 0u);
}

TEST_F(ServiceChanged, IsToldAgainWhenTheLinkBrokeBeforeTheConfirmation) {
  bond_and_ask_for_it();
  sim::FaultRule rule;
  rule.cid = kAtt;
  rule.from = hci::Role::kPeripheral;
  rule.opcode = kIndication;
  rule.action = sim::FaultAction::kDisconnect;
  radio.air.faults().add(rule);
  sensor.peer_manager().local_database_has_changed();
  ASSERT_TRUE(until([&] { return sensor.links() == 0 && collector.links() == 0; }));
  EXPECT_EQ(sensor.count("SERVICE_CHANGED_IND_CONFIRMED"), 0u);
  radio.air.faults().clear();
  forget_happenings();
  link();
  secure();
  expect_told_once();
}

}  // namespace
}  // namespace pm::test
