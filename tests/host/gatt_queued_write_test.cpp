// SPDX-License-Identifier: Apache-2.0
//
// Long and reliable writes. Core, Vol 3, Part F, 3.4.6; Part G, 4.9.4, 4.9.5.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class QueuedWrite : public GattPair {
 protected:
  void SetUp() override {
    connect();
    Builder build(gatts());
    build.service(sig_uuid(0x1815));
    handle_ =
        build
            .characteristic(
                {.uuid = sig_uuid(0x2A57), .initial = {0xEE}, .max_len = 40, .write = level(1)},
                properties(kRead | kWrite))
            .value_handle;
    guarded_ = build
                   .characteristic({.uuid = sig_uuid(0x2A58),
                                    .initial = {0xDD},
                                    .max_len = 40,
                                    .write = level(1),
                                    .write_authorized = true},
                                   properties(kRead | kWrite))
                   .value_handle;
    ASSERT_EQ(handle_, 14);
    ASSERT_EQ(guarded_, 16);
  }

  void lend(uint16_t len = sizeof(memory_)) {
    const Event event = server().expect(BLE_EVT_USER_MEM_REQUEST);
    EXPECT_EQ(event.common().params.user_mem_request.type, BLE_USER_MEM_TYPE_GATTS_QUEUED_WRITES);
    const ble_user_mem_block_t block = {memory_, len};
    ASSERT_EQ(gatts().user_mem_reply(kServerConn, &block), Status::kOk);
  }
  void expect_release() {
    const Event event = server().expect(BLE_EVT_USER_MEM_RELEASE);
    EXPECT_EQ(event.common().params.user_mem_release.mem_block.p_mem, memory_);
  }
  Status authorize(uint16_t status) {
    ble_gatts_rw_authorize_reply_params_t reply{};
    reply.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
    reply.params.write.gatt_status = status;
    return gatts().gatts_rw_authorize_reply(kServerConn, &reply);
  }
  Status client_write(uint8_t op, uint16_t offset, const Octets& value, uint8_t flags = 0) {
    ble_gattc_write_params_t params{};
    params.write_op = op;
    params.flags = flags;
    params.handle = handle_;
    params.offset = offset;
    params.len = static_cast<uint16_t>(value.size());
    params.p_value = value.data();
    return gattc().gattc_write(kClientConn, &params);
  }

  uint16_t handle_ = 0;
  uint16_t guarded_ = 0;
  uint8_t memory_[100] = {};
};

TEST_F(QueuedWrite, LongValueArrivesWhole) {
  Octets value(30);
  for (size_t i = 0; i < value.size(); ++i) {
    value[i] = static_cast<uint8_t>(i + 1);
  }
  const Octets first(value.begin(), value.begin() + 18);
  const Octets second(value.begin() + 18, value.end());
  EXPECT_EQ(client_write(BLE_GATT_OP_PREP_WRITE_REQ, 0, Octets(19)), Status::kDataSize);
  ASSERT_EQ(client_write(BLE_GATT_OP_PREP_WRITE_REQ, 0, first), Status::kOk);
  deliver();
  lend();
  deliver();
  const Event echoed = client().expect(BLE_GATTC_EVT_WRITE_RSP);
  const auto& response = echoed.gattc().params.write_rsp;
  EXPECT_EQ(response.handle, handle_);
  EXPECT_EQ(response.write_op, BLE_GATT_OP_PREP_WRITE_REQ);
  EXPECT_EQ(response.offset, 0);
  const uint8_t* data = response.data;
  EXPECT_EQ(octets(data, response.len), first);

  ASSERT_EQ(client_write(BLE_GATT_OP_PREP_WRITE_REQ, 18, second), Status::kOk);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().params.write_rsp.offset, 18);
  EXPECT_EQ(local_value(server(), handle_), Octets{0xEE});

  ASSERT_EQ(
      client_write(BLE_GATT_OP_EXEC_WRITE_REQ, 0, {}, BLE_GATT_EXEC_WRITE_FLAG_PREPARED_WRITE),
      Status::kOk);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().params.write_rsp.write_op,
            BLE_GATT_OP_EXEC_WRITE_REQ);
  EXPECT_EQ(local_value(server(), handle_), value);
  const Event event = server().expect(BLE_GATTS_EVT_WRITE);
  EXPECT_EQ(event.gatts().params.write.op, BLE_GATTS_OP_EXEC_WRITE_REQ_NOW);
  expect_release();
  // Records {handle, offset, length, value}, ended by handle 0.
  EXPECT_EQ(octets(memory_, 6), (Octets{14, 0, 0, 0, 18, 0}));
  EXPECT_EQ(octets(memory_ + 24, 6), (Octets{14, 0, 18, 0, 12, 0}));
  EXPECT_EQ(octets(memory_ + 42, 2), (Octets{0, 0}));
}

TEST_F(QueuedWrite, CancelLeavesTheValueAlone) {
  ask({0x16, 14, 0, 0, 0, 1, 2});
  lend();
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x17, 14, 0, 0, 0, 1, 2}}));
  EXPECT_EQ(ask({0x18, 0x00}), std::vector<Octets>({{0x19}}));
  EXPECT_EQ(server().expect(BLE_GATTS_EVT_WRITE).gatts().params.write.op,
            BLE_GATTS_OP_EXEC_WRITE_REQ_CANCEL);
  expect_release();
  EXPECT_EQ(local_value(server(), handle_), Octets{0xEE});
}

TEST_F(QueuedWrite, OneBadPartRefusesAll) {
  ask({0x16, 14, 0, 0, 0, 1, 2});
  lend();
  server_output();
  ask({0x16, 14, 0, 3, 0, 9});  // leaves a gap
  EXPECT_EQ(ask({0x18, 0x01}), std::vector<Octets>({{0x01, 0x18, 14, 0, 0x07}}));
  expect_release();
  EXPECT_EQ(local_value(server(), handle_), Octets{0xEE});
  EXPECT_TRUE(server().is_quiet());

  ask({0x16, 14, 0, 0, 0, 1});
  lend();
  server_output();
  ask({0x16, 14, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18});
  ask({0x16, 14, 0, 19, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18});
  ask({0x16, 14, 0, 37, 0, 1, 2, 3, 4});  // ends at 41 of 40
  EXPECT_EQ(ask({0x18, 0x01}), std::vector<Octets>({{0x01, 0x18, 14, 0, 0x0D}}));
  EXPECT_EQ(local_value(server(), handle_), Octets{0xEE});
}

TEST_F(QueuedWrite, QueueIsAsLongAsTheLentMemory) {
  ask({0x16, 14, 0, 0, 0, 1, 2});
  lend(18);  // two records of 6 + 2 octets and the end mark
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x17, 14, 0, 0, 0, 1, 2}}));
  EXPECT_EQ(ask({0x16, 14, 0, 2, 0, 3, 4}), std::vector<Octets>({{0x17, 14, 0, 2, 0, 3, 4}}));
  EXPECT_EQ(ask({0x16, 14, 0, 4, 0}), std::vector<Octets>({{0x01, 0x16, 14, 0, 0x09}}));
  EXPECT_EQ(memory_[18], 0);
  EXPECT_EQ(ask({0x18, 0x01}), std::vector<Octets>({{0x19}}));
  EXPECT_EQ(local_value(server(), handle_), (Octets{1, 2, 3, 4}));
}

TEST_F(QueuedWrite, MemoryReplyIsChecked) {
  EXPECT_EQ(gatts().user_mem_reply(kServerConn, nullptr), Status::kInvalidState);
  ask({0x16, 14, 0, 0, 0, 1});
  server().expect(BLE_EVT_USER_MEM_REQUEST);
  const ble_user_mem_block_t none = {nullptr, 20};
  const ble_user_mem_block_t small = {memory_, 7};
  EXPECT_EQ(gatts().user_mem_reply(kServerConn, &none), Status::kInvalidAddr);
  EXPECT_EQ(gatts().user_mem_reply(kServerConn, &small), Status::kInvalidLength);
  EXPECT_EQ(gatts().user_mem_reply(99, &small), Status::kInvalidConnHandle);
}

TEST_F(QueuedWrite, GuardedValuesAreAuthorisedAtExecution) {
  ask({0x16, 16, 0, 0, 0, 1, 2});
  lend();
  EXPECT_EQ(server_output().size(), 1u);
  EXPECT_TRUE(ask({0x18, 0x01}).empty());
  const Event event = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  EXPECT_EQ(event.gatts().params.authorize_request.request.write.op,
            BLE_GATTS_OP_EXEC_WRITE_REQ_NOW);
  ASSERT_EQ(authorize(BLE_GATT_STATUS_SUCCESS), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x19}}));
  expect_release();
  EXPECT_EQ(local_value(server(), guarded_), (Octets{1, 2}));
  EXPECT_TRUE(server().is_quiet());
}

TEST_F(QueuedWrite, RefusedExecutionDropsTheQueue) {
  ask({0x16, 16, 0, 0, 0, 1, 2});
  lend();
  server_output();
  ask({0x18, 0x01});
  server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  ASSERT_EQ(authorize(BLE_GATT_STATUS_ATTERR_APP_BEGIN), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x01, 0x18, 0, 0, 0x80}}));
  expect_release();
  EXPECT_EQ(local_value(server(), guarded_), Octets{0xDD});
}

TEST_F(QueuedWrite, WithoutMemoryTheApplicationKeepsTheQueue) {
  ask({0x16, 16, 0, 2, 0, 7, 8});
  server().expect(BLE_EVT_USER_MEM_REQUEST);
  ASSERT_EQ(gatts().user_mem_reply(kServerConn, nullptr), Status::kOk);
  const Event prepare = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  const auto& write = prepare.gatts().params.authorize_request.request.write;
  EXPECT_EQ(write.op, BLE_GATTS_OP_PREP_WRITE_REQ);
  EXPECT_EQ(write.handle, guarded_);
  EXPECT_EQ(write.offset, 2);
  EXPECT_EQ(write.len, 2);
  ASSERT_EQ(authorize(BLE_GATT_STATUS_SUCCESS), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x17, 16, 0, 2, 0, 7, 8}}));
  // What nobody would keep is refused.
  EXPECT_EQ(ask({0x16, 14, 0, 0, 0, 1}), std::vector<Octets>({{0x01, 0x16, 14, 0, 0x09}}));
  EXPECT_TRUE(ask({0x18, 0x01}).empty());
  const Event execute = server().expect(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST);
  EXPECT_EQ(execute.gatts().params.authorize_request.request.write.op,
            BLE_GATTS_OP_EXEC_WRITE_REQ_NOW);
  ASSERT_EQ(authorize(BLE_GATT_STATUS_SUCCESS), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x19}}));
  EXPECT_EQ(local_value(server(), guarded_), Octets{0xDD});
}

TEST_F(QueuedWrite, ExecuteWithoutPrepareIsHarmless) {
  EXPECT_EQ(ask({0x18, 0x01}), std::vector<Octets>({{0x19}}));
  EXPECT_EQ(ask({0x18, 0x00}), std::vector<Octets>({{0x19}}));
  EXPECT_TRUE(server().is_quiet());
}

TEST_F(QueuedWrite, MemoryComesBackWhenTheLinkGoes) {
  ask({0x16, 14, 0, 0, 0, 1});
  lend();
  server_output();
  disconnect();
  expect_release();
  connect();
  EXPECT_EQ(ask({0x18, 0x01}), std::vector<Octets>({{0x19}}));
  EXPECT_EQ(local_value(server(), handle_), Octets{0xEE});
}

using GattQueuedWrite = QueuedWrite;

TEST_F(GattQueuedWrite, ExecuteChecksSecurityAnew) {
  Builder build(gatts());
  const uint16_t secret =
      build
          .characteristic(
              {.uuid = sig_uuid(0x2A59), .initial = {0xCC}, .max_len = 40, .write = level(2)},
              properties(kRead | kWrite))
          .value_handle;
  ASSERT_EQ(secret, 18);
  secure(2);
  EXPECT_TRUE(ask({0x16, 14, 0, 0, 0, 'a'}).empty());
  lend();
  EXPECT_EQ(server_output().size(), 1u);
  EXPECT_EQ(ask({0x16, 18, 0, 0, 0, 'b'}).size(), 1u);
  secure(1, 0);
  EXPECT_EQ(ask({0x18, 1}), std::vector<Octets>({{0x01, 0x18, 18, 0, 0x05}}));
  EXPECT_EQ(local_value(server(), secret), Octets({0xCC}));
  EXPECT_EQ(local_value(server(), handle_), Octets({0xEE})) << "all or nothing";
  expect_release();
}

}  // namespace
}  // namespace pm::host::gatt::test
