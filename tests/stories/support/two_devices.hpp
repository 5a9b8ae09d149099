// SPDX-License-Identifier: Apache-2.0
//
// The stage of most stories: a sensor (peripheral) and a collector (central) that have never met.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stories/support/story_device.hpp"

namespace pm::test {

using testing::ElementsAre;

class TwoDevices : public testing::Test {
 protected:
  static constexpr uint64_t kSeed = 2026;

  void SetUp() override { start_both(); }
  void TearDown() override {
    if (HasFailure()) {
      std::cout << "seed " << kSeed << '\n';
    }
  }

  void start_both() {
    for (StoryDevice* device : both()) {
      ASSERT_EQ(device->start(), "");
    }
  }
  void restart_both() {
    for (StoryDevice* device : both()) {
      ASSERT_EQ(device->restart(), "");
    }
  }
  std::array<StoryDevice*, 2> both() { return {&sensor, &collector}; }
  void forget_happenings() {
    sensor.forget();
    collector.forget();
    radio.pdus.clear();
  }

  bool until(const std::function<bool()>& done, uint64_t limit_us = 10 * kSeconds) {
    return radio.clock.run_until(done, limit_us);
  }
  /// Long enough for everything that follows from what was done, short enough for no timeout.
  void settle() { radio.clock.run_for(5 * kSeconds); }

  /// The collector connects to the sensor.
  void link() {
    ASSERT_EQ(sensor.advertise(), Status::kOk);
    advertised = sensor.address_on_air();
    ASSERT_EQ(collector.connect(advertised), Status::kOk);
    ASSERT_TRUE(until([&] {
      return sensor.connection() != kNoConnection && collector.connection() != kNoConnection;
    }));
  }
  void part() {
    ASSERT_EQ(collector.disconnect(collector.connection()), Status::kOk);
    ASSERT_TRUE(until([&] { return sensor.links() == 0 && collector.links() == 0; }));
  }
  /// The collector secures the link: with the stored key, or by pairing.
  void secure(bool force_repairing = false) {
    ASSERT_EQ(collector.secure(force_repairing), Status::kOk);
    settle();
  }
  /// They meet, bond, and stay connected.
  void bond() {
    link();
    secure();
    for (StoryDevice* device : both()) {
      ASSERT_EQ(device->count("SEC_SUCCEEDED(B, stored)"), 1u);
      ASSERT_EQ(device->count("DATA_UPDATE(BONDING)"), 1u);
    }
  }
  /// The collector subscribes to the sensor's value.
  void subscribe(uint16_t handle, uint16_t value = 1) {
    const size_t before = collector.count_ble(BLE_GATTC_EVT_WRITE_RSP);
    ASSERT_EQ(collector.write_cccd(handle, value), Status::kOk);
    ASSERT_TRUE(until([&] { return collector.count_ble(BLE_GATTC_EVT_WRITE_RSP) > before; }));
    ASSERT_EQ(collector.last_ble(BLE_GATTC_EVT_WRITE_RSP)->evt.gattc_evt.gatt_status,
              BLE_GATT_STATUS_SUCCESS);
    settle();
  }
  /// PDUs on air with this opcode, encrypted or not.
  size_t on_air(uint16_t cid, uint8_t opcode) const {
    return static_cast<size_t>(
        std::count_if(radio.pdus.begin(), radio.pdus.end(),
                      [&](const AirPdu& pdu) { return pdu.cid == cid && pdu.opcode() == opcode; }));
  }
  size_t smp_pdus() const {
    return static_cast<size_t>(std::count_if(radio.pdus.begin(), radio.pdus.end(),
                                             [](const AirPdu& pdu) { return pdu.cid == kSmp; }));
  }

  static constexpr uint16_t kAtt = 4;
  static constexpr uint16_t kSmp = 6;

  Radio radio{kSeed};
  StoryDevice sensor{radio, kSeed, 1};
  StoryDevice collector{radio, kSeed, 2};
  /// What the sensor called itself when they met last.
  ble_gap_addr_t advertised{};
};

}  // namespace pm::test
