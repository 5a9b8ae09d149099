// SPDX-License-Identifier: Apache-2.0
//
// What each function of the C interface returns, and when: life cycle, links, lists, LE Secure
// Connections. The pairs are those of tests/data/return_codes.txt.
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

class LinkReturnCodes : public Face {};

TEST_F(LinkReturnCodes, NothingWorksBeforeInit) {
  restart_uninitialized();
  uint16_t id = 0;
  uint32_t size = 1;
  ble_gap_addr_t own = address(1);
  ble_gap_irk_t irk{};
  ble_gap_privacy_params_t privacy{};
  privacy.p_device_irk = &irk;
  pm_conn_sec_status status{};
  EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_sec_params_set(nullptr), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_conn_sec_params_reply(kLink, nullptr, &id), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_conn_sec_status_get(kLink, &status), NRF_ERROR_INVALID_STATE);
  EXPECT_FALSE(pm_sec_is_sufficient(kLink, &status));
  EXPECT_EQ(pm_lesc_public_key_set(nullptr), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_allow_list_set(nullptr, 0), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_allow_list_get(&own, &size, nullptr, nullptr), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_device_identities_list_set(nullptr, 0), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_id_addr_set(&own), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_id_addr_get(&own), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_privacy_set(&privacy), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_privacy_get(&privacy), NRF_ERROR_INVALID_STATE);
  EXPECT_FALSE(pm_address_resolve(&own, &irk));
  EXPECT_EQ(pm_conn_handle_get(0, &id), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peer_id_get(kLink, &id), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peer_id_list(&id, &size, PM_PEER_ID_INVALID, PM_PEER_ID_LIST_ALL_ID),
            NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_next_peer_id_get(PM_PEER_ID_INVALID), PM_PEER_ID_INVALID);
  EXPECT_EQ(pm_peer_count(), 0u);
  EXPECT_EQ(pm_peer_delete(0), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peers_delete(), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peer_ranks_get(nullptr, nullptr, nullptr, nullptr), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peer_rank_highest(0), NRF_ERROR_INVALID_STATE);
  pm_local_database_has_changed();
  EXPECT_EQ(nrf_ble_lesc_public_key_get(), nullptr);
  EXPECT_EQ(nrf_ble_lesc_own_oob_data_generate(), NRF_ERROR_INVALID_STATE);
}

TEST_F(LinkReturnCodes, Init) {
  EXPECT_EQ(pm_init(), NRF_SUCCESS);
  storage.ready_result = Status::kInternal;
  EXPECT_EQ(pm_init(), NRF_ERROR_INTERNAL);
}

TEST_F(LinkReturnCodes, Register) {
  EXPECT_EQ(pm_register(nullptr), NRF_ERROR_NULL);
  // The fixture's handler is the first.
  for (int i = 1; i < CONFIG_PM_MAX_REGISTRANTS; ++i) {
    EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_SUCCESS);
  }
  EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_ERROR_NO_MEM);
}

TEST_F(LinkReturnCodes, SecurityParameters) {
  ble_gap_sec_params_t params = bonding_params();
  EXPECT_EQ(pm_sec_params_set(&params), NRF_SUCCESS);
  EXPECT_EQ(pm_sec_params_set(nullptr), NRF_SUCCESS);
  params.min_key_size = 0;
  EXPECT_EQ(pm_sec_params_set(&params), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_conn_sec_params_reply(kLink, &params, nullptr), NRF_ERROR_NULL);
}

TEST_F(LinkReturnCodes, AnswersToEvents) {
  EXPECT_EQ(pm_conn_exclude(kLink, nullptr), NRF_ERROR_NULL);
  pm_conn_sec_config_reply(kLink, nullptr);
  int answered = 0;
  on_event = [&](const pm_evt& event) {
    ble_gap_sec_params_t params = bonding_params();
    pm_conn_sec_config config = {.allow_repairing = true};
    switch (event.evt_id) {
      case PM_EVT_CONN_SEC_PARAMS_REQ: {
        const void* context = event.conn_sec_params_req.context;
        EXPECT_EQ(pm_conn_sec_params_reply(event.conn_handle, nullptr, context), NRF_SUCCESS);
        EXPECT_EQ(pm_conn_sec_params_reply(event.conn_handle, &params, context), NRF_SUCCESS);
        params.io_caps = 5;
        EXPECT_EQ(pm_conn_sec_params_reply(event.conn_handle, &params, context),
                  NRF_ERROR_INVALID_PARAM);
        ++answered;
        break;
      }
      case PM_EVT_CONN_SEC_CONFIG_REQ:
        pm_conn_sec_config_reply(event.conn_handle, &config);
        ++answered;
        break;
      default:
        break;
    }
  };
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(answered, 2);
  ASSERT_EQ(soft_device.params_replies.size(), 1u);
  EXPECT_EQ(soft_device.params_replies[0].sec_status, BLE_GAP_SEC_STATUS_SUCCESS) << "consented";

  on_event = [&](const pm_evt& event) {
    if (event.evt_id == PM_EVT_CONN_CONFIG_REQ) {
      EXPECT_EQ(pm_conn_exclude(event.conn_handle, event.conn_config_req.context), NRF_SUCCESS);
    }
  };
  connect(kOtherLink, kPeripheral, address(9));
  EXPECT_EQ(pm_conn_secure(kOtherLink, false), BLE_ERROR_INVALID_CONN_HANDLE);
}

TEST_F(LinkReturnCodes, Secure) {
  put_bond(0, lesc_bond(address(0)));
  pm_peer_data_bonding nameless{};
  nameless.peer_ble_id.id_addr_info = address(1);
  put_bond(1, nameless);
  restart();
  EXPECT_EQ(pm_conn_secure(kLink, false), BLE_ERROR_INVALID_CONN_HANDLE);
  connect(kLink, kCentral, address(0));
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_SUCCESS);
  soft_device.script("encrypt", {Status::kInvalidState, Status::kTimeout, Status::kInvalidFlags});
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_BUSY);
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_TIMEOUT);
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_INTERNAL);
  storage.read_errors[FakeStorage::key(0, 7)] = Status::kInternal;
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_INTERNAL);
  connect(kOtherLink, kCentral, address(1));
  EXPECT_EQ(pm_conn_secure(kOtherLink, false), NRF_ERROR_INVALID_DATA);
  EXPECT_EQ(pm_init(), NRF_SUCCESS);
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_ERROR_NOT_FOUND) << "no parameters";
}

TEST_F(LinkReturnCodes, SecurityStatus) {
  connect(kLink, kPeripheral, address(1));
  pm_conn_sec_status status{};
  EXPECT_EQ(pm_conn_sec_status_get(kLink, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_conn_sec_status_get(7, &status), BLE_ERROR_INVALID_CONN_HANDLE);
  EXPECT_EQ(pm_conn_sec_status_get(kLink, &status), NRF_SUCCESS);
  EXPECT_TRUE(pm_sec_is_sufficient(kLink, &status));
  status.encrypted = 1;
  EXPECT_FALSE(pm_sec_is_sufficient(kLink, &status));
  ble_gap_lesc_p256_pk_t key{};
  EXPECT_EQ(pm_lesc_public_key_set(&key), NRF_ERROR_FORBIDDEN);
}

TEST_F(LinkReturnCodes, AllowList) {
  uint16_t peers[9] = {};
  ble_gap_addr_t addresses[8];
  ble_gap_irk_t irks[8];
  put_bond(1, lesc_bond(address(1, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE)));
  put_bond(2, lesc_bond(address(2)));
  storage.read_errors[FakeStorage::key(2, 7)] = Status::kInternal;
  bonds(1);
  EXPECT_EQ(pm_allow_list_set(peers, 9), NRF_ERROR_DATA_SIZE);
  EXPECT_EQ(pm_allow_list_set(nullptr, 0), NRF_SUCCESS);
  soft_device.script("whitelist_set", {Status::kGapWhitelistInUse});
  EXPECT_EQ(pm_allow_list_set(peers, 1), BLE_ERROR_GAP_WHITELIST_IN_USE);

  const auto get = [&](uint32_t room) {
    uint32_t count = room;
    return pm_allow_list_get(addresses, &count, irks, &count);
  };
  EXPECT_EQ(pm_allow_list_get(nullptr, nullptr, nullptr, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(get(0), NRF_ERROR_NO_MEM);
  EXPECT_EQ(get(1), NRF_SUCCESS) << "the list is that of the last call";
  struct {
    uint16_t peer;
    uint32_t result;
  } const cases[] = {{1, BLE_ERROR_GAP_INVALID_BLE_ADDR},
                     {2, NRF_ERROR_INTERNAL},
                     {77, NRF_ERROR_NOT_FOUND},
                     {256, NRF_ERROR_NOT_FOUND}};
  for (const auto& [peer, result] : cases) {
    EXPECT_EQ(pm_allow_list_set(&peer, 1), result) << peer;
    EXPECT_EQ(get(1), result) << peer;
    EXPECT_EQ(pm_device_identities_list_set(&peer, 1), result) << peer;
  }

  EXPECT_EQ(pm_device_identities_list_set(peers, 9), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_device_identities_list_set(peers, 1), NRF_SUCCESS);
  soft_device.script("device_identities_set",
                     {Status::kGapDeviceIdentitiesInUse, Status::kGapDeviceIdentitiesDuplicate,
                      Status::kGapZeroIrkNotAllowed});
  EXPECT_EQ(pm_device_identities_list_set(peers, 1), BLE_ERROR_GAP_DEVICE_IDENTITIES_IN_USE);
  EXPECT_EQ(pm_device_identities_list_set(peers, 2), BLE_ERROR_GAP_DEVICE_IDENTITIES_DUPLICATE);
  EXPECT_EQ(pm_device_identities_list_set(peers, 1), BLE_ERROR_GAP_ZERO_IRK_NOT_ALLOWED);
}

TEST_F(LinkReturnCodes, AddressAndPrivacy) {
  ble_gap_addr_t own = address(1);
  ble_gap_irk_t irk{};
  ble_gap_privacy_params_t privacy{};
  EXPECT_EQ(pm_id_addr_set(nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_id_addr_get(nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_id_addr_set(&own), NRF_SUCCESS);
  EXPECT_EQ(pm_id_addr_get(&own), NRF_SUCCESS);
  soft_device.script("addr_set",
                     {Status::kBusy, Status::kGapInvalidBleAddr, Status::kInvalidState});
  EXPECT_EQ(pm_id_addr_set(&own), NRF_ERROR_BUSY);
  EXPECT_EQ(pm_id_addr_set(&own), BLE_ERROR_GAP_INVALID_BLE_ADDR);
  EXPECT_EQ(pm_id_addr_set(&own), NRF_ERROR_INVALID_STATE);

  EXPECT_EQ(pm_privacy_set(nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_privacy_get(nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_privacy_get(&privacy), NRF_ERROR_NULL) << "no place for the IRK";
  privacy.p_device_irk = &irk;
  EXPECT_EQ(pm_privacy_get(&privacy), NRF_SUCCESS);
  EXPECT_EQ(pm_privacy_set(&privacy), NRF_SUCCESS);
  soft_device.script("privacy_set", {Status::kBusy, Status::kInvalidParam, Status::kInvalidState,
                                     Status::kNotSupported, Status::kGapInvalidBleAddr,
                                     Status::kGapZeroIrkNotAllowed});
  for (const uint32_t result :
       {uint32_t{NRF_ERROR_BUSY}, uint32_t{NRF_ERROR_INVALID_PARAM},
        uint32_t{NRF_ERROR_INVALID_STATE}, uint32_t{NRF_ERROR_NOT_SUPPORTED},
        uint32_t{BLE_ERROR_GAP_INVALID_BLE_ADDR}, uint32_t{BLE_ERROR_GAP_ZERO_IRK_NOT_ALLOWED}}) {
    EXPECT_EQ(pm_privacy_set(&privacy), result);
  }

  // Core, Vol 3, Part H, D.7: ah() of this IRK over 708194 is 0dfbaa; least significant first.
  const ble_gap_irk_t sample = {{0x9b, 0x7d, 0x39, 0x0a, 0xa6, 0x10, 0x10, 0x34, 0x05, 0xad, 0xc8,
                                 0x57, 0xa3, 0x34, 0x02, 0xec}};
  ble_gap_addr_t resolvable{};
  resolvable.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  const uint8_t octets[] = {0xaa, 0xfb, 0x0d, 0x94, 0x81, 0x70};
  std::copy(std::begin(octets), std::end(octets), resolvable.addr);
  EXPECT_TRUE(pm_address_resolve(&resolvable, &sample));
  EXPECT_FALSE(pm_address_resolve(&resolvable, &irk));
}

TEST_F(LinkReturnCodes, SecureConnections) {
  ble_gap_lesc_p256_pk_t peer_key{};
  sim::SeededCrypto peer(99);
  ASSERT_TRUE(ok(peer.generate_key_pair(peer_key.pk)));
  connect(kLink, kPeripheral, address(1));
  const auto handle_request = [&] {
    dhkey_request(kLink, peer_key);
    return nrf_ble_lesc_request_handler();
  };
  nrf_ble_lesc_peer_oob_data_handler_set(nullptr);
  EXPECT_EQ(nrf_ble_lesc_init(), NRF_SUCCESS);
  EXPECT_EQ(nrf_ble_lesc_own_oob_data_get(), nullptr);
  EXPECT_EQ(nrf_ble_lesc_own_oob_data_generate(), NRF_SUCCESS);
  EXPECT_NE(nrf_ble_lesc_own_oob_data_get(), nullptr);
  EXPECT_EQ(nrf_ble_lesc_keypair_generate(), NRF_SUCCESS);
  EXPECT_NE(nrf_ble_lesc_public_key_get(), nullptr);
  EXPECT_EQ(handle_request(), NRF_SUCCESS);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_DISCONNECTED;
  nrf_ble_lesc_on_ble_evt(&event);

  soft_device.script("dhkey_reply", {Status::kInvalidConnHandle, Status::kInvalidState});
  EXPECT_EQ(handle_request(), BLE_ERROR_INVALID_CONN_HANDLE);
  EXPECT_EQ(handle_request(), NRF_SUCCESS) << "the pairing has ended";
  dhkey_request(kLink, peer_key);
  EXPECT_EQ(nrf_ble_lesc_keypair_generate(), NRF_ERROR_BUSY);
  crypto.inside_key_agreement = [] {
    EXPECT_EQ(nrf_ble_lesc_own_oob_data_generate(), NRF_ERROR_BUSY);
    EXPECT_EQ(nrf_ble_lesc_init(), NRF_ERROR_BUSY);
  };
  EXPECT_EQ(nrf_ble_lesc_request_handler(), NRF_SUCCESS);
  crypto.inside_key_agreement = nullptr;

  crypto.generation_result = Status::kInternal;
  EXPECT_EQ(nrf_ble_lesc_keypair_generate(), NRF_ERROR_INTERNAL);
  EXPECT_EQ(nrf_ble_lesc_public_key_get(), nullptr);
  EXPECT_EQ(nrf_ble_lesc_own_oob_data_generate(), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(handle_request(), NRF_ERROR_INTERNAL);
  EXPECT_EQ(nrf_ble_lesc_init(), NRF_ERROR_INTERNAL);
}

}  // namespace
}  // namespace pm::test
