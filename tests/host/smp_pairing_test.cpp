// SPDX-License-Identifier: Apache-2.0
//
// Pairing as two applications see it: events and their order as the SoftDevice interface fixes
// them.
#include <algorithm>
#include <cstring>

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

TEST_F(SmpPair, LegacyPasskeyEntry) {
  central.params = bonding_params(false, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  peripheral.params = bonding_params(false, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  const std::string digits = "019655";
  ASSERT_EQ(peripheral.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits.data())),
            Status::kOk);
  central.passkey_to_enter = digits;
  pair();
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=0 lesc=0", "AUTH_KEY_REQUEST 1",
                          "CONN_SEC_UPDATE level=3 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id"));
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=2 lesc=0", "PASSKEY_DISPLAY match=0",
                          "CONN_SEC_UPDATE level=3 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id"));
  EXPECT_EQ(peripheral.shown_passkey, "019655");
}

TEST_F(SmpPair, LegacyPasskeyMistyped) {
  central.params = bonding_params(false, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  peripheral.params = bonding_params(false, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  const std::string digits = "123456";
  ASSERT_EQ(central.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits.data())), Status::kOk);
  peripheral.passkey_to_enter = "123457";
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 04 local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 04 remote");
}

TEST_F(SmpPair, LegacyOutOfBand) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, true));
  central.params.oob = 1;
  peripheral.params.oob = 1;
  central.oob_tk = Octets(16, 0x5A);
  peripheral.oob_tk = Octets(16, 0x5A);
  pair();
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=0", "AUTH_KEY_REQUEST 2",
                          "CONN_SEC_UPDATE level=3 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id"));
}

TEST_F(SmpPair, SecureConnectionsPasskeyEntry) {
  central.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  peripheral.params = bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  const std::string digits = "000042";
  ASSERT_EQ(central.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits.data())), Status::kOk);
  peripheral.passkey_to_enter = digits;
  pair();
  EXPECT_THAT(central.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=2 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "PASSKEY_DISPLAY match=0", "CONN_SEC_UPDATE level=4 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
  EXPECT_THAT(peripheral.take_log(),
              ElementsAre("SEC_PARAMS_REQUEST io=0 lesc=1", "LESC_DHKEY_REQUEST oob=0",
                          "AUTH_KEY_REQUEST 1", "CONN_SEC_UPDATE level=4 size=16",
                          "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"));
  EXPECT_EQ(std::count_if(central.links.sent.begin(), central.links.sent.end(),
                          [](const std::string& pdu) { return pdu.starts_with("03"); }),
            20);
}

TEST_F(SmpPair, BothSidesEnterThePasskey) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true));
  central.passkey_to_enter = "777777";
  peripheral.passkey_to_enter = "777777";
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(SmpPair, SecureConnectionsPasskeyMistypedFailsInTheRoundThatDiffers) {
  central.params = bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  peripheral.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  const std::string digits = "000004";
  ASSERT_EQ(peripheral.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits.data())),
            Status::kOk);
  central.passkey_to_enter = "000000";
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 04 local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 04 remote");
  EXPECT_EQ(std::count_if(central.links.sent.begin(), central.links.sent.end(),
                          [](const std::string& pdu) { return pdu.starts_with("03"); }),
            3)
      << "bit 2 is the first that differs";
}

TEST_F(SmpPair, UserCancelsPasskeyEntry) {
  central.params = bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  peripheral.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  central.reject_key_request = true;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 01 local");
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 01 remote");
}

TEST_F(SmpPair, DisplayedPasskeysAreNewEachTime) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true));
  peripheral.params.io_caps = BLE_GAP_IO_CAPS_KEYBOARD_ONLY;
  peripheral.reject_key_request = true;
  std::vector<std::string> shown;
  for (int i = 0; i < 20; ++i) {
    pair();
    shown.push_back(central.shown_passkey);
  }
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(std::unique(shown.begin(), shown.end()), shown.end());
}

TEST_F(SmpPair, KeypressNotificationsTellAndDoNotMove) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true));
  central.params.io_caps = BLE_GAP_IO_CAPS_DISPLAY_ONLY;
  central.params.keypress = 1;
  peripheral.params.keypress = 1;
  const std::string digits = "271828";
  ASSERT_EQ(central.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits.data())), Status::kOk);
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_KEY_REQUEST 1");
  central.take_log();
  for (uint8_t type = 0; type <= 4; ++type) {
    EXPECT_EQ(peripheral.smp.keypress_notify(kConn, type), Status::kOk);
  }
  EXPECT_EQ(peripheral.smp.keypress_notify(kConn, 5), Status::kInvalidParam);
  EXPECT_EQ(central.smp.keypress_notify(kConn, 0), Status::kInvalidState) << "it only displays";
  run();
  EXPECT_THAT(central.take_log(), ElementsAre("KEY_PRESSED 0", "KEY_PRESSED 1", "KEY_PRESSED 2",
                                              "KEY_PRESSED 3", "KEY_PRESSED 4"));
  peripheral.inject("0e01");
  EXPECT_THAT(peripheral.take_log(), IsEmpty()) << "the displaying side has no keys to press";
  ASSERT_EQ(peripheral.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY,
                                          reinterpret_cast<const uint8_t*>(digits.data())),
            Status::kOk);
  run();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

TEST_F(SmpPair, SecureConnectionsOutOfBandInEveryDirection) {
  for (int flags = 1; flags <= 3; ++flags) {
    SCOPED_TRACE(flags);
    reconnect();
    both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, true));
    ble_gap_lesc_oob_data_t of_central{};
    ble_gap_lesc_oob_data_t of_peripheral{};
    ASSERT_EQ(central.smp.lesc_oob_data_get(kConn, central.own_pk, of_central), Status::kOk);
    ASSERT_EQ(
        peripheral.smp.lesc_oob_data_get(BLE_CONN_HANDLE_INVALID, peripheral.own_pk, of_peripheral),
        Status::kOk);
    const bool to_central = (flags & 1) != 0;
    const bool to_peripheral = (flags & 2) != 0;
    central.params.oob = to_central;
    peripheral.params.oob = to_peripheral;
    central.oob_peer = to_central ? &of_peripheral : nullptr;
    peripheral.oob_own = to_central ? &of_peripheral : nullptr;
    central.oob_own = to_peripheral ? &of_central : nullptr;
    peripheral.oob_peer = to_peripheral ? &of_central : nullptr;
    pair();
    for (Device* device : {&central, &peripheral}) {
      const auto log = device->take_log();
      EXPECT_EQ(log[1], "LESC_DHKEY_REQUEST oob=1");
      EXPECT_EQ(log[2], "CONN_SEC_UPDATE level=4 size=16");
      EXPECT_EQ(log.back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
    }
  }
}

TEST_F(SmpPair, OutOfBandDataOfAnotherKeyFails) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, true));
  ble_gap_lesc_oob_data_t wrong{};
  ASSERT_EQ(peripheral.smp.lesc_oob_data_get(kConn, central.own_pk, wrong), Status::kOk);
  central.params.oob = 1;
  central.oob_peer = &wrong;
  peripheral.oob_own = &wrong;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 04 local");
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 04 remote");
}

TEST_F(SmpPair, OutOfBandDataHasToFitTheFlags) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, true));
  central.params.oob = 1;
  central.answers = 1;
  pair();
  ble_gap_lesc_oob_data_t data{};
  EXPECT_EQ(central.smp.lesc_oob_data_set(kConn, nullptr, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(central.smp.lesc_oob_data_set(kConn, &data, &data), Status::kInvalidAddr);
  ble_gap_lesc_dhkey_t key{};
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, BLE_GAP_SEC_STATUS_SUCCESS, &key),
            Status::kInvalidState)
      << "out-of-band data first";
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

TEST_F(SmpPair, ShortKeyIsMaskedOnBothSides) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_NONE, false));
  peripheral.params.max_key_size = 7;
  pair();
  EXPECT_THAT(central.take_log(), testing::Contains("CONN_SEC_UPDATE level=2 size=7"));
  EXPECT_EQ(central.own_enc.enc_info.ltk_len, 7);
  EXPECT_TRUE(is_all_zero(Bytes(central.own_enc.enc_info.ltk).subspan(7)));
  EXPECT_EQ(to_hex(central.own_enc.enc_info.ltk), to_hex(peripheral.own_enc.enc_info.ltk));
}

TEST_F(SmpPair, ShortLegacyKeysAreMaskedBeforeDistribution) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, false));
  central.params.max_key_size = 7;
  pair();
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id");
  for (const ble_gap_enc_key_t* key :
       {&central.own_enc, &central.peer_enc, &peripheral.own_enc, &peripheral.peer_enc}) {
    EXPECT_EQ(key->enc_info.ltk_len, 7);
    EXPECT_FALSE(is_all_zero(Bytes(key->enc_info.ltk).first(7)));
    EXPECT_TRUE(is_all_zero(Bytes(key->enc_info.ltk).subspan(7)));
  }
  for (const Device* device : {&central, &peripheral}) {
    for (const std::string& pdu : device->links.sent) {
      if (pdu.starts_with("06")) {
        EXPECT_EQ(pdu.substr(16), std::string(18, '0')) << "shortened on air";
      }
    }
  }
}

TEST_F(SmpPair, KeyBelowTheMinimumIsRefused) {
  peripheral.params.max_key_size = 15;
  central.params.min_key_size = 16;
  pair();
  EXPECT_THAT(central.take_log(), ElementsAre("AUTH_STATUS 06 local"));
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 06 remote");

  central.params.max_key_size = 15;
  central.params.min_key_size = 7;
  peripheral.params.max_key_size = 16;
  peripheral.params.min_key_size = 16;
  pair();
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 06 local");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS 06 remote");
}

TEST_F(SmpPair, ManInTheMiddleProtectionThatCannotBeHadIsRefused) {
  central.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true);
  pair();
  EXPECT_THAT(central.take_log(), ElementsAre("AUTH_STATUS 03 local"));
  EXPECT_EQ(peripheral.take_log().back(), "AUTH_STATUS 03 remote");
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

TEST_F(SmpPair, CallsOutOfPlaceAreRefused) {
  ble_gap_lesc_dhkey_t key{};
  EXPECT_EQ(central.smp.sec_params_reply(kConn, 0, nullptr, nullptr), Status::kInvalidState);
  EXPECT_EQ(central.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_NONE, nullptr),
            Status::kInvalidState);
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, 0, &key), Status::kInvalidState);
  EXPECT_EQ(central.smp.lesc_oob_data_set(kConn, nullptr, nullptr), Status::kInvalidState);
  EXPECT_EQ(central.smp.keypress_notify(kConn, 0), Status::kInvalidState);
  EXPECT_EQ(peripheral.smp.sec_info_reply(kConn, nullptr), Status::kInvalidState);
  EXPECT_EQ(peripheral.smp.authenticate(kConn, nullptr), Status::kInvalidAddr);

  const uint16_t unknown = 0x0041;
  ble_gap_conn_sec_t security{};
  ble_gap_lesc_oob_data_t oob{};
  EXPECT_EQ(central.smp.authenticate(unknown, nullptr), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.sec_params_reply(unknown, 0, nullptr, nullptr), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.auth_key_reply(unknown, 0, nullptr), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.lesc_dhkey_reply(unknown, 0, &key), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.keypress_notify(unknown, 0), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.lesc_oob_data_get(unknown, central.own_pk, oob),
            Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.encrypt(unknown, {}, {}), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.sec_info_reply(unknown, nullptr), Status::kInvalidConnHandle);
  EXPECT_EQ(central.smp.conn_sec_get(unknown, security), Status::kInvalidConnHandle);
}

TEST_F(SmpPair, ParametersAreChecked) {
  for (const auto& [min, max, io] : {std::tuple{6, 16, 3}, {7, 17, 3}, {16, 7, 3}, {7, 16, 5}}) {
    central.params.min_key_size = static_cast<uint8_t>(min);
    central.params.max_key_size = static_cast<uint8_t>(max);
    central.params.io_caps = static_cast<uint8_t>(io) & 7;
    EXPECT_EQ(central.authenticate(), Status::kInvalidParam);
  }
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  central.answers = 0;
  peripheral.answers = 0;
  pair();
  const ble_gap_sec_params_t& params = peripheral.params;
  ble_gap_sec_keyset_t keyset = peripheral.keyset;
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, nullptr, &keyset), Status::kInvalidAddr);
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &params, nullptr), Status::kInvalidAddr);
  keyset.keys_peer.p_id_key = nullptr;
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &params, &keyset), Status::kInvalidAddr);
  keyset = peripheral.keyset;
  keyset.keys_own.p_pk = nullptr;
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &params, &keyset), Status::kInvalidAddr);
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0x81, nullptr, nullptr), Status::kInvalidParam);
  // Own keys need not be reported.
  keyset = peripheral.keyset;
  keyset.keys_own = {nullptr, nullptr, &peripheral.own_pk};
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &params, &keyset), Status::kOk);
  EXPECT_EQ(peripheral.smp.sec_params_reply(kConn, 0, &params, &keyset), Status::kInvalidState);
  run();
  EXPECT_EQ(central.smp.sec_params_reply(kConn, 0, &central.params, &central.keyset),
            Status::kInvalidParam)
      << "the central gave its parameters before";
  EXPECT_EQ(central.authenticate(), Status::kInvalidState);
  EXPECT_EQ(central.smp.encrypt(kConn, {}, {}), Status::kBusy);
  EXPECT_EQ(central.smp.sec_params_reply(kConn, 0, nullptr, &central.keyset), Status::kOk);
  run();
  // The number is confirmed or refused; digits answer another question.
  const uint8_t digits[6] = {'1', '2', '3', '4', '5', '6'};
  EXPECT_EQ(central.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY, digits),
            Status::kInvalidParam);
  EXPECT_EQ(central.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_OOB, digits),
            Status::kInvalidParam);
  ble_gap_lesc_dhkey_t key{};
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, 0, nullptr), Status::kInvalidAddr);
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, 0x81, nullptr), Status::kInvalidParam);
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, 0, &key), Status::kOk);
  EXPECT_EQ(central.smp.lesc_dhkey_reply(kConn, 0, &key), Status::kInvalidState);
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
