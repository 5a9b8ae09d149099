// SPDX-License-Identifier: Apache-2.0
//
// Controllers as they are: whole, lacking commands, with few buffers, silent, gone.
#include <gmock/gmock.h>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

using hci::Opcode;

constexpr uint64_t kSeed = 11;

TEST(ControllerTest, InitialisesAndKnowsItsVersion) {
  Radio radio{kSeed};
  HostDevice device{radio, 1};
  ble_version_t version{};
  EXPECT_EQ(device.host.version_get(&version), Status::kNotEnabled);
  ASSERT_EQ(device.enable(), Status::kOk) << device.host.last_error();
  EXPECT_TRUE(device.host.ready());
  EXPECT_EQ(device.host.version_get(&version), Status::kOk);
  EXPECT_GE(version.version_number, 6);  // the virtual controller is a 5.2 one
  EXPECT_EQ(device.transport.command_log().front(), Opcode::kReset);
  EXPECT_EQ(device.enable(), Status::kInvalidState);
}

TEST(ControllerTest, EnableNeedsAGoodConfiguration) {
  Radio radio{kSeed};
  host::HostConfig config = device_config(1);
  config.total_links = 1;
  HostDevice few{radio, 1, config};
  EXPECT_EQ(few.enable(), Status::kNotSupported);
  config = device_config(1);
  config.identity_address.addr[5] = 0x40;
  HostDevice nobody{radio, 1, config};
  EXPECT_EQ(nobody.enable(), Status::kInvalidParam);
  EXPECT_FALSE(nobody.host.last_error().empty());
}

TEST(ControllerTest, SilentControllerFailsEnableAfterFiveSeconds) {
  Radio radio{kSeed};
  HostDevice device{radio, 1};
  device.transport.fall_silent();
  const uint64_t before = radio.clock.now_us();
  EXPECT_EQ(device.enable(), Status::kInternal);
  EXPECT_EQ(radio.clock.now_us() - before, 5 * kSeconds);
  EXPECT_THAT(device.host.last_error(), testing::HasSubstr("does not answer"));
  EXPECT_FALSE(device.host.is_enabled());
}

TEST(ControllerTest, VanishedControllerFailsEnable) {
  Radio radio{kSeed};
  HostDevice device{radio, 1};
  device.transport.vanish();
  EXPECT_EQ(device.enable(), Status::kInternal);
  EXPECT_FALSE(device.host.last_error().empty());
}

TEST(ControllerTest, EventLoopThatEndsFailsEnable) {
  Radio radio{kSeed};
  HostDevice device{radio, 1};
  EXPECT_EQ(device.host.enable([] { return false; }), Status::kInternal);
  EXPECT_FALSE(device.host.last_error().empty());
}

// Every command that the host can do without, one at a time: admitted as missing, or claimed and
// then unknown.
TEST(ControllerTest, DoesWithoutWhatAControllerLacks) {
  const SupportedBit bits[] = {
      {Opcode::kReadRssi, 15, 5},
      {Opcode::kLeSetDataLength, 33, 6},
      {Opcode::kLeWriteSuggestedDefaultDataLength, 34, 0},
      {Opcode::kLeAddToResolvingList, 34, 3},
      {Opcode::kLeClearResolvingList, 34, 5},
      {Opcode::kLeReadResolvingListSize, 34, 6},
      {Opcode::kLeSetAddressResolutionEnable, 35, 1},
      {Opcode::kLeSetPhy, 35, 6},
      {Opcode::kLeSetPrivacyMode, 39, 2},
  };
  for (const bool admitted : {true, false}) {
    for (const SupportedBit& bit : bits) {
      SCOPED_TRACE(testing::Message() << std::hex << static_cast<int>(bit.opcode)
                                      << (admitted ? " admitted" : " claimed"));
      Radio radio{kSeed};
      HostDevice peripheral{radio, 1};
      HostDevice central{radio, 2};
      for (HostDevice* device : {&peripheral, &central}) {
        if (admitted) {
          device->transport.admits_lacking(bit);
        } else {
          device->transport.lacks(bit.opcode);
        }
        ASSERT_EQ(device->enable(), Status::kOk) << device->host.last_error();
      }
      const ble_gap_id_key_t peer = {numbered_irk(2), static_address(2)};
      const ble_gap_id_key_t* const peers[] = {&peer};
      EXPECT_EQ(peripheral.host.gap_device_identities_set(peers, nullptr, 1), Status::kOk);
      ASSERT_EQ(peripheral.advertise(), Status::kOk);
      ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
      ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
      ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 1));
      const uint16_t conn = central.last_connection();
      EXPECT_EQ(central.host.gap_rssi_start(conn, 1, 0), Status::kOk);
      const ble_gap_phys_t phys = {BLE_GAP_PHY_2MBPS, BLE_GAP_PHY_2MBPS};
      const Status phy = central.host.gap_phy_update(conn, &phys);
      EXPECT_TRUE(phy == Status::kOk || phy == Status::kNotSupported);
      if (bit.opcode == Opcode::kLeSetPhy && admitted) {
        EXPECT_EQ(phy, Status::kNotSupported);
      }
      if (phy == Status::kOk) {
        EXPECT_TRUE(central.await_count(BLE_GAP_EVT_PHY_UPDATE, 1));
      }
      const Status length = central.host.gap_data_length_update(conn, nullptr, nullptr);
      EXPECT_TRUE(length == Status::kOk || length == Status::kResources);
      EXPECT_EQ(central.host.gap_disconnect(conn, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION),
                Status::kOk);
      EXPECT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
    }
  }
}

class LinkedPair : public testing::Test {
 protected:
  void link() {
    ASSERT_EQ(peripheral.enable(), Status::kOk) << peripheral.host.last_error();
    ASSERT_EQ(central.enable(), Status::kOk) << central.host.last_error();
    ASSERT_EQ(peripheral.advertise(), Status::kOk);
    ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
    ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 1));
  }

  static host::HostConfig with_mtu(uint8_t number) {
    host::HostConfig config = device_config(number);
    config.att_mtu = 247;
    return config;
  }

  Radio radio{kSeed};
  HostDevice peripheral{radio, 1, with_mtu(1)};
  HostDevice central{radio, 2, with_mtu(2)};
};

TEST_F(LinkedPair, LosingTheControllerEndsLinksAndIsTold) {
  link();
  std::string told;
  central.host.set_controller_lost_handler([&](const std::string& text) { told = text; });
  central.transport.vanish();
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  EXPECT_EQ(central.last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
            BLE_HCI_STATUS_CODE_UNSPECIFIED_ERROR);
  radio.clock.run_for(1 * kSeconds);
  EXPECT_THAT(told, testing::HasSubstr("unplugged"));
  EXPECT_EQ(central.host.last_error(), told);
  EXPECT_FALSE(central.host.ready());
  EXPECT_EQ(central.connect(static_address(1)), Status::kInternal);
  EXPECT_EQ(central.advertise(), Status::kInternal);
  EXPECT_EQ(central.scan(), Status::kInternal);
}

TEST_F(LinkedPair, HardwareErrorAndSilenceLoseTheController) {
  link();
  peripheral.transport.inject({0x04, 0x10, 0x01, 0x42});
  ASSERT_TRUE(peripheral.await(BLE_GAP_EVT_DISCONNECTED));
  EXPECT_THAT(peripheral.host.last_error(), testing::HasSubstr("0x42"));
  central.transport.fall_silent();
  EXPECT_EQ(central.host.gap_disconnect(central.last_connection(), 0x13), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED, 6 * kSeconds));
  EXPECT_THAT(central.host.last_error(), testing::HasSubstr("0x0406"));
}

TEST_F(LinkedPair, LostControllerMayBeDisabledFromItsHandlerAndEnabledAgain) {
  link();
  central.host.set_controller_lost_handler([&](const std::string&) { central.host.disable(); });
  central.transport.inject({0x04, 0x10, 0x01, 0x00});
  ASSERT_TRUE(central.clock.run_until([&] { return !central.host.is_enabled(); }, 1 * kSeconds));
  EXPECT_EQ(central.enable(), Status::kOk);
  EXPECT_TRUE(central.host.ready());
}

TEST_F(LinkedPair, PdusAreCutToTheControllersLengthAndNeverExceedItsBuffers) {
  constexpr uint16_t kLength = 27;
  constexpr uint8_t kBuffers = 2;
  central.transport.set_buffers(kLength, kBuffers);
  link();
  const uint16_t conn = central.last_connection();
  EXPECT_EQ(central.host.gattc_exchange_mtu_request(conn, 247), Status::kOk);
  ASSERT_TRUE(peripheral.await(BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST));
  EXPECT_EQ(peripheral.host.gatts_exchange_mtu_reply(peripheral.last_connection(), 247),
            Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_EXCHANGE_MTU_RSP));
  const size_t before = central.transport.acl_packets();
  // A write command of 244 octets: ATT 247, L2CAP 251, ten packets of 27.
  std::vector<uint8_t> value(244, 0x5A);
  ble_gattc_write_params_t write{};
  write.write_op = BLE_GATT_OP_WRITE_CMD;
  write.handle = 0x0003;
  write.len = static_cast<uint16_t>(value.size());
  write.p_value = value.data();
  EXPECT_EQ(central.host.gattc_write(conn, &write), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_WRITE_CMD_TX_COMPLETE));
  EXPECT_EQ(central.transport.acl_packets() - before, 10u);
  EXPECT_EQ(central.transport.longest_acl(), kLength);
  EXPECT_EQ(central.transport.most_outstanding(), kBuffers);
}

// A controller with one buffer: commands would overtake what waits for it.
class LastWords : public LinkedPair {
 protected:
  void say_two_things() {
    const uint16_t conn = central.last_connection();
    EXPECT_EQ(central.host.gattc_exchange_mtu_request(conn, 247), Status::kOk);
    ble_gap_sec_params_t params{};
    params.io_caps = BLE_GAP_IO_CAPS_NONE;
    params.min_key_size = 7;
    params.max_key_size = 16;
    EXPECT_EQ(central.host.gap_authenticate(conn, &params), Status::kOk);
    EXPECT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kOk);
    EXPECT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kInvalidState);
  }
  size_t disconnects() const { return central.transport.commands(hci::Opcode::kDisconnect); }
};

TEST_F(LastWords, ReachThePeerBeforeTheLinkEnds) {
  central.transport.set_buffers(27, 1);
  link();
  say_two_things();
  ASSERT_TRUE(peripheral.await(BLE_GAP_EVT_DISCONNECTED));
  EXPECT_EQ(peripheral.count(BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST), 1u);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_SEC_PARAMS_REQUEST), 1u);
  EXPECT_EQ(disconnects(), 1u);
  EXPECT_TRUE(central.count(BLE_GAP_EVT_DISCONNECTED) == 1 ||
              central.await(BLE_GAP_EVT_DISCONNECTED));
}

TEST_F(LastWords, AreNotWaitedForLongerThanASecond) {
  central.transport.set_buffers(27, 1);
  link();
  central.transport.fall_silent();
  say_two_things();
  radio.clock.run_for(900'000);
  EXPECT_EQ(disconnects(), 0u);
  radio.clock.run_for(200'000);
  EXPECT_EQ(disconnects(), 1u);
}

TEST_F(LinkedPair, HostileControllerEventsChangeNothing) {
  link();
  radio.clock.run_for(1 * kSeconds);
  const size_t before = central.events.size();
  const std::vector<std::vector<uint8_t>> packets = {
      {},
      {0x04},
      {0x04, 0x0E},
      {0x04, 0x0E, 0x00},
      {0x04, 0x0E, 0x03, 1, 0, 0},
      {0x04, 0x0F, 0x04, 0, 1, 0, 0},
      {0x04, 0x05, 0x04, 0, 0xFF, 0x0F, 0x13},        // disconnection of nobody
      {0x04, 0x08, 0x04, 0, 0xFF, 0x0F, 1},           // encryption of nobody
      {0x04, 0x13, 0x05, 1, 0xFF, 0x0F, 0xFF, 0xFF},  // packets of nobody
      {0x04, 0x13, 0x05, 9, 0xFF, 0x0F, 0xFF, 0xFF},  // fewer entries than told
      {0x04, 0x3E, 0x00},                             // no subevent
      {0x04, 0x3E, 0x01, 0x01},                       // connection complete, empty
      {0x04, 0x3E, 0x01, 0xEE},                       // unknown subevent
      {0x04, 0x3E, 0x0D, 0x05, 0xFF, 0x0F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      {0x02, 0xFF, 0x2F, 0x01, 0x00, 0x00},  // data of nobody
      {0x02, 0x01},                          // half a header
      {0x03, 0x00, 0x00, 0x00},              // synchronous data
      {0x09, 0x00},                          // no such indicator
  };
  for (const auto& packet : packets) {
    central.transport.inject(packet);
  }
  radio.clock.run_for(1 * kSeconds);
  EXPECT_EQ(central.events.size(), before);
  EXPECT_TRUE(central.host.ready());
  EXPECT_EQ(central.host.gap_disconnect(central.last_connection(), 0x13), Status::kOk);
  EXPECT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
}

// Events and data made of noise, half of them about the link that exists. Nothing may crash (the
// sanitizers watch), and afterwards a reset host works.
TEST(HostileController, NoiseNeverBreaksTheHost) {
  constexpr uint8_t kCodes[] = {0x05, 0x08, 0x0E, 0x0F, 0x13, 0x30, 0x57, 0x3E, 0x3E, 0x3E};
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Radio radio{seed};
    HostDevice peripheral{radio, 1};
    HostDevice central{radio, 2};
    ASSERT_EQ(peripheral.enable(), Status::kOk);
    ASSERT_EQ(central.enable(), Status::kOk);
    ASSERT_EQ(peripheral.advertise(), Status::kOk);
    ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
    const uint16_t conn = central.last_connection();
    sim::SeededCrypto noise{seed + 1000};
    for (int i = 0; i < 300; ++i) {
      std::array<uint8_t, 48> random;
      ASSERT_EQ(noise.random(random), Status::kOk);
      std::vector<uint8_t> packet;
      const size_t size = random[0] % 40;
      const bool about_link = (random[1] & 1) != 0;
      if ((random[1] & 2) != 0) {
        // Start and continuation, every channel that exists, all lengths.
        const auto cid = static_cast<uint8_t>(random[2] % 8);
        packet = {0x02, random[3], static_cast<uint8_t>(random[4] & 0x3F), 0, 0};
        packet.insert(packet.end(), {static_cast<uint8_t>(random[5] % 40), 0, cid, 0});
        packet.insert(packet.end(), random.begin() + 6, random.begin() + 6 + size);
        store_le16(&packet[3], static_cast<uint16_t>(packet.size() - 5));
        if (about_link) {
          store_le16(&packet[1], static_cast<uint16_t>(conn | ((random[4] & 0x30) << 8)));
        }
      } else {
        packet = {0x04, kCodes[random[2] % std::size(kCodes)], static_cast<uint8_t>(size)};
        packet.insert(packet.end(), random.begin() + 6, random.begin() + 6 + size);
        const size_t at = packet[1] == 0x3E ? 5 : 4;
        if (packet[1] == 0x3E && size > 0) {
          packet[3] = random[3] % 0x0D;
        }
        if (about_link && size >= 5) {
          store_le16(&packet[at], conn);
        }
      }
      central.transport.inject(std::move(packet));
      radio.clock.run_for(1 * kMilliseconds);
    }
    radio.clock.run_for(60 * kSeconds);
    central.host.disable();
    EXPECT_EQ(central.enable(), Status::kOk) << central.host.last_error();
  }
}

}  // namespace
}  // namespace pm::test
