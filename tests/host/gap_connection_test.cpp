// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

using hci::Opcode;
using testing::ElementsAre;

host::HostConfig with_links(uint8_t number, uint8_t peripheral, uint8_t central) {
  host::HostConfig config = device_config(number);
  config.peripheral_links = peripheral;
  config.central_links = central;
  config.total_links = static_cast<uint8_t>(peripheral + central);
  return config;
}

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(peripheral.enable(), Status::kOk) << peripheral.host.last_error();
    ASSERT_EQ(central.enable(), Status::kOk) << central.host.last_error();
  }
  void link() {
    ASSERT_EQ(peripheral.advertise(), Status::kOk);
    ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
    ASSERT_TRUE(
        peripheral.await_count(BLE_GAP_EVT_CONNECTED, central.count(BLE_GAP_EVT_CONNECTED)));
  }

  Radio radio{31};
  HostDevice peripheral{radio, 1};
  HostDevice central{radio, 2};
};

TEST_F(ConnectionTest, ConnectsAndDisconnectsWithTheReasonsOfEachSide) {
  link();
  const auto& as_central = central.last(BLE_GAP_EVT_CONNECTED)->gap().params.connected;
  EXPECT_EQ(as_central.role, BLE_GAP_ROLE_CENTRAL);
  EXPECT_TRUE(same_octets(as_central.peer_addr, static_address(1)));
  EXPECT_EQ(as_central.peer_addr.addr_id_peer, 0);
  EXPECT_EQ(as_central.conn_params.max_conn_interval, 24);
  EXPECT_EQ(as_central.conn_params.conn_sup_timeout, 400);
  const auto& as_peripheral = peripheral.last(BLE_GAP_EVT_CONNECTED)->gap().params.connected;
  EXPECT_EQ(as_peripheral.role, BLE_GAP_ROLE_PERIPH);
  EXPECT_TRUE(same_octets(as_peripheral.peer_addr, static_address(2)));
  EXPECT_EQ(as_peripheral.adv_handle, peripheral.adv_handle);

  const uint16_t conn = central.last_connection();
  EXPECT_EQ(central.host.gap_disconnect(conn, BLE_HCI_AUTHENTICATION_FAILURE),
            Status::kInvalidParam);
  EXPECT_EQ(central.host.gap_disconnect(static_cast<uint16_t>(conn + 1), 0x13),
            Status::kInvalidConnHandle);
  EXPECT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kOk);
  EXPECT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kInvalidState);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_DISCONNECTED, 1));
  EXPECT_EQ(central.last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
            BLE_HCI_LOCAL_HOST_TERMINATED_CONNECTION);
  EXPECT_EQ(peripheral.last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
            BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
  EXPECT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kInvalidConnHandle);
}

TEST_F(ConnectionTest, ALinkCostsNothingThatNobodyAskedFor) {
  link();
  const size_t central_commands = central.transport.commands();
  const size_t peripheral_commands = peripheral.transport.commands();
  radio.clock.run_for(20 * kSeconds);
  EXPECT_EQ(central.transport.commands(), central_commands);
  EXPECT_EQ(peripheral.transport.commands(), peripheral_commands);
  EXPECT_EQ(central.transport.acl_packets(), 0u);
  EXPECT_EQ(peripheral.transport.acl_packets(), 0u);
}

TEST_F(ConnectionTest, BrokenLinkEndsBySupervision) {
  link();
  radio.air.break_all_links();
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_DISCONNECTED, 1));
  EXPECT_EQ(central.last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
            BLE_HCI_CONNECTION_TIMEOUT);
  link();
}

TEST_F(ConnectionTest, ConnectingTimesOut) {
  ASSERT_EQ(central.connect(static_address(9), 300), Status::kOk);
  EXPECT_EQ(central.connect(static_address(9)), Status::kInvalidState);
  EXPECT_EQ(central.scan(), Status::kInvalidState);
  const uint64_t before = radio.clock.now_us();
  ASSERT_TRUE(central.await(BLE_GAP_EVT_TIMEOUT));
  EXPECT_NEAR(static_cast<double>(radio.clock.now_us() - before), 3.0 * kSeconds,
              5 * kMilliseconds);
  EXPECT_EQ(central.last(BLE_GAP_EVT_TIMEOUT)->gap().params.timeout.src, BLE_GAP_TIMEOUT_SRC_CONN);
  link();
}

TEST_F(ConnectionTest, CancelledConnectingGivesNoEventAndMayBeStartedAtOnce) {
  EXPECT_EQ(central.host.gap_connect_cancel(), Status::kInvalidState);
  ASSERT_EQ(central.connect(static_address(9)), Status::kOk);
  radio.clock.run_for(100 * kMilliseconds);
  EXPECT_EQ(central.host.gap_connect_cancel(), Status::kOk);
  EXPECT_EQ(central.host.gap_connect_cancel(), Status::kInvalidState);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  EXPECT_THAT(central.ids(), ElementsAre(BLE_GAP_EVT_CONNECTED));
}

TEST_F(ConnectionTest, CancelBeforeTheCommandIsSentConnectsNobody) {
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  EXPECT_EQ(central.host.gap_connect_cancel(), Status::kOk);
  radio.clock.run_for(5 * kSeconds);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_CONNECTED), central.count(BLE_GAP_EVT_CONNECTED));
}

TEST_F(ConnectionTest, ConnectIsCheckedAsTheSoftDeviceDoes) {
  const ble_gap_addr_t peer = static_address(1);
  const ble_gap_scan_params_t scan = HostDevice::scan_params();
  const ble_gap_conn_params_t conn = HostDevice::conn_params();
  EXPECT_EQ(central.host.gap_connect(&peer, nullptr, &conn, 99), Status::kInvalidAddr);
  EXPECT_EQ(central.host.gap_connect(nullptr, &scan, &conn, 99), Status::kInvalidAddr);
  EXPECT_EQ(central.host.gap_connect(&peer, &scan, &conn, 42), Status::kNotFound);
  ble_gap_conn_params_t bad_conn = conn;
  bad_conn.conn_sup_timeout = 5;
  EXPECT_EQ(central.host.gap_connect(&peer, &scan, &bad_conn, 99), Status::kInvalidParam);
  ble_gap_scan_params_t bad_scan = scan;
  bad_scan.window = bad_scan.interval + 1;
  EXPECT_EQ(central.host.gap_connect(&peer, &bad_scan, &conn, 99), Status::kInvalidParam);
  ble_gap_addr_t unknown = peer;
  unknown.addr_id_peer = 1;
  EXPECT_EQ(central.host.gap_connect(&unknown, &scan, &conn, 99), Status::kGapInvalidBleAddr);
  unknown = peer;
  unknown.addr_type = BLE_GAP_ADDR_TYPE_ANONYMOUS;
  EXPECT_EQ(central.host.gap_connect(&unknown, &scan, &conn, 99), Status::kGapInvalidBleAddr);
}

TEST_F(ConnectionTest, ConnectStopsScanning) {
  ASSERT_EQ(central.scan(), Status::kOk);
  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  EXPECT_EQ(central.host.gap_scan_stop(), Status::kInvalidState);
}

TEST_F(ConnectionTest, PeripheralAsksForParametersAndCentralAccepts) {
  link();
  const uint16_t conn = peripheral.last_connection();
  const ble_gap_conn_params_t wish = {40, 56, 2, 500};
  ASSERT_EQ(peripheral.host.gap_conn_param_update(conn, &wish), Status::kOk);
  EXPECT_EQ(peripheral.host.gap_conn_param_update(conn, &wish), Status::kBusy);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_PARAM_UPDATE_REQUEST));
  const auto asked = central.last(BLE_GAP_EVT_CONN_PARAM_UPDATE_REQUEST)
                         ->gap()
                         .params.conn_param_update_request.conn_params;
  EXPECT_EQ(asked.min_conn_interval, 40);
  EXPECT_EQ(asked.slave_latency, 2);
  ASSERT_EQ(central.host.gap_conn_param_update(central.last_connection(), &asked), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_PARAM_UPDATE));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONN_PARAM_UPDATE, 1));
  for (const HostDevice* device : {&central, &peripheral}) {
    const auto& now =
        device->last(BLE_GAP_EVT_CONN_PARAM_UPDATE)->gap().params.conn_param_update.conn_params;
    EXPECT_GE(now.max_conn_interval, 40);
    EXPECT_LE(now.max_conn_interval, 56);
    EXPECT_EQ(now.slave_latency, 2);
    EXPECT_EQ(now.conn_sup_timeout, 500);
  }
}

TEST_F(ConnectionTest, CentralRefusesParameters) {
  link();
  const ble_gap_conn_params_t wish = {40, 56, 2, 500};
  ASSERT_EQ(peripheral.host.gap_conn_param_update(peripheral.last_connection(), &wish),
            Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_PARAM_UPDATE_REQUEST));
  ASSERT_EQ(central.host.gap_conn_param_update(central.last_connection(), nullptr), Status::kOk);
  ASSERT_TRUE(peripheral.await(BLE_GAP_EVT_CONN_PARAM_UPDATE));
  EXPECT_EQ(peripheral.last(BLE_GAP_EVT_CONN_PARAM_UPDATE)
                ->gap()
                .params.conn_param_update.conn_params.max_conn_interval,
            24);
  EXPECT_EQ(central.count(BLE_GAP_EVT_CONN_PARAM_UPDATE), 0u);
  EXPECT_EQ(central.host.gap_conn_param_update(central.last_connection(), nullptr),
            Status::kInvalidParam);
}

TEST_F(ConnectionTest, CentralChangesParametersByItself) {
  link();
  const ble_gap_conn_params_t wish = {80, 80, 0, 600};
  ASSERT_EQ(central.host.gap_conn_param_update(central.last_connection(), &wish), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_PARAM_UPDATE));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONN_PARAM_UPDATE, 1));
  EXPECT_EQ(peripheral.last(BLE_GAP_EVT_CONN_PARAM_UPDATE)
                ->gap()
                .params.conn_param_update.conn_params.max_conn_interval,
            80);
}

TEST_F(ConnectionTest, DataLengthPhyAndSignalStrength) {
  link();
  const uint16_t conn = central.last_connection();
  const ble_gap_data_length_params_t too_long = {252, 0, 0, 0};
  EXPECT_EQ(central.host.gap_data_length_update(conn, &too_long, nullptr), Status::kInvalidParam);
  const ble_gap_data_length_params_t length = {100, 100, 0, 0};
  EXPECT_EQ(central.host.gap_data_length_update(conn, &length, nullptr), Status::kOk);
  ASSERT_TRUE(central.clock.run_until(
      [&] {
        const auto* update = central.last(BLE_GAP_EVT_DATA_LENGTH_UPDATE);
        return update != nullptr &&
               update->gap().params.data_length_update.effective_params.max_tx_octets == 100;
      },
      5 * kSeconds));

  const ble_gap_phys_t phys = {BLE_GAP_PHY_2MBPS, BLE_GAP_PHY_2MBPS};
  const ble_gap_phys_t coded = {BLE_GAP_PHY_CODED, BLE_GAP_PHY_1MBPS};
  EXPECT_EQ(central.host.gap_phy_update(conn, &coded), Status::kNotSupported);
  EXPECT_EQ(central.host.gap_phy_update(conn, &phys), Status::kOk);
  EXPECT_EQ(central.host.gap_phy_update(conn, &phys), Status::kBusy);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_PHY_UPDATE));
  EXPECT_EQ(central.last(BLE_GAP_EVT_PHY_UPDATE)->gap().params.phy_update.tx_phy,
            BLE_GAP_PHY_2MBPS);

  int8_t rssi = 0;
  uint8_t channel = 0;
  EXPECT_EQ(central.host.gap_rssi_get(conn, &rssi, &channel), Status::kInvalidState);
  EXPECT_EQ(central.host.gap_rssi_start(conn, 5, 0), Status::kOk);
  EXPECT_EQ(central.host.gap_rssi_start(conn, 5, 0), Status::kInvalidState);
  EXPECT_EQ(central.host.gap_rssi_get(conn, &rssi, &channel), Status::kNotFound);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_RSSI_CHANGED));
  EXPECT_EQ(central.host.gap_rssi_get(conn, &rssi, &channel), Status::kOk);
  EXPECT_LT(rssi, 0);
  EXPECT_EQ(central.host.gap_rssi_stop(conn), Status::kOk);
}

TEST(SeveralLinks, IndicesAreLowestFreeAndLimitsHold) {
  Radio radio{32};
  HostDevice hub{radio, 1, with_links(1, 1, 2)};
  HostDevice one{radio, 2};
  HostDevice two{radio, 3};
  HostDevice three{radio, 4};
  for (HostDevice* device : {&hub, &one, &two, &three}) {
    ASSERT_EQ(device->enable(), Status::kOk);
  }
  const auto connect_to = [&](HostDevice& peer, uint8_t number) {
    EXPECT_EQ(peer.advertise(), Status::kOk);
    EXPECT_EQ(hub.connect(static_address(number)), Status::kOk);
    EXPECT_TRUE(hub.await(BLE_GAP_EVT_CONNECTED));
    return hub.last_connection();
  };
  const uint16_t first = connect_to(one, 2);
  const uint16_t second = connect_to(two, 3);
  EXPECT_EQ(hub.host.link_index(first), 0);
  EXPECT_EQ(hub.host.link_index(second), 1);
  EXPECT_EQ(hub.connect(static_address(4)), Status::kConnCount);

  // The peripheral role has a link of its own.
  ASSERT_EQ(hub.advertise(), Status::kOk);
  ASSERT_EQ(three.connect(static_address(1)), Status::kOk);
  ASSERT_TRUE(hub.await(BLE_GAP_EVT_CONNECTED));
  EXPECT_EQ(hub.host.link_index(hub.last_connection()), 2);
  EXPECT_EQ(hub.advertise(), Status::kConnCount);

  // Index 0 is free once DISCONNECTED was dealt with, and is the next one given.
  EXPECT_EQ(hub.host.gap_disconnect(first, 0x13), Status::kOk);
  ASSERT_TRUE(hub.await(BLE_GAP_EVT_DISCONNECTED));
  radio.clock.run_for(1 * kSeconds);
  EXPECT_EQ(hub.host.link_index(first), -1);
  EXPECT_EQ(hub.host.link_handle(0), BLE_CONN_HANDLE_INVALID);
  const uint16_t again = connect_to(one, 2);
  EXPECT_EQ(hub.host.link_index(again), 0);
  EXPECT_EQ(hub.host.link_handle(1), second);
  EXPECT_EQ(hub.host.link_handle(7), BLE_CONN_HANDLE_INVALID);
}

TEST(SeveralLinks, WithOneLinkTheIndexIsAlwaysZero) {
  Radio radio{33};
  HostDevice device{radio, 1, with_links(1, 1, 0)};
  ASSERT_EQ(device.enable(), Status::kOk);
  EXPECT_EQ(device.host.link_index(0x0123), 0);
  EXPECT_EQ(device.host.link_handle(0), BLE_CONN_HANDLE_INVALID);
}

}  // namespace
}  // namespace pm::test
