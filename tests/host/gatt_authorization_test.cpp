// SPDX-License-Identifier: Apache-2.0
//
// Reads and writes that the application authorises.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Authorization : public GattPair {
 protected:
  void SetUp() override {
    connect();
    Builder build(gatts());
    build.service(sig_uuid(0x1815));
    guarded_ = build
                   .characteristic({.uuid = sig_uuid(0x2A57),
                                    .initial = {1, 2},
                                    .max_len = 4,
                                    .write = level(1),
                                    .read_authorized = true,
                                    .write_authorized = true},
                                   properties(kRead | kWrite | kWriteNoResponse))
                   .value_handle;
    ASSERT_EQ(guarded_, 14);
  }

  Status reply_read(uint16_t status, const Octets* update = nullptr) {
    ble_gatts_rw_authorize_reply_params_t reply{};
    reply.type = BLE_GATTS_AUTHORIZE_TYPE_READ;
    fill(reply.params.read, status, update);
    return gatts().gatts_rw_authorize_reply(kServerConn, &reply);
  }
  Status reply_write(uint16_t status, const Octets* update = nullptr) {
    ble_gatts_rw_authorize_reply_params_t reply{};
    reply.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
    fill(reply.params.write, status, update);
    return gatts().gatts_rw_authorize_reply(kServerConn, &reply);
  }
  static void fill(ble_gatts_authorize_params_t& params, uint16_t status, const Octets* update) {
    params.gatt_status = status;
    if (update != nullptr) {
      params.update = 1;
      params.len = static_cast<uint16_t>(update->size());
      params.p_data = update->data();
    }
  }

  uint16_t guarded_ = 0;
};

TEST_F(Authorization, ReadIsAnsweredWithTheValueThatTheApplicationGives) {
  EXPECT_TRUE(ask({0x0A, 14, 0}).empty());
  const Event event = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  const auto& request = event.gatts().params.authorize_request;
  EXPECT_EQ(request.type, BLE_GATTS_AUTHORIZE_TYPE_READ);
  EXPECT_EQ(request.request.read.handle, guarded_);
  EXPECT_EQ(request.request.read.uuid.uuid, 0x2A57);
  EXPECT_EQ(request.request.read.offset, 0);
  EXPECT_EQ(reply_write(BLE_GATT_STATUS_SUCCESS), Status::kInvalidParam);
  const Octets fresh = {7, 8, 9};
  ASSERT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS, &fresh), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x0B, 7, 8, 9}}));
  EXPECT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kInvalidState);
  EXPECT_EQ(local_value(server(), guarded_), fresh);
}

TEST_F(Authorization, EachReadIsAskedForAnew) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(ask({0x0A, 14, 0}).empty());
    server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
    ASSERT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kOk);
    EXPECT_EQ(server_output(), std::vector<Octets>({{0x0B, 1, 2}}));
  }
}

TEST_F(Authorization, ReadMultipleAsksForEachGuardedValue) {
  EXPECT_TRUE(ask({0x0E, 14, 0, 5, 0, 14, 0}).empty());
  for (int i = 0; i < 2; ++i) {
    server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
    EXPECT_TRUE(server_output().empty());
    ASSERT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kOk);
  }
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x0F, 1, 2, 0, 0, 1, 2}}));
}

TEST_F(Authorization, RefusalCarriesTheApplicationsError) {
  EXPECT_TRUE(ask({0x0C, 14, 0, 1, 0}).empty());
  const Event event = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  EXPECT_EQ(event.gatts().params.authorize_request.request.read.offset, 1);
  EXPECT_EQ(reply_read(0x0042), Status::kInvalidParam);
  ASSERT_EQ(reply_read(BLE_GATT_STATUS_ATTERR_INSUF_AUTHORIZATION), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x01, 0x0C, 14, 0, 0x08}}));
}

TEST_F(Authorization, WriteTakesEffectWhenGranted) {
  EXPECT_TRUE(ask({0x12, 14, 0, 5, 6, 7}).empty());
  const Event event = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  const auto& request = event.gatts().params.authorize_request;
  EXPECT_EQ(request.type, BLE_GATTS_AUTHORIZE_TYPE_WRITE);
  EXPECT_EQ(request.request.write.op, BLE_GATTS_OP_WRITE_REQ);
  EXPECT_EQ(request.request.write.auth_required, 1);
  const uint8_t* data = request.request.write.data;
  const Octets value = octets(data, request.request.write.len);
  EXPECT_EQ(value, (Octets{5, 6, 7}));
  EXPECT_EQ(local_value(server(), guarded_), (Octets{1, 2}));
  const Octets too_long(5);
  EXPECT_EQ(reply_write(BLE_GATT_STATUS_SUCCESS, &too_long), Status::kInvalidParam);
  ASSERT_EQ(reply_write(BLE_GATT_STATUS_SUCCESS, &value), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x13}}));
  EXPECT_EQ(local_value(server(), guarded_), value);
  EXPECT_TRUE(server().is_quiet());
}

TEST_F(Authorization, RefusedWriteChangesNothing) {
  EXPECT_TRUE(ask({0x12, 14, 0, 5}).empty());
  server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  ASSERT_EQ(reply_write(BLE_GATT_STATUS_ATTERR_CPS_OUT_OF_RANGE), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x01, 0x12, 14, 0, 0xFF}}));
  EXPECT_EQ(local_value(server(), guarded_), (Octets{1, 2}));
}

TEST_F(Authorization, TooLongAWriteNeverReachesTheApplication) {
  EXPECT_EQ(ask({0x12, 14, 0, 1, 2, 3, 4, 5}), std::vector<Octets>({{0x01, 0x12, 14, 0, 0x0D}}));
  EXPECT_TRUE(server().is_quiet());
}

TEST_F(Authorization, WriteCommandIsReportedButNotWritten) {
  EXPECT_TRUE(ask({0x52, 14, 0, 9}).empty());
  const Event event = server().expect(BLE_GATTS_EVT_WRITE);
  EXPECT_EQ(event.gatts().params.write.op, BLE_GATTS_OP_WRITE_CMD);
  EXPECT_EQ(event.gatts().params.write.auth_required, 1);
  EXPECT_EQ(local_value(server(), guarded_), (Octets{1, 2}));
}

TEST_F(Authorization, ReadByTypeAsksForTheFirstOnly) {
  Builder build(gatts());
  build.characteristic({.uuid = sig_uuid(0x2A57), .initial = {3, 4}}, properties(kRead));
  EXPECT_TRUE(ask({0x08, 1, 0, 0xFF, 0xFF, 0x57, 0x2A}).empty());
  server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  ASSERT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x09, 4, 14, 0, 1, 2, 16, 0, 3, 4}}));
}

TEST_F(Authorization, LateAnswerAfterDisconnectionGoesNowhere) {
  EXPECT_TRUE(ask({0x0A, 14, 0}).empty());
  server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  disconnect();
  EXPECT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kInvalidConnHandle);
  connect();
  EXPECT_EQ(reply_read(BLE_GATT_STATUS_SUCCESS), Status::kInvalidState);
}

using GattAuthorization = Authorization;

TEST_F(GattAuthorization, GrantChecksSecurityAnew) {
  Builder build(gatts());
  const uint16_t secret = build
                              .characteristic({.uuid = sig_uuid(0x2A58),
                                               .initial = {3},
                                               .max_len = 4,
                                               .write = level(2),
                                               .write_authorized = true},
                                              properties(kRead | kWrite))
                              .value_handle;
  ASSERT_EQ(secret, 16);
  secure(2);
  EXPECT_TRUE(ask({0x12, 16, 0, 9}).empty());
  server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  secure(1, 0);
  const Octets value = {9};
  ASSERT_EQ(reply_write(BLE_GATT_STATUS_SUCCESS, &value), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x01, 0x12, 16, 0, 0x05}}));
  EXPECT_EQ(local_value(server(), secret), Octets({3}));
}

}  // namespace
}  // namespace pm::host::gatt::test
