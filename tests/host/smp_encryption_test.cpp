// SPDX-License-Identifier: Apache-2.0
//
// Encryption with stored keys, and what the level of a link follows.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoredKeys : public SmpPair {
 protected:
  void bond(bool lesc) {
    both(bonding_params(lesc, BLE_GAP_IO_CAPS_NONE, false));
    pair();
    ASSERT_EQ(central.take_log().back().substr(0, 24), "AUTH_STATUS ok bonded=1 ");
    reconnect();
    key = lesc ? central.own_enc : central.peer_enc;
    peripheral.stored_key = &peripheral.own_enc.enc_info;
  }
  ble_gap_enc_key_t key{};
};

TEST_F(StoredKeys, SecureConnectionsBondEncryptsAgain) {
  bond(true);
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  EXPECT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kBusy);
  EXPECT_EQ(central.authenticate(), Status::kInvalidState) << "encryption is under way";
  run();
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=2 size=16"));
  EXPECT_THAT(peripheral.take_log(), ElementsAre("SEC_INFO_REQUEST ediv=0000 rand0=00",
                                                 "CONN_SEC_UPDATE level=2 size=16"));
  EXPECT_TRUE(central.links.link.encrypted_with_bond);
  EXPECT_TRUE(peripheral.links.link.encrypted_with_bond);
  EXPECT_THAT(central.links.sent, IsEmpty()) << "no SMP command is needed";
}

TEST_F(StoredKeys, LegacyBondIsNamedByEdivAndRand) {
  bond(false);
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run();
  char expected[64];
  std::snprintf(expected, sizeof(expected), "SEC_INFO_REQUEST ediv=%04x rand0=%02x",
                peripheral.own_enc.master_id.ediv, peripheral.own_enc.master_id.rand[0]);
  EXPECT_THAT(peripheral.take_log(), ElementsAre(expected, "CONN_SEC_UPDATE level=2 size=16"));
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=2 size=16"));
}

TEST_F(StoredKeys, KeyRefreshOnAnEncryptedLink) {
  bond(true);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
    run();
    EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=2 size=16"));
  }
}

TEST_F(StoredKeys, KeyMissingAtThePeripheral) {
  bond(true);
  peripheral.stored_key = nullptr;
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run();
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=1 size=0"));
  EXPECT_THAT(peripheral.take_log(), ElementsAre("SEC_INFO_REQUEST ediv=0000 rand0=00"));
  EXPECT_EQ(central.links.disconnected, "") << "the link stays";
  // And may be paired anew.
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(StoredKeys, DifferentKeysEndTheLink) {
  bond(true);
  key.enc_info.ltk[3] ^= 0x10;
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run();
  EXPECT_EQ(central.links.disconnected, "3d");
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_THAT(peripheral.take_log(), ElementsAre("SEC_INFO_REQUEST ediv=0000 rand0=00"));
}

TEST_F(StoredKeys, LevelComesFromTheKey) {
  bond(true);
  const struct {
    uint8_t lesc, auth, length, level;
  } cases[] = {{0, 0, 16, 2}, {1, 0, 16, 2}, {0, 1, 16, 3}, {1, 1, 16, 4}, {1, 1, 15, 3}};
  for (const auto& c : cases) {
    reconnect();
    ble_gap_enc_info_t info = key.enc_info;
    info.lesc = c.lesc & 1;
    info.auth = c.auth & 1;
    info.ltk_len = c.length & 0x3F;
    peripheral.stored_key = &info;
    ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, info), Status::kOk);
    run();
    for (Device* device : {&central, &peripheral}) {
      EXPECT_EQ(device->links.link.security_level, c.level);
      EXPECT_EQ(device->links.link.key_size, c.length);
    }
  }
}

TEST_F(StoredKeys, OnlyTheCentralStartsEncryption) {
  bond(true);
  EXPECT_EQ(peripheral.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kInvalidRole);
  EXPECT_EQ(central.smp.sec_info_reply(kConn, &key.enc_info), Status::kInvalidState);
}

TEST_F(StoredKeys, KeyLengthIsChecked) {
  bond(true);
  for (const unsigned length : {0u, 6u, 17u, 63u}) {
    key.enc_info.ltk_len = length & 0x3F;
    EXPECT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kInvalidParam);
  }
  EXPECT_THAT(central.links.key_commands, IsEmpty());
}

TEST_F(StoredKeys, SecurityRequestIsAnsweredByEncryption) {
  bond(true);
  ASSERT_EQ(peripheral.authenticate(), Status::kOk);
  run();
  EXPECT_THAT(central.take_log(), ElementsAre("SEC_REQUEST bond=1 lesc=1"));
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run(60'000'000);
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=2 size=16"));
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_INFO_REQUEST ediv=0000 rand0=00", "CONN_SEC_UPDATE level=2 size=16"))
      << "and no timeout";
}

TEST_F(StoredKeys, SecurityRequestDuringEncryptionIsIgnored) {
  bond(true);
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  central.inject("0b0d");
  run();
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=2 size=16"));
}

// The last event of the controller is what counts.
TEST_F(StoredKeys, LossOfEncryptionDropsTheLevelAtOnce) {
  bond(true);
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run();
  central.take_log();
  central.smp.encryption_changed(kConn, 0, false);
  EXPECT_THAT(central.take_log(), ElementsAre("CONN_SEC_UPDATE level=1 size=0"));
  EXPECT_FALSE(central.links.link.encrypted_with_bond);
}

TEST_F(StoredKeys, EncryptionThatNobodyAskedForIsWorthNothing) {
  for (Device* device : {&central, &peripheral}) {
    device->smp.encryption_changed(kConn, 0, true);
    device->smp.key_refreshed(kConn, 0);
    device->smp.encryption_changed(0x0099, 0, true);
    EXPECT_THAT(device->take_log(), IsEmpty());
    EXPECT_EQ(device->links.link.security_level, 1);
  }
}

TEST_F(StoredKeys, PairingRequestBeforeTheKeyIsAnsweredIsRefused) {
  bond(true);
  peripheral.answers = 0;
  ASSERT_EQ(central.smp.encrypt(kConn, key.master_id, key.enc_info), Status::kOk);
  run();
  peripheral.inject("01030009100303");
  EXPECT_THAT(peripheral.links.sent, ElementsAre("0508"));
  EXPECT_EQ(peripheral.smp.sec_info_reply(kConn, peripheral.stored_key), Status::kOk);
  run();
  EXPECT_EQ(peripheral.take_log().back(), "CONN_SEC_UPDATE level=2 size=16");
}

}  // namespace
}  // namespace pm::host::test
