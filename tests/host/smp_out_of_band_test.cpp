// SPDX-License-Identifier: Apache-2.0
//
// Out-of-band pairing as two applications see it, legacy and of LE Secure Connections.
#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace pm::host::test
