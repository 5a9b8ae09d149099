// SPDX-License-Identifier: Apache-2.0
//
// The SMP timer of 30 s. Core, Vol 3, Part H, 3.4.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kJustBefore = 29'900'000;
constexpr uint64_t kJustAfter = 30'100'000;

// One device; the test plays the peer.
class Timeout : public testing::Test {
 protected:
  sim::VirtualClock clock;
  Device central{clock, true, 1};
  Device peripheral{clock, false, 2};
};

TEST_F(Timeout, ResponseJustInTime) {
  ASSERT_EQ(central.authenticate(), Status::kOk);
  clock.run_for(kJustBefore);
  central.inject("02030009100303");
  EXPECT_THAT(central.take_log(), ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1"));
  EXPECT_EQ(central.links.sent.back().substr(0, 2), "0c");
}

TEST_F(Timeout, ResponseTooLateGetsNoAnswer) {
  ASSERT_EQ(central.authenticate(), Status::kOk);
  clock.run_for(kJustAfter);
  EXPECT_THAT(central.take_log(), ElementsAre("AUTH_STATUS 81 local"));
  central.links.sent.clear();
  central.inject("02030009100303");
  central.inject("0b01");
  EXPECT_THAT(central.links.sent, IsEmpty());
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_EQ(central.authenticate(), Status::kTimeout);
  // A new link starts afresh.
  central.smp.link_down(kConn);
  central.smp.link_up(kConn);
  EXPECT_EQ(central.authenticate(), Status::kOk);
}

TEST_F(Timeout, SilentInitiator) {
  peripheral.inject("01030001100303");
  peripheral.take_log();
  clock.run_for(kJustBefore);
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
  clock.run_for(kJustAfter - kJustBefore);
  EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 81 local"));
  peripheral.links.sent.clear();
  for (const char* late : {"0311111111111111111111111111111111", "01030001100303", "0508"}) {
    peripheral.inject(late);
  }
  EXPECT_THAT(peripheral.links.sent, IsEmpty());
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
  EXPECT_EQ(peripheral.authenticate(), Status::kTimeout);
  EXPECT_EQ(peripheral.links.disconnected, "") << "the link stays";
}

TEST_F(Timeout, ConfirmJustInTime) {
  peripheral.inject("01030001100303");
  peripheral.take_log();
  clock.run_for(kJustBefore);
  peripheral.inject("0311111111111111111111111111111111");
  EXPECT_EQ(peripheral.links.sent.back().substr(0, 2), "03");
  // Sending started the timer anew.
  clock.run_for(kJustBefore);
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
}

TEST_F(Timeout, ApplicationThatDoesNotAnswer) {
  peripheral.answers = 0;
  peripheral.inject("01030009100303");
  peripheral.take_log();
  clock.run_for(kJustAfter);
  EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 81 local"));
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &peripheral.params, &peripheral.keyset),
            Status::kInvalidState);
  EXPECT_THAT(peripheral.links.sent, IsEmpty());
}

TEST_F(Timeout, SecurityRequestWithoutReaction) {
  ASSERT_EQ(peripheral.authenticate(), Status::kOk);
  clock.run_for(kJustBefore);
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
  clock.run_for(kJustAfter - kJustBefore);
  EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 81 local"));
  EXPECT_EQ(peripheral.authenticate(), Status::kTimeout);
  // Encryption with a stored key is not SMP.
  const std::array<uint8_t, 8> rand{};
  peripheral.smp.long_term_key_requested(kConn, rand, 0);
  EXPECT_THAT(peripheral.take_log(), ElementsAre("SEC_INFO_REQUEST ediv=0000 rand0=00"));
}

TEST_F(Timeout, SecurityRequestThatTheApplicationIgnores) {
  central.inject("0b01");
  clock.run_for(kJustAfter);
  EXPECT_THAT(central.take_log(), ElementsAre("SEC_REQUEST bond=1 lesc=0", "AUTH_STATUS 81 local"));
}

TEST_F(Timeout, FloodOfSecurityRequestsIsOneRequest) {
  for (int i = 0; i < 1000; ++i) {
    central.inject("0b01");
  }
  EXPECT_THAT(central.take_log(), ElementsAre("SEC_REQUEST bond=1 lesc=0"));
  EXPECT_THAT(central.links.sent, IsEmpty());
}

TEST_F(Timeout, FinishedPairingLeavesNoTimer) {
  LinkEnd::join(central.links, peripheral.links);
  ASSERT_EQ(central.authenticate(), Status::kOk);
  clock.run_for(1'000'000);
  ASSERT_EQ(central.take_log().back().substr(0, 14), "AUTH_STATUS ok");
  peripheral.take_log();
  clock.run_for(kJustAfter);
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
}

TEST_F(Timeout, KeypressesKeepTheTimerAwake) {
  central.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  central.params.keypress = 1;
  ASSERT_EQ(central.authenticate(), Status::kOk);
  central.inject("0202001d100303");
  central.take_log();
  central.inject("0c" + to_hex(Device(clock, false, 5).own_pk.pk));
  clock.run_for(kJustBefore);
  central.inject("0e01");
  central.inject("0e05");  // reserved: ignored
  clock.run_for(kJustBefore);
  EXPECT_THAT(central.take_log(),
              ElementsAre("LESC_DHKEY_REQUEST oob=0", "PASSKEY_DISPLAY match=0", "KEY_PRESSED 1"));
  clock.run_for(kJustAfter - kJustBefore);
  EXPECT_THAT(central.take_log(), ElementsAre("AUTH_STATUS 81 local"));
}

}  // namespace
}  // namespace pm::host::test
