// SPDX-License-Identifier: Apache-2.0
//
// The SoftDevice writes the keys of a pairing into memory of ours, and runs ahead of the events
// that we have seen: whatever it was told last, it never writes into the bond of somebody else.
#include <algorithm>

#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

class PairingMemory : public Device {
 protected:
  pm_peer_data_bonding stored_bond(unsigned peer) {
    pm_peer_data_bonding bond{};
    const FakeStorage::Record& record = storage.records.at(FakeStorage::key(peer, 7));
    std::copy(record.begin(), record.end(), reinterpret_cast<uint8_t*>(&bond));
    return bond;
  }
  static void write_keys(const ble_gap_sec_keyset_t& keyset) {
    keyset.keys_own.p_enc_key->enc_info.ltk[0] = 0xEE;
    keyset.keys_peer.p_enc_key->enc_info.ltk[0] = 0xEE;
    keyset.keys_peer.p_id_key->id_info.irk[0] = 0xEE;
  }
};

TEST_F(PairingMemory, AReplyAcceptedForTheNextPairingNeverReachesAnotherBond) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  soft_device.script("sec_params_reply", {Status::kBusy, Status::kBusy});
  sec_params_request(kLink, bonding_params());
  // The SoftDevice has ended this pairing and begun another one, of which nothing is known yet: it
  // takes the repeated reply for that.
  disconnect(kOtherLink);
  ASSERT_EQ(soft_device.params_replies.size(), 3u);
  const ble_gap_sec_keyset_t early = *soft_device.params_replies.back().keyset;
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  soft_device.script("sec_params_reply", {Status::kInvalidState});
  sec_params_request(kLink, bonding_params());

  connect(kOtherLink, kPeripheral, address(3));
  sec_params_request(kOtherLink, bonding_params());
  pm_peer_data_bonding bond = lesc_bond(address(3));
  bond.peer_ltk.enc_info.ltk[0] = 0x33;
  bond.peer_ble_id.id_info.irk[0] = 0x33;
  distribute(bond);
  write_keys(early);
  conn_sec_update(kOtherLink, 2);
  auth_success(kOtherLink, true, true);
  take_log();
  auth_success(kLink, true);
  storage.run();
  EXPECT_THAT(take_log(), Not(Contains("SEC_SUCCEEDED(B,stored)"))) << "those keys are not known";
  EXPECT_EQ(manager().peer_count(), 1u);
  EXPECT_EQ(stored_bond(0).own_ltk.enc_info.ltk[0], 0x5C);
  EXPECT_EQ(stored_bond(0).peer_ltk.enc_info.ltk[0], 0x33);
  EXPECT_EQ(stored_bond(0).peer_ble_id.id_info.irk[0], 0x33);
  EXPECT_EQ(early.keys_own.p_enc_key->enc_info.ltk[0], 0) << "wiped";
}

TEST_F(PairingMemory, AReplyThatWaitsEndsWithItsPairing) {
  connect(kLink, kPeripheral, address(1));
  soft_device.script("sec_params_reply", {Status::kBusy, Status::kBusy});
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  any_event();
  EXPECT_EQ(soft_device.params_replies.size(), 2u);
}

TEST_F(PairingMemory, AnInitInTheMiddleLeavesItToThePairing) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  const ble_gap_sec_keyset_t former = *soft_device.params_replies.back().keyset;
  ASSERT_EQ(manager().init(), Status::kOk);
  const ble_gap_sec_params_t params = bonding_params();
  ASSERT_EQ(manager().sec_params_set(&params), Status::kOk);
  connect(kOtherLink, kPeripheral, address(2));
  sec_params_request(kOtherLink, bonding_params());
  distribute(lesc_bond(address(2)));
  write_keys(former);
  auth_success(kOtherLink, true, true);
  auth_success(kLink, true);
  storage.run();
  EXPECT_EQ(manager().peer_count(), 1u);
  EXPECT_EQ(stored_bond(0).own_ltk.enc_info.ltk[0], 0x5C);
  EXPECT_EQ(stored_bond(0).peer_ble_id.id_info.irk[0], 0);
  EXPECT_EQ(former.keys_own.p_enc_key->enc_info.ltk[0], 0) << "wiped";
}

TEST_F(PairingMemory, IsWipedWhateverThePairingCameTo) {
  connect(kLink, kPeripheral, address(1));
  for (const bool succeeds : {true, false}) {
    sec_params_request(kLink, bonding_params());
    const ble_gap_sec_keyset_t keyset = *soft_device.params_replies.back().keyset;
    write_keys(keyset);
    if (succeeds) {
      auth_success(kLink, true);
      EXPECT_EQ(manager().peer_delete(0), Status::kOk);
      storage.run();
    } else {
      auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED);
    }
    EXPECT_EQ(keyset.keys_own.p_enc_key->enc_info.ltk[0], 0);
    EXPECT_EQ(keyset.keys_peer.p_enc_key->enc_info.ltk[0], 0);
    EXPECT_EQ(keyset.keys_peer.p_id_key->id_info.irk[0], 0);
  }
}

}  // namespace
}  // namespace pm::test
