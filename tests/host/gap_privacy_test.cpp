// SPDX-License-Identifier: Apache-2.0
//
// Private addresses: made here, resolved by the controller or by the host; the allow list over
// identities.
#include <gmock/gmock.h>

#include <set>

#include "host/gap/address.hpp"
#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

host::HostConfig config_of(uint8_t number, bool resolve_in_host) {
  host::HostConfig config = device_config(number);
  config.resolve_in_host = resolve_in_host;
  return config;
}

ble_gap_id_key_t key_of(uint8_t number) { return {numbered_irk(number), static_address(number)}; }

ble_gap_privacy_params_t device_privacy(uint16_t cycle_s = 0) {
  ble_gap_privacy_params_t params{};
  params.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY;
  params.private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  params.private_addr_cycle_s = cycle_s;
  return params;
}

/// The parameter: private addresses of peers are resolved by the host instead of the controller.
class PrivacyTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    for (HostDevice* device : {&peripheral, &central, &stranger}) {
      ASSERT_EQ(device->enable(), Status::kOk) << device->host.last_error();
    }
  }
  static void knows(HostDevice& device, std::initializer_list<uint8_t> peers) {
    std::vector<ble_gap_id_key_t> keys;
    std::vector<const ble_gap_id_key_t*> pointers;
    keys.reserve(peers.size());
    for (const uint8_t peer : peers) {
      keys.push_back(key_of(peer));
      pointers.push_back(&keys.back());
    }
    ASSERT_EQ(device.host.gap_device_identities_set(pointers.data(), nullptr,
                                                    static_cast<uint8_t>(pointers.size())),
              Status::kOk);
  }
  static void lists(HostDevice& device, uint8_t peer) {
    const ble_gap_addr_t address = static_address(peer);
    const ble_gap_addr_t* const list[] = {&address};
    ASSERT_EQ(device.host.gap_whitelist_set(list, 1), Status::kOk);
  }
  static const ble_gap_addr_t& peer_of(HostDevice& device) {
    return device.last(BLE_GAP_EVT_CONNECTED)->gap().params.connected.peer_addr;
  }

  Radio radio{51};
  HostDevice peripheral{radio, 1, config_of(1, GetParam())};
  HostDevice central{radio, 2, config_of(2, GetParam())};
  HostDevice stranger{radio, 3, config_of(3, GetParam())};
};

TEST_P(PrivacyTest, BothSidesPrivateKnowEachOtherByIdentity) {
  for (HostDevice* device : {&peripheral, &central}) {
    ASSERT_EQ(device->host.gap_privacy_set(device_privacy()), Status::kOk);
  }
  knows(peripheral, {3, 2});
  knows(central, {1});
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ble_gap_addr_t shown{};
  ASSERT_EQ(peripheral.host.gap_adv_addr_get(peripheral.adv_handle, &shown), Status::kOk);
  EXPECT_EQ(shown.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE);
  ble_gap_addr_t identity{};
  EXPECT_EQ(peripheral.host.gap_addr_get(identity), Status::kOk);
  EXPECT_TRUE(same_octets(identity, static_address(1)));

  ble_gap_addr_t target = static_address(1);
  target.addr_id_peer = 1;
  ASSERT_EQ(central.connect(target), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 1));
  EXPECT_TRUE(same_octets(peer_of(central), static_address(1)));
  EXPECT_EQ(peer_of(central).addr_id_peer, 1);
  EXPECT_TRUE(same_octets(peer_of(peripheral), static_address(2)));
  EXPECT_EQ(peer_of(peripheral).addr_id_peer, 1);
}

TEST_P(PrivacyTest, UnknownPrivateAddressIsTold) {
  ASSERT_EQ(peripheral.host.gap_privacy_set(device_privacy()), Status::kOk);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_EQ(stranger.scan(), Status::kOk);
  ASSERT_TRUE(stranger.await(BLE_GAP_EVT_ADV_REPORT));
  const auto seen = stranger.last(BLE_GAP_EVT_ADV_REPORT)->gap().params.adv_report.peer_addr;
  EXPECT_EQ(seen.addr_id_peer, 0);
  EXPECT_EQ(seen.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE);
  ble_gap_addr_t shown{};
  ASSERT_EQ(peripheral.host.gap_adv_addr_get(peripheral.adv_handle, &shown), Status::kOk);
  EXPECT_TRUE(same_octets(seen, shown));

  // A scanner that knows the peer sees its identity.
  knows(central, {1});
  ASSERT_EQ(central.scan(), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_ADV_REPORT));
  const auto known = central.last(BLE_GAP_EVT_ADV_REPORT)->gap().params.adv_report.peer_addr;
  EXPECT_EQ(known.addr_id_peer, 1);
  EXPECT_TRUE(same_octets(known, static_address(1)));
}

TEST_P(PrivacyTest, AddressRotatesWhileEverythingRuns) {
  ASSERT_EQ(peripheral.host.gap_privacy_set(device_privacy(60)), Status::kOk);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_EQ(peripheral.scan(), Status::kOk);
  std::set<std::vector<uint8_t>> shown;
  for (int cycle = 0; cycle < 5; ++cycle) {
    ble_gap_addr_t address{};
    ASSERT_EQ(peripheral.host.gap_adv_addr_get(peripheral.adv_handle, &address), Status::kOk);
    shown.insert({address.addr, address.addr + 6});
    // What is shown is what is heard.
    ASSERT_EQ(stranger.scan(), Status::kOk);
    ASSERT_TRUE(stranger.await(BLE_GAP_EVT_ADV_REPORT));
    EXPECT_TRUE(same_octets(
        stranger.last(BLE_GAP_EVT_ADV_REPORT)->gap().params.adv_report.peer_addr, address));
    EXPECT_EQ(stranger.host.gap_scan_stop(), Status::kOk);
    radio.clock.run_for(60 * kSeconds);
  }
  EXPECT_EQ(shown.size(), 5u);
}

TEST_P(PrivacyTest, RotationWhileConnectingDoesNotLoseTheAttempt) {
  ASSERT_EQ(central.host.gap_privacy_set(device_privacy(10)), Status::kOk);
  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  radio.clock.run_for(35 * kSeconds);
  EXPECT_EQ(central.events.size(), 0u);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  EXPECT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 1));
  EXPECT_EQ(peer_of(peripheral).addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE);
}

TEST_P(PrivacyTest, AllowListAdmitsAPrivatePeerByItsIdentityAndNobodyElse) {
  ASSERT_EQ(central.host.gap_privacy_set(device_privacy()), Status::kOk);
  ASSERT_EQ(stranger.host.gap_privacy_set(device_privacy()), Status::kOk);
  knows(peripheral, {2, 3});
  lists(peripheral, 2);
  ble_gap_adv_params_t params = HostDevice::adv_params();
  params.filter_policy = BLE_GAP_ADV_FP_FILTER_CONNREQ;
  ASSERT_EQ(peripheral.advertise(params), Status::kOk);
  EXPECT_EQ(peripheral.host.gap_whitelist_set(nullptr, 0), Status::kGapWhitelistInUse);
  EXPECT_EQ(peripheral.host.gap_device_identities_set(nullptr, nullptr, 0),
            Status::kGapDeviceIdentitiesInUse);

  ASSERT_EQ(stranger.connect(static_address(1), 500), Status::kOk);
  radio.clock.run_for(6 * kSeconds);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_CONNECTED), 0u);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_DISCONNECTED), 0u);
  EXPECT_EQ(stranger.count(BLE_GAP_EVT_CONNECTED), stranger.count(BLE_GAP_EVT_DISCONNECTED));
  (void)stranger.host.gap_connect_cancel();

  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 1));
  EXPECT_TRUE(same_octets(peer_of(peripheral), static_address(2)));
}

TEST_P(PrivacyTest, CentralConnectsWhomTheAllowListNames) {
  for (HostDevice* device : {&peripheral, &stranger}) {
    ASSERT_EQ(device->host.gap_privacy_set(device_privacy()), Status::kOk);
  }
  knows(central, {1, 3});
  lists(central, 1);
  ble_gap_scan_params_t scan = HostDevice::scan_params();
  scan.filter_policy = BLE_GAP_SCAN_FP_WHITELIST;
  const ble_gap_conn_params_t conn = HostDevice::conn_params();
  ASSERT_EQ(stranger.advertise(), Status::kOk);
  ASSERT_EQ(central.host.gap_connect(nullptr, &scan, &conn, 99), Status::kOk);
  radio.clock.run_for(5 * kSeconds);
  EXPECT_EQ(central.count(BLE_GAP_EVT_CONNECTED), 0u);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  EXPECT_TRUE(same_octets(peer_of(central), static_address(1)));
  EXPECT_EQ(stranger.count(BLE_GAP_EVT_CONNECTED), 0u);
}

TEST_P(PrivacyTest, SettingsAreCheckedAsTheSoftDeviceDoes) {
  ble_gap_privacy_params_t params = device_privacy();
  params.privacy_mode = 3;
  EXPECT_EQ(peripheral.host.gap_privacy_set(params), Status::kInvalidParam);
  params = device_privacy(41401);
  EXPECT_EQ(peripheral.host.gap_privacy_set(params), Status::kInvalidParam);
  params = device_privacy();
  params.private_addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
  EXPECT_EQ(peripheral.host.gap_privacy_set(params), Status::kGapInvalidBleAddr);
  params = device_privacy();
  ble_gap_irk_t irk{};
  params.p_device_irk = &irk;
  EXPECT_EQ(peripheral.host.gap_privacy_set(params), Status::kGapZeroIrkNotAllowed);
  irk = numbered_irk(0x77);
  EXPECT_EQ(peripheral.host.gap_privacy_set(params), Status::kOk);
  ble_gap_irk_t read{};
  ble_gap_privacy_params_t now{};
  now.p_device_irk = &read;
  EXPECT_EQ(peripheral.host.gap_privacy_get(now), Status::kOk);
  EXPECT_EQ(now.privacy_mode, BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY);
  EXPECT_EQ(now.private_addr_cycle_s, BLE_GAP_DEFAULT_PRIVATE_ADDR_CYCLE_INTERVAL_S);
  EXPECT_EQ(std::memcmp(read.irk, irk.irk, sizeof irk.irk), 0);

  const ble_gap_id_key_t one = key_of(2);
  const ble_gap_id_key_t zero = {{}, static_address(3)};
  ble_gap_id_key_t bad = key_of(4);
  bad.id_addr_info.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  const ble_gap_id_key_t* const twice[] = {&one, &one};
  const ble_gap_id_key_t* const bad_list[] = {&bad};
  const ble_gap_id_key_t* const zero_list[] = {&zero};
  const ble_gap_id_key_t* const none[] = {nullptr};
  host::Host& host = peripheral.host;
  EXPECT_EQ(host.gap_device_identities_set(twice, nullptr, 2),
            Status::kGapDeviceIdentitiesDuplicate);
  EXPECT_EQ(host.gap_device_identities_set(twice, nullptr, 0), Status::kDataSize);
  EXPECT_EQ(host.gap_device_identities_set(twice, nullptr, 9), Status::kDataSize);
  EXPECT_EQ(host.gap_device_identities_set(bad_list, nullptr, 1), Status::kGapInvalidBleAddr);
  EXPECT_EQ(host.gap_device_identities_set(none, nullptr, 1), Status::kInvalidAddr);
  EXPECT_EQ(host.gap_device_identities_set(zero_list, nullptr, 1), Status::kOk);
  params.privacy_mode = BLE_GAP_PRIVACY_MODE_NETWORK_PRIVACY;
  EXPECT_EQ(host.gap_privacy_set(params), Status::kOk);
  EXPECT_EQ(host.gap_device_identities_set(zero_list, nullptr, 1), Status::kGapZeroIrkNotAllowed);
  EXPECT_EQ(host.gap_device_identities_set(nullptr, nullptr, 0), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(Resolving, PrivacyTest, testing::Bool(), [](const auto& resolving) {
  return resolving.param ? "InTheHost" : "InTheController";
});

/// A source of randomness that is stuck.
class StuckCrypto final : public Crypto {
 public:
  explicit StuckCrypto(uint8_t octet) : octet_(octet) {}
  Status random(MutableBytes out) override {
    std::fill(out.begin(), out.end(), octet_);
    return Status::kOk;
  }
  Status aes128(std::span<const uint8_t, 16>, std::span<const uint8_t, 16>,
                std::span<uint8_t, 16>) override {
    return Status::kInternal;
  }
  Status aes_cmac(std::span<const uint8_t, 16>, Bytes, std::span<uint8_t, 16>) override {
    return Status::kInternal;
  }
  Status generate_key_pair(std::span<uint8_t, 64>) override { return Status::kInternal; }
  Status key_agreement(std::span<const uint8_t, 64>, std::span<uint8_t, 32>) override {
    return Status::kInternal;
  }
  void destroy_key_pair() override {}

 private:
  uint8_t octet_;
};

TEST(GapPrivacy, ConstantRandomnessFails) {
  const ble_gap_irk_t irk = numbered_irk(7);
  for (const uint8_t octet : {uint8_t{0x00}, uint8_t{0xFF}}) {
    StuckCrypto crypto(octet);
    ble_gap_addr_t address{};
    EXPECT_EQ(host::gap::make_resolvable(crypto, irk.irk, address), Status::kInternal);
    EXPECT_EQ(host::gap::make_non_resolvable(crypto, address), Status::kInternal);
  }
}

}  // namespace
}  // namespace pm::test
