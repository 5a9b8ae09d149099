// SPDX-License-Identifier: Apache-2.0
//
// Peers and controllers against a whole host: what they send before the application has looked.
#include <gmock/gmock.h>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

using hci::Opcode;
using testing::ElementsAre;
using Octets = std::vector<uint8_t>;

constexpr uint8_t kStranger = 0x5A;

Octets with_handle(Octets packet, size_t offset, uint16_t conn_handle) {
  store_le16(&packet[offset], conn_handle);
  return packet;
}

Octets smp_packet(uint16_t conn_handle, const Octets& pdu) {
  const auto length = static_cast<uint8_t>(pdu.size());
  Octets packet = {2, 0, 0, static_cast<uint8_t>(length + 4), 0, length, 0, 6, 0};
  store_le16(&packet[1], static_cast<uint16_t>(conn_handle | 0x2000));
  packet.insert(packet.end(), pdu.begin(), pdu.end());
  return packet;
}

Octets connection_complete(uint16_t conn_handle, uint8_t number) {
  const ble_gap_addr_t address = static_address(number);
  Octets packet = {4, 0x3E, 19, 1, 0, 0, 0, 1, 1};
  packet.insert(packet.end(), std::begin(address.addr), std::end(address.addr));
  const Octets params = {24, 0, 0, 0, 200, 0, 0};
  packet.insert(packet.end(), params.begin(), params.end());
  return with_handle(packet, 5, conn_handle);
}

Octets disconnection_complete(uint16_t conn_handle, uint8_t reason) {
  return with_handle({4, 5, 4, 0, 0, 0, reason}, 4, conn_handle);
}

Octets long_term_key_request(uint16_t conn_handle) {
  return with_handle({4, 0x3E, 13, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 4, conn_handle);
}

const Octets kPairingRequest = {0x01, 0x03, 0x00, 0x01, 0x10, 0x03, 0x03};
const Octets kPairingFailed = {0x05, 0x08};

/// A peripheral with one link, which it has told; from then on the application pulls when the test
/// wants.
class Hostile : public testing::Test {
 protected:
  static host::HostConfig config(uint8_t peripheral, uint8_t central, uint8_t total) {
    host::HostConfig config = device_config(1);
    config.peripheral_links = peripheral;
    config.central_links = central;
    config.total_links = total;
    return config;
  }
  explicit Hostile(const host::HostConfig& host_config = config(1, 1, 2))
      : device(radio, 1, host_config) {}

  void SetUp() override {
    ASSERT_EQ(device.enable(), Status::kOk);
    ASSERT_EQ(peer.enable(), Status::kOk);
    ASSERT_EQ(device.advertise(), Status::kOk);
    ASSERT_EQ(peer.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(peer.await(BLE_GAP_EVT_CONNECTED));
    ASSERT_TRUE(device.await_count(BLE_GAP_EVT_CONNECTED, 1));
    settle();
    conn = device.last_connection();
    device.events.clear();
    device.host.set_event_handler([] {});
  }
  void settle() { radio.clock.run_for(1 * kSeconds); }
  Status params_reply() {
    ble_gap_sec_params_t params{};
    params.io_caps = BLE_GAP_IO_CAPS_NONE;
    params.min_key_size = 7;
    params.max_key_size = 16;
    const ble_gap_sec_keyset_t keyset{};
    return device.host.gap_sec_params_reply(conn, BLE_GAP_SEC_STATUS_SUCCESS, &params, &keyset);
  }

  Radio radio{71};
  HostDevice device;
  HostDevice peer{radio, 2};
  uint16_t conn = BLE_CONN_HANDLE_INVALID;
};

using Host = Hostile;

TEST_F(Host, FloodWhileNobodyPullsEndsTheLink) {
  constexpr size_t kPackets = 5000;
  for (size_t i = 0; i < kPackets; ++i) {
    device.transport.inject(smp_packet(conn, i % 2 == 0 ? kPairingRequest : kPairingFailed));
  }
  settle();
  EXPECT_EQ(device.transport.commands(Opcode::kDisconnect), 1u);
  device.pull();
  EXPECT_LT(device.events.size(), 1100u);
  ASSERT_EQ(device.count(BLE_GAP_EVT_DISCONNECTED), 1u);
  EXPECT_EQ(peer.last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
            BLE_HCI_REMOTE_DEV_TERMINATION_DUE_TO_LOW_RESOURCES);
}

TEST_F(Host, FloodOfKeyRequestsEndsTheLink) {
  for (size_t i = 0; i < 5000; ++i) {
    device.transport.inject(long_term_key_request(conn));
  }
  settle();
  EXPECT_EQ(device.transport.commands(Opcode::kDisconnect), 1u);
}

TEST_F(Host, ABurstThatIsPulledIsNoFlood) {
  for (int burst = 0; burst < 5; ++burst) {
    for (size_t i = 0; i < 1000; ++i) {
      device.transport.inject(smp_packet(conn, i % 2 == 0 ? kPairingRequest : kPairingFailed));
    }
    radio.clock.run_for(1);
    device.pull();
  }
  settle();
  EXPECT_EQ(device.transport.commands(Opcode::kDisconnect), 0u);
}

TEST_F(Host, CallsForALinkWhoseEndWaitsAreRefused) {
  device.transport.inject(smp_packet(conn, kPairingRequest));
  settle();
  // One link ends and another has its handle before the application looks.
  device.transport.inject(disconnection_complete(conn, 0x13));
  device.transport.inject(connection_complete(conn, kStranger));
  device.transport.inject(smp_packet(conn, kPairingRequest));
  settle();
  std::vector<Status> replies;
  std::vector<Status> others;
  device.on_event = [&](const ble_evt_t& event) {
    if (event.header.evt_id == BLE_GAP_EVT_SEC_PARAMS_REQUEST) {
      replies.push_back(params_reply());
      others.push_back(device.host.gap_disconnect(conn, 0x13));
    }
    if (event.header.evt_id == BLE_GAP_EVT_DISCONNECTED) {
      uint16_t len = 0;
      EXPECT_EQ(device.host.gatts_sys_attr_get(conn, nullptr, len, 0), Status::kNotFound);
    }
  };
  device.pull();
  EXPECT_THAT(device.ids(), ElementsAre(BLE_GAP_EVT_SEC_PARAMS_REQUEST, BLE_GAP_EVT_DISCONNECTED,
                                        BLE_GAP_EVT_CONNECTED, BLE_GAP_EVT_SEC_PARAMS_REQUEST));
  EXPECT_THAT(replies, ElementsAre(Status::kInvalidConnHandle, Status::kOk));
  EXPECT_THAT(others, ElementsAre(Status::kInvalidConnHandle, Status::kOk));
}

class GapConnection : public Hostile {
 protected:
  GapConnection() : Hostile(config(1, 0, 1)) {}
};

TEST_F(GapConnection, RefusedHandleInUseEndsTheOldLink) {
  device.transport.inject(connection_complete(conn, kStranger));
  settle();
  device.pull();
  ASSERT_THAT(device.ids(), ElementsAre(BLE_GAP_EVT_DISCONNECTED, BLE_GAP_EVT_CONNECTED));
  EXPECT_TRUE(same_octets(device.last(BLE_GAP_EVT_CONNECTED)->gap().params.connected.peer_addr,
                          static_address(kStranger)));
  // The end of the new one is told, too.
  device.transport.inject(disconnection_complete(conn, 0x13));
  settle();
  device.pull();
  EXPECT_EQ(device.count(BLE_GAP_EVT_DISCONNECTED), 2u);
}

TEST_F(GapConnection, ARefusedHandleThatIsUsedAgainIsAnOrdinaryLink) {
  const auto other = static_cast<uint16_t>(conn + 1);
  device.transport.inject(connection_complete(other, kStranger));  // refused: no link is free
  device.transport.inject(disconnection_complete(conn, 0x13));
  device.transport.inject(connection_complete(other, kStranger));
  device.transport.inject(disconnection_complete(other, 0x13));
  settle();
  device.pull();
  EXPECT_THAT(device.ids(), ElementsAre(BLE_GAP_EVT_DISCONNECTED, BLE_GAP_EVT_CONNECTED,
                                        BLE_GAP_EVT_DISCONNECTED));
}

using GapAdvertising = GapConnection;

// The controller says that a peer has connected, but there is no link for it: the application has
// heard of nothing, so its advertising goes on.
TEST_F(GapAdvertising, GoesOnWhenAPeerIsRefusedBecauseNoLinkIsFree) {
  ble_gap_adv_params_t params = HostDevice::adv_params();
  params.properties.type = BLE_GAP_ADV_TYPE_NONCONNECTABLE_NONSCANNABLE_UNDIRECTED;
  ASSERT_EQ(device.advertise(params), Status::kOk);
  settle();
  const size_t enabled = device.transport.commands(Opcode::kLeSetAdvertisingEnable);
  device.transport.inject(connection_complete(static_cast<uint16_t>(conn + 1), kStranger));
  settle();
  EXPECT_EQ(device.transport.commands(Opcode::kDisconnect), 1u);
  EXPECT_EQ(device.transport.commands(Opcode::kLeSetAdvertisingEnable), enabled + 1);
  EXPECT_EQ(device.host.gap_adv_stop(device.adv_handle), Status::kOk) << "it is still active";
}

using SmpEncryption = Hostile;

TEST_F(SmpEncryption, RefusedReplyFreesTheLink) {
  device.transport.lacks(Opcode::kLeLtkRequestReply);
  device.transport.inject(long_term_key_request(conn));
  settle();
  device.pull();
  ASSERT_EQ(device.count(BLE_GAP_EVT_SEC_INFO_REQUEST), 1u);
  ble_gap_enc_info_t key{};
  key.ltk_len = 16;
  ASSERT_EQ(device.host.gap_sec_info_reply(conn, &key), Status::kOk);
  settle();
  device.transport.inject(smp_packet(conn, kPairingRequest));
  settle();
  device.pull();
  EXPECT_EQ(device.count(BLE_GAP_EVT_SEC_PARAMS_REQUEST), 1u) << "pairing is possible again";
}

}  // namespace
}  // namespace pm::test
