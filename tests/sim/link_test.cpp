// SPDX-License-Identifier: Apache-2.0
//
// Data, credits, procedures, and the ways in which a link ends.
#include "sim/raw_host.hpp"

#include <numeric>

namespace pm::sim::testing {
namespace {

using hci::ErrorCode;
using hci::PacketBoundary;
using Link = TwoHosts;

std::vector<uint8_t> counting(size_t size) {
  std::vector<uint8_t> octets(size);
  std::iota(octets.begin(), octets.end(), uint8_t{0});
  return octets;
}

TEST_F(Link, CutsDataIntoPdusAndMarksTheFirst) {
  connect();
  std::vector<uint8_t> pdu = counting(104);
  store_le16(pdu.data(), 100);
  store_le16(pdu.data() + 2, 0x0004);
  central.send_acl(central_handle, PacketBoundary::kFirstNonFlushable, Bytes(pdu).first(60));
  central.send_acl(central_handle, PacketBoundary::kContinuing, Bytes(pdu).subspan(60));
  clock.run_for(kSecond);
  EXPECT_EQ(peripheral.data, pdu);
  // 27 octets each: 27 + 27 + 6, then 27 + 17.
  EXPECT_EQ(peripheral.count_acl(), 5u);
  bool first = true;
  for (const auto& packet : peripheral.packets) {
    if (const auto acl = hci::parse_acl(packet)) {
      EXPECT_EQ(acl->handle, peripheral_handle);
      EXPECT_EQ(acl->boundary,
                first ? PacketBoundary::kFirstFlushable : PacketBoundary::kContinuing);
      first = false;
    }
  }
  ASSERT_EQ(tap.pdus.size(), 1u);
  EXPECT_EQ(tap.pdus[0].cid, 0x0004);
  EXPECT_FALSE(tap.pdus[0].encrypted);
  EXPECT_EQ(tap.pdus[0].payload.size(), 100u);
}

TEST_F(Link, GivesBackEachCredit) {
  connect();
  unsigned credits = 8;
  unsigned sent = 0;
  while (sent < 50) {
    while (credits > 0 && sent < 50) {
      central.send_l2cap(central_handle, 4, {static_cast<uint8_t>(sent)});
      --credits;
      ++sent;
    }
    const auto event = central.wait<hci::NumberOfCompletedPackets>();
    ASSERT_TRUE(event);
    ASSERT_EQ(event->entries[0].handle, central_handle);
    credits += event->entries[0].packets;
  }
  clock.run_for(kSecond);
  while (const auto event = central.take<hci::NumberOfCompletedPackets>()) {
    credits += event->entries[0].packets;
  }
  EXPECT_EQ(credits, 8u);
  ASSERT_EQ(tap.pdus.size(), 50u);
  for (unsigned i = 0; i < 50; ++i) {
    EXPECT_EQ(tap.pdus[i].payload[0], i);
  }
}

TEST_F(Link, EndsAControllerWhoseHostIgnoresCredits) {
  connect();
  for (int i = 0; i < 9; ++i) {
    central.send_l2cap(central_handle, 4, {0});
  }
  clock.run_for(kMs);
  EXPECT_FALSE(central.lost.empty());
  const auto event = peripheral.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, ErrorCode::kConnectionTimeout);
}

TEST_F(Link, IgnoresDataForALinkThatIsGone) {
  connect();
  central.send_l2cap(0x0777, 4, {0});
  clock.run_for(kSecond);
  EXPECT_TRUE(central.lost.empty());
  EXPECT_TRUE(tap.pdus.empty());
}

TEST_F(Link, DisconnectTellsBothWhoDidIt) {
  connect();
  central.send_l2cap(central_handle, 6, {0x05, 0x08});
  central.succeed(hci::Disconnect{central_handle, ErrorCode::kAuthenticationFailure});
  const auto there = peripheral.wait<hci::DisconnectionComplete>();
  const auto here = central.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(there && here);
  EXPECT_EQ(there->handle, peripheral_handle);
  EXPECT_EQ(there->reason, ErrorCode::kAuthenticationFailure);
  EXPECT_EQ(here->reason, ErrorCode::kTerminatedByLocalHost);
  EXPECT_EQ(tap.pdus.size(), 1u) << "what was sent before goes before";
  EXPECT_EQ(central.command(hci::ReadRssi{central_handle}), ErrorCode::kUnknownConnectionId);
}

TEST_F(Link, RefusesReasonsThatAHostMayNotGive) {
  connect();
  EXPECT_EQ(central.command(hci::Disconnect{central_handle, ErrorCode::kMicFailure}),
            ErrorCode::kInvalidParameters);
}

TEST_F(Link, AResetIsNoticedByTheSupervisionTimeout) {
  connect();
  clock.run_for(300 * kMs);
  const uint64_t start = clock.now_us();
  central.succeed(hci::Reset{});
  const auto event = peripheral.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, ErrorCode::kConnectionTimeout);
  const uint64_t waited = clock.now_us() - start;
  EXPECT_GE(waited, 1000 * kMs - 30 * kMs);
  EXPECT_LE(waited, 1001 * kMs);
  EXPECT_FALSE(central.take<hci::DisconnectionComplete>());
}

TEST_F(Link, AControllerThatVanishesIsNoticedByTheSupervisionTimeout) {
  auto third = std::make_unique<RawHost>(clock, air, crypto);
  third->start_up();
  third->advertise(RawHost::connectable());
  central.succeed(RawHost::create(hci::AddressType::kPublic, third->controller.public_address()));
  ASSERT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>());
  third.reset();
  const auto event = central.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, ErrorCode::kConnectionTimeout);
}

TEST_F(Link, TheCentralUpdatesParametersAtOneInstant) {
  connect();
  central.succeed(hci::LeConnectionUpdate{central_handle, 12, 12, 3, 200, 0, 0});
  const auto here = central.wait<hci::LeConnectionUpdateComplete>();
  const auto there = peripheral.take<hci::LeConnectionUpdateComplete>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->interval, 12);
  EXPECT_EQ(there->latency, 3);
  EXPECT_EQ(there->supervision_timeout, 200);
}

TEST_F(Link, ThePeripheralAsksForParametersAndTheCentralDecides) {
  connect();
  peripheral.succeed(hci::LeConnectionUpdate{peripheral_handle, 12, 16, 0, 200, 0, 0});
  auto request = central.wait<hci::LeRemoteConnectionParameterRequest>();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->interval_max, 16);
  central.succeed(hci::LeRemoteConnectionParameterRequestNegativeReply{
      central_handle, ErrorCode::kUnacceptableConnectionParameters});
  auto answer = peripheral.wait<hci::LeConnectionUpdateComplete>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, ErrorCode::kUnacceptableConnectionParameters);
  EXPECT_EQ(answer->interval, 24);

  peripheral.succeed(hci::LeConnectionUpdate{peripheral_handle, 12, 16, 0, 200, 0, 0});
  ASSERT_TRUE(central.wait<hci::LeRemoteConnectionParameterRequest>());
  central.succeed(
      hci::LeRemoteConnectionParameterRequestReply{central_handle, 12, 16, 0, 200, 0, 0});
  answer = peripheral.wait<hci::LeConnectionUpdateComplete>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, ErrorCode::kSuccess);
  EXPECT_EQ(answer->interval, 12);
}

TEST_F(Link, FeaturesVersionAndPhyAreExchangedEitherWay) {
  connect();
  peripheral.succeed(hci::LeReadRemoteFeatures{peripheral_handle});
  const auto features = peripheral.wait<hci::LeReadRemoteFeaturesComplete>();
  ASSERT_TRUE(features);
  EXPECT_EQ(features->features, central.ask(hci::LeReadLocalSupportedFeatures{}).features);
  central.succeed(hci::ReadRemoteVersion{central_handle});
  EXPECT_TRUE(central.wait<hci::ReadRemoteVersionComplete>());
  central.succeed(hci::LeSetPhy{central_handle, 0, hci::kPhy2M, hci::kPhy2M, 0});
  const auto here = central.wait<hci::LePhyUpdateComplete>();
  const auto there = peripheral.wait<hci::LePhyUpdateComplete>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->tx_phy, 2);
  EXPECT_EQ(there->rx_phy, 2);
  EXPECT_EQ(central.ask(hci::LeReadPhy{central_handle}).tx_phy, 2);
  EXPECT_EQ(central.command(hci::LeSetPhy{central_handle, 0, hci::kPhyCoded, hci::kPhyCoded, 0}),
            ErrorCode::kUnsupportedFeatureOrParameter);
}

TEST_F(Link, LongerPdusComeInOnePiece) {
  connect();
  central.succeed(hci::LeSetDataLength{central_handle, 251, 2120});
  const auto here = central.wait<hci::LeDataLengthChange>();
  const auto there = peripheral.take<hci::LeDataLengthChange>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->max_tx_octets, 251);
  EXPECT_EQ(here->max_tx_time, 2120);
  EXPECT_EQ(there->max_rx_octets, 251);
  EXPECT_EQ(there->max_tx_octets, 27);
  central.send_l2cap(central_handle, 4, std::vector<uint8_t>(200, 0xAA));
  clock.run_for(kSecond);
  EXPECT_EQ(peripheral.count_acl(), 1u);
}

TEST_F(Link, FaultsHitWhatTheyName) {
  connect();
  FaultRule rule;
  rule.action = FaultAction::kDrop;
  rule.from = hci::Role::kCentral;
  rule.cid = 6;
  rule.opcode = 0x03;
  rule.nth = 2;
  air.faults().add(rule);
  for (const uint8_t opcode : std::vector<uint8_t>{3, 4, 3, 3}) {
    central.send_l2cap(central_handle, 6, {opcode, 0x11});
    peripheral.send_l2cap(peripheral_handle, 6, {opcode, 0x11});
    clock.run_for(200 * kMs);
  }
  EXPECT_EQ(peripheral.data.size(), 3u * 6u);
  EXPECT_EQ(central.data.size(), 4u * 6u);
  EXPECT_EQ(tap.pdus.size(), 8u);
}

TEST_F(Link, FaultsCorruptDuplicateAndDelayWholePdus) {
  connect();
  std::string error;
  const std::vector<uint8_t> payload(60, 0x00);
  const auto send_under = [&](const char* text) {
    air.faults().clear();
    const auto rule = parse_fault_rule(text, error);
    EXPECT_TRUE(rule) << error;
    air.faults().add(*rule);
    peripheral.data.clear();
    central.send_l2cap(central_handle, 4, payload);
    clock.run_for(100 * kMs);
    return peripheral.data;
  };
  const auto corrupt = send_under("corrupt,cid=0x0004");
  ASSERT_EQ(corrupt.size(), 64u);
  EXPECT_EQ(load_le16(corrupt.data()), 60);
  EXPECT_FALSE(is_all_zero(Bytes(corrupt).subspan(4)));
  EXPECT_EQ(send_under("duplicate").size(), 128u);
  EXPECT_EQ(send_under("delay,delay_ms=500").size(), 0u);
  clock.run_for(500 * kMs);
  EXPECT_EQ(peripheral.data.size(), 64u);
}

TEST_F(Link, AFaultMayBreakTheLink) {
  connect();
  std::string error;
  air.faults().add(*parse_fault_rule("disconnect,from=P,nth=2", error));
  peripheral.send_l2cap(peripheral_handle, 4, {1});
  peripheral.send_l2cap(peripheral_handle, 4, {2});
  const auto here = central.wait<hci::DisconnectionComplete>();
  const auto there = peripheral.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->reason, ErrorCode::kConnectionTimeout);
  EXPECT_EQ(there->reason, ErrorCode::kConnectionTimeout);
  EXPECT_EQ(central.data.size(), 5u);
}

TEST(FaultRules, ThatMakeNoSenseAreExplained) {
  for (const char* text : {"", "lose", "drop,from=X", "drop,cid=65536", "drop,nth=0", "drop,cid",
                           "drop,cid=", "drop,colour=3", "drop,opcode=0x"}) {
    std::string error;
    EXPECT_FALSE(parse_fault_rule(text, error)) << text;
    EXPECT_FALSE(error.empty()) << text;
  }
}

// The same seed gives the same history, to the microsecond; another seed another one.
std::vector<std::string> history(uint64_t seed) {
  VirtualClock clock;
  SeededCrypto crypto(seed);
  Recorder tap;
  Air air(clock, seed);
  air.set_tap(&tap);
  RawHost one(clock, air, crypto);
  RawHost two(clock, air, crypto);
  one.start_up();
  two.start_up();
  two.advertise(RawHost::connectable());
  clock.run_for(700 * kMs);
  one.succeed(RawHost::create(hci::AddressType::kPublic, two.controller.public_address()));
  const auto complete = one.wait<hci::LeEnhancedConnectionComplete>();
  const auto random = one.ask(hci::LeRand{}).random;
  one.send_l2cap(complete->handle, 4, {random.begin(), random.end()});
  clock.run_for(kSecond);
  one.succeed(hci::Disconnect{complete->handle, ErrorCode::kRemoteUserTerminated});
  clock.run_for(kSecond);
  return tap.lines;
}

TEST(Determinism, OneSeedOneHistory) {
  EXPECT_EQ(history(7), history(7));
  EXPECT_NE(history(7), history(8));
  EXPECT_EQ(history(7).size(), 4u);
}

}  // namespace
}  // namespace pm::sim::testing
