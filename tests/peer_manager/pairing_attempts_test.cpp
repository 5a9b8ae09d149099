// SPDX-License-Identifier: Apache-2.0
//
// Waiting after failed pairings, in virtual time. Numbers are those of the default configuration: 4
// s to 64 s, reward after 10 s.
#include "pm/peer_manager/detail/pairing_attempts.hpp"

#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

constexpr uint64_t kSecond = 1'000'000;

class Attempts : public ::testing::Test {
 protected:
  /// Seconds, in steps of one millisecond, until the device may try again.
  double wait(const ble_gap_addr_t& device) {
    uint64_t waited_us = 0;
    while (attempts.is_blocked(device) && waited_us < 1000 * kSecond) {
      clock.run_for(1000);
      waited_us += 1000;
    }
    return static_cast<double>(waited_us) / kSecond;
  }

  sim::VirtualClock clock;
  PairingAttempts attempts{clock};
};

TEST_F(Attempts, TheFirstFailureCostsTheShortestWait) {
  EXPECT_FALSE(attempts.is_blocked(address(1)));
  attempts.on_failure(address(1));
  EXPECT_NEAR(wait(address(1)), 4.0, 0.002);
}

TEST_F(Attempts, EachFurtherFailureDoublesTheWaitUpToTheLongest) {
  attempts.on_failure(address(1));
  // While it waits, or soon after: otherwise a device at the lowest level is forgotten.
  for (const double expected : {8.0, 16.0, 32.0, 64.0, 64.0}) {
    attempts.on_failure(address(1));
    EXPECT_NEAR(wait(address(1)), expected, 0.002);
  }
}

TEST_F(Attempts, ADeviceAtTheLowestLevelIsForgottenAfterItsWait) {
  attempts.on_failure(address(1));
  clock.run_for(5 * kSecond);
  attempts.on_failure(address(1));
  EXPECT_NEAR(wait(address(1)), 4.0, 0.002);
}

TEST_F(Attempts, TimeWithoutFailureLowersTheLevel) {
  attempts.on_failure(address(1));
  attempts.on_failure(address(1));
  attempts.on_failure(address(1));  // level 2
  EXPECT_NEAR(wait(address(1)), 16.0, 0.002);
  clock.run_for(10 * kSecond + 1000);  // level 1
  attempts.on_failure(address(1));     // level 2
  EXPECT_NEAR(wait(address(1)), 16.0, 0.002);
  clock.run_for(9 * kSecond);       // not enough
  attempts.on_failure(address(1));  // level 3
  EXPECT_NEAR(wait(address(1)), 32.0, 0.002);
}

TEST_F(Attempts, DevicesWaitForThemselves) {
  attempts.on_failure(address(1));
  clock.run_for(3 * kSecond);
  attempts.on_failure(address(2));
  EXPECT_NEAR(wait(address(1)), 1.0, 0.002);
  EXPECT_TRUE(attempts.is_blocked(address(2)));
  EXPECT_NEAR(wait(address(2)), 3.0, 0.002);
}

TEST_F(Attempts, TheAddressTypeTellsDevicesApart) {
  attempts.on_failure(address(1, BLE_GAP_ADDR_TYPE_PUBLIC));
  EXPECT_FALSE(attempts.is_blocked(address(1, BLE_GAP_ADDR_TYPE_RANDOM_STATIC)));
}

TEST_F(Attempts, AFullTableTracksNoMore) {
  for (uint8_t i = 0; i < config::kTrackedPeers; ++i) {
    attempts.on_failure(address(i));
  }
  attempts.on_failure(address(0xFF));
  EXPECT_FALSE(attempts.is_blocked(address(0xFF)));
  EXPECT_TRUE(attempts.is_blocked(address(0)));
  clock.run_for(5 * kSecond);
  attempts.on_failure(address(0xFF));
  EXPECT_TRUE(attempts.is_blocked(address(0xFF)));
}

TEST_F(Attempts, NothingRunsWhenNobodyWaits) {
  attempts.on_failure(address(1));
  attempts.on_failure(address(1));
  EXPECT_TRUE(clock.run_until_idle());
  EXPECT_FALSE(attempts.is_blocked(address(1)));
  EXPECT_LT(clock.now_us(), 60 * kSecond);
}

TEST_F(Attempts, TheClockMayWrapAroundWhileADeviceWaits) {
  clock.run_for((uint64_t{UINT32_MAX} - 2000) * 1000);
  attempts.on_failure(address(1));
  EXPECT_NEAR(wait(address(1)), 4.0, 0.002);
  attempts.on_failure(address(1));
  attempts.on_failure(address(1));
  EXPECT_NEAR(wait(address(1)), 8.0, 0.002);
}

/// Alarms come when the test says so, as after a sleep of the whole machine.
class LateTimers final : public Timers {
 public:
  uint64_t now_us() const override { return now; }
  void start(Timer& timer, uint64_t delay_us) override {
    running = &timer;
    delay = delay_us;
  }
  void stop(Timer&) override { running = nullptr; }
  void ring_at(uint64_t us) {
    now = us;
    Timer* timer = running;
    running = nullptr;
    ASSERT_NE(timer, nullptr);
    timer->expired(timer->context);
  }

  uint64_t now = 0;
  uint64_t delay = 0;
  Timer* running = nullptr;
};

TEST(LateAttempts, ALateAlarmCountsThePeriodsThatHavePassed) {
  LateTimers timers;
  PairingAttempts attempts(timers);
  for (int i = 0; i < 4; ++i) {
    attempts.on_failure(address(1));
  }
  EXPECT_EQ(timers.delay, 32 * kSecond);
  timers.ring_at(40 * kSecond);
  EXPECT_FALSE(attempts.is_blocked(address(1)));
  EXPECT_EQ(timers.delay, 10 * kSecond) << "the time that the alarm was late is not credited";
  timers.ring_at(73 * kSecond);
  EXPECT_EQ(timers.running, nullptr) << "forgotten after three periods, however late they are told";
  attempts.on_failure(address(1));
  EXPECT_EQ(timers.delay, 4 * kSecond);
}

TEST(LateAttempts, AnAlarmThatIsTooEarlyIsSetAgain) {
  LateTimers timers;
  PairingAttempts attempts(timers);
  attempts.on_failure(address(1));
  timers.ring_at(3 * kSecond);
  EXPECT_TRUE(attempts.is_blocked(address(1)));
  EXPECT_EQ(timers.delay, 1 * kSecond);
}

class Protection : public Device {
 protected:
  void SetUp() override {
    if (!config::kPairingAttemptsProtection) {
      GTEST_SKIP() << "CONFIG_PM_RA_PROTECTION is off in this build";
    }
  }
};

TEST_F(Protection, RejectsPairingWhileWaiting) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS);
  clock.run_for(4 * kSecond);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
}

TEST_F(Protection, D11_KnockingWhileWaitingDoesNotLengthenTheWait) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  for (int i = 0; i < 3; ++i) {
    sec_params_request(kLink, bonding_params());
    auth_failure(kLink, BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS);
  }
  clock.run_for(4 * kSecond);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
}

// A peer that has learnt from our side of an exchange what it wanted may end it in our words.
TEST_F(Protection, APeerThatSaysRepeatedAttemptsItselfHasAttempted) {
  connect(kLink, kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS);
}

TEST_F(Protection, D11_APeerThatBlocksUsIsNotBlockedForIt) {
  connect(kLink, kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  auth_failure(kLink, BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
}

TEST_F(Protection, D11_AnIgnoredSecurityRequestIsNoAttempt) {
  connect(kLink, kPeripheral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  auth_failure(kLink, BLE_GAP_SEC_STATUS_TIMEOUT);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
}

TEST_F(Protection, EncryptionIsNeverBlocked) {
  put_bond(0, lesc_bond(address(1)));
  reboot();
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  sec_info_request(kLink, {});
  EXPECT_TRUE(soft_device.info_replies.back().enc_info.has_value());
}

}  // namespace
}  // namespace pm::test
