// SPDX-License-Identifier: Apache-2.0
//
// Answers that come too late: an application pulls an event, and while it thinks the peer gives up
// and begins anew. What it answers then belongs to a question that nobody asks any more.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

constexpr const char* kGiveUp = "0508";
constexpr std::array<uint8_t, 8> kRand{};

/// One device whose application pulls only when told to, and its peer in the hands of the test.
class SmpHostile : public testing::Test {
 protected:
  /// Pulls one event; 0: there is none.
  static uint16_t pull(Device& device) {
    const ble_evt_t* event = device.events.front();
    if (event == nullptr) {
      return 0;
    }
    const uint16_t id = event->header.evt_id;
    device.events.pop();
    return id;
  }
  Status params_reply() {
    const ble_gap_sec_params_t* params = device.links.link.is_central ? nullptr : &device.params;
    return device.smp.sec_params_reply(kConn, BLE_GAP_SEC_STATUS_SUCCESS, params, &device.keyset);
  }
  Status dhkey_reply() {
    ble_gap_lesc_dhkey_t key{};
    return device.smp.lesc_dhkey_reply(kConn, BLE_GAP_SEC_STATUS_SUCCESS, &key);
  }
  /// A pairing of the peer's, up to and with our Pairing Response.
  void begin(const std::string& request) {
    device.inject(request);
    while (device.events.front() != nullptr &&
           device.events.front()->header.evt_id != BLE_GAP_EVT_SEC_PARAMS_REQUEST) {
      device.events.pop();
    }
    ASSERT_EQ(pull(device), BLE_GAP_EVT_SEC_PARAMS_REQUEST);
    ASSERT_EQ(params_reply(), Status::kOk);
  }
  std::string public_key(uint64_t seed) {
    OpenSslCrypto crypto(seed);
    std::array<uint8_t, 64> key{};
    EXPECT_EQ(crypto.generate_key_pair(key), Status::kOk);
    return "0c" + to_hex(key);
  }

  sim::VirtualClock clock;
  Device device{clock, false, 3};
};

constexpr const char* kLegacyRequest = "01030001100303";
constexpr const char* kScRequest = "01030009100303";

TEST_F(SmpHostile, ReplyToAnOldParamsRequestIsRefused) {
  device.inject(kLegacyRequest);
  device.inject(kGiveUp);
  device.inject(kLegacyRequest);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_SEC_PARAMS_REQUEST);
  EXPECT_EQ(params_reply(), Status::kInvalidState) << "of the pairing that is over";
  EXPECT_EQ(
      device.smp.sec_params_reply(kConn, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP, nullptr, nullptr),
      Status::kInvalidState);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_AUTH_STATUS);
  EXPECT_EQ(params_reply(), Status::kInvalidState) << "not asked yet";
  EXPECT_TRUE(device.links.sent.empty());
  ASSERT_EQ(pull(device), BLE_GAP_EVT_SEC_PARAMS_REQUEST);
  EXPECT_EQ(params_reply(), Status::kOk);
  EXPECT_EQ(device.links.sent.size(), 1u);
}

TEST_F(SmpHostile, CentralAnswersOnlyTheResponseThatItHasSeen) {
  Device central(clock, true, 4);
  ASSERT_EQ(central.authenticate(), Status::kOk);
  central.inject("02030001100303");
  const auto reply = [&] {
    return central.smp.sec_params_reply(kConn, BLE_GAP_SEC_STATUS_SUCCESS, nullptr,
                                        &central.keyset);
  };
  EXPECT_EQ(reply(), Status::kInvalidState);
  ASSERT_EQ(pull(central), BLE_GAP_EVT_SEC_PARAMS_REQUEST);
  EXPECT_EQ(reply(), Status::kOk);
}

TEST_F(SmpHostile, DhKeyOfAnAbandonedPairingIsRefused) {
  begin(kScRequest);
  device.inject(public_key(91));
  ASSERT_EQ(pull(device), BLE_GAP_EVT_LESC_DHKEY_REQUEST);
  // The application computes; meanwhile:
  device.inject(kGiveUp);
  EXPECT_EQ(dhkey_reply(), Status::kInvalidState);
  begin(kScRequest);
  device.inject(public_key(92));
  EXPECT_EQ(dhkey_reply(), Status::kInvalidState) << "the key of the first public key";
  EXPECT_EQ(device.smp.lesc_dhkey_reply(kConn, BLE_GAP_SEC_STATUS_DHKEY_FAILURE, nullptr),
            Status::kInvalidState)
      << "nor does the old key's failure end the new pairing";
  ASSERT_EQ(pull(device), BLE_GAP_EVT_LESC_DHKEY_REQUEST);
  EXPECT_EQ(dhkey_reply(), Status::kOk);
}

TEST_F(SmpHostile, PasskeyOfAnAbandonedPairingIsRefused) {
  device.params = bonding_params(false, BLE_GAP_IO_CAPS_KEYBOARD_ONLY, true);
  const std::string request = "01000005100303";  // shows a passkey
  const auto reply = [&] {
    return device.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY,
                                     reinterpret_cast<const uint8_t*>("123456"));
  };
  begin(request);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_AUTH_KEY_REQUEST);
  device.inject(kGiveUp);
  begin(request);
  EXPECT_EQ(reply(), Status::kInvalidState);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_AUTH_KEY_REQUEST);
  EXPECT_EQ(reply(), Status::kOk);
}

TEST_F(SmpHostile, NumberOfAnAbandonedPairingIsNotConfirmed) {
  device.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true);
  const std::string request = "0101000d100303";  // display and yes/no
  const auto compare = [&](uint64_t seed) {
    begin(request);
    device.inject(public_key(seed));
    ASSERT_EQ(pull(device), BLE_GAP_EVT_LESC_DHKEY_REQUEST);
    device.inject("04" + std::string(32, '7'));
  };
  const auto confirm = [&] {
    return device.smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY, nullptr);
  };
  compare(91);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_PASSKEY_DISPLAY);
  device.inject(kGiveUp);
  compare(92);
  EXPECT_EQ(confirm(), Status::kInvalidState) << "the user has seen another number";
  ASSERT_EQ(pull(device), BLE_GAP_EVT_PASSKEY_DISPLAY);
  EXPECT_EQ(confirm(), Status::kOk);
}

TEST_F(SmpHostile, OutOfBandDataOfAnAbandonedPairingIsRefused) {
  device.params = bonding_params(true, BLE_GAP_IO_CAPS_NONE, true);
  const std::string request = "0103010d100303";  // has our data
  ble_gap_lesc_oob_data_t own{};
  const auto reply = [&] { return device.smp.lesc_oob_data_set(kConn, &own, nullptr); };
  begin(request);
  device.inject(public_key(91));
  ASSERT_EQ(pull(device), BLE_GAP_EVT_LESC_DHKEY_REQUEST);
  device.inject(kGiveUp);
  begin(request);
  device.inject(public_key(92));
  EXPECT_EQ(reply(), Status::kInvalidState);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_LESC_DHKEY_REQUEST);
  EXPECT_EQ(reply(), Status::kOk);
}

TEST_F(SmpHostile, StoredKeyIsGivenOnlyWhenTheRequestWasSeen) {
  ble_gap_enc_info_t key{};
  key.ltk_len = 16;
  device.smp.long_term_key_requested(kConn, kRand, 0);
  EXPECT_EQ(device.smp.sec_info_reply(kConn, &key), Status::kInvalidState);
  EXPECT_EQ(device.smp.sec_info_reply(kConn, nullptr), Status::kInvalidState);
  // The peer asks for another key before the application has looked.
  const std::array<uint8_t, 8> rand = {1};
  device.smp.long_term_key_requested(kConn, rand, 7);
  ASSERT_EQ(pull(device), BLE_GAP_EVT_SEC_INFO_REQUEST);
  EXPECT_EQ(device.smp.sec_info_reply(kConn, &key), Status::kInvalidState) << "of the first";
  ASSERT_EQ(pull(device), BLE_GAP_EVT_SEC_INFO_REQUEST);
  EXPECT_EQ(device.smp.sec_info_reply(kConn, &key), Status::kOk);
}

}  // namespace
}  // namespace pm::host::test
