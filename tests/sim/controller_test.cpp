// SPDX-License-Identifier: Apache-2.0
//
// Commands and their answers, advertising, scanning, connecting.
#include "sim/raw_host.hpp"

namespace pm::sim::testing {
namespace {

using hci::ErrorCode;
using Controller = TwoHosts;

// A command that the controller does not have.
struct LeReadLocalP256PublicKey {
  static constexpr auto kOpcode = static_cast<hci::Opcode>(0x2025);
  using Return = hci::AnsweredByStatus;
  void fields(hci::FieldWriter&) {}
};

TEST_F(Controller, TellsWhatItCan) {
  const auto version = central.ask(hci::ReadLocalVersion{});
  EXPECT_EQ(version.hci_version, 11);
  const auto buffers = central.ask(hci::LeReadBufferSize{});
  EXPECT_EQ(buffers.acl_length, 251);
  EXPECT_EQ(buffers.acl_count, 8);
  EXPECT_NE(central.ask(hci::ReadBdAddr{}).address, peripheral.ask(hci::ReadBdAddr{}).address);
  EXPECT_EQ(central.ask(hci::ReadBdAddr{}).address, central.controller.public_address());
}

TEST_F(Controller, SupportsExactlyTheCommandsItClaims) {
  // Octet and bit of commands that a host decides by. Core, Vol 4, Part E, 6.27.
  const auto commands = central.ask(hci::ReadLocalSupportedCommands{}).commands;
  const auto claimed = [&](unsigned octet, unsigned bit) {
    return (commands[octet] & (1u << bit)) != 0;
  };
  EXPECT_TRUE(claimed(27, 6) && claimed(27, 7));  // LE Encrypt, LE Rand
  EXPECT_EQ(central.command(hci::LeRand{}), ErrorCode::kSuccess);
  EXPECT_TRUE(claimed(34, 3));  // LE Add Device To Resolving List
  EXPECT_TRUE(claimed(39, 2));  // LE Set Privacy Mode
  EXPECT_EQ(central.command(hci::LeSetPrivacyMode{}), ErrorCode::kUnknownConnectionId);
  EXPECT_FALSE(claimed(34, 1) || claimed(34, 2));  // P-256 key, DHKey
  EXPECT_EQ(central.command(LeReadLocalP256PublicKey{}), ErrorCode::kUnknownCommand);
}

TEST_F(Controller, RefusesBadParametersAndWrongStates) {
  auto parameters = RawHost::connectable();
  parameters.interval_min = 0x1F;
  EXPECT_EQ(central.command(parameters), ErrorCode::kInvalidParameters);
  EXPECT_EQ(central.command(hci::LeCreateConnectionCancel{}), ErrorCode::kCommandDisallowed);
  EXPECT_EQ(central.command(hci::Disconnect{0x0123, ErrorCode::kRemoteUserTerminated}),
            ErrorCode::kUnknownConnectionId);
  EXPECT_EQ(central.command(hci::LeSetAdvertisingData{.length = 32, .data = {}}),
            ErrorCode::kInvalidParameters);
  auto create = RawHost::create(hci::AddressType::kPublic, {});
  create.supervision_timeout = 10;  // not longer than two intervals of 40 * 1.25 ms
  EXPECT_EQ(central.command(create), ErrorCode::kInvalidParameters);
  auto random = RawHost::connectable();
  random.own_address_type = hci::OwnAddressType::kRandom;
  central.succeed(random);
  EXPECT_EQ(central.command(hci::LeSetAdvertisingEnable{1}), ErrorCode::kInvalidParameters);
}

TEST_F(Controller, KeepsItsRandomAddressWhileItIsInUse) {
  central.succeed(hci::LeSetRandomAddress{{1, 2, 3, 4, 5, 0xC6}});
  central.advertise(RawHost::connectable());
  EXPECT_EQ(central.command(hci::LeSetRandomAddress{{9, 2, 3, 4, 5, 0xC6}}),
            ErrorCode::kCommandDisallowed);
  central.succeed(hci::LeSetAdvertisingEnable{0});
  central.succeed(hci::LeSetRandomAddress{{9, 2, 3, 4, 5, 0xC6}});
}

TEST_F(Controller, HidesEventsThatTheMasksHide) {
  central.succeed(hci::LeSetEventMask{0x1F});  // no enhanced form
  peripheral.advertise(RawHost::connectable());
  central.succeed(
      RawHost::create(hci::AddressType::kPublic, peripheral.controller.public_address()));
  EXPECT_TRUE(central.wait<hci::LeConnectionComplete>());
  EXPECT_FALSE(central.take<hci::LeEnhancedConnectionComplete>());
  EXPECT_TRUE(peripheral.take<hci::LeEnhancedConnectionComplete>());
  EXPECT_FALSE(peripheral.take<hci::LeConnectionComplete>());
}

TEST_F(Controller, MalformedPacketsEndIt) {
  EXPECT_EQ(central.controller.send(std::vector<uint8_t>{0x01, 0x03, 0x0C, 0x01}), Status::kOk);
  EXPECT_TRUE(central.lost.empty());  // never inside the call
  clock.run_for(1);
  EXPECT_FALSE(central.lost.empty());
  EXPECT_EQ(central.controller.send(std::vector<uint8_t>{0x01, 0x03, 0x0C, 0x00}),
            Status::kInvalidState);
}

TEST_F(Controller, AFloodOfCommandsEndsIt) {
  for (int i = 0; i < 33; ++i) {
    central.send(hci::LeRand{});
  }
  clock.run_for(kMs);
  EXPECT_FALSE(central.lost.empty());
  EXPECT_TRUE(peripheral.lost.empty());
}

TEST_F(Controller, AnswersEveryCommandWhateverItSays) {
  connect();
  constexpr uint64_t kSeed = 11;
  Random random(kSeed);
  constexpr std::array<uint16_t, 6> kGroups{0x0400, 0x0C00, 0x1000, 0x1400, 0x2000, 0xFC00};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> packet(4 + random.below(40));
    random.fill(packet);
    packet[0] = 0x01;
    store_le16(&packet[1],
               static_cast<uint16_t>(kGroups[random.below(kGroups.size())] + random.below(0x60)));
    packet[3] = static_cast<uint8_t>(packet.size() - 4);
    if (packet.size() > 6 && random.below(2) == 0) {
      store_le16(&packet[4], central_handle);
    }
    central.packets.clear();
    ASSERT_EQ(central.controller.send(packet), Status::kOk);
    clock.run_for(200);
    bool answered = false;
    for (const auto& answer : central.packets) {
      const size_t opcode = answer[1] == 0x0E ? 4 : 5;
      answered |= (answer[1] == 0x0E || answer[1] == 0x0F) && answer.size() > opcode + 1 &&
                  load_le16(&answer[opcode]) == load_le16(&packet[1]);
    }
    ASSERT_TRUE(answered) << "seed " << kSeed << ", command " << i;
    ASSERT_TRUE(central.lost.empty());
  }
  EXPECT_TRUE(peripheral.lost.empty());
}

TEST_F(Controller, AdvertisesAtItsIntervalPlusAtMostTenMilliseconds) {
  auto parameters = RawHost::connectable();
  parameters.interval_min = 160;  // 100 ms
  parameters.interval_max = 160;
  peripheral.advertise(parameters);
  central.succeed(hci::LeSetScanParameters{0, 16, 16, hci::OwnAddressType::kPublic, 0});
  central.succeed(hci::LeSetScanEnable{1, 0});
  uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(central.wait<hci::LeAdvertisingReport>());
    if (last != 0) {
      EXPECT_GE(clock.now_us() - last, 100 * kMs);
      EXPECT_LE(clock.now_us() - last, 110 * kMs);
    }
    last = clock.now_us();
  }
}

TEST_F(Controller, ActiveScanningGetsDataAndScanResponse) {
  peripheral.succeed(hci::LeSetAdvertisingData{3, {0x02, 0x01, 0x06}});
  peripheral.succeed(hci::LeSetScanResponseData{2, {0x01, 0x09}});
  peripheral.advertise(RawHost::connectable());
  central.succeed(hci::LeSetScanParameters{1, 16, 16, hci::OwnAddressType::kPublic, 0});
  central.succeed(hci::LeSetScanEnable{1, 1});
  clock.run_for(kSecond);
  const auto first = central.take<hci::LeAdvertisingReport>();
  const auto second = central.take<hci::LeAdvertisingReport>();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->reports[0].type, hci::ReportType::kConnectable);
  EXPECT_EQ(first->reports[0].address, peripheral.controller.public_address());
  EXPECT_EQ(first->reports[0].data.octets.size(), 3u);
  EXPECT_EQ(second->reports[0].type, hci::ReportType::kScanResponse);
  EXPECT_EQ(second->reports[0].data.octets.size(), 2u);
  EXPECT_FALSE(central.take<hci::LeAdvertisingReport>()) << "duplicates are filtered";
}

TEST_F(Controller, HighDutyDirectedAdvertisingEndsByItself) {
  auto parameters = RawHost::connectable();
  parameters.type = hci::AdvertisingType::kDirectedHighDuty;
  parameters.peer_address = {1, 2, 3, 4, 5, 6};
  peripheral.advertise(parameters);
  const uint64_t start = clock.now_us();
  const auto event = peripheral.wait<hci::LeEnhancedConnectionComplete>();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->status, ErrorCode::kAdvertisingTimeout);
  EXPECT_NEAR(static_cast<double>(clock.now_us() - start), 1.28e6, 1e4);
}

TEST_F(Controller, DirectedAdvertisingReachesOnlyItsTarget) {
  auto parameters = RawHost::connectable();
  parameters.type = hci::AdvertisingType::kDirectedLowDuty;
  parameters.peer_address = {1, 2, 3, 4, 5, 6};
  peripheral.advertise(parameters);
  const auto create =
      RawHost::create(hci::AddressType::kPublic, peripheral.controller.public_address());
  central.succeed(create);
  EXPECT_FALSE(central.wait<hci::LeEnhancedConnectionComplete>(kSecond));
  peripheral.succeed(hci::LeSetAdvertisingEnable{0});
  parameters.peer_address = central.controller.public_address();
  peripheral.advertise(parameters);
  EXPECT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>(kSecond));
}

TEST_F(Controller, ACancelledConnectionSaysSo) {
  central.succeed(RawHost::create(hci::AddressType::kPublic, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(central.command(RawHost::create(hci::AddressType::kPublic, {})),
            ErrorCode::kCommandDisallowed);
  central.succeed(hci::LeCreateConnectionCancel{});
  const auto event = central.wait<hci::LeEnhancedConnectionComplete>();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->status, ErrorCode::kUnknownConnectionId);
}

TEST_F(Controller, BothEndsLearnOfTheConnectionAndAdvertisingEnds) {
  connect();
  EXPECT_NE(central_handle, peripheral_handle);
  EXPECT_EQ(peripheral.command(hci::LeSetRandomAddress{{1, 2, 3, 4, 5, 0xC6}}), ErrorCode::kSuccess)
      << "advertising is over, the random address is free";
  EXPECT_EQ(central.command(
                RawHost::create(hci::AddressType::kPublic, peripheral.controller.public_address())),
            ErrorCode::kConnectionAlreadyExists);
}

}  // namespace
}  // namespace pm::sim::testing
