// SPDX-License-Identifier: Apache-2.0
//
// Which peer is behind a connection.
#include <utility>

#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

// Core, Vol 3, Part H, Appendix D.7, least significant octet first.
constexpr ble_gap_irk_t kIrk = {{0x9b, 0x7d, 0x39, 0x0a, 0xa6, 0x10, 0x10, 0x34, 0x05, 0xad, 0xc8,
                                 0x57, 0xa3, 0x34, 0x02, 0xec}};
constexpr ble_gap_addr_t kResolvable = {
    0, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE, {0xaa, 0xfb, 0x0d, 0x94, 0x81, 0x70}};

pm_peer_data_bonding bond_with_irk(const ble_gap_addr_t& identity, const ble_gap_irk_t& irk) {
  pm_peer_data_bonding bond = lesc_bond(identity);
  bond.peer_ble_id.id_info = irk;
  return bond;
}

class Identification : public Device {
 protected:
  uint16_t identified(const ble_gap_addr_t& peer_address) {
    connect(kLink, kPeripheral, peer_address);
    const uint16_t peer = peer_of(kLink);
    disconnect(kLink);
    return peer;
  }
};

TEST_F(Identification, ByIdentityAddressOfTheSameType) {
  put_bond(3, lesc_bond(address(1, BLE_GAP_ADDR_TYPE_PUBLIC)));
  put_bond(5, lesc_bond(address(1, BLE_GAP_ADDR_TYPE_RANDOM_STATIC)));
  reboot();
  EXPECT_EQ(identified(address(1, BLE_GAP_ADDR_TYPE_PUBLIC)), 3);
  EXPECT_EQ(identified(address(1, BLE_GAP_ADDR_TYPE_RANDOM_STATIC)), 5);
  EXPECT_EQ(identified(address(2)), PM_PEER_ID_INVALID);
}

TEST_F(Identification, ResolvedByTheControllerOrNotIsTheSameAddress) {
  put_bond(3, lesc_bond(address(1)));
  reboot();
  ble_gap_addr_t resolved = address(1);
  resolved.addr_id_peer = 1;
  EXPECT_EQ(identified(resolved), 3);
}

TEST_F(Identification, ByResolvingAPrivateAddress) {
  put_bond(2, bond_with_irk(address(1), {{1}}));
  put_bond(4, bond_with_irk(address(2), kIrk));
  reboot();
  EXPECT_EQ(identified(kResolvable), 4);
  ble_gap_addr_t other = kResolvable;
  other.addr[0] ^= 1;
  EXPECT_EQ(identified(other), PM_PEER_ID_INVALID);
}

TEST_F(Identification, PublicFunctionResolvesTheSampleAddress) {
  EXPECT_TRUE(manager().address_resolve(&kResolvable, &kIrk));
  ble_gap_addr_t wrong = kResolvable;
  wrong.addr[5] ^= 1;
  EXPECT_FALSE(manager().address_resolve(&wrong, &kIrk));
  ble_gap_addr_t not_private = kResolvable;
  not_private.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  EXPECT_FALSE(manager().address_resolve(&not_private, &kIrk));
  EXPECT_FALSE(manager().address_resolve(nullptr, &kIrk));
  EXPECT_FALSE(manager().address_resolve(&kResolvable, nullptr));
}

TEST_F(Identification, OtherAddressTypesMatchNobodyAndReadNothing) {
  put_bond(0, lesc_bond(address(1, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE)));
  reboot();
  const int before = storage.reads;
  EXPECT_EQ(identified(address(1, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE)),
            PM_PEER_ID_INVALID);
  EXPECT_EQ(identified(address(1, BLE_GAP_ADDR_TYPE_ANONYMOUS)), PM_PEER_ID_INVALID);
  EXPECT_EQ(storage.reads, before);
}

TEST_F(Identification, ReadsNoStorageForIndexedPeers) {
  for (uint8_t peer = 0; peer < 4; ++peer) {
    put_bond(peer, lesc_bond(address(peer)));
  }
  reboot();
  const int before = storage.reads;
  EXPECT_EQ(identified(address(0x99)), PM_PEER_ID_INVALID);
  if constexpr (config::kIdentityIndexSize >= 4) {
    EXPECT_EQ(storage.reads, before);
  } else {
    EXPECT_EQ(storage.reads, before + 4);
  }
}

// How often storage is touched from connection to disconnection of a peer that is in the index.
class StorageCounts : public Identification {
 protected:
  static constexpr uint16_t kLegacy = 0;
  static constexpr uint16_t kLesc = 1;

  void SetUp() override {
    if (config::kIdentityIndexSize < 2) {
      GTEST_SKIP() << "CONFIG_PM_IDENTITY_INDEX_SIZE is too small in this build";
    }
    put_bond(kLegacy, legacy_bond(address(1), 7));
    put_bond(kLesc, bond_with_irk(address(2), kIrk));
    for (const uint16_t peer : {kLegacy, kLesc}) {
      put_local_db(peer, {1, 2, 3});
      storage.put_word(peer, PM_PEER_DATA_ID_PEER_RANK, 5 + peer);
      storage.put_word(peer, PM_PEER_DATA_ID_CENTRAL_ADDR_RES, 1);
    }
    reboot();
    const ble_gap_sec_params_t params = bonding_params();
    ASSERT_EQ(manager().sec_params_set(&params), Status::kOk);
  }
  int reads() { return std::exchange(storage.reads, 0); }
  void expect_no_writes() {
    storage.run();
    EXPECT_EQ(storage.writes, 0);
    EXPECT_TRUE(storage.removed.empty());
  }
};

TEST_F(StorageCounts, AStrangerCostsNone) {
  ble_gap_addr_t stranger = kResolvable;
  stranger.addr[0] ^= 1;
  for (const ble_gap_addr_t& its_address : {address(9), stranger}) {
    for (const uint8_t role : {kPeripheral, kCentral}) {
      reads();
      connect(kLink, role, its_address);
      disconnect(kLink);
      EXPECT_EQ(reads(), 0);
    }
  }
  expect_no_writes();
}

TEST_F(StorageCounts, AKnownPeerCostsOneReadForItsAttributesAndOneForItsKey) {
  for (const ble_gap_addr_t& its_address : {address(1), address(2), kResolvable}) {
    for (const uint8_t role : {kPeripheral, kCentral}) {
      soft_device.sys_attrs[kLink] = {1, 2, 3};
      reads();
      connect(kLink, role, its_address);
      EXPECT_NE(peer_of(kLink), PM_PEER_ID_INVALID);
      EXPECT_LE(reads(), 1);
      if (role == kCentral) {
        EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
      } else if (peer_of(kLink) == kLegacy) {
        sec_info_request(kLink, legacy_bond(address(1), 7).own_ltk.master_id);
        EXPECT_TRUE(soft_device.info_replies.back().enc_info.has_value());
      } else {
        sec_info_request(kLink, {});
        EXPECT_TRUE(soft_device.info_replies.back().enc_info.has_value());
      }
      conn_sec_update(kLink, 2);
      EXPECT_LE(reads(), 1);
      disconnect(kLink);
      EXPECT_EQ(reads(), 0);
    }
  }
  expect_no_writes();
}

// What the index knows of a peer follows what is stored.
TEST_F(StorageCounts, TheIndexFollowsTheRecords) {
  EXPECT_EQ(manager().peer_data_delete(kLesc, PM_PEER_DATA_ID_CENTRAL_ADDR_RES), Status::kOk);
  storage.run();
  connect(kLink, kPeripheral, address(2));
  EXPECT_EQ(soft_device.uuid_reads, std::vector<uint16_t>{kLink}) << "nothing is stored";
  car_found(kLink, 5);
  value_read(kLink, 5, {1});
  storage.run();
  disconnect(kLink);
  connect(kLink, kPeripheral, address(2));
  EXPECT_EQ(soft_device.uuid_reads, std::vector<uint16_t>{kLink}) << "1 is stored";
  disconnect(kLink);
  if constexpr (config::kServiceChanged) {
    manager().local_database_has_changed();
    storage.run();
    connect(kLink, kPeripheral, address(2));
    EXPECT_EQ(soft_device.service_changed.size(), 1u);
    sc_confirm(kLink);
    storage.run();
    disconnect(kLink);
    connect(kLink, kPeripheral, address(2));
    EXPECT_EQ(soft_device.service_changed.size(), 1u) << "paid";
  }
}

TEST_F(Identification, FindsPeersBeyondTheIndexToo) {
  const uint8_t many = static_cast<uint8_t>(config::kIdentityIndexSize + 3);
  for (uint8_t peer = 0; peer < many; ++peer) {
    put_bond(peer, lesc_bond(address(peer)));
  }
  reboot();
  for (uint8_t peer = 0; peer < many; ++peer) {
    EXPECT_EQ(identified(address(peer)), peer);
  }
}

TEST_F(Identification, NewBondsAreIdentifiedOnceStored) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  storage.run();
  disconnect(kLink);
  EXPECT_EQ(identified(address(1)), 0);
}

TEST_F(Identification, DeletedPeersAreUnknown) {
  put_bond(0, lesc_bond(address(1)));
  reboot();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(identified(address(1)), 0) << "still, while the bond exists";
  storage.run();
  EXPECT_EQ(identified(address(1)), PM_PEER_ID_INVALID);
}

TEST_F(Identification, ByTheNameOfALegacyKey) {
  put_bond(0, legacy_bond(address(1), 0x10));
  put_bond(1, legacy_bond(address(2), 0x20));
  reboot();
  connect(kLink, kPeripheral, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  take_log();
  sec_info_request(kLink, legacy_bond(address(2), 0x20).own_ltk.master_id);
  EXPECT_EQ(peer_of(kLink), 1);
  EXPECT_EQ(soft_device.info_replies.back().enc_info->ltk[0], 0x20);
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)"));
}

TEST_F(Identification, ZeroNameNamesNobody) {
  put_bond(0, lesc_bond(address(1)));
  reboot();
  connect(kLink, kPeripheral, address(2));
  sec_info_request(kLink, {});
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  EXPECT_FALSE(soft_device.info_replies.back().enc_info.has_value());
}

TEST_F(Identification, OrderOfAConnectionOfABondedPeer) {
  put_bond(0, lesc_bond(address(1)));
  put_local_db(0, {1, 2, 3});
  storage.put_word(0, 1, 1);
  reboot();
  connect(kLink, kPeripheral, address(1));
  Log expected = {"CONN_CONFIG_REQ", "BONDED_PEER_CONNECTED(0)", "DB_APPLIED"};
  expected.push_back("SC_SENT");
  EXPECT_EQ(take_log(), expected);
  EXPECT_EQ(soft_device.uuid_reads, std::vector<uint16_t>{kLink}) << "no value is stored";
}

TEST(Duplicates, FollowTheIdentityAddressElseTheIrk) {
  const auto identity = [](const ble_gap_addr_t& where, uint8_t irk) {
    ble_gap_id_key_t key{};
    key.id_addr_info = where;
    key.id_info.irk[0] = irk;
    return key;
  };
  constexpr uint8_t kPrivate = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  EXPECT_TRUE(is_duplicate(identity(address(1), 1), identity(address(1), 2)));
  EXPECT_FALSE(is_duplicate(identity(address(1), 1), identity(address(2), 1)))
      << "same IRK, but both addresses are identities";
  EXPECT_TRUE(is_duplicate(identity(address(1), 1), identity(address(2, kPrivate), 1)));
  EXPECT_FALSE(is_duplicate(identity(address(1), 0), identity(address(1, kPrivate), 0)));
  EXPECT_FALSE(is_duplicate(identity(address(1), 1),
                            identity(address(1, BLE_GAP_ADDR_TYPE_RANDOM_STATIC), 1)));
}

TEST_F(Identification, ABondNotYetStoredIsADuplicateToo) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  disconnect(kLink);
  connect(kLink, kPeripheral, address(1));
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID) << "identification knows what is stored";
  take_log();
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_THAT(take_log(), Contains("CONFIG_REQ"));
  storage.run();
  EXPECT_EQ(manager().peer_count(), 1u);
}

TEST_F(Identification, LooksUpBothWays) {
  put_bond(0, lesc_bond(address(1)));
  reboot();
  uint16_t conn_handle = 0;
  EXPECT_EQ(manager().conn_handle_get(0, &conn_handle), Status::kOk);
  EXPECT_EQ(conn_handle, BLE_CONN_HANDLE_INVALID);
  EXPECT_EQ(manager().conn_handle_get(0, nullptr), Status::kNull);
  EXPECT_EQ(manager().peer_id_get(0, nullptr), Status::kNull);
  connect(kOtherLink, kPeripheral, address(1));
  EXPECT_EQ(manager().conn_handle_get(0, &conn_handle), Status::kOk);
  EXPECT_EQ(conn_handle, kOtherLink);
  EXPECT_EQ(manager().conn_handle_get(99, &conn_handle), Status::kOk);
  EXPECT_EQ(conn_handle, BLE_CONN_HANDLE_INVALID);
  EXPECT_EQ(peer_of(77), PM_PEER_ID_INVALID);
}

TEST_F(Identification, NothingIsHeardBeforeInit) {
  PeerManager fresh(soft_device, storage, clock, crypto);
  uint16_t peer = 0;
  EXPECT_EQ(fresh.peer_id_get(kLink, &peer), Status::kInvalidState);
  ble_evt_t event{};
  event.header.evt_id = BLE_GAP_EVT_SEC_PARAMS_REQUEST;
  fresh.on_ble_event_first(event);
  fresh.on_ble_event(event);
  EXPECT_TRUE(soft_device.params_replies.empty());
}

TEST_F(Identification, APeerBeingDeletedIsNotFoundByItsMasterId) {
  put_bond(0, legacy_bond(address(1), 7));
  reboot();
  connect(kLink, kPeripheral, address(0x50));
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  sec_info_request(kLink, legacy_bond(address(1), 7).own_ltk.master_id);
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  EXPECT_FALSE(soft_device.info_replies.back().enc_info.has_value());
}

TEST_F(Identification, AnExcludedLinkIsNotSecured) {
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_CONN_CONFIG_REQ) {
      EXPECT_EQ(manager().conn_exclude(event.conn_handle, event.conn_config_req.context),
                Status::kOk);
    }
  };
  connect(kLink, kCentral, address(1));
  take_log();
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kInvalidConnHandle);
  EXPECT_TRUE(soft_device.authenticates.empty());
  EXPECT_TRUE(take_log().empty());
}

TEST_F(Identification, APeerBeingDeletedIsNotRankedThoughItIsHighest) {
  if (!config::kPeerRanks) {
    GTEST_SKIP() << "CONFIG_PM_PEER_RANKS is off in this build";
  }
  put_bond(0, lesc_bond(address(1)));
  reboot();
  EXPECT_EQ(manager().peer_rank_highest(0), Status::kOk);
  storage.run();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(0), Status::kInvalidParam);
}

}  // namespace
}  // namespace pm::test
