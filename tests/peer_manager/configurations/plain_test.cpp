// SPDX-License-Identifier: Apache-2.0
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

class PlainConfiguration : public Face {};

TEST_F(PlainConfiguration, SecureConnectionsAreTheApplications) {
  EXPECT_EQ(nrf_ble_lesc_init(), NRF_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nrf_ble_lesc_keypair_generate(), NRF_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nrf_ble_lesc_own_oob_data_generate(), NRF_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nrf_ble_lesc_request_handler(), NRF_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(crypto.generated, 0);
  ble_gap_lesc_p256_pk_t key{};
  EXPECT_EQ(pm_lesc_public_key_set(&key), NRF_SUCCESS);
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  ASSERT_EQ(soft_device.params_replies.size(), 1u);
  EXPECT_EQ(soft_device.params_replies[0].keyset->keys_own.p_pk, &key);
}

TEST_F(PlainConfiguration, NoRanks) {
  bonds(1);
  EXPECT_EQ(pm_peer_ranks_get(nullptr, nullptr, nullptr, nullptr), NRF_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(pm_peer_rank_highest(0), NRF_ERROR_NOT_SUPPORTED);
  const pm_evt connected = make_event(PM_EVT_BONDED_PEER_CONNECTED, kLink, PeerId{0});
  pm_handler_flash_clean(&connected);
  EXPECT_EQ(storage.run(), 0);
}

TEST_F(PlainConfiguration, NoServiceChanged) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  storage.run();
  pm_local_database_has_changed();
  EXPECT_EQ(storage.run(), 0);
  EXPECT_TRUE(soft_device.service_changed.empty());
}

TEST_F(PlainConfiguration, NoCentralRole) {
  // There is one role to be in, whatever the event says.
  connect(kLink, kCentral, address(1));
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_SUCCESS);
  EXPECT_EQ(take_log().back(), "PARAMS_REQ") << "a Security Request, and no PM_EVT_CONN_SEC_START";
  sec_request(kLink, true, false, false);
  EXPECT_TRUE(take_log().empty());
}

TEST_F(PlainConfiguration, EveryIdentificationReadsTheStore) {
  bonds(2);
  storage.reads = 0;
  connect(kLink, kPeripheral, address(99));
  EXPECT_GE(storage.reads, 2) << "no index";
}

}  // namespace
}  // namespace pm::test
