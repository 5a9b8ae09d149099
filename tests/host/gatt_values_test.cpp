// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing values, permissions, MTU. Core, Vol 3, Part G, 4.3, 4.8, 4.9; Part C, 10.3.
#include "host/gatt/permissions.hpp"
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Values : public GattPair {
 protected:
  void SetUp() override { connect(); }

  uint16_t read_status(uint16_t handle) {
    EXPECT_EQ(gattc().gattc_read(kClientConn, handle, 0), Status::kOk);
    deliver();
    return client().expect(BLE_GATTC_EVT_READ_RSP).gattc().gatt_status;
  }
  uint16_t write_status(uint16_t handle, const Octets& value) {
    EXPECT_EQ(write_request(client(), handle, value), Status::kOk);
    deliver();
    return client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().gatt_status;
  }
};

TEST_F(Values, ReadGivesTheValue) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(gattc().gattc_read(kClientConn, heart_rate.location.value_handle, 0), Status::kOk);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_READ_RSP);
  ASSERT_EQ(event.gattc().gatt_status, BLE_GATT_STATUS_SUCCESS);
  EXPECT_EQ(event.gattc().params.read_rsp.handle, heart_rate.location.value_handle);
  EXPECT_EQ(event.gattc().params.read_rsp.len, 1);
  EXPECT_EQ(event.gattc().params.read_rsp.data[0], 0x01);
  EXPECT_TRUE(server().is_quiet());
}

TEST_F(Values, WriteChangesTheValueAndTellsTheApplication) {
  HeartRate heart_rate(gatts());
  EXPECT_EQ(write_status(heart_rate.control.value_handle, {0x01}), BLE_GATT_STATUS_SUCCESS);
  const Event event = server().expect(BLE_GATTS_EVT_WRITE);
  const auto& write = event.gatts().params.write;
  EXPECT_EQ(write.handle, heart_rate.control.value_handle);
  EXPECT_EQ(write.uuid.uuid, 0x2A39);
  EXPECT_EQ(write.op, BLE_GATTS_OP_WRITE_REQ);
  EXPECT_EQ(write.auth_required, 0);
  EXPECT_EQ(write.len, 1);
  EXPECT_EQ(write.data[0], 0x01);
  EXPECT_EQ(local_value(server(), heart_rate.control.value_handle), Octets{0x01});
}

TEST_F(Values, WriteCommandHasNoAnswerAndACompletion) {
  HeartRate heart_rate(gatts());
  const uint8_t value[] = {0x02};
  ble_gattc_write_params_t params{};
  params.write_op = BLE_GATT_OP_WRITE_CMD;
  params.handle = heart_rate.control.value_handle;
  params.len = 1;
  params.p_value = value;
  ASSERT_EQ(gattc().gattc_write(kClientConn, &params), Status::kOk);
  // The queue is one command long until the controller is done with it.
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kResources);
  deliver();
  const Event complete = client().expect(BLE_GATTC_EVT_WRITE_CMD_TX_COMPLETE);
  EXPECT_EQ(complete.gattc().params.write_cmd_tx_complete.count, 1);
  EXPECT_TRUE(client().is_quiet());
  const Event event = server().expect(BLE_GATTS_EVT_WRITE);
  EXPECT_EQ(event.gatts().params.write.op, BLE_GATTS_OP_WRITE_CMD);
  EXPECT_EQ(local_value(server(), heart_rate.control.value_handle), Octets{0x02});
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kOk);
}

TEST_F(Values, OneClientProcedureAtATime) {
  HeartRate heart_rate(gatts());
  const ble_gattc_handle_range_t all = {1, 0xFFFF};
  ASSERT_EQ(gattc().gattc_read(kClientConn, 3, 0), Status::kOk);
  EXPECT_EQ(gattc().gattc_read(kClientConn, 3, 0), Status::kBusy);
  EXPECT_EQ(gattc().gattc_characteristics_discover(kClientConn, &all), Status::kBusy);
  EXPECT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 100), Status::kBusy);
  deliver();
  EXPECT_EQ(gattc().gattc_read(kClientConn, 3, 0), Status::kOk);
  EXPECT_EQ(gattc().gattc_read(99, 3, 0), Status::kInvalidConnHandle);
}

TEST_F(Values, LongValueIsReadInParts) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  Octets value(40);
  for (size_t i = 0; i < value.size(); ++i) {
    value[i] = static_cast<uint8_t>(i);
  }
  const uint16_t handle =
      build.characteristic({.uuid = sig_uuid(0x2A57), .initial = value}, properties(kRead))
          .value_handle;
  Octets got;
  for (const size_t expected : {22, 18, 0}) {
    const auto offset = static_cast<uint16_t>(got.size());
    ASSERT_EQ(gattc().gattc_read(kClientConn, handle, offset), Status::kOk);
    deliver();
    const Event event = client().expect(BLE_GATTC_EVT_READ_RSP);
    ASSERT_EQ(event.gattc().gatt_status, BLE_GATT_STATUS_SUCCESS);
    const auto& response = event.gattc().params.read_rsp;
    EXPECT_EQ(response.offset, offset);
    EXPECT_EQ(response.len, expected);
    const uint8_t* data = response.data;
    got.insert(got.end(), data, data + response.len);
  }
  EXPECT_EQ(got, value);
  ASSERT_EQ(gattc().gattc_read(kClientConn, handle, 41), Status::kOk);
  deliver();
  const Event beyond = client().expect(BLE_GATTC_EVT_READ_RSP);
  EXPECT_EQ(beyond.gattc().gatt_status, BLE_GATT_STATUS_ATTERR_INVALID_OFFSET);
  EXPECT_EQ(beyond.gattc().error_handle, handle);
}

TEST_F(Values, SeveralValuesInOneRead) {
  HeartRate heart_rate(gatts());
  const uint16_t handles[] = {heart_rate.location.value_handle, 5, heart_rate.control.value_handle};
  ASSERT_EQ(gattc().gattc_char_values_read(kClientConn, handles, 3), Status::kOk);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_CHAR_VALS_READ_RSP);
  const auto& response = event.gattc().params.char_vals_read_rsp;
  const uint8_t* values = response.values;
  EXPECT_EQ(octets(values, response.len), (Octets{0x01, 0x00, 0x00, 0x00}));
  EXPECT_EQ(gattc().gattc_char_values_read(kClientConn, handles, 1), Status::kInvalidParam);
}

TEST_F(Values, FixedValueKeepsItsLength) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const uint16_t handle = build
                              .characteristic({.uuid = sig_uuid(0x2A58),
                                               .initial = {1, 2, 3, 4},
                                               .write = level(1),
                                               .variable = false},
                                              properties(kRead | kWrite))
                              .value_handle;
  EXPECT_EQ(write_status(handle, {9, 8}), BLE_GATT_STATUS_SUCCESS);
  EXPECT_EQ(local_value(server(), handle), (Octets{9, 8, 3, 4}));
  EXPECT_EQ(write_status(handle, {1, 2, 3, 4, 5}), BLE_GATT_STATUS_ATTERR_INVALID_ATT_VAL_LENGTH);
  EXPECT_EQ(local_value(server(), handle), (Octets{9, 8, 3, 4}));
}

// Core, Vol 3, Part C, table 10.2, with Insufficient Authentication for a plain link.
struct Permission {
  uint8_t required;
  uint8_t link;
  uint8_t key_size;
  uint8_t error;
};
constexpr Permission kPermissions[] = {
    {1, 1, 0, 0x00},  {1, 4, 16, 0x00}, {2, 1, 0, 0x05},  {2, 2, 7, 0x00},  {2, 3, 16, 0x00},
    {2, 4, 16, 0x00}, {3, 1, 0, 0x05},  {3, 2, 16, 0x05}, {3, 3, 7, 0x00},  {3, 4, 16, 0x00},
    {4, 1, 0, 0x05},  {4, 2, 16, 0x05}, {4, 3, 16, 0x05}, {4, 4, 15, 0x0C}, {4, 4, 16, 0x00},
};

TEST_F(Values, SecurityOfTheLinkDecidesReadsAndWrites) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  uint16_t handles[5] = {};
  for (uint8_t lv = 1; lv <= 4; ++lv) {
    handles[lv] =
        build
            .characteristic(
                {.uuid = sig_uuid(0x2A59), .initial = {lv}, .read = level(lv), .write = level(lv)},
                properties(kRead | kWrite))
            .value_handle;
  }
  for (const Permission& p : kPermissions) {
    SCOPED_TRACE(testing::Message() << "required " << int{p.required} << " link " << int{p.link}
                                    << " key " << int{p.key_size});
    secure(p.link, p.key_size);
    const uint16_t expected = p.error == 0 ? 0 : static_cast<uint16_t>(0x100 + p.error);
    const uint16_t handle = handles[p.required];
    EXPECT_EQ(read_status(handle), expected);
    const Octets before = local_value(server(), handle);
    const Octets written = {static_cast<uint8_t>(before[0] + 1)};
    EXPECT_EQ(write_status(handle, written), expected);
    EXPECT_EQ(local_value(server(), handle), expected == 0 ? written : before);
    if (expected == 0) {
      server().expect(BLE_GATTS_EVT_WRITE);
    }
    EXPECT_TRUE(server().is_quiet());
  }
}

TEST_F(Values, NoAccessMeansNoAccessAtAnyLevel) {
  HeartRate heart_rate(gatts());
  secure(4);
  EXPECT_EQ(read_status(heart_rate.measurement.value_handle),
            BLE_GATT_STATUS_ATTERR_READ_NOT_PERMITTED);
  EXPECT_EQ(write_status(heart_rate.location.value_handle, {1}),
            BLE_GATT_STATUS_ATTERR_WRITE_NOT_PERMITTED);
  EXPECT_EQ(write_status(heart_rate.service, {1}), BLE_GATT_STATUS_ATTERR_WRITE_NOT_PERMITTED);
}

TEST_F(Values, MtuExchangeWaitsForBothApplications) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 22), Status::kInvalidParam);
  EXPECT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 248), Status::kInvalidParam);
  ASSERT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 100), Status::kOk);
  deliver();
  const Event request = server().expect(BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST);
  EXPECT_EQ(request.gatts().params.exchange_mtu_request.client_rx_mtu, 100);
  EXPECT_TRUE(client().is_quiet());
  // Nothing is notified while the exchange is going on.
  EXPECT_EQ(
      send_value(server(), heart_rate.measurement.value_handle, BLE_GATT_HVX_NOTIFICATION, {0, 60}),
      Status::kInvalidState);
  EXPECT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 22), Status::kInvalidParam);
  EXPECT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 248), Status::kInvalidParam);
  ASSERT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 247), Status::kOk);
  EXPECT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 247), Status::kInvalidState);
  deliver();
  const Event response = client().expect(BLE_GATTC_EVT_EXCHANGE_MTU_RSP);
  EXPECT_EQ(response.gattc().gatt_status, BLE_GATT_STATUS_SUCCESS);
  EXPECT_EQ(response.gattc().params.exchange_mtu_rsp.server_rx_mtu, 247);
  EXPECT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 100), Status::kInvalidState);

  // 100 is the smaller: reads carry 99 octets now.
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const uint16_t handle =
      build.characteristic({.uuid = sig_uuid(0x2A57), .initial = Octets(200)}, properties(kRead))
          .value_handle;
  ASSERT_EQ(gattc().gattc_read(kClientConn, handle, 0), Status::kOk);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_READ_RSP).gattc().params.read_rsp.len, 99);
}

TEST_F(Values, DeviceNameIsWritableWhenTheApplicationSaysSo) {
  const ble_gap_conn_sec_mode_t closed = kNoAccess;
  const ble_gap_conn_sec_mode_t open = level(1);
  EXPECT_EQ(ask({0x0A, 0x03, 0x00}), std::vector<Octets>({{0x0B, 'n', 'R', 'F', '5', 'x'}}));
  const uint8_t name[] = {'P', 'M'};
  ASSERT_EQ(gatts().device_name_set(&closed, name, 2), Status::kOk);
  EXPECT_EQ(write_status(3, {'x'}), BLE_GATT_STATUS_ATTERR_WRITE_NOT_PERMITTED);
  ASSERT_EQ(gatts().device_name_set(&open, name, 2), Status::kOk);
  // Properties: read, write.
  EXPECT_EQ(ask({0x0A, 0x02, 0x00}), std::vector<Octets>({{0x0B, 0x0A, 0x03, 0x00, 0x00, 0x2A}}));
  EXPECT_EQ(write_status(3, {'x', 'y', 'z'}), BLE_GATT_STATUS_SUCCESS);
  server().expect(BLE_GATTS_EVT_WRITE);
  uint8_t got[31];
  uint16_t len = sizeof(got);
  ASSERT_EQ(gatts().device_name_get(got, &len), Status::kOk);
  EXPECT_EQ(octets(got, len), (Octets{'x', 'y', 'z'}));
  const Octets long_name(32, 'n');
  EXPECT_EQ(gatts().device_name_set(&open, long_name.data(), 32), Status::kDataSize);
}

TEST_F(Values, PreferredParametersAreChecked) {
  const ble_gap_conn_params_t good = {8, 16, 0, 400};
  ASSERT_EQ(gatts().ppcp_set(&good), Status::kOk);
  EXPECT_EQ(ask({0x0A, 0x07, 0x00}),
            std::vector<Octets>({{0x0B, 0x08, 0, 0x10, 0, 0, 0, 0x90, 0x01}}));
  const ble_gap_conn_params_t wrong[] = {{16, 8, 0, 400},
                                         {5, 16, 0, 400},
                                         {8, 3201, 0, 400},
                                         {8, 16, 500, 400},
                                         {8, 16, 0, 9},
                                         // 10 * 10 ms is not more than 2 * (1 + 4) * 8 * 1.25 ms.
                                         {8, 8, 4, 10}};
  for (const ble_gap_conn_params_t& params : wrong) {
    EXPECT_EQ(gatts().ppcp_set(&params), Status::kInvalidParam);
  }
}

}  // namespace
}  // namespace pm::host::gatt::test
