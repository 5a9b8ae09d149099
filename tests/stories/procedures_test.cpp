// SPDX-License-Identifier: Apache-2.0
//
// The summary table of the specification's chapter on security procedures, row by row, with real
// stacks on both sides. E: encryption, B: bonding.
#include <cstring>

#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

class Procedures : public TwoDevices {
 protected:
  /// They have a bond, were restarted, and are connected again.
  void meet_again_bonded() {
    bond();
    restart_both();
    link();
    forget_happenings();
  }
  void forget_bond(StoryDevice& device) {
    ASSERT_EQ(device.peer_manager().peer_delete(0), Status::kOk);
    ASSERT_TRUE(until([&] { return device.peer_manager().peer_count() == 0; }));
  }
  /// Another key than the one agreed on, in flash.
  void spoil_key(StoryDevice& device) {
    auto bond = device.bond_of(0);
    ASSERT_TRUE(bond);
    bond->own_ltk.enc_info.ltk[0] ^= 1;
    ASSERT_EQ(device.peer_manager().peer_data_store(0, PM_PEER_DATA_ID_BONDING, &*bond,
                                                    sizeof *bond, nullptr),
              Status::kOk);
    settle();
  }
};

TEST_F(Procedures, NewBond) {
  link();
  forget_happenings();
  secure();
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "SEC_SUCCEEDED(B, stored)",
                          "DATA_UPDATE(BONDING)"));
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(B)", "PARAMS_REQ", "SEC_SUCCEEDED(B, stored)",
                          "DATA_UPDATE(BONDING)"));
}

TEST_F(Procedures, LocalStartOfThePeripheralIsASecurityRequest) {
  link();
  forget_happenings();
  ASSERT_EQ(sensor.secure(), Status::kOk);
  settle();
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(B)", "PARAMS_REQ", "SEC_SUCCEEDED(B, stored)",
                          "DATA_UPDATE(BONDING)"));
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(B)", "PERIPHERAL_SECURITY_REQ", "PARAMS_REQ",
                          "SEC_SUCCEEDED(B, stored)", "DATA_UPDATE(BONDING)"));
}

TEST_F(Procedures, SecurityRequestToACentralThatHasTheKeyEncrypts) {
  meet_again_bonded();
  ASSERT_EQ(sensor.secure(), Status::kOk);
  settle();
  EXPECT_THAT(sensor.security_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_SUCCEEDED(E)"));
  EXPECT_THAT(collector.security_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)",
                                                    "PERIPHERAL_SECURITY_REQ", "SEC_SUCCEEDED(E)"));
}

TEST_F(Procedures, EncryptionWithTheStoredKey) {
  meet_again_bonded();
  secure();
  EXPECT_THAT(sensor.security_log(), ElementsAre("SEC_START(E)", "SEC_SUCCEEDED(E)"));
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_SUCCEEDED(E)"));
}

TEST_F(Procedures, KeyMissingAtThePeripheral) {
  bond();
  part();
  forget_bond(sensor);
  link();
  forget_happenings();
  secure();
  EXPECT_THAT(sensor.security_log(), ElementsAre("SEC_START(E)", "SEC_FAILED(E, 0x1006, LOCAL)"));
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_FAILED(E, 0x1006, REMOTE)"));
  EXPECT_EQ(collector.level(), 1u) << "the link lives on, in plain";
}

TEST_F(Procedures, WrongKeyEndsTheLink) {
  bond();
  part();
  spoil_key(collector);
  link();
  forget_happenings();
  ASSERT_EQ(collector.secure(), Status::kOk);
  ASSERT_TRUE(until([&] { return sensor.links() == 0 && collector.links() == 0; }));
  EXPECT_THAT(sensor.security_log(), ElementsAre("SEC_START(E)", "SEC_FAILED(E, 0x103D, LOCAL)"));
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_FAILED(E, 0x103D, LOCAL)"));
}

TEST_F(Procedures, BondedCentralPairsAgainAndIsRefused) {
  meet_again_bonded();
  const auto before = sensor.bond_of(0);
  secure(true);
  EXPECT_THAT(sensor.security_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ", "CONFIG_REQ",
                                                 "SEC_FAILED(B, 0x05, LOCAL)"));
  // The Pairing Request is answered by Pairing Failed: no second PARAMS_REQ.
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(B)", "SEC_FAILED(B, 0x05, REMOTE)"));
  const auto after = sensor.bond_of(0);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(std::memcmp(&*before, &*after, sizeof *before), 0);
  // The old key is as good as before.
  secure();
  EXPECT_EQ(sensor.count("SEC_SUCCEEDED(E)"), 1u);
}

TEST_F(Procedures, BondedCentralPairsAgainAndIsAllowed) {
  meet_again_bonded();
  const auto before = sensor.bond_of(0);
  sensor.may_replace_bond = true;
  secure(true);
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "CONFIG_REQ", "SEC_SUCCEEDED(B, stored)",
                          "DATA_UPDATE(BONDING)"));
  EXPECT_EQ(sensor.peer(), 0) << "under the same peer ID";
  EXPECT_EQ(collector.peer(), 0);
  const auto after = sensor.bond_of(0);
  ASSERT_TRUE(before && after);
  EXPECT_NE(
      std::memcmp(before->own_ltk.enc_info.ltk, after->own_ltk.enc_info.ltk, BLE_GAP_SEC_KEY_LEN),
      0);
  // The new key works on both sides.
  part();
  link();
  secure();
  EXPECT_EQ(sensor.count("SEC_SUCCEEDED(E)"), 1u);
  EXPECT_EQ(collector.count("SEC_SUCCEEDED(E)"), 1u);
}

/// The collector has lost its bond and uses addresses that the sensor cannot resolve: only when it
/// distributes its identity is it known again.
class UnknownAddress : public Procedures {
 protected:
  void meet_as_strangers() {
    bond();
    part();
    forget_bond(collector);
    collector.is_private = true;
    collector.other_irk = ble_gap_irk_t{};
    collector.other_irk->irk[0] = 0x77;
    restart_both();
    link();
    ASSERT_EQ(sensor.peer(), kNoPeer);
    key_before = sensor.bond_of(0);
    forget_happenings();
    secure();
  }
  bool is_same_key() {
    const auto now = sensor.bond_of(0);
    return now && key_before &&
           std::memcmp(&now->own_ltk, &key_before->own_ltk, sizeof now->own_ltk) == 0;
  }

  std::optional<pm_peer_data_bonding> key_before;
};

TEST_F(UnknownAddress, TurnsOutToBeAKnownPeerThatMayReplaceItsBond) {
  sensor.may_replace_bond = true;
  meet_as_strangers();
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "CONFIG_REQ", "SEC_SUCCEEDED(B, stored)",
                          "DATA_UPDATE(BONDING)"));
  EXPECT_EQ(sensor.peer(), 0);
  EXPECT_EQ(sensor.peer_manager().peer_count(), 1u);
  EXPECT_FALSE(is_same_key());
}

TEST_F(UnknownAddress, TurnsOutToBeAKnownPeerThatMayNot) {
  meet_as_strangers();
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "CONFIG_REQ", "SEC_SUCCEEDED(B)"));
  EXPECT_EQ(sensor.peer(), 0);
  EXPECT_EQ(sensor.level(), 2u) << "encrypted all the same";
  EXPECT_TRUE(is_same_key());
}

TEST_F(Procedures, DisconnectionInTheMiddleOfPairing) {
  link();
  forget_happenings();
  ASSERT_EQ(collector.secure(), Status::kOk);
  ASSERT_TRUE(until([&] { return sensor.count("SEC_START(B)") == 1; }));
  part();
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "SEC_FAILED(B, 0x1100, LOCAL)"));
  EXPECT_EQ(collector.security_log().back(), "SEC_FAILED(B, 0x1100, LOCAL)");
  // And nothing of it hinders the next one.
  bond();
}

TEST_F(Procedures, SmpTimeoutBlocksTheLink) {
  // Core, Vol 3, Part H, 3.4: 30 seconds, then no SMP on this link any more.
  sim::FaultRule rule;
  rule.cid = kSmp;
  rule.from = hci::Role::kPeripheral;
  rule.count = 0;
  radio.air.faults().add(rule);
  link();
  forget_happenings();
  ASSERT_EQ(collector.secure(), Status::kOk);
  radio.clock.run_for(29 * kSeconds);
  EXPECT_THAT(collector.security_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)"));
  radio.clock.run_for(2 * kSeconds);
  EXPECT_THAT(collector.security_log(),
              ElementsAre("PARAMS_REQ", "SEC_START(B)", "SEC_FAILED(B, 0x81, LOCAL)"));
  EXPECT_EQ(collector.secure(), Status::kTimeout);
}

}  // namespace
}  // namespace pm::test
