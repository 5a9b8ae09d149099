// SPDX-License-Identifier: Apache-2.0
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

constexpr uint64_t kMs = 1000;

class PatientConfiguration : public Face {
 protected:
  void wait(uint64_t duration_us) { clock.advance_to(clock.now_us() + duration_us); }
  void fail(uint16_t link) {
    sec_params_request(link, pairing_params());
    auth_failure(link, BLE_GAP_SEC_STATUS_CONFIRM_VALUE, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  }
  /// Whether a pairing of the link is refused, which is then over.
  bool is_refused(uint16_t link) {
    sec_params_request(link, pairing_params());
    const uint8_t status = soft_device.params_replies.back().sec_status;
    if (status == BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS) {
      auth_failure(link, status);
      return true;
    }
    auth_success(link, false);
    return false;
  }
};

TEST_F(PatientConfiguration, WaitingDoublesOnceAndIsRewarded) {
  connect(kLink, kPeripheral, address(1));
  fail(kLink);
  wait(999 * kMs);
  EXPECT_TRUE(is_refused(kLink));
  wait(2 * kMs);
  EXPECT_FALSE(is_refused(kLink)) << "after PM_RA_PROTECTION_MIN_WAIT_INTERVAL";

  // Twice in a row: 1 s, then 2 s, which is the maximum.
  fail(kLink);
  fail(kLink);
  fail(kLink);
  wait(1990 * kMs);
  EXPECT_TRUE(is_refused(kLink));
  wait(20 * kMs);
  EXPECT_FALSE(is_refused(kLink)) << "no longer than PM_RA_PROTECTION_MAX_WAIT_INTERVAL";

  // The level falls after a reward period: a failure then costs 2 s again, later 1 s.
  wait(3100 * kMs);
  fail(kLink);
  wait(1010 * kMs);
  EXPECT_FALSE(is_refused(kLink)) << "forgotten after PM_RA_PROTECTION_REWARD_PERIOD";
}

TEST_F(PatientConfiguration, OneAddressIsTracked) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  fail(kLink);
  fail(kOtherLink);
  EXPECT_TRUE(is_refused(kLink));
  EXPECT_FALSE(is_refused(kOtherLink)) << "PM_RA_PROTECTION_TRACKED_PEERS_NUM";
}

TEST_F(PatientConfiguration, StandardHandlersWaitBeforeTheySecure) {
  bonds(1);
  connect(kLink, kCentral, address(0));
  const pm_evt connected = make_event(PM_EVT_BONDED_PEER_CONNECTED, kLink, PeerId{0});
  pm_handler_on_pm_evt(&connected);
  wait(299 * kMs);
  EXPECT_TRUE(soft_device.encrypts.empty());
  wait(2 * kMs);
  EXPECT_EQ(soft_device.encrypts.size(), 1u) << "after PM_HANDLER_SEC_DELAY_MS";
}

}  // namespace
}  // namespace pm::test
