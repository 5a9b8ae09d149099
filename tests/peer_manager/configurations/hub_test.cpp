// SPDX-License-Identifier: Apache-2.0
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

constexpr unsigned kLinks = CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT;

class HubConfiguration : public Face {
 protected:
  HubConfiguration() { storage.queue_size = CONFIG_BM_ZMS_OP_QUEUE_SIZE + 1; }
};

TEST_F(HubConfiguration, TwentyLinksOfTwentyPeers) {
  bonds(kLinks);
  for (uint16_t link = 0; link < kLinks; ++link) {
    connect(link, link % 2 == 0 ? kPeripheral : kCentral, address(static_cast<uint8_t>(link)));
  }
  for (uint16_t link = 0; link < kLinks; ++link) {
    uint16_t peer = PM_PEER_ID_INVALID;
    EXPECT_EQ(pm_peer_id_get(link, &peer), NRF_SUCCESS);
    EXPECT_EQ(peer, link);
  }
}

TEST_F(HubConfiguration, EightHandlers) {
  for (int i = 1; i < 8; ++i) {
    EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_SUCCESS);
  }
  EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_ERROR_NO_MEM);
}

TEST_F(HubConfiguration, AThirdPairingWaitsForABuffer) {
  for (uint16_t link = 0; link < 3; ++link) {
    connect(link, kPeripheral, address(static_cast<uint8_t>(link)));
    sec_params_request(link, bonding_params());
  }
  EXPECT_EQ(soft_device.params_replies.size(), 2u);
  auth_failure(0, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  EXPECT_EQ(soft_device.params_replies.size(), 3u);
  EXPECT_EQ(soft_device.params_replies.back().conn_handle, 2);
}

TEST_F(HubConfiguration, TheQueueHoldsOneBehindTheOneUnderWay) {
  bonds(1);
  alignas(4) static const uint8_t data[4] = {};
  const auto store = [] { return pm_peer_data_app_data_store(0, data, sizeof data, nullptr); };
  EXPECT_EQ(store(), NRF_SUCCESS);
  EXPECT_EQ(store(), NRF_SUCCESS);
  EXPECT_EQ(store(), NRF_ERROR_BUSY);
}

TEST_F(HubConfiguration, APairingEndsAKeyPair) {
  connect(kLink, kPeripheral, address(1));
  const ble_gap_lesc_p256_pk_t before = *nrf_ble_lesc_public_key_get();
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  EXPECT_EQ(nrf_ble_lesc_request_handler(), NRF_SUCCESS);
  EXPECT_NE(std::memcmp(&before, nrf_ble_lesc_public_key_get(), sizeof before), 0);
}

TEST_F(HubConfiguration, ServiceChangedIsTold) {
  connect(kLink, kPeripheral, address(1));
  pm_local_database_has_changed();
  EXPECT_EQ(soft_device.service_changed.size(), 1u);
}

}  // namespace
}  // namespace pm::test
