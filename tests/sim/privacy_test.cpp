// SPDX-License-Identifier: Apache-2.0
//
// Filter accept list and resolving list. Core, Vol 6, Part B, 4.3 and 6.
#include "sim/raw_host.hpp"

namespace pm::sim::testing {
namespace {

using hci::AddressType;
using hci::ErrorCode;
using hci::OwnAddressType;

constexpr hci::BdAddr kCentralIdentity{1, 2, 3, 4, 5, 0xC1};
constexpr hci::BdAddr kPeripheralIdentity{1, 2, 3, 4, 5, 0xC2};

class Privacy : public TwoHosts {
 protected:
  static Key128 irk(uint8_t fill) {
    std::array<uint8_t, 16> octets;
    octets.fill(fill);
    return Key128(octets);
  }
  void SetUp() override {
    central.succeed(hci::LeSetRandomAddress{kCentralIdentity});
    peripheral.succeed(hci::LeSetRandomAddress{kPeripheralIdentity});
  }
  void know_each_other() {
    central.succeed(
        hci::LeAddToResolvingList{AddressType::kRandom, kPeripheralIdentity, irk(0x22), irk(0x11)});
    central.succeed(hci::LeSetAddressResolutionEnable{1});
    peripheral.succeed(
        hci::LeAddToResolvingList{AddressType::kRandom, kCentralIdentity, irk(0x11), irk(0x22)});
    peripheral.succeed(hci::LeSetAddressResolutionEnable{1});
  }
  static hci::LeSetAdvertisingParameters advertising(OwnAddressType own) {
    auto parameters = RawHost::connectable();
    parameters.own_address_type = own;
    parameters.peer_address_type = AddressType::kRandom;
    parameters.peer_address = kCentralIdentity;
    return parameters;
  }
  static hci::LeCreateConnection creating(OwnAddressType own) {
    auto command = RawHost::create(AddressType::kRandom, kPeripheralIdentity);
    command.own_address_type = own;
    return command;
  }
  static bool is_rpa(const hci::BdAddr& address) { return (address[5] & 0xC0) == 0x40; }
};

TEST_F(Privacy, PrivateAddressesAreMadeAndResolvedAtBothEnds) {
  know_each_other();
  peripheral.advertise(advertising(OwnAddressType::kResolvableOrRandom));
  central.succeed(creating(OwnAddressType::kResolvableOrRandom));
  const auto here = central.wait<hci::LeEnhancedConnectionComplete>();
  const auto there = peripheral.wait<hci::LeEnhancedConnectionComplete>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->peer_address_type, AddressType::kRandomIdentity);
  EXPECT_EQ(here->peer_address, kPeripheralIdentity);
  EXPECT_TRUE(is_rpa(here->peer_rpa));
  EXPECT_TRUE(is_rpa(here->local_rpa));
  EXPECT_EQ(there->peer_address, kCentralIdentity);
  EXPECT_EQ(there->peer_rpa, here->local_rpa);
  EXPECT_EQ(there->local_rpa, here->peer_rpa);
}

TEST_F(Privacy, WithoutResolutionTheAddressStaysAsItIsOnAir) {
  know_each_other();
  central.succeed(hci::LeSetAddressResolutionEnable{0});
  peripheral.advertise(advertising(OwnAddressType::kResolvableOrRandom));
  central.succeed(hci::LeSetScanParameters{0, 16, 16, OwnAddressType::kRandom, 0});
  central.succeed(hci::LeSetScanEnable{1, 1});
  const auto report = central.wait<hci::LeAdvertisingReport>();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reports[0].address_type, AddressType::kRandom);
  EXPECT_TRUE(is_rpa(report->reports[0].address));
}

TEST_F(Privacy, AnUnknownKeyDoesNotResolve) {
  know_each_other();
  central.succeed(hci::LeClearResolvingList{});
  central.succeed(
      hci::LeAddToResolvingList{AddressType::kRandom, kPeripheralIdentity, irk(0x23), irk(0x11)});
  peripheral.advertise(advertising(OwnAddressType::kResolvableOrRandom));
  central.succeed(creating(OwnAddressType::kRandom));
  EXPECT_FALSE(central.wait<hci::LeEnhancedConnectionComplete>(2 * kSecond));
}

TEST_F(Privacy, NetworkPrivacyRefusesTheIdentityAddressAndDevicePrivacyTakesIt) {
  know_each_other();
  peripheral.advertise(advertising(OwnAddressType::kRandom));
  central.succeed(creating(OwnAddressType::kRandom));
  EXPECT_FALSE(central.wait<hci::LeEnhancedConnectionComplete>(2 * kSecond));
  central.succeed(hci::LeCreateConnectionCancel{});
  ASSERT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>());
  peripheral.succeed(hci::LeSetAdvertisingEnable{0});
  central.succeed(
      hci::LeSetPrivacyMode{AddressType::kRandom, kPeripheralIdentity, hci::PrivacyMode::kDevice});
  peripheral.succeed(
      hci::LeSetPrivacyMode{AddressType::kRandom, kCentralIdentity, hci::PrivacyMode::kDevice});
  peripheral.advertise(advertising(OwnAddressType::kRandom));
  central.succeed(creating(OwnAddressType::kRandom));
  const auto here = central.wait<hci::LeEnhancedConnectionComplete>(2 * kSecond);
  ASSERT_TRUE(here);
  EXPECT_EQ(here->peer_address_type, AddressType::kRandom);
  EXPECT_EQ(here->peer_address, kPeripheralIdentity);
}

TEST_F(Privacy, PrivateAddressesChangeWithTheirTimeout) {
  know_each_other();
  peripheral.succeed(hci::LeSetRpaTimeout{2});
  peripheral.advertise(advertising(OwnAddressType::kResolvableOrRandom));
  clock.run_for(7 * kSecond);
  std::vector<std::string> seen;
  for (const std::string& line : tap.lines) {
    seen.push_back(line.substr(line.find("adv ") + 4, 12));
  }
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

TEST_F(Privacy, TheAcceptListFiltersConnectionsByIdentity) {
  know_each_other();
  auto parameters = advertising(OwnAddressType::kResolvableOrRandom);
  parameters.filter_policy = 3;
  peripheral.advertise(parameters);
  central.succeed(creating(OwnAddressType::kResolvableOrRandom));
  EXPECT_FALSE(central.wait<hci::LeEnhancedConnectionComplete>(2 * kSecond));
  EXPECT_EQ(
      peripheral.command(hci::LeAddToFilterAcceptList{AddressType::kRandom, kCentralIdentity}),
      ErrorCode::kCommandDisallowed);
  peripheral.succeed(hci::LeSetAdvertisingEnable{0});
  peripheral.succeed(hci::LeAddToFilterAcceptList{AddressType::kRandom, kCentralIdentity});
  peripheral.succeed(hci::LeSetAdvertisingEnable{1});
  EXPECT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>(2 * kSecond));
}

TEST_F(Privacy, TheAcceptListFiltersReportsAndInitiating) {
  peripheral.advertise(advertising(OwnAddressType::kRandom));
  central.succeed(hci::LeSetScanParameters{0, 16, 16, OwnAddressType::kRandom, 1});
  central.succeed(hci::LeSetScanEnable{1, 0});
  EXPECT_FALSE(central.wait<hci::LeAdvertisingReport>(kSecond));
  central.succeed(hci::LeSetScanEnable{0, 0});
  central.succeed(hci::LeAddToFilterAcceptList{AddressType::kRandom, kPeripheralIdentity});
  central.succeed(hci::LeSetScanEnable{1, 0});
  EXPECT_TRUE(central.wait<hci::LeAdvertisingReport>(kSecond));
  auto command = RawHost::create(AddressType::kPublic, {});
  command.own_address_type = OwnAddressType::kRandom;
  command.filter_policy = 1;
  central.succeed(command);
  EXPECT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>(kSecond));
}

TEST_F(Privacy, DirectedAdvertisingUsesPrivateAddressesBothWays) {
  know_each_other();
  auto parameters = advertising(OwnAddressType::kResolvableOrRandom);
  parameters.type = hci::AdvertisingType::kDirectedLowDuty;
  peripheral.advertise(parameters);
  central.succeed(hci::LeSetScanParameters{0, 16, 16, OwnAddressType::kResolvableOrRandom, 0});
  central.succeed(hci::LeSetScanEnable{1, 1});
  const auto report = central.wait<hci::LeAdvertisingReport>();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reports[0].type, hci::ReportType::kDirected);
  EXPECT_EQ(report->reports[0].address, kPeripheralIdentity);
  central.succeed(creating(OwnAddressType::kResolvableOrRandom));
  EXPECT_TRUE(central.wait<hci::LeEnhancedConnectionComplete>(kSecond));
}

TEST_F(Privacy, DirectedAdvertisingThatCannotBeResolvedIsReportedOnRequest) {
  know_each_other();
  auto parameters = advertising(OwnAddressType::kResolvableOrRandom);
  parameters.type = hci::AdvertisingType::kDirectedLowDuty;
  peripheral.advertise(parameters);
  central.succeed(hci::LeSetAddressResolutionEnable{0});
  central.succeed(hci::LeSetScanParameters{0, 16, 16, OwnAddressType::kRandom, 0});
  central.succeed(hci::LeSetScanEnable{1, 1});
  EXPECT_FALSE(central.wait<hci::LeAdvertisingReport>(kSecond));
  central.succeed(hci::LeSetScanEnable{0, 0});
  central.succeed(hci::LeSetScanParameters{0, 16, 16, OwnAddressType::kRandom, 2});
  central.succeed(hci::LeSetScanEnable{1, 1});
  const auto report = central.wait<hci::LeDirectedAdvertisingReport>();
  ASSERT_TRUE(report);
  EXPECT_TRUE(is_rpa(report->reports[0].direct_address));
}

TEST_F(Privacy, TheResolvingListKeepsItsRules) {
  const auto add = [&](uint8_t number, uint8_t fill) {
    return central.command(hci::LeAddToResolvingList{
        AddressType::kRandom, {number, 2, 3, 4, 5, 0xC0}, irk(fill), irk(0x11)});
  };
  EXPECT_EQ(central.ask(hci::LeReadResolvingListSize{}).size, 16);
  EXPECT_EQ(add(1, 1), ErrorCode::kSuccess);
  EXPECT_EQ(add(1, 2), ErrorCode::kInvalidParameters) << "identity twice";
  EXPECT_EQ(add(2, 1), ErrorCode::kInvalidParameters) << "key twice";
  EXPECT_EQ(central.command(hci::LeAddToResolvingList{
                AddressType::kRandom, {1, 2, 3, 4, 5, 0x40}, irk(9), irk(0x11)}),
            ErrorCode::kInvalidParameters)
      << "an identity is static";
  for (uint8_t i = 2; i <= 16; ++i) {
    EXPECT_EQ(add(i, i), ErrorCode::kSuccess);
  }
  EXPECT_EQ(add(17, 17), ErrorCode::kMemoryCapacityExceeded);
  central.succeed(hci::LeSetAddressResolutionEnable{1});
  central.advertise(RawHost::connectable());
  EXPECT_EQ(central.command(hci::LeClearResolvingList{}), ErrorCode::kCommandDisallowed);
  EXPECT_EQ(central.command(hci::LeSetAddressResolutionEnable{0}), ErrorCode::kCommandDisallowed);
  EXPECT_EQ(central.command(hci::LeSetRpaTimeout{0}), ErrorCode::kInvalidParameters);
  EXPECT_EQ(central.command(hci::LeSetRpaTimeout{3601}), ErrorCode::kInvalidParameters);
}

TEST_F(Privacy, TheAcceptListKeepsItsRules) {
  EXPECT_EQ(central.ask(hci::LeReadFilterAcceptListSize{}).size, 16);
  for (uint8_t i = 0; i < 16; ++i) {
    central.succeed(hci::LeAddToFilterAcceptList{AddressType::kPublic, {i, 0, 0, 0, 0, 0}});
  }
  central.succeed(hci::LeAddToFilterAcceptList{AddressType::kPublic, {0, 0, 0, 0, 0, 0}});
  EXPECT_EQ(central.command(hci::LeAddToFilterAcceptList{AddressType::kPublic, {99}}),
            ErrorCode::kMemoryCapacityExceeded);
  EXPECT_EQ(central.command(hci::LeAddToFilterAcceptList{AddressType::kRandomIdentity, {99}}),
            ErrorCode::kInvalidParameters);
}

}  // namespace
}  // namespace pm::sim::testing
