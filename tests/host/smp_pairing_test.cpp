// SPDX-License-Identifier: Apache-2.0
//
// Pairing as two applications see it: events and their order as the SoftDevice interface fixes
// them.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ble_gap_sec_params_t keyless(ble_gap_sec_params_t params) {
  params.bond = 0;
  return params;
}

TEST_F(SmpPair, SecureConnectionsJustWorksBonds) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, false));
  pair();

  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "CONN_SEC_UPDATE level=2 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "CONN_SEC_UPDATE level=2 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));

  // Both sides report the one LTK as their own, without EDIV and Rand.
  EXPECT_EQ(to_hex(central.own_enc.enc_info.ltk), to_hex(peripheral.own_enc.enc_info.ltk));
  EXPECT_FALSE(is_all_zero(central.own_enc.enc_info.ltk));
  EXPECT_EQ(central.own_enc.enc_info.lesc, 1);
  EXPECT_EQ(central.own_enc.enc_info.auth, 0);
  EXPECT_EQ(central.own_enc.enc_info.ltk_len, 16);
  EXPECT_EQ(central.own_enc.master_id.ediv, 0);
  EXPECT_TRUE(is_all_zero(central.own_enc.master_id.rand));
  EXPECT_TRUE(is_all_zero(central.peer_enc.enc_info.ltk)) << "no peer LTK in Secure Connections";
  // Identities arrive; own ones are reported.
  EXPECT_EQ(to_hex(central.peer_id.id_info.irk), "52525252525252525252525252525252");
  EXPECT_EQ(to_hex(central.peer_id.id_addr_info.addr), "c2c2c2c2c2c2");
  EXPECT_EQ(central.peer_id.id_addr_info.addr_type, BLE_GAP_ADDR_TYPE_RANDOM_STATIC);
  EXPECT_EQ(to_hex(peripheral.peer_id.id_addr_info.addr), "c1c1c1c1c1c1");
  EXPECT_EQ(to_hex(central.own_id.id_addr_info.addr), "c1c1c1c1c1c1");

  ble_gap_conn_sec_t security{};
  ASSERT_EQ(peripheral.smp.conn_sec_get(kConn, security), Status::kOk);
  EXPECT_EQ(security.sec_mode.sm, 1);
  EXPECT_EQ(security.sec_mode.lv, 2);
  EXPECT_EQ(security.encr_key_size, 16);
  EXPECT_TRUE(central.links.link.encrypted_with_bond);
  EXPECT_TRUE(peripheral.links.link.encrypted_with_bond);
}

TEST_F(SmpPair, SecureConnectionsBondingTakesThirteenCommands) {
  pair();
  const auto opcodes = [](const std::vector<std::string>& pdus) {
    std::string all;
    for (const std::string& pdu : pdus) {
      all += pdu.substr(0, 2) + " ";
    }
    return all;
  };
  // Request, public key, random, check, identity, address.
  EXPECT_EQ(opcodes(central.links.sent), "01 0c 04 0d 08 09 ");
  // Response, public key, confirm, random, check, identity, address.
  EXPECT_EQ(opcodes(central.links.received), "02 0c 03 04 0d 08 09 ");
  EXPECT_EQ(central.links.key_commands.size(), 1u);
  EXPECT_EQ(peripheral.links.key_commands.size(), 1u);
}

TEST_F(SmpPair, NumericComparisonShowsOneNumberAndReachesLevel4) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  pair();
  for (Device* device : {&central, &peripheral}) {
    EXPECT_THAT(device->take_log(),
                ElementsAre("SEC_PARAMS_REQUEST io=1 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                            "PASSKEY_DISPLAY match=1", "CONN_SEC_UPDATE level=4 size=16",
                            "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
    EXPECT_EQ(device->own_enc.enc_info.auth, 1);
  }
  EXPECT_EQ(central.shown_passkey, peripheral.shown_passkey);
  EXPECT_EQ(central.shown_passkey.size(), 6u);
}

TEST_F(SmpPair, CentralRefusesTheNumber) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  central.accept_comparison = false;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 0c local");
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 0c remote");
  EXPECT_THAT(central.links.key_commands, IsEmpty());
  EXPECT_EQ(peripheral.links.link.security_level, 1);
}

TEST_F(SmpPair, PeripheralRefusesTheNumber) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  peripheral.accept_comparison = false;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 0c remote");
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 0c local");
  EXPECT_THAT(central.links.key_commands, IsEmpty());
}

// The quick user's check value waits for the slow user. Core, Vol 3, Part H, 2.3.5.6.5.
TEST_F(SmpPair, SlowUserOfThePeripheral) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  peripheral.answers = 2;  // parameters, DHKey
  pair();
  EXPECT_EQ(central.links.sent.back().substr(0, 2), "0d");
  EXPECT_EQ(peripheral.links.sent.back().substr(0, 2), "04");
  run(20'000'000);
  ASSERT_EQ(peripheral.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY, nullptr),
            Status::kOk);
  run();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(SmpPair, LegacyJustWorksBonds) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, false));
  pair();
  for (Device* device : {&central, &peripheral}) {
    EXPECT_THAT(device->take_log(),
                ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=0", "CONN_SEC_UPDATE level=2 size=16",
                            "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id"));
  }
  // Each side has its own key, and knows the other's.
  EXPECT_EQ(to_hex(central.peer_enc.enc_info.ltk), to_hex(peripheral.own_enc.enc_info.ltk));
  EXPECT_EQ(to_hex(peripheral.peer_enc.enc_info.ltk), to_hex(central.own_enc.enc_info.ltk));
  EXPECT_NE(to_hex(central.own_enc.enc_info.ltk), to_hex(peripheral.own_enc.enc_info.ltk));
  EXPECT_EQ(central.peer_enc.master_id.ediv, peripheral.own_enc.master_id.ediv);
  EXPECT_EQ(to_hex(central.peer_enc.master_id.rand), to_hex(peripheral.own_enc.master_id.rand));
  EXPECT_EQ(central.peer_enc.enc_info.lesc, 0);
  EXPECT_EQ(central.peer_enc.enc_info.ltk_len, 16);
}

TEST_F(SmpPair, LegacyIsUsedUnlessBothWantSecureConnections) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, false));
  peripheral.params.lesc = 0;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id");
}

TEST_F(SmpPair, PairingWithoutBondingStoresNothing) {
  both(keyless(bonding_params(true, BLE_GAP_IO_CAPS_NONE, false)));
  pair();
  EXPECT_EQ(central.links.sent.front(), "01030008100000");
  EXPECT_EQ(peripheral.links.sent.front(), "02030008100000");
  for (Device* device : {&central, &peripheral}) {
    EXPECT_EQ(device->take_log().back(), "AUTH_STATUS ok bonded=0 lesc=1 own=none peer=none");
    EXPECT_TRUE(is_all_zero(device->own_enc.enc_info.ltk));
    EXPECT_FALSE(device->links.link.encrypted_with_bond);
    EXPECT_EQ(device->links.link.security_level, 2);
  }
}

TEST_F(SmpPair, NonBondableResponderOffersNoKeys) {
  peripheral.params.bond = 0;
  pair();
  EXPECT_EQ(peripheral.links.sent.front(), "02030008100000");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=0 lesc=1 own=none peer=none");
}

TEST_F(SmpPair, PeripheralRejectsThePairing) {
  peripheral.reject_params = BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP;
  pair();
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1", "AUTH_STATUS 05 local"));
  EXPECT_THAT(central.take_log(), ElementsAre("AUTH_STATUS 05 remote"));
  EXPECT_THAT(peripheral.links.sent, ElementsAre("0505"));
  EXPECT_THAT(central.links.sent, testing::SizeIs(1)) << "Pairing Failed is not answered";
}

TEST_F(SmpPair, CentralRejectsTheResponse) {
  central.reject_params = BLE_GAP_SEC_STATUS_AUTH_REQ;
  pair();
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1", "AUTH_STATUS 03 local"));
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 03 remote");
}

TEST_F(SmpPair, NextPairingWorksAfterARejectedOne) {
  peripheral.reject_params = BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS;
  pair();
  peripheral.reject_params = 0;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(SmpPair, PeripheralAsksForSecurity) {
  central.start_pairing_on_request = true;
  ASSERT_EQ(peripheral.authenticate(), Status::kOk);
  run();
  EXPECT_EQ(peripheral.links.sent.front(), "0b09");
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_REQUEST bond=1 lesc=1", "SEC_PARAMS_REQUEST io=3 lesc=1",
                          "LESC_DHKEY_REQUEST oob=0", "CONN_SEC_UPDATE level=2 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "CONN_SEC_UPDATE level=2 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
}

TEST_F(SmpPair, CentralRefusesTheSecurityRequest) {
  ASSERT_EQ(peripheral.authenticate(), Status::kOk);
  EXPECT_EQ(peripheral.authenticate(), Status::kInvalidState) << "one is unanswered";
  run();
  EXPECT_EQ(central.smp.authenticate(kConn, nullptr), Status::kOk);
  EXPECT_EQ(central.smp.authenticate(kConn, nullptr), Status::kInvalidState);
  run();
  EXPECT_THAT(central.links.sent, ElementsAre("0505"));
  EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 05 remote"));
  run(60'000'000);
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
  EXPECT_EQ(peripheral.authenticate(), Status::kOk) << "no timeout is left behind";
}

TEST_F(SmpPair, SecurityRequestCrossingAPairingRequestIsIgnored) {
  ASSERT_EQ(peripheral.authenticate(), Status::kOk);
  pair();
  EXPECT_EQ(central.take_log().front(), "SEC_PARAMS_REQUEST io=3 lesc=1");
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(SmpPair, PairingAgainOnAnEncryptedLinkRaisesTheLevel) {
  pair();
  central.take_log();
  both(bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_DISPLAY, true));
  pair();
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=4 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "PASSKEY_DISPLAY match=1", "CONN_SEC_UPDATE level=4 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
}

TEST_F(SmpPair, ApplicationFindsThePublicKeyInvalid) {
  peripheral.answers = 1;
  pair();
  ASSERT_EQ(peripheral.smp.lesc_dhkey_reply(kConn, BLE_GAP_SEC_STATUS_DHKEY_FAILURE, nullptr),
            Status::kOk);
  run();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 0b local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 0b remote");
}

TEST_F(SmpPair, WrongDhKeyFailsTheCheck) {
  central.dhkey = Octets(32, 0x77);
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 0b local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 0b remote");
  EXPECT_THAT(central.links.key_commands, IsEmpty());
}

TEST_F(SmpPair, DisconnectionEndsPairingWithoutAnEvent) {
  ASSERT_EQ(central.authenticate(), Status::kOk);
  clock.run_for(3'500);
  central.smp.link_down(kConn);
  peripheral.smp.link_down(kConn);
  central.log.clear();
  peripheral.log.clear();
  run(60'000'000);
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
}

TEST_F(SmpPair, WithoutRandomnessPairingFailsClosed) {
  peripheral.crypto.fail_random();
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 08 local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 08 remote");
}

}  // namespace
}  // namespace pm::host::test
