// SPDX-License-Identifier: Apache-2.0
//
// Two devices bond, and know each other after a restart.
#include <cstring>

#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

class Bonding : public TwoDevices {
 protected:
  /// Both are restarted, meet again and encrypt with the stored key.
  void meet_again() {
    restart_both();
    forget_happenings();
    link();
    EXPECT_EQ(collector.level(), 1u);
    secure();
    for (StoryDevice* device : both()) {
      EXPECT_EQ(device->count("BONDED_PEER_CONNECTED(0)"), 1u);
      EXPECT_EQ(device->count("SEC_SUCCEEDED(E)"), 1u);
      EXPECT_EQ(device->peer(), 0);
      EXPECT_EQ(device->peer_manager().peer_count(), 1u);
    }
    EXPECT_EQ(smp_pdus(), 0u) << "no pairing";
  }
};

TEST_F(Bonding, JustWorksIsStoredOnBothSidesAndSurvivesARestart) {
  bond();
  for (StoryDevice* device : both()) {
    EXPECT_EQ(device->level(), 2u);
    const pm_conn_sec_status status = device->security_status();
    EXPECT_TRUE(status.connected && status.encrypted && status.bonded && status.lesc);
    EXPECT_FALSE(status.mitm_protected);
  }
  const auto sensors = sensor.bond_of(0);
  const auto collectors = collector.bond_of(0);
  ASSERT_TRUE(sensors && collectors);
  EXPECT_EQ(sensors->own_role, BLE_GAP_ROLE_PERIPH);
  EXPECT_EQ(collectors->own_role, BLE_GAP_ROLE_CENTRAL);
  // One key, flagged as of LE Secure Connections, on both sides in own_ltk.
  EXPECT_EQ(sensors->own_ltk.enc_info.lesc, 1);
  EXPECT_EQ(std::memcmp(&sensors->own_ltk.enc_info, &collectors->own_ltk.enc_info,
                        sizeof sensors->own_ltk.enc_info),
            0);
  // Identities crossed.
  const ble_gap_addr_t of_sensor = sensor.identity_address();
  EXPECT_EQ(std::memcmp(collectors->peer_ble_id.id_addr_info.addr, of_sensor.addr, 6), 0);
  EXPECT_EQ(std::memcmp(sensors->peer_ble_id.id_info.irk, collector.identity().irk.data(), 16), 0);

  meet_again();
  EXPECT_EQ(sensor.level(), 2u);
  EXPECT_EQ(collector.level(), 2u);
}

TEST_F(Bonding, PrivateDevicesAreRecognisedByResolvingTheirAddresses) {
  sensor.is_private = true;
  collector.is_private = true;
  restart_both();
  bond();
  const ble_gap_addr_t first = advertised;
  EXPECT_EQ(first.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE);

  meet_again();
  const ble_gap_addr_t second = advertised;
  EXPECT_EQ(second.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE);
  EXPECT_NE(std::memcmp(first.addr, second.addr, 6), 0) << "another address";
  const auto& seen = sensor.last_ble(BLE_GAP_EVT_CONNECTED)->evt.gap_evt.params.connected.peer_addr;
  EXPECT_EQ(seen.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE)
      << "resolved by the Peer Manager, not by the controller";
}

TEST_F(Bonding, NumbersThatAreTheSameGiveAnAuthenticatedBond) {
  sensor.security = numeric_comparison();
  collector.security = numeric_comparison();
  restart_both();
  bond();
  const ble_evt_t* shown[] = {sensor.last_ble(BLE_GAP_EVT_PASSKEY_DISPLAY),
                              collector.last_ble(BLE_GAP_EVT_PASSKEY_DISPLAY)};
  ASSERT_TRUE(shown[0] != nullptr && shown[1] != nullptr);
  EXPECT_EQ(shown[0]->evt.gap_evt.params.passkey_display.match_request, 1);
  EXPECT_EQ(std::memcmp(shown[0]->evt.gap_evt.params.passkey_display.passkey,
                        shown[1]->evt.gap_evt.params.passkey_display.passkey, 6),
            0);
  meet_again();
  for (StoryDevice* device : both()) {
    EXPECT_EQ(device->level(), 4u);
    EXPECT_TRUE(device->security_status().mitm_protected);
  }
}

TEST_F(Bonding, NumbersThatDifferLeaveNothingBehind) {
  sensor.security = numeric_comparison();
  collector.security = numeric_comparison();
  sensor.user_agrees = false;
  restart_both();
  link();
  forget_happenings();
  secure();
  // Core, Vol 3, Part H, 3.5.5: Numeric Comparison Failed.
  EXPECT_THAT(sensor.security_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ", "SEC_FAILED(B, 0x0C, LOCAL)"));
  EXPECT_THAT(collector.security_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)", "PARAMS_REQ",
                                                    "SEC_FAILED(B, 0x0C, REMOTE)"));
  for (StoryDevice* device : both()) {
    EXPECT_EQ(device->level(), 1u);
    EXPECT_EQ(device->peer(), kNoPeer);
    EXPECT_EQ(device->peer_manager().peer_count(), 0u);
  }
  restart_both();
  EXPECT_EQ(sensor.peer_manager().peer_count(), 0u);
  EXPECT_EQ(collector.peer_manager().peer_count(), 0u);
}

TEST_F(Bonding, LegacyKeysAreFoundAgainByTheirNames) {
  sensor.security = legacy_just_works();
  restart_both();
  bond();
  const auto sensors = sensor.bond_of(0);
  ASSERT_TRUE(sensors);
  EXPECT_EQ(sensors->own_ltk.enc_info.lesc, 0);
  EXPECT_FALSE(sensor.security_status().lesc);
  meet_again();
  EXPECT_EQ(collector.level(), 2u);
  // The collector names the key that the sensor distributed. Core, Vol 3, Part H, 2.4.4.
  const auto& wanted =
      sensor.last_ble(BLE_GAP_EVT_SEC_INFO_REQUEST)->evt.gap_evt.params.sec_info_request.master_id;
  EXPECT_NE(wanted.ediv, 0);
  EXPECT_EQ(wanted.ediv, sensors->own_ltk.master_id.ediv);
  EXPECT_EQ(std::memcmp(wanted.rand, sensors->own_ltk.master_id.rand, 8), 0);
}

TEST_F(Bonding, LegacyKeysNameAPeerThatNoAddressTells) {
  // The collector hides behind changing addresses and tells nobody how to resolve them.
  sensor.security = legacy_just_works();
  collector.security = legacy_just_works();
  collector.security.kdist_own.id = 0;
  collector.is_private = true;
  restart_both();
  bond();
  restart_both();
  forget_happenings();
  link();
  EXPECT_EQ(sensor.peer(), kNoPeer);
  secure();
  EXPECT_EQ(sensor.count("BONDED_PEER_CONNECTED(0)"), 0u);
  EXPECT_EQ(sensor.peer(), 0);
  EXPECT_THAT(sensor.security_log(), ElementsAre("SEC_START(E)", "SEC_SUCCEEDED(E)"));
}

}  // namespace
}  // namespace pm::test
