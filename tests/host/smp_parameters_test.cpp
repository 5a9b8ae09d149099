// SPDX-License-Identifier: Apache-2.0
//
// What can be asked of a pairing: key sizes, protection, parameters, and calls out of place.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace pm::host::test
