// SPDX-License-Identifier: Apache-2.0
//
// The client against a server that the test plays, with right, wrong and missing answers.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Client : public GattPair {
 protected:
  void SetUp() override { connect(); }

  void answer(const Octets& pdu) { gattc().on_pdu(kClientConn, pdu); }
  Status discover_characteristics(uint16_t start, uint16_t end) {
    const ble_gattc_handle_range_t range = {start, end};
    return gattc().gattc_characteristics_discover(kClientConn, &range);
  }
};

TEST_F(Client, RequestsOnAir) {
  const ble_uuid_t heart_rate = sig_uuid(0x180D);
  const ble_uuid_t battery = sig_uuid(0x2A19);
  const ble_gattc_handle_range_t range = {0x0102, 0x0304};
  const uint16_t handles[] = {1, 2};
  const Octets none = {0x01, 0, 0, 0, 0x0A};
  const auto sends = [&](Status status, const Octets& expected) {
    EXPECT_EQ(status, Status::kOk);
    EXPECT_EQ(client_output(), std::vector<Octets>{expected});
    Octets error = none;
    error[1] = expected[0];
    answer(error);
    const Event event(client().events);
    EXPECT_EQ(event.gattc().gatt_status, BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND);
  };
  sends(gattc().gattc_primary_services_discover(kClientConn, 1, nullptr),
        {0x10, 1, 0, 0xFF, 0xFF, 0x00, 0x28});
  sends(gattc().gattc_primary_services_discover(kClientConn, 1, &heart_rate),
        {0x06, 1, 0, 0xFF, 0xFF, 0x00, 0x28, 0x0D, 0x18});
  sends(gattc().gattc_relationships_discover(kClientConn, &range), {0x08, 2, 1, 4, 3, 0x02, 0x28});
  sends(gattc().gattc_characteristics_discover(kClientConn, &range),
        {0x08, 2, 1, 4, 3, 0x03, 0x28});
  sends(gattc().gattc_descriptors_discover(kClientConn, &range), {0x04, 2, 1, 4, 3});
  sends(gattc().gattc_attr_info_discover(kClientConn, &range), {0x04, 2, 1, 4, 3});
  sends(gattc().gattc_char_value_by_uuid_read(kClientConn, &battery, &range),
        {0x08, 2, 1, 4, 3, 0x19, 0x2A});
  sends(gattc().gattc_read(kClientConn, 5, 0), {0x0A, 5, 0});
  sends(gattc().gattc_read(kClientConn, 5, 22), {0x0C, 5, 0, 22, 0});
  sends(gattc().gattc_char_values_read(kClientConn, handles, 2), {0x0E, 1, 0, 2, 0});
  sends(write_request(client(), 5, {9}), {0x12, 5, 0, 9});
  sends(gattc().gattc_exchange_mtu_request(kClientConn, 247), {0x02, 0xF7, 0});
}

TEST_F(Client, ParametersAreChecked) {
  const ble_uuid_t unknown = {1, 9};
  const ble_gattc_handle_range_t reversed = {2, 1};
  EXPECT_EQ(gattc().gattc_primary_services_discover(kClientConn, 0, nullptr),
            Status::kInvalidParam);
  EXPECT_EQ(gattc().gattc_primary_services_discover(kClientConn, 1, &unknown),
            Status::kInvalidParam);
  EXPECT_EQ(gattc().gattc_characteristics_discover(kClientConn, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(gattc().gattc_characteristics_discover(kClientConn, &reversed), Status::kInvalidParam);
  EXPECT_EQ(gattc().gattc_write(kClientConn, nullptr), Status::kInvalidAddr);
  ble_gattc_write_params_t params{};
  params.handle = 5;
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kInvalidParam);
  params.write_op = BLE_GATT_OP_WRITE_REQ;
  params.offset = 1;
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kInvalidParam);
  params.offset = 0;
  params.len = 1;
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kInvalidAddr);
  const Octets value(21);
  EXPECT_EQ(write_request(client(), 5, value), Status::kDataSize);
  params.write_op = BLE_GATT_OP_EXEC_WRITE_REQ;
  params.flags = 2;
  EXPECT_EQ(gattc().gattc_write(kClientConn, &params), Status::kInvalidParam);
  EXPECT_TRUE(client().links.outgoing.empty());
}

// Android's CVE-2024-0031 and CVE-2023-35658, and discoveries without end.
TEST_F(Client, ListsThatMakeNoSenseEndTheProcedure) {
  const Octets wrong[] = {
      {0x09, 7},                               // nothing in it
      {0x09, 0, 10, 0, 2, 11, 0, 0x38, 0x2A},  // entries of no length
      {0x09, 6, 10, 0, 2, 11, 0, 0x38},        // of a wrong length
      {0x09, 7, 10, 0, 2, 11, 0, 0x38},        // cut off
      {0x09, 7, 9, 0, 2, 11, 0, 0x38, 0x2A},   // below the range
      {0x09, 7, 21, 0, 2, 22, 0, 0x38, 0x2A},  // above the range
      {0x09, 7, 10, 0, 2, 10, 0, 0x38, 0x2A},  // value at its declaration
      {0x09, 7, 12, 0, 2, 13, 0, 0x38, 0x2A, 12, 0, 2, 13, 0, 0x38, 0x2A},  // not rising
      {0x09, 7, 12, 0, 2, 13, 0, 0x38, 0x2A, 10, 0, 2, 11, 0, 0x38, 0x2A},
      Octets(24, 0x09),  // longer than the MTU
  };
  for (const Octets& pdu : wrong) {
    SCOPED_TRACE(testing::PrintToString(pdu));
    ASSERT_EQ(discover_characteristics(10, 20), Status::kOk);
    answer(pdu);
    const Event event = client().expect(BLE_GATTC_EVT_CHAR_DISC_RSP);
    EXPECT_EQ(event.gattc().gatt_status, BLE_GATT_STATUS_ATTERR_INVALID_PDU);
  }
  ASSERT_EQ(discover_characteristics(10, 20), Status::kOk);
  answer({0x09, 7, 10, 0, 2, 11, 0, 0x38, 0x2A});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_CHAR_DISC_RSP).gattc().gatt_status,
            BLE_GATT_STATUS_SUCCESS);
}

TEST_F(Client, FindInformationKnowsTwoFormats) {
  const ble_gattc_handle_range_t range = {1, 9};
  const Octets wrong[] = {{0x05, 3, 1, 0, 0, 0x28},
                          {0x05, 0, 1, 0, 0, 0x28},
                          {0x05, 2, 1, 0, 0, 0x28},
                          {0x05, 1, 1, 0, 0, 0x28, 2},
                          {0x05, 1, 2, 0, 0, 0x28, 1, 0, 0, 0x28}};
  for (const Octets& pdu : wrong) {
    ASSERT_EQ(gattc().gattc_attr_info_discover(kClientConn, &range), Status::kOk);
    answer(pdu);
    EXPECT_EQ(client().expect(BLE_GATTC_EVT_ATTR_INFO_DISC_RSP).gattc().gatt_status,
              BLE_GATT_STATUS_ATTERR_INVALID_PDU);
  }
}

TEST_F(Client, ServicesMustRise) {
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 5, nullptr), Status::kOk);
  answer({0x11, 6, 4, 0, 9, 0, 0x0D, 0x18});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP).gattc().gatt_status,
            BLE_GATT_STATUS_ATTERR_INVALID_PDU);
  const ble_uuid_t uuid = sig_uuid(0x180D);
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 5, &uuid), Status::kOk);
  answer({0x07, 9, 0, 8, 0});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP).gattc().gatt_status,
            BLE_GATT_STATUS_ATTERR_INVALID_PDU);
}

TEST_F(Client, AnswersToOtherRequestsAreIgnored) {
  ASSERT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kOk);
  answer({0x13});
  answer({0x09, 7, 10, 0, 2, 11, 0, 0x38, 0x2A});
  answer({0x01, 0x12, 5, 0, 0x0A});
  answer({0x01, 0x0A, 5, 0});
  EXPECT_TRUE(client().is_quiet());
  EXPECT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kBusy);
  answer({0x0B, 0x42});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_READ_RSP).gattc().params.read_rsp.data[0], 0x42);
  answer({0x0B, 0x43});
  EXPECT_TRUE(client().is_quiet());
}

TEST_F(Client, RequestTimesOutAfterThirtySeconds) {
  ASSERT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kOk);
  timers().advance(29'999'999);
  EXPECT_TRUE(client().is_quiet());
  timers().advance(1);
  const Event event = client().expect(BLE_GATTC_EVT_TIMEOUT);
  EXPECT_EQ(event.gattc().params.timeout.src, BLE_GATT_TIMEOUT_SRC_PROTOCOL);
  answer({0x0B, 0x42});
  answer({0x1B, 5, 0, 1});
  EXPECT_TRUE(client().is_quiet());
  EXPECT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kTimeout);
  EXPECT_EQ(write_request(client(), 5, {1}), Status::kTimeout);
  EXPECT_EQ(gattc().gattc_hv_confirm(kClientConn, 5), Status::kTimeout);
  // A new link has a new bearer.
  disconnect();
  connect();
  EXPECT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kOk);
}

TEST_F(Client, AnswerStopsTheClock) {
  ASSERT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kOk);
  timers().advance(29'000'000);
  answer({0x0B});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_READ_RSP).gattc().params.read_rsp.len, 0);
  EXPECT_EQ(timers().running(), 0u);
  timers().advance(60'000'000);
  EXPECT_TRUE(client().is_quiet());
}

TEST_F(Client, SecondIndicationBeforeConfirmationIsIgnored) {
  answer({0x1D, 5, 0, 1});
  answer({0x1D, 6, 0, 2});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_HVX).gattc().params.hvx.handle, 5);
  EXPECT_TRUE(client().is_quiet());
  ASSERT_EQ(gattc().gattc_hv_confirm(kClientConn, 5), Status::kOk);
  EXPECT_EQ(client_output(), std::vector<Octets>({{0x1E}}));
  answer({0x1D, 6, 0, 2});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_HVX).gattc().params.hvx.handle, 6);
}

TEST_F(Client, MtuBelowTheDefaultCountsAsTheDefault) {
  ASSERT_EQ(gattc().gattc_exchange_mtu_request(kClientConn, 247), Status::kOk);
  answer({0x03, 5, 0});
  EXPECT_EQ(
      client().expect(BLE_GATTC_EVT_EXCHANGE_MTU_RSP).gattc().params.exchange_mtu_rsp.server_rx_mtu,
      23);
  EXPECT_EQ(write_request(client(), 5, Octets(20)), Status::kOk);
}

TEST_F(Client, PreparedWriteMustComeBackForTheSameHandle) {
  const uint8_t value[] = {1};
  ble_gattc_write_params_t params{};
  params.write_op = BLE_GATT_OP_PREP_WRITE_REQ;
  params.handle = 5;
  params.len = 1;
  params.p_value = value;
  ASSERT_EQ(gattc().gattc_write(kClientConn, &params), Status::kOk);
  answer({0x17, 6, 0, 0, 0, 1});
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().gatt_status,
            BLE_GATT_STATUS_ATTERR_INVALID_PDU);
}

TEST_F(Client, ValuesByUuidAreIterated) {
  const ble_uuid_t uuid = sig_uuid(0x2A19);
  const ble_gattc_handle_range_t all = {1, 0xFFFF};
  ASSERT_EQ(gattc().gattc_char_value_by_uuid_read(kClientConn, &uuid, &all), Status::kOk);
  answer({0x09, 3, 10, 0, 0x64, 20, 0, 0x32});
  Event event = client().expect(BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP);
  auto& gattc_event = const_cast<ble_gattc_evt_t&>(event.gattc());
  ble_gattc_handle_value_t pair{};
  ASSERT_EQ(sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter(&gattc_event, &pair), NRF_SUCCESS);
  EXPECT_EQ(pair.handle, 10);
  EXPECT_EQ(pair.p_value[0], 0x64);
  ASSERT_EQ(sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter(&gattc_event, &pair), NRF_SUCCESS);
  EXPECT_EQ(pair.handle, 20);
  EXPECT_EQ(pair.p_value[0], 0x32);
  EXPECT_EQ(sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter(&gattc_event, &pair),
            uint32_t{NRF_ERROR_NOT_FOUND});
}

TEST_F(Client, DisconnectionEndsWhatWasPending) {
  ASSERT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kOk);
  disconnect();
  EXPECT_EQ(timers().running(), 0u);
  timers().advance(60'000'000);
  EXPECT_TRUE(client().is_quiet());
  EXPECT_EQ(gattc().gattc_read(kClientConn, 5, 0), Status::kInvalidConnHandle);
}

}  // namespace
}  // namespace pm::host::gatt::test
