// SPDX-License-Identifier: Apache-2.0
//
// Notifications and indications. Core, Vol 3, Part G, 4.10, 4.11, 7.1.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Subscription : public GattPair {
 protected:
  void SetUp() override { connect(); }

  void subscribe(uint16_t cccd, uint8_t value) {
    ASSERT_EQ(write_request(client(), cccd, {value, 0}), Status::kOk);
    deliver();
    if (!server().is_quiet()) {
      Event event(server().events);
      if (event.id() == BLE_GATTS_EVT_SYS_ATTR_MISSING) {
        ASSERT_EQ(initialise(server()), Status::kOk);
        deliver();
        event = server().expect(BLE_GATTS_EVT_WRITE);
      }
      ASSERT_EQ(event.id(), BLE_GATTS_EVT_WRITE);
      EXPECT_EQ(event.gatts().params.write.uuid.uuid, BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG);
      EXPECT_EQ(event.gatts().params.write.uuid.type, BLE_UUID_TYPE_BLE);
      EXPECT_EQ(event.gatts().params.write.op, BLE_GATTS_OP_WRITE_REQ);
      EXPECT_EQ(event.gatts().params.write.len, 2);
    }
    ASSERT_EQ(client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().gatt_status,
              BLE_GATT_STATUS_SUCCESS);
  }
};

TEST_F(Subscription, NotificationsFlowOnceEnabled) {
  HeartRate heart_rate(gatts());
  const uint16_t handle = heart_rate.measurement.value_handle;
  EXPECT_EQ(send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 61}),
            Status::kGattsSysAttrMissing);
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 62}),
            Status::kInvalidState);
  // The value is updated although nothing was sent.
  EXPECT_EQ(local_value(server(), handle), (Octets{0, 62}));
  subscribe(heart_rate.measurement.cccd_handle, 1);
  ASSERT_EQ(send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 63}), Status::kOk);
  EXPECT_EQ(send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 64}), Status::kResources);
  EXPECT_EQ(local_value(server(), handle), (Octets{0, 64}));
  deliver();
  const Event complete = server().expect(BLE_GATTS_EVT_HVN_TX_COMPLETE);
  EXPECT_EQ(complete.gatts().params.hvn_tx_complete.count, 1);
  const Event event = client().expect(BLE_GATTC_EVT_HVX);
  EXPECT_EQ(event.gattc().params.hvx.handle, handle);
  EXPECT_EQ(event.gattc().params.hvx.type, BLE_GATT_HVX_NOTIFICATION);
  const uint8_t* data = event.gattc().params.hvx.data;
  EXPECT_EQ(octets(data, event.gattc().params.hvx.len), (Octets{0, 63}));
  EXPECT_EQ(gattc().gattc_hv_confirm(kClientConn, handle), Status::kInvalidState);

  subscribe(heart_rate.measurement.cccd_handle, 0);
  EXPECT_EQ(send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 65}),
            Status::kInvalidState);
}

TEST_F(Subscription, NotificationIsCutToTheMtu) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const auto handles = build.characteristic(
      {.uuid = sig_uuid(0x2A57), .initial = {0}, .max_len = 60}, properties(kRead | kNotify));
  subscribe(handles.cccd_handle, 1);
  uint16_t len = 60;
  const Octets value(60, 0x11);
  ble_gatts_hvx_params_t params{};
  params.handle = handles.value_handle;
  params.type = BLE_GATT_HVX_NOTIFICATION;
  params.p_len = &len;
  params.p_data = value.data();
  ASSERT_EQ(gatts().gatts_hvx(kServerConn, &params), Status::kOk);
  EXPECT_EQ(len, 20);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_HVX).gattc().params.hvx.len, 20);
  len = 61;
  const Octets longer(61);
  params.p_data = longer.data();
  EXPECT_EQ(gatts().gatts_hvx(kServerConn, &params), Status::kDataSize);
}

TEST_F(Subscription, IndicationIsConfirmedByTheApplication) {
  Builder build(gatts());
  build.service(sig_uuid(0x1809));
  const auto handles = build.characteristic(
      {.uuid = sig_uuid(0x2A1C), .initial = {0}, .read = kNoAccess}, properties(kIndicate));
  subscribe(handles.cccd_handle, 2);
  ASSERT_EQ(send_value(server(), handles.value_handle, BLE_GATT_HVX_INDICATION, {7}), Status::kOk);
  EXPECT_EQ(send_value(server(), handles.value_handle, BLE_GATT_HVX_INDICATION, {8}),
            Status::kBusy);
  deliver();
  EXPECT_TRUE(server().is_quiet());
  const Event event = client().expect(BLE_GATTC_EVT_HVX);
  EXPECT_EQ(event.gattc().params.hvx.type, BLE_GATT_HVX_INDICATION);
  EXPECT_EQ(gattc().gattc_hv_confirm(kClientConn, 1), Status::kInvalidAttrHandle);
  ASSERT_EQ(gattc().gattc_hv_confirm(kClientConn, handles.value_handle), Status::kOk);
  deliver();
  EXPECT_EQ(server().expect(BLE_GATTS_EVT_HVC).gatts().params.hvc.handle, handles.value_handle);
  EXPECT_EQ(send_value(server(), handles.value_handle, BLE_GATT_HVX_INDICATION, {9}), Status::kOk);
}

TEST_F(Subscription, ErrorsOfHvx) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(initialise(server()), Status::kOk);
  const uint8_t notification = BLE_GATT_HVX_NOTIFICATION;
  EXPECT_EQ(gatts().gatts_hvx(99, nullptr), Status::kInvalidConnHandle);
  EXPECT_EQ(gatts().gatts_hvx(kServerConn, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(send_value(server(), 200, notification, {0}), Status::kNotFound);
  EXPECT_EQ(send_value(server(), 10, BLE_GATT_HVX_INDICATION, {0}), Status::kInvalidAttrHandle);
  EXPECT_EQ(send_value(server(), heart_rate.measurement.cccd_handle, notification, {0}),
            Status::kGattsInvalidAttrType);
  EXPECT_EQ(send_value(server(), heart_rate.location.value_handle, notification, {0}),
            Status::kInvalidParam);
  EXPECT_EQ(send_value(server(), heart_rate.measurement.value_handle, 3, {0}),
            Status::kInvalidParam);
}

TEST_F(Subscription, ReservedAndUnsupportedBits) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(initialise(server()), Status::kOk);
  const uint16_t cccd = heart_rate.measurement.cccd_handle;  // 15: can notify, cannot indicate
  EXPECT_EQ(ask({0x12, 0x0F, 0x00, 0x02, 0x00}),
            std::vector<Octets>({{0x01, 0x12, 0x0F, 0x00, 0x13}}));
  EXPECT_EQ(ask({0x12, 0x0F, 0x00, 0x01}), std::vector<Octets>({{0x01, 0x12, 0x0F, 0x00, 0x0D}}));
  EXPECT_EQ(ask({0x12, 0x0F, 0x00, 0x01, 0x00, 0x00}),
            std::vector<Octets>({{0x01, 0x12, 0x0F, 0x00, 0x0D}}));
  EXPECT_EQ(ask({0x12, 0x0F, 0x00, 0xFD, 0xFF}), std::vector<Octets>({{0x13}}));
  EXPECT_EQ(local_value(server(), cccd), (Octets{1, 0}));
}

// Zephyr's CVE-2026-2411: security was checked on the declaration, not on the value.
TEST_F(Subscription, SecurityOfTheValueIsCheckedAtEachSending) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const auto handles = build.characteristic(
      {.uuid = sig_uuid(0x2A57), .initial = {0}, .read = level(3)}, properties(kRead | kNotify));
  subscribe(handles.cccd_handle, 1);
  const auto notify = [&] {
    return send_value(server(), handles.value_handle, BLE_GATT_HVX_NOTIFICATION, {1});
  };
  EXPECT_EQ(notify(), Status::kForbidden);
  secure(2);
  EXPECT_EQ(notify(), Status::kForbidden);
  EXPECT_TRUE(server().links.outgoing.empty());
  secure(3);
  EXPECT_EQ(notify(), Status::kOk);
}

TEST_F(Subscription, SecurityOfTheCccdGuardsAValueWithoutReadAccess) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const auto handles = build.characteristic(
      {.uuid = sig_uuid(0x2A57), .initial = {0}, .read = kNoAccess}, properties(kNotify), 2);
  ASSERT_EQ(initialise(server()), Status::kOk);
  uint8_t on[] = {1, 0};
  ble_gatts_value_t value = {2, 0, on};
  ASSERT_EQ(gatts().gatts_value_set(kServerConn, handles.cccd_handle, &value), Status::kOk);
  EXPECT_EQ(send_value(server(), handles.value_handle, BLE_GATT_HVX_NOTIFICATION, {1}),
            Status::kForbidden);
  secure(2);
  EXPECT_EQ(send_value(server(), handles.value_handle, BLE_GATT_HVX_NOTIFICATION, {1}),
            Status::kOk);
}

TEST_F(Subscription, ServiceChangedIsIndicatedAndConfirmed) {
  HeartRate heart_rate(gatts());
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kGattsSysAttrMissing);
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kInvalidState);
  subscribe(11, 2);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 11, 0xFFFF), Status::kInvalidAttrHandle);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 20, 0xFFFF), Status::kInvalidAttrHandle);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 13, 12), Status::kInvalidParam);
  EXPECT_EQ(gatts().gatts_service_changed(99, 12, 0xFFFF), Status::kInvalidConnHandle);
  ASSERT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kOk);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kBusy);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_HVX);
  EXPECT_EQ(event.gattc().params.hvx.handle, 10);
  const uint8_t* data = event.gattc().params.hvx.data;
  EXPECT_EQ(octets(data, event.gattc().params.hvx.len), (Octets{12, 0, 0xFF, 0xFF}));
  ASSERT_EQ(gattc().gattc_hv_confirm(kClientConn, 10), Status::kOk);
  deliver();
  server().expect(BLE_GATTS_EVT_SC_CONFIRM);
}

TEST_F(Subscription, UnconfirmedIndicationEndsTheBearerAfterThirtySeconds) {
  HeartRate heart_rate(gatts());
  subscribe(11, 2);
  ASSERT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kOk);
  deliver();
  timers().advance(29'999'999);
  EXPECT_TRUE(server().is_quiet());
  timers().advance(1);
  const Event event = server().expect(BLE_GATTS_EVT_TIMEOUT);
  EXPECT_EQ(event.gatts().params.timeout.src, BLE_GATT_TIMEOUT_SRC_PROTOCOL);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kTimeout);
  EXPECT_EQ(
      send_value(server(), heart_rate.measurement.value_handle, BLE_GATT_HVX_NOTIFICATION, {0}),
      Status::kTimeout);
  EXPECT_EQ(gatts().gattc_read(kServerConn, 3, 0), Status::kTimeout);
  EXPECT_TRUE(ask({0x0A, 0x03, 0x00}).empty());
}

TEST_F(Subscription, ConfirmationThatNobodyAskedForIsIgnored) {
  EXPECT_TRUE(ask({0x1E}).empty());
  EXPECT_TRUE(server().is_quiet());
}

class WithoutServiceChanged : public GattPair {
 protected:
  WithoutServiceChanged() : GattPair(config()) { connect(); }
  static Config config() {
    Config without = default_config();
    without.service_changed = false;
    return without;
  }
};

TEST_F(WithoutServiceChanged, IsNotSupported) {
  uint16_t first = 0;
  ASSERT_EQ(gatts().gatts_initial_user_handle_get(&first), Status::kOk);
  EXPECT_EQ(first, 9);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 9, 0xFFFF), Status::kNotSupported);
}

}  // namespace
}  // namespace pm::host::gatt::test
