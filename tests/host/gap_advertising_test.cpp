// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

using hci::Opcode;

class AdvertisingTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(advertiser.enable(), Status::kOk) << advertiser.host.last_error();
    ASSERT_EQ(scanner.enable(), Status::kOk) << scanner.host.last_error();
  }
  Status configure(std::vector<uint8_t> adv, std::vector<uint8_t> scan_rsp,
                   const ble_gap_adv_params_t& params) {
    adv_data_ = std::move(adv);
    scan_rsp_ = std::move(scan_rsp);
    const ble_gap_adv_data_t data = {{adv_data_.data(), static_cast<uint16_t>(adv_data_.size())},
                                     {scan_rsp_.data(), static_cast<uint16_t>(scan_rsp_.size())}};
    return advertiser.host.gap_adv_set_configure(&advertiser.adv_handle, &data, &params);
  }
  const ble_gap_evt_adv_report_t& report() {
    return scanner.last(BLE_GAP_EVT_ADV_REPORT)->gap().params.adv_report;
  }

  Radio radio{21};
  HostDevice advertiser{radio, 1};
  HostDevice scanner{radio, 2};
  std::vector<uint8_t> adv_data_;
  std::vector<uint8_t> scan_rsp_;
};

TEST_F(AdvertisingTest, ConfigurationIsCheckedAsTheSoftDeviceDoes) {
  const auto with = [](auto change) {
    ble_gap_adv_params_t params = HostDevice::adv_params();
    change(params);
    return params;
  };
  const ble_gap_adv_params_t plain = HostDevice::adv_params();
  EXPECT_EQ(advertiser.host.gap_adv_start(0, 99), Status::kInvalidState);
  EXPECT_EQ(configure({2, 1}, {}, plain), Status::kInvalidData);
  EXPECT_EQ(configure(std::vector<uint8_t>(32, 0), {}, plain), Status::kInvalidLength);
  EXPECT_EQ(configure({2, 1, 3}, {}, plain), Status::kInvalidFlags);
  EXPECT_EQ(configure({2, 1, 6}, {2, 1, 6}, plain), Status::kInvalidData);
  EXPECT_EQ(configure({2, 1, 5}, {}, plain), Status::kInvalidParam);  // limited without duration
  EXPECT_EQ(configure({}, {}, with([](auto& p) { p.interval = 0x1F; })), Status::kInvalidParam);
  EXPECT_EQ(configure({}, {}, with([](auto& p) { p.interval = 0x4001; })), Status::kInvalidParam);
  EXPECT_EQ(configure({}, {}, with([](auto& p) { p.channel_mask[4] = 0xE0; })),
            Status::kInvalidParam);
  EXPECT_EQ(configure({}, {}, with([](auto& p) { p.filter_policy = BLE_GAP_ADV_FP_FILTER_BOTH; })),
            Status::kInvalidParam);  // no allow list
  EXPECT_EQ(configure({}, {}, with([](auto& p) {
                        p.properties.type =
                            BLE_GAP_ADV_TYPE_EXTENDED_CONNECTABLE_NONSCANNABLE_UNDIRECTED;
                      })),
            Status::kNotSupported);
  EXPECT_EQ(configure({}, {3, 9, 'a', 'b'}, with([](auto& p) {
                        p.properties.type = BLE_GAP_ADV_TYPE_NONCONNECTABLE_NONSCANNABLE_UNDIRECTED;
                      })),
            Status::kInvalidParam);

  const ble_gap_addr_t listed = static_address(9);
  const ble_gap_addr_t* const list[] = {&listed};
  EXPECT_EQ(advertiser.host.gap_whitelist_set(list, 1), Status::kOk);
  EXPECT_EQ(configure({2, 1, 6}, {},
                      with([](auto& p) { p.filter_policy = BLE_GAP_ADV_FP_FILTER_CONNREQ; })),
            Status::kGapDiscoverableWithWhitelist);

  EXPECT_EQ(configure({2, 1, 6}, {}, plain), Status::kOk);
  EXPECT_EQ(advertiser.adv_handle, 0);
  uint8_t another = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
  EXPECT_EQ(advertiser.host.gap_adv_set_configure(&another, nullptr, &plain), Status::kNoMem);
  EXPECT_EQ(advertiser.host.gap_adv_start(1, 99), Status::kInvalidAdvHandle);
  EXPECT_EQ(advertiser.host.gap_adv_start(0, 42), Status::kNotFound);
  EXPECT_EQ(advertiser.host.gap_adv_stop(0), Status::kInvalidState);
  EXPECT_EQ(advertiser.host.gap_adv_start(0, 99), Status::kOk);
  EXPECT_EQ(advertiser.host.gap_adv_start(0, 99), Status::kInvalidState);
  EXPECT_EQ(configure({2, 1, 6}, {}, plain), Status::kInvalidState);
  EXPECT_EQ(advertiser.host.gap_addr_set(static_address(8)), Status::kInvalidState);
  EXPECT_EQ(advertiser.host.gap_adv_stop(0), Status::kOk);
  EXPECT_EQ(advertiser.count(BLE_GAP_EVT_ADV_SET_TERMINATED), 0u);
}

TEST_F(AdvertisingTest, ReportsPauseUntilTheApplicationGoesOn) {
  ASSERT_EQ(configure({2, 1, 6}, {3, 9, 'p', 'm'}, HostDevice::adv_params()), Status::kOk);
  ASSERT_EQ(advertiser.host.gap_adv_start(advertiser.adv_handle, 99), Status::kOk);
  ble_gap_scan_params_t params = HostDevice::scan_params();
  params.active = 1;
  EXPECT_EQ(scanner.scan_on(), Status::kInvalidState);
  ASSERT_EQ(scanner.scan(params), Status::kOk);
  EXPECT_EQ(scanner.scan(params), Status::kInvalidState);
  ASSERT_TRUE(scanner.await(BLE_GAP_EVT_ADV_REPORT));
  EXPECT_TRUE(same_octets(report().peer_addr, static_address(1)));
  EXPECT_EQ(report().type.connectable, 1);
  EXPECT_EQ(report().type.scannable, 1);
  EXPECT_EQ(report().type.scan_response, 0);
  ASSERT_EQ(report().data.len, 3);
  EXPECT_EQ(report().data.p_data, scanner.report_buffer.data());
  EXPECT_EQ(report().data.p_data[2], 6);
  radio.clock.run_for(2 * kSeconds);
  EXPECT_EQ(scanner.count(BLE_GAP_EVT_ADV_REPORT), 1u);
  EXPECT_EQ(scanner.scan(params), Status::kInvalidState);

  // The scan response came while paused and was kept.
  ASSERT_EQ(scanner.scan_on(), Status::kOk);
  ASSERT_TRUE(scanner.await(BLE_GAP_EVT_ADV_REPORT));
  EXPECT_EQ(report().type.scan_response, 1);
  EXPECT_EQ(report().data.p_data[2], 'p');
  EXPECT_EQ(scanner.host.gap_scan_stop(), Status::kOk);
  EXPECT_EQ(scanner.host.gap_scan_stop(), Status::kInvalidState);
  EXPECT_EQ(scanner.scan_on(), Status::kInvalidState);
}

TEST_F(AdvertisingTest, NewDataShowsWhileAdvertising) {
  ASSERT_EQ(configure({2, 1, 6}, {}, HostDevice::adv_params()), Status::kOk);
  ASSERT_EQ(advertiser.host.gap_adv_start(advertiser.adv_handle, 99), Status::kOk);
  std::vector<uint8_t> fresh = {3, 0xFF, 0x59, 0x00};
  ble_gap_adv_data_t data = {{adv_data_.data(), 3}, {nullptr, 0}};
  EXPECT_EQ(advertiser.host.gap_adv_set_configure(&advertiser.adv_handle, &data, nullptr),
            Status::kInvalidParam);  // the buffer in use
  data.adv_data = {fresh.data(), 4};
  EXPECT_EQ(advertiser.host.gap_adv_set_configure(&advertiser.adv_handle, &data, nullptr),
            Status::kOk);
  radio.clock.run_for(1 * kSeconds);
  ASSERT_EQ(scanner.scan(), Status::kOk);
  ASSERT_TRUE(scanner.await(BLE_GAP_EVT_ADV_REPORT));
  EXPECT_EQ(report().data.len, 4);
}

TEST_F(AdvertisingTest, ScanningTimesOut) {
  ble_gap_scan_params_t params = HostDevice::scan_params();
  params.timeout = 200;  // 2 s
  ASSERT_EQ(scanner.scan(params), Status::kOk);
  const uint64_t before = radio.clock.now_us();
  ASSERT_TRUE(scanner.await(BLE_GAP_EVT_TIMEOUT));
  EXPECT_NEAR(static_cast<double>(radio.clock.now_us() - before), 2.0 * kSeconds, kMilliseconds);
  const auto& timeout = scanner.last(BLE_GAP_EVT_TIMEOUT)->gap().params.timeout;
  EXPECT_EQ(timeout.src, BLE_GAP_TIMEOUT_SRC_SCAN);
  EXPECT_EQ(timeout.params.adv_report_buffer.p_data, scanner.report_buffer.data());
  EXPECT_EQ(scanner.scan_on(), Status::kInvalidState);
  EXPECT_EQ(scanner.scan(), Status::kOk);
}

TEST_F(AdvertisingTest, EndsByDurationAndByNumberOfEvents) {
  ble_gap_adv_params_t params = HostDevice::adv_params();
  params.duration = 300;  // 3 s
  ASSERT_EQ(advertiser.advertise(params), Status::kOk);
  uint64_t before = radio.clock.now_us();
  ASSERT_TRUE(advertiser.await(BLE_GAP_EVT_ADV_SET_TERMINATED));
  EXPECT_NEAR(static_cast<double>(radio.clock.now_us() - before), 3.0 * kSeconds, kMilliseconds);
  EXPECT_EQ(advertiser.last(BLE_GAP_EVT_ADV_SET_TERMINATED)->gap().params.adv_set_terminated.reason,
            BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_TIMEOUT);

  params.max_adv_evts = 10;
  ASSERT_EQ(advertiser.advertise(params), Status::kOk);
  before = radio.clock.now_us();
  ASSERT_TRUE(advertiser.await(BLE_GAP_EVT_ADV_SET_TERMINATED));
  const auto& ended =
      advertiser.last(BLE_GAP_EVT_ADV_SET_TERMINATED)->gap().params.adv_set_terminated;
  EXPECT_EQ(ended.reason, BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_LIMIT_REACHED);
  EXPECT_EQ(ended.num_completed_adv_events, 10);
  EXPECT_NEAR(static_cast<double>(radio.clock.now_us() - before), 1.05 * kSeconds, 0.06 * kSeconds);
  // And nothing is on air any more.
  ASSERT_EQ(scanner.scan(), Status::kOk);
  EXPECT_FALSE(scanner.await(BLE_GAP_EVT_ADV_REPORT, 3 * kSeconds));
}

TEST_F(AdvertisingTest, HighDutyDirectedAdvertisingEndsAlone) {
  ble_gap_adv_params_t params = HostDevice::adv_params();
  const ble_gap_addr_t peer = static_address(2);
  params.properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED_HIGH_DUTY_CYCLE;
  params.p_peer_addr = &peer;
  ASSERT_EQ(advertiser.advertise(params), Status::kOk);
  const uint64_t before = radio.clock.now_us();
  ASSERT_TRUE(advertiser.await(BLE_GAP_EVT_ADV_SET_TERMINATED));
  EXPECT_NEAR(static_cast<double>(radio.clock.now_us() - before), 1.28 * kSeconds, 0.03 * kSeconds);
  EXPECT_EQ(advertiser.count(BLE_GAP_EVT_ADV_SET_TERMINATED), 1u);
  EXPECT_EQ(advertiser.advertise(params), Status::kOk);
}

TEST_F(AdvertisingTest, DirectedAdvertisingConnectsItsTarget) {
  ble_gap_adv_params_t params = HostDevice::adv_params();
  const ble_gap_addr_t peer = static_address(2);
  params.properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED;
  params.p_peer_addr = &peer;
  ASSERT_EQ(advertiser.advertise(params), Status::kOk);
  ASSERT_EQ(scanner.scan(), Status::kOk);
  ASSERT_TRUE(scanner.await(BLE_GAP_EVT_ADV_REPORT));
  EXPECT_EQ(report().type.directed, 1);
  ASSERT_EQ(scanner.connect(static_address(1)), Status::kOk);
  EXPECT_TRUE(scanner.await(BLE_GAP_EVT_CONNECTED));
}

TEST_F(AdvertisingTest, ScannerFiltersByTheAllowList) {
  HostDevice other{radio, 3};
  ASSERT_EQ(other.enable(), Status::kOk);
  ASSERT_EQ(advertiser.advertise(), Status::kOk);
  ASSERT_EQ(other.advertise(), Status::kOk);
  const ble_gap_addr_t listed = static_address(3);
  const ble_gap_addr_t* const list[] = {&listed};
  ble_gap_scan_params_t params = HostDevice::scan_params();
  params.filter_policy = BLE_GAP_SCAN_FP_WHITELIST;
  EXPECT_EQ(scanner.scan(params), Status::kInvalidParam);
  ASSERT_EQ(scanner.host.gap_whitelist_set(list, 1), Status::kOk);
  ASSERT_EQ(scanner.scan(params), Status::kOk);
  EXPECT_EQ(scanner.host.gap_whitelist_set(nullptr, 0), Status::kGapWhitelistInUse);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(scanner.await(BLE_GAP_EVT_ADV_REPORT));
    EXPECT_TRUE(same_octets(report().peer_addr, listed));
    ASSERT_EQ(scanner.scan_on(), Status::kOk);
  }
}

}  // namespace
}  // namespace pm::test
