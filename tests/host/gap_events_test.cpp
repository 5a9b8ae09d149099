// SPDX-License-Identifier: Apache-2.0
//
// How an application gets events: sd_ble_evt_get(), the handler, and when link indices exist.
#include <gmock/gmock.h>

#include "host/event_queue.hpp"
#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

struct Pulled {
  alignas(8) std::array<uint8_t, 512> octets{};
  const ble_evt_t& event() const { return *reinterpret_cast<const ble_evt_t*>(octets.data()); }
};

/// Two linked devices of which the peripheral's events wait in its queue.
class EventTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(peripheral.enable(), Status::kOk);
    ASSERT_EQ(central.enable(), Status::kOk);
    peripheral.host.set_event_handler([this] { ++wakes; });
    ASSERT_EQ(peripheral.advertise(), Status::kOk);
    ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
    radio.clock.run_for(1 * kSeconds);
  }
  Status pull(Pulled& out) {
    auto len = static_cast<uint16_t>(out.octets.size());
    return peripheral.host.evt_get(out.octets.data(), &len);
  }

  Radio radio{41};
  HostDevice peripheral{radio, 1};
  HostDevice central{radio, 2};
  int wakes = 0;
};

TEST_F(EventTest, PullingFollowsTheRules) {
  EXPECT_GE(wakes, 1);
  Pulled pulled;
  uint16_t len = 0;
  EXPECT_EQ(peripheral.host.evt_get(pulled.octets.data(), nullptr), Status::kInvalidAddr);
  EXPECT_EQ(peripheral.host.evt_get(pulled.octets.data() + 2, &len), Status::kInvalidAddr);
  EXPECT_EQ(peripheral.host.evt_get(nullptr, &len), Status::kOk);
  EXPECT_GT(len, sizeof(ble_evt_hdr_t));
  uint16_t small = static_cast<uint16_t>(len - 1);
  EXPECT_EQ(peripheral.host.evt_get(pulled.octets.data(), &small), Status::kDataSize);
  uint16_t capacity = static_cast<uint16_t>(pulled.octets.size());
  EXPECT_EQ(peripheral.host.evt_get(pulled.octets.data(), &capacity), Status::kOk);
  EXPECT_EQ(capacity, len);
  EXPECT_EQ(pulled.event().header.evt_id, BLE_GAP_EVT_CONNECTED);
  EXPECT_EQ(pulled.event().header.evt_len, len);
  Pulled next;
  while (pull(next) == Status::kOk) {
  }
  EXPECT_EQ(pull(next), Status::kNotFound);
  EXPECT_EQ(peripheral.host.evt_get(nullptr, &len), Status::kNotFound);
}

TEST_F(EventTest, IndexLivesFromPullingConnectedToTheCallAfterDisconnected) {
  const uint16_t conn = central.last_connection();
  ASSERT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kOk);
  radio.clock.run_for(1 * kSeconds);
  // All of it has happened, but the application knows nothing yet.
  EXPECT_EQ(peripheral.host.link_handle(0), BLE_CONN_HANDLE_INVALID);
  Pulled pulled;
  ASSERT_EQ(pull(pulled), Status::kOk);
  ASSERT_EQ(pulled.event().header.evt_id, BLE_GAP_EVT_CONNECTED);
  const uint16_t handle = pulled.event().evt.gap_evt.conn_handle;
  EXPECT_EQ(peripheral.host.link_index(handle), 0);
  EXPECT_EQ(peripheral.host.gap_disconnect(handle, 0x13), Status::kInvalidConnHandle);
  do {
    ASSERT_EQ(pull(pulled), Status::kOk);
  } while (pulled.event().header.evt_id != BLE_GAP_EVT_DISCONNECTED);
  // Every observer of DISCONNECTED can still ask.
  EXPECT_EQ(peripheral.host.link_index(handle), 0);
  EXPECT_EQ(peripheral.host.link_handle(0), handle);
  EXPECT_EQ(pull(pulled), Status::kNotFound);
  EXPECT_EQ(peripheral.host.link_index(handle), -1);
}

TEST_F(EventTest, DisableForgetsEverythingAndResetsTheController) {
  peripheral.host.disable();
  peripheral.host.disable();
  EXPECT_FALSE(peripheral.host.is_enabled());
  Pulled pulled;
  EXPECT_EQ(pull(pulled), Status::kNotEnabled);
  EXPECT_EQ(peripheral.transport.command_log().back(), hci::Opcode::kReset);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  EXPECT_EQ(peripheral.enable(), Status::kOk) << peripheral.host.last_error();
  EXPECT_EQ(pull(pulled), Status::kNotFound);
}

TEST(ConfigurationTest, CfgSetIsCheckedAsTheSoftDeviceDoes) {
  Radio radio{42};
  HostDevice device{radio, 1};
  ble_cfg_t cfg{};
  EXPECT_EQ(device.host.cfg_set(BLE_CONN_CFG_GAP, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(device.host.cfg_set(0xEE, &cfg), Status::kInvalidParam);
  cfg.conn_cfg.conn_cfg_tag = 7;
  cfg.conn_cfg.params.gatt_conn_cfg.att_mtu = 22;
  EXPECT_EQ(device.host.cfg_set(BLE_CONN_CFG_GATT, &cfg), Status::kInvalidParam);
  cfg.conn_cfg.params.gatt_conn_cfg.att_mtu = 100;
  EXPECT_EQ(device.host.cfg_set(BLE_CONN_CFG_GATT, &cfg), Status::kOk);
  cfg.conn_cfg.conn_cfg_tag = 8;
  EXPECT_EQ(device.host.cfg_set(BLE_CONN_CFG_GATT, &cfg), Status::kNotSupported);
  cfg = {};
  cfg.gap_cfg.role_count_cfg = {1, 2, 3, 1};
  EXPECT_EQ(device.host.cfg_set(BLE_GAP_CFG_ROLE_COUNT, &cfg), Status::kOk);
  EXPECT_EQ(device.enable(), Status::kNotSupported);  // five links of two
  cfg.gap_cfg.role_count_cfg = {1, 1, 0, 0};
  EXPECT_EQ(device.host.cfg_set(BLE_GAP_CFG_ROLE_COUNT, &cfg), Status::kOk);
  ASSERT_EQ(device.enable(), Status::kOk);
  EXPECT_EQ(device.host.cfg_set(BLE_GAP_CFG_ROLE_COUNT, &cfg), Status::kInvalidState);
  EXPECT_EQ(device.connect(static_address(2)), Status::kNotFound);  // tag 99 is not this one's
}

TEST(ConfigurationTest, OptionsAreCheckedAsTheSoftDeviceDoes) {
  Radio radio{43};
  HostDevice device{radio, 1};
  ASSERT_EQ(device.enable(), Status::kOk);
  ble_opt_t opt{};
  EXPECT_EQ(device.host.opt_set(BLE_GAP_OPT_PASSKEY, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(device.host.opt_set(0xEE, &opt), Status::kInvalidParam);
  const uint8_t digits[] = {'1', '2', '3', '4', '5', 'x'};
  opt.gap_opt.passkey.p_passkey = digits;
  EXPECT_EQ(device.host.opt_set(BLE_GAP_OPT_PASSKEY, &opt), Status::kInvalidParam);
  EXPECT_EQ(device.host.opt_get(BLE_GAP_OPT_PASSKEY, &opt), Status::kNotSupported);
  opt = {};
  opt.gap_opt.compat_mode_1.enable = 1;
  EXPECT_EQ(device.host.opt_set(BLE_GAP_OPT_COMPAT_MODE_1, &opt), Status::kOk);
  opt = {};
  EXPECT_EQ(device.host.opt_get(BLE_GAP_OPT_COMPAT_MODE_1, &opt), Status::kOk);
  EXPECT_EQ(opt.gap_opt.compat_mode_1.enable, 1);
  opt = {};
  opt.gap_opt.auth_payload_timeout = {0, 100};
  EXPECT_EQ(device.host.opt_set(BLE_GAP_OPT_AUTH_PAYLOAD_TIMEOUT, &opt),
            Status::kInvalidConnHandle);
}

// The shortest buffer that the interface allows: its macro, for the default MTU.
TEST_F(EventTest, TheShortestBufferTakesAConnection) {
  alignas(8) std::array<uint8_t, BLE_EVT_LEN_MAX(BLE_GATT_ATT_MTU_DEFAULT)> octets{};
  auto len = static_cast<uint16_t>(octets.size());
  ASSERT_EQ(peripheral.host.evt_get(octets.data(), &len), Status::kOk);
  EXPECT_EQ(reinterpret_cast<const ble_evt_t*>(octets.data())->header.evt_id,
            BLE_GAP_EVT_CONNECTED);
  EXPECT_EQ(len, host::kGapEvtLen<ble_gap_evt_connected_t>);
}

using Lengths = std::vector<size_t>;

TEST(EventQueue, EveryFixedEventFitsTheBufferOfTheSmallestMtu) {
  using namespace host;
  const Lengths lengths = {kGapEvtLen<ble_gap_evt_connected_t>,
                           kGapEvtLen<ble_gap_evt_timeout_t>,
                           kGapEvtLen<ble_gap_evt_adv_report_t>,
                           kGapEvtLen<ble_gap_evt_sec_params_request_t>,
                           kGapEvtLen<ble_gap_evt_sec_info_request_t>,
                           kGapEvtLen<ble_gap_evt_lesc_dhkey_request_t>,
                           kGapEvtLen<ble_gap_evt_auth_status_t>,
                           kGapEvtLen<ble_gap_evt_conn_param_update_request_t>,
                           kGattcEvtLen<ble_gattc_evt_exchange_mtu_rsp_t>,
                           offsetof(ble_evt_t, evt) + sizeof(ble_gattc_evt_t),
                           kGattsEvtLen<ble_gatts_evt_rw_authorize_request_t>,
                           kCommonEvtLen<ble_evt_user_mem_release_t>};
  EXPECT_THAT(lengths, testing::Each(testing::Le(BLE_EVT_LEN_MAX(BLE_GATT_ATT_MTU_DEFAULT))));
}

}  // namespace
}  // namespace pm::test
