// SPDX-License-Identifier: Apache-2.0
//
// Security procedures from the first event to the last: the summary table of the behaviour
// specification, row by row.
#include "ble_hci.h"
#include "peer_manager/support/device.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

namespace pm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Procedures : public Device {
 protected:
  /// Connects and forgets the events of connecting.
  void connected(uint8_t role, const ble_gap_addr_t& peer, uint16_t conn_handle = kLink) {
    connect(conn_handle, role, peer);
    storage.run();
    take_log();
  }
  void bonded_peer(const pm_peer_data_bonding& bond, unsigned peer = 0) {
    put_bond(peer, bond);
    storage.put_word(peer, 9, 0);  // Central Address Resolution is known: no read of it
    reboot();
  }
};

TEST_F(Procedures, NewBondPeerInitiatesAsPeripheral) {
  connected(kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_THAT(take_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "SEC_SUCCEEDED(B,stored)"));
  EXPECT_EQ(peer_of(kLink), 0);
  soft_device.sys_attrs[kLink] = {1, 2, 3};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,7)", "UPDATE(0,8)"));
  EXPECT_TRUE(storage.has(0, 7));
}

TEST_F(Procedures, NewBondLocalStartAsCentral) {
  connected(kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  sec_params_request(kLink, bonding_params());
  distribute(lesc_bond(address(1)));
  conn_sec_update(kLink, 2);
  auth_success(kLink, true, true);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)", "PARAMS_REQ(peer)",
                                      "SEC_SUCCEEDED(B,stored)", "UPDATE(0,7)"));
  // As central the parameters went over the air with the Pairing Request: none in the reply.
  EXPECT_FALSE(soft_device.params_replies.back().params.has_value());
  EXPECT_EQ(storage.records[FakeStorage::key(0, 7)][0], BLE_GAP_ROLE_CENTRAL);
}

TEST_F(Procedures, LocalStartAsPeripheralWaitsForTheCentral) {
  connected(kPeripheral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ"));
  ASSERT_EQ(soft_device.authenticates.size(), 1u);
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_THAT(take_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "SEC_SUCCEEDED(B,stored)"));
}

TEST_F(Procedures, ANewBondIsFollowedByDatabaseRankAndAddressResolution) {
  StandardHandlers handlers(manager(), soft_device, clock, 0);
  on_event = [&](const pm_evt& event) { handlers.flash_clean(event); };
  connected(kPeripheral, address(1));
  soft_device.sys_attrs[kLink] = {1, 2, 3};
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  car_found(kLink, 5);
  value_read(kLink, 5, {1});
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "SEC_SUCCEEDED(B,stored)",
                                      "UPDATE(0,7)", "UPDATE(0,6)", "UPDATE(0,8)", "UPDATE(0,9)"));
}

TEST_F(Procedures, LocalStartAsPeripheralThatTheCentralAnswersWithItsKey) {
  const pm_peer_data_bonding bond = legacy_bond(address(1), 0x40);
  bonded_peer(bond);
  connected(kPeripheral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  sec_info_request(kLink, bond.own_ltk.master_id);
  conn_sec_update(kLink, 2);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_SUCCEEDED(E)"));
}

TEST_F(Procedures, EncryptionWithStoredKeyAsCentral) {
  const pm_peer_data_bonding bond = legacy_bond(address(1), 0x40);
  bonded_peer(bond);
  connected(kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  conn_sec_update(kLink, 2);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_SUCCEEDED(E)"));
  ASSERT_EQ(soft_device.encrypts.size(), 1u);
  EXPECT_EQ(soft_device.encrypts[0].enc_info.ltk[0], 0x41) << "the key the peripheral gave";
  EXPECT_EQ(soft_device.encrypts[0].master_id.ediv, 0x41);
}

TEST_F(Procedures, EncryptionAsCentralUsesTheSecureConnectionsKeyInEitherRole) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  ASSERT_EQ(soft_device.encrypts.size(), 1u);
  EXPECT_EQ(soft_device.encrypts[0].enc_info.ltk[0], 0x5C);
}

TEST_F(Procedures, EncryptionWithStoredKeyAsPeripheral) {
  const pm_peer_data_bonding bond = legacy_bond(address(1), 0x40);
  bonded_peer(bond);
  connected(kPeripheral, address(1));
  sec_info_request(kLink, bond.own_ltk.master_id);
  conn_sec_update(kLink, 2);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)", "SEC_SUCCEEDED(E)"));
  ASSERT_EQ(soft_device.info_replies.size(), 1u);
  EXPECT_EQ(soft_device.info_replies[0].enc_info->ltk[0], 0x40);
}

TEST_F(Procedures, KeyMissingLocally) {
  connected(kPeripheral, address(1));
  sec_info_request(kLink, legacy_bond(address(1), 0x40).own_ltk.master_id);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)", "SEC_FAILED(E,0x1006,LOCAL)"));
  ASSERT_EQ(soft_device.info_replies.size(), 1u);
  EXPECT_FALSE(soft_device.info_replies[0].enc_info.has_value());
}

TEST_F(Procedures, KeyMissingAtThePeripheral) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  conn_sec_update(kLink, 1);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)", "SEC_FAILED(E,0x1006,REMOTE)"));
}

TEST_F(Procedures, WrongKeyAsCentral) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  take_log();
  disconnect(kLink, BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE);
  EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(E,0x103D,LOCAL)"));
}

TEST_F(Procedures, WrongKeyAsPeripheral) {
  bonded_peer(lesc_bond(address(1)));
  connected(kPeripheral, address(1));
  sec_info_request(kLink, {});
  disconnect(kLink, BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)", "SEC_FAILED(E,0x103D,LOCAL)"));
}

TEST_F(Procedures, BondedCentralPairsAgainNotAllowed) {
  bonded_peer(lesc_bond(address(1)));
  connected(kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "CONFIG_REQ",
                                      "SEC_FAILED(B,0x05,LOCAL)"));
  const auto& reply = soft_device.params_replies.back();
  EXPECT_EQ(reply.sec_status, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP);
  EXPECT_FALSE(reply.params.has_value());
  EXPECT_FALSE(reply.keyset.has_value());
}

TEST_F(Procedures, BondedCentralPairsAgainAllowed) {
  bonded_peer(lesc_bond(address(1)));
  connected(kPeripheral, address(1));
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_CONN_SEC_CONFIG_REQ) {
      const pm_conn_sec_config config{.allow_repairing = true};
      manager().conn_sec_config_reply(event.conn_handle, &config);
    }
  };
  pm_peer_data_bonding renewed = lesc_bond(address(1));
  renewed.own_ltk.enc_info.ltk[0] = 0x99;
  bond_as_peripheral(kLink, renewed);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "CONFIG_REQ",
                                      "SEC_SUCCEEDED(B,stored)", "UPDATE(0,7)"));
  EXPECT_EQ(storage.records[FakeStorage::key(0, 7)][52], 0x99);
  EXPECT_EQ(manager().peer_count(), 1u);
}

TEST_F(Procedures, UnknownAddressTurnsOutToBeAKnownPeerNotAllowed) {
  bonded_peer(lesc_bond(address(1)));
  connected(kPeripheral, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  pm_peer_data_bonding renewed = lesc_bond(address(1));
  renewed.own_ltk.enc_info.ltk[0] = 0x99;
  bond_as_peripheral(kLink, renewed);
  EXPECT_THAT(take_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "CONFIG_REQ", "SEC_SUCCEEDED(B)"));
  storage.run();
  EXPECT_EQ(storage.records[FakeStorage::key(0, 7)][52], 0x5C) << "the old bond stays";
  EXPECT_EQ(peer_of(kLink), 0);
}

TEST_F(Procedures, UnknownAddressTurnsOutToBeAKnownPeerAllowedInEitherRole) {
  for (const uint8_t role : {kPeripheral, kCentral}) {
    bonded_peer(lesc_bond(address(1)));
    connected(role, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
    on_event = [this](const pm_evt& event) {
      if (event.evt_id == PM_EVT_CONN_SEC_CONFIG_REQ) {
        const pm_conn_sec_config config{.allow_repairing = true};
        manager().conn_sec_config_reply(event.conn_handle, &config);
      }
    };
    if (role == kCentral) {
      EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
    }
    pm_peer_data_bonding renewed = lesc_bond(address(1));
    renewed.own_ltk.enc_info.ltk[0] = 0x99;
    take_log();
    bond_as_peripheral(kLink, renewed);
    storage.run();
    Log log = take_log();
    std::erase(log, "SEC_START(B)");  // as peripheral it comes only now
    EXPECT_THAT(log, ElementsAre("PARAMS_REQ(peer)", "CONFIG_REQ", "SEC_SUCCEEDED(B,stored)",
                                 "UPDATE(0,7)"));
    EXPECT_EQ(storage.records[FakeStorage::key(0, 7)][52], 0x99);
    EXPECT_EQ(manager().peer_count(), 1u);
    disconnect(kLink);
  }
}

TEST_F(Procedures, UnknownAddressTurnsOutToBeAKnownPeerForced) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
  EXPECT_EQ(manager().conn_secure(kLink, true), Status::kOk);
  sec_params_request(kLink, bonding_params());
  pm_peer_data_bonding renewed = lesc_bond(address(1));
  renewed.own_ltk.enc_info.ltk[0] = 0x99;
  distribute(renewed);
  auth_success(kLink, true, true);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)", "PARAMS_REQ(peer)",
                                      "SEC_SUCCEEDED(B,stored)", "UPDATE(0,7)"));
  EXPECT_EQ(storage.records[FakeStorage::key(0, 7)][52], 0x99);
}

TEST_F(Procedures, SecurityRequestToACentral) {
  connected(kCentral, address(1));
  sec_request(kLink, true, false, false);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)", "PERIPHERAL_SECURITY_REQ"));
}

TEST_F(Procedures, SecurityRequestIgnoredByTheCentral) {
  connected(kPeripheral, address(1));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  take_log();
  auth_failure(kLink, BLE_GAP_SEC_STATUS_TIMEOUT);
  EXPECT_THAT(take_log(), IsEmpty());
}

// Details of the sections before the table.

TEST_F(Procedures, PairingWithoutBondStoresNothing) {
  connected(kPeripheral, address(1));
  const ble_gap_sec_params_t params = pairing_params();
  EXPECT_EQ(manager().sec_params_set(&params), Status::kOk);
  sec_params_request(kLink, pairing_params());
  EXPECT_EQ(soft_device.params_replies.back().keyset->keys_own.p_enc_key, nullptr);
  auth_success(kLink, false);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(P)", "PARAMS_REQ(peer)", "SEC_SUCCEEDED(P)"));
  EXPECT_TRUE(storage.records.empty());
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
}

TEST_F(Procedures, ParametersNullRejectPairing) {
  connected(kPeripheral, address(1));
  EXPECT_EQ(manager().sec_params_set(nullptr), Status::kOk);
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.back().sec_status, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP);
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  EXPECT_TRUE(soft_device.authenticates.empty());
}

TEST_F(Procedures, SecurityRequestWithoutParametersIsRejectedOverTheAir) {
  connected(kCentral, address(1));
  EXPECT_EQ(manager().sec_params_set(nullptr), Status::kOk);
  sec_request(kLink, true, false, false);
  EXPECT_THAT(take_log(), ElementsAre("PERIPHERAL_SECURITY_REQ"));
  ASSERT_EQ(soft_device.authenticates.size(), 1u);
  EXPECT_FALSE(soft_device.authenticates[0].params.has_value());
}

TEST_F(Procedures, SecurityRequestOfAKnownPeerIsAnsweredWithItsKeyHoweverWeak) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(1));
  sec_request(kLink, true, true, true);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(E)", "PERIPHERAL_SECURITY_REQ"));
}

TEST_F(Procedures, SecurityRequestBeyondTheEncryptedLinkForcesRepairing) {
  bonded_peer(lesc_bond(address(1)));
  connected(kCentral, address(1));
  conn_sec_update(kLink, 2);
  take_log();
  sec_request(kLink, true, true, false);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(B)", "PERIPHERAL_SECURITY_REQ"));
  sec_request(kLink, true, true, false);
  EXPECT_THAT(take_log(), IsEmpty()) << "a procedure is running";
}

TEST_F(Procedures, TheLastValidReplyChoosesTheParameters) {
  connected(kCentral, address(1));
  on_event = [this](const pm_evt& event) {
    if (event.evt_id != PM_EVT_CONN_SEC_PARAMS_REQ) {
      return;
    }
    const void* context = event.conn_sec_params_req.context;
    const ble_gap_sec_params_t chosen = pairing_params();
    ble_gap_sec_params_t broken = pairing_params();
    broken.oob = 1;
    EXPECT_EQ(manager().conn_sec_params_reply(kLink, &chosen, context), Status::kOk);
    EXPECT_EQ(manager().conn_sec_params_reply(kLink, &broken, context), Status::kInvalidParam);
    EXPECT_EQ(manager().conn_sec_params_reply(kLink, &chosen, nullptr), Status::kNull);
  };
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  ASSERT_EQ(soft_device.authenticates.size(), 1u);
  EXPECT_EQ(soft_device.authenticates[0].params->bond, 0);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "SEC_START(P)"));
}

TEST_F(Procedures, NestedEventsReachEveryHandlerFirst) {
  static Log* second;
  Log log;
  second = &log;
  ASSERT_EQ(
      manager().register_handler([](const pm_evt* event) { second->push_back(describe(*event)); }),
      Status::kOk);
  bonded_peer(lesc_bond(address(1)));
  ASSERT_EQ(
      manager().register_handler([](const pm_evt* event) { second->push_back(describe(*event)); }),
      Status::kOk);
  log.clear();
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_BONDED_PEER_CONNECTED) {
      EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
    }
  };
  connect(kLink, kCentral, address(1));
  EXPECT_THAT(log, ElementsAre("CONN_CONFIG_REQ", "PARAMS_REQ", "SEC_START(E)",
                               "BONDED_PEER_CONNECTED(0)", "DB_APPLIED"));
}

TEST_F(Procedures, ExcludedLinksAreIgnored) {
  bonded_peer(lesc_bond(address(1)));
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_CONN_CONFIG_REQ) {
      EXPECT_EQ(manager().conn_exclude(event.conn_handle, nullptr), Status::kNull);
      EXPECT_EQ(manager().conn_exclude(event.conn_handle, event.conn_config_req.context),
                Status::kOk);
    }
  };
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  disconnect(kLink);
  EXPECT_THAT(take_log(), ElementsAre("CONN_CONFIG_REQ"));
  EXPECT_TRUE(soft_device.params_replies.empty());
  on_event = nullptr;
  connect(kLink, kPeripheral, address(1));
  EXPECT_THAT(take_log(), ::testing::Contains("BONDED_PEER_CONNECTED(0)"));
}

TEST_F(Procedures, SecurityStatusFollowsTheLink) {
  pm_conn_sec_status status{};
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kInvalidConnHandle);
  bonded_peer(lesc_bond(address(1)));
  connected(kPeripheral, address(1));
  EXPECT_EQ(manager().conn_sec_status_get(kLink, nullptr), Status::kNull);
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kOk);
  EXPECT_TRUE(status.connected && status.bonded);
  EXPECT_FALSE(status.encrypted || status.mitm_protected || status.lesc);
  conn_sec_update(kLink, 3);
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kOk);
  EXPECT_TRUE(status.encrypted && status.mitm_protected && status.lesc) << "from the stored key";
  pm_conn_sec_status required{};
  required.bonded = 1;
  required.mitm_protected = 1;
  required.reserved = 7;
  EXPECT_TRUE(manager().sec_is_sufficient(kLink, &required));
  conn_sec_update(kLink, 2);
  EXPECT_FALSE(manager().sec_is_sufficient(kLink, &required));
}

struct BadParams {
  const char* name;
  void (*spoil)(ble_gap_sec_params_t&);
};
class ParameterRules : public Device, public ::testing::WithParamInterface<BadParams> {};

TEST_P(ParameterRules, AreRefused) {
  ble_gap_sec_params_t params = bonding_params();
  GetParam().spoil(params);
  EXPECT_EQ(manager().sec_params_set(&params), Status::kInvalidParam);
}

INSTANTIATE_TEST_SUITE_P(
    All, ParameterRules,
    ::testing::Values(
        BadParams{"OobWithoutMitm", [](auto& p) { p.oob = 1; }},
        BadParams{"UnknownIoCapabilities", [](auto& p) { p.io_caps = 5; }},
        BadParams{"MitmWithoutMeans", [](auto& p) { p.mitm = 1; }},
        BadParams{"MinAboveMax", [](auto& p) { p.min_key_size = 10, p.max_key_size = 9; }},
        BadParams{"MinTooSmall", [](auto& p) { p.min_key_size = 6; }},
        BadParams{"MaxTooLarge", [](auto& p) { p.max_key_size = 17; }},
        BadParams{"KeysWithoutBond", [](auto& p) { p.bond = 0; }},
        BadParams{"BondWithoutKeys", [](auto& p) { p.kdist_own = {}, p.kdist_peer = {}; }}),
    [](const auto& parameters) { return std::string(parameters.param.name); });

}  // namespace
}  // namespace pm::test
