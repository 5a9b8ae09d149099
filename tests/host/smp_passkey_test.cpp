// SPDX-License-Identifier: Apache-2.0
//
// Passkey Entry as two applications see it, legacy and of LE Secure Connections.
#include <algorithm>

#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

}  // namespace
}  // namespace pm::host::test
