// SPDX-License-Identifier: Apache-2.0
//
// Every event of the Peer Manager: what causes it, what is in it octet by octet, and after which
// others it comes. Typed by hand from the description of the interface; not in the table are
// PM_EVT_FLASH_GARBAGE_COLLECTED and PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED, which are never sent:
// the store collects by itself.
#include <cstring>
#include <set>

#include "ble_hci.h"
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

constexpr uint16_t kNoLink = BLE_CONN_HANDLE_INVALID;
constexpr uint16_t kNobody = PM_PEER_ID_INVALID;
constexpr auto kEncryption = PM_CONN_SEC_PROCEDURE_ENCRYPTION;
constexpr auto kBonding = PM_CONN_SEC_PROCEDURE_BONDING;
constexpr auto kPairing = PM_CONN_SEC_PROCEDURE_PAIRING;
constexpr uint8_t kLocal = BLE_GAP_SEC_STATUS_SOURCE_LOCAL;
constexpr uint8_t kRemote = BLE_GAP_SEC_STATUS_SOURCE_REMOTE;

alignas(4) const uint8_t kWord[4] = {1, 2, 3, 4};

/// No payload: nothing but zeros behind the header.
pm_evt event(pm_evt_id id, uint16_t conn_handle, uint16_t peer) {
  pm_evt result;
  std::memset(&result, 0, sizeof result);
  result.evt_id = id;
  result.conn_handle = conn_handle;
  result.peer_id = peer;
  return result;
}
pm_evt start(uint16_t peer, pm_conn_sec_procedure procedure) {
  pm_evt result = event(PM_EVT_CONN_SEC_START, kLink, peer);
  result.conn_sec_start.procedure = procedure;
  return result;
}
pm_evt succeeded(uint16_t peer, pm_conn_sec_procedure procedure, bool is_stored) {
  pm_evt result = event(PM_EVT_CONN_SEC_SUCCEEDED, kLink, peer);
  result.conn_sec_succeeded.procedure = procedure;
  result.conn_sec_succeeded.data_stored = is_stored;
  return result;
}
pm_evt failed(uint16_t peer, pm_conn_sec_procedure procedure, uint16_t error, uint8_t source) {
  pm_evt result = event(PM_EVT_CONN_SEC_FAILED, kLink, peer);
  result.conn_sec_failed.procedure = procedure;
  result.conn_sec_failed.error = error;
  result.conn_sec_failed.error_src = source;
  return result;
}
pm_evt updated(uint16_t conn_handle, uint16_t peer, pm_peer_data_id data, pm_peer_data_op action,
               uint32_t token, uint8_t flash_changed = 1) {
  pm_evt result = event(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED, conn_handle, peer);
  result.peer_data_update_succeeded.data_id = data;
  result.peer_data_update_succeeded.action = action;
  result.peer_data_update_succeeded.token = token;
  result.peer_data_update_succeeded.flash_changed = flash_changed & 1;
  return result;
}
pm_evt not_updated(uint16_t peer, pm_peer_data_id data, pm_peer_data_op action, uint32_t token,
                   uint32_t error) {
  pm_evt result = event(PM_EVT_PEER_DATA_UPDATE_FAILED, kNoLink, peer);
  result.peer_data_update_failed.data_id = data;
  result.peer_data_update_failed.action = action;
  result.peer_data_update_failed.token = token;
  result.peer_data_update_failed.error = error;
  return result;
}
pm_evt unexpected(uint16_t conn_handle, uint16_t peer, uint32_t error) {
  pm_evt result = event(PM_EVT_ERROR_UNEXPECTED, conn_handle, peer);
  result.error_unexpected.error = error;
  return result;
}
pm_evt not_deleted(uint16_t peer, uint32_t error) {
  pm_evt result = event(PM_EVT_PEER_DELETE_FAILED, kNoLink, peer);
  result.peer_delete_failed.error = error;
  return result;
}

// The pointers of the two events that have some are looked at when they come: here it counts which
// of them there are.
template <class T>
T* some() {
  static T something;
  return &something;
}
pm_evt params_request(uint16_t peer, bool has_peer_params) {
  pm_evt result = event(PM_EVT_CONN_SEC_PARAMS_REQ, kLink, peer);
  result.conn_sec_params_req.peer_params = has_peer_params ? some<ble_gap_sec_params_t>() : nullptr;
  result.conn_sec_params_req.context = some<char>();
  return result;
}
pm_evt config_request() {
  pm_evt result = event(PM_EVT_CONN_CONFIG_REQ, kLink, kNobody);
  result.conn_config_req.peer_params = some<ble_gap_evt_connected_t>();
  result.conn_config_req.context = some<char>();
  return result;
}

struct Row {
  const char* cause;
  std::function<void()> before;
  std::function<void()> provoke;
  std::vector<pm_evt> events;
};

class EventTable : public Face {
 protected:
  void collect() {
    on_event = [this](const pm_evt& seen_event) {
      pm_evt copy = seen_event;
      if (copy.evt_id == PM_EVT_CONN_CONFIG_REQ) {
        EXPECT_EQ(copy.conn_config_req.peer_params->peer_addr.addr[0], 1) << "who it is";
        copy.conn_config_req.peer_params = some<ble_gap_evt_connected_t>();
        copy.conn_config_req.context =
            copy.conn_config_req.context != nullptr ? some<char>() : nullptr;
      }
      if (copy.evt_id == PM_EVT_CONN_SEC_PARAMS_REQ) {
        if (copy.conn_sec_params_req.peer_params != nullptr) {
          EXPECT_EQ(copy.conn_sec_params_req.peer_params->max_key_size, 16) << "what it asks for";
          copy.conn_sec_params_req.peer_params = some<ble_gap_sec_params_t>();
        }
        copy.conn_sec_params_req.context =
            copy.conn_sec_params_req.context != nullptr ? some<char>() : nullptr;
      }
      seen.push_back(copy);
    };
  }

  /// Nothing stored, nothing scripted, no link.
  void begin() {
    on_event = nullptr;
    storage = FakeStorage();
    soft_device = FakeSoftDevice();
    restart();
  }
  void bonded() {
    put_bond(0, lesc_bond(address(1)));
    storage.put_word(0, 9, 0);  // Central Address Resolution is known: no read of it
    restart();
  }
  void bonded_link(uint8_t role) {
    bonded();
    connect(kLink, role, address(1));
  }
  void link(uint8_t role) { connect(kLink, role, address(1)); }
  void pair_as_central() {
    link(kCentral);
    EXPECT_EQ(pm_conn_secure(kLink, false), NRF_SUCCESS);
  }
  void encrypt_as_central() {
    bonded_link(kCentral);
    EXPECT_EQ(pm_conn_secure(kLink, false), NRF_SUCCESS);
  }
  void complete_with(Status result) {
    storage.completions = {result};
    storage.run();
  }
  static void store() {
    EXPECT_EQ(pm_peer_data_app_data_store(0, kWord, sizeof kWord, nullptr), NRF_SUCCESS);
  }

  std::vector<Row> links();
  std::vector<Row> security();
  std::vector<Row> data();
  std::vector<Row> gatt();
  void check(const std::vector<Row>& rows);

  std::vector<pm_evt> seen;
  std::set<int> covered;
};

std::vector<Row> EventTable::links() {
  return {
      {"a link", [] {}, [this] { link(kPeripheral); }, {config_request()}},
      {"a link of a bonded peer",
       [this] { bonded(); },
       [this] { link(kPeripheral); },
       {config_request(), event(PM_EVT_BONDED_PEER_CONNECTED, kLink, 0),
        event(PM_EVT_LOCAL_DB_CACHE_APPLIED, kLink, 0)}},
  };
}

std::vector<Row> EventTable::security() {
  pm_evt request = event(PM_EVT_PERIPHERAL_SECURITY_REQ, kLink, kNobody);
  request.peripheral_security_req = {1, 0, 1, 0};
  const auto none = [] {};
  const auto central = [this] { link(kCentral); };
  const auto peripheral = [this] { link(kPeripheral); };
  const auto pairing = [this] { pair_as_central(); };
  const auto encryption = [this] { encrypt_as_central(); };
  return {
      {"pairing of our own",
       central,
       [] { (void)pm_conn_secure(kLink, false); },
       {params_request(kNobody, false), start(kNobody, kBonding)}},
      {"the peripheral's answer to it",
       pairing,
       [this] { sec_params_request(kLink, bonding_params()); },
       {params_request(kNobody, true)}},
      {"the central pairs without a bond",
       peripheral,
       [this] { sec_params_request(kLink, pairing_params()); },
       {start(kNobody, kPairing), params_request(kNobody, true)}},
      {"a bonded central pairs again, and may not",
       [this] { bonded_link(kPeripheral); },
       [this] { sec_params_request(kLink, bonding_params()); },
       {start(0, kBonding), params_request(0, true), event(PM_EVT_CONN_SEC_CONFIG_REQ, kLink, 0)}},
      {"encryption of our own",
       [this] { bonded_link(kCentral); },
       [] { (void)pm_conn_secure(kLink, false); },
       {params_request(0, false), start(0, kEncryption)}},
      {"a peripheral wants security",
       central,
       [this] { sec_request(kLink, true, false, true); },
       {params_request(kNobody, false), start(kNobody, kBonding), request}},

      {"a bond",
       peripheral,
       [this] { bond_as_peripheral(kLink, lesc_bond(address(1))); },
       {start(kNobody, kBonding), params_request(kNobody, true), succeeded(0, kBonding, true)}},
      {"pairing without a bond",
       pairing,
       [this] { auth_success(kLink, false); },
       {succeeded(kNobody, kPairing, false)}},
      {"encryption",
       encryption,
       [this] { conn_sec_update(kLink, 2); },
       {succeeded(0, kEncryption, false)}},

      {"pairing failed here",
       pairing,
       [this] { auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE, kLocal); },
       {failed(kNobody, kBonding, 0x04, kLocal)}},
      {"pairing failed there",
       peripheral,
       [this] {
         sec_params_request(kLink, pairing_params());
         seen.clear();
         auth_failure(kLink, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP, kRemote);
       },
       {failed(kNobody, kPairing, 0x05, kRemote)}},
      {"the peripheral has no key",
       encryption,
       [this] { conn_sec_update(kLink, 1); },
       {failed(0, kEncryption, 0x1006, kRemote)}},
      {"we have no key",
       peripheral,
       [this] { sec_info_request(kLink, legacy_bond(address(1), 7).own_ltk.master_id); },
       {start(kNobody, kEncryption), failed(kNobody, kEncryption, 0x1006, kLocal)}},
      {"the keys differ",
       encryption,
       [this] { disconnect(kLink, 0x3D); },
       {failed(0, kEncryption, 0x103D, kLocal)}},
      {"the link is lost",
       pairing,
       [this] { disconnect(kLink, 0x08); },
       {failed(kNobody, kBonding, 0x1100, kLocal)}},
      {"security after an SMP timeout",
       central,
       [this] {
         soft_device.script("authenticate", {Status::kTimeout});
         sec_request(kLink, true, false, true);
       },
       {params_request(kNobody, false), failed(kNobody, kBonding, 0x1101, kLocal), request}},
      {"an answer that the stack does not take",
       peripheral,
       [this] {
         soft_device.script("sec_info_reply", {Status::kInvalidParam});
         sec_info_request(kLink, legacy_bond(address(1), 7).own_ltk.master_id);
       },
       {start(kNobody, kEncryption), unexpected(kLink, kNobody, NRF_ERROR_INVALID_PARAM)}},
      {"nothing", none, none, {}},
  };
}

std::vector<Row> EventTable::data() {
  const auto bond = [this] { bonded(); };
  const auto app = PM_PEER_DATA_ID_APPLICATION;
  const auto update = PM_PEER_DATA_OP_UPDATE;
  const auto erase = PM_PEER_DATA_OP_DELETE;
  pm_evt all_failed = event(PM_EVT_PEERS_DELETE_FAILED, kNoLink, kNobody);
  all_failed.peers_delete_failed_evt.error = NRF_ERROR_INTERNAL;
  const auto stored = [this] {
    bonded();
    store();
    storage.run();
  };
  return {
      {"data are stored",
       bond,
       [this] { store(), storage.run(); },
       {updated(kNoLink, 0, app, update, 4)}},
      {"data of a connected peer are stored",
       [this] { bonded_link(kPeripheral); },
       [this] { store(), storage.run(); },
       {updated(kLink, 0, app, update, 4)}},
      {"data are not stored",
       bond,
       [this] { store(), complete_with(Status::kInternal); },
       {not_updated(0, app, update, 4, NRF_ERROR_INTERNAL)}},
      {"there is no room",
       bond,
       [this] { store(), complete_with(Status::kResources); },
       {not_updated(0, app, update, 4, NRF_ERROR_RESOURCES)}},
      {"data are deleted",
       stored,
       [this] { (void)pm_peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), storage.run(); },
       {updated(kNoLink, 0, app, erase, 4)}},
      {"data are not deleted",
       stored,
       [this] {
         (void)pm_peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION);
         complete_with(Status::kInternal);
       },
       {not_updated(0, app, erase, 4, NRF_ERROR_INTERNAL)}},
      {"a rank is stored, and is the highest already",
       bond,
       [this] {
         (void)pm_peer_rank_highest(0);
         storage.run();
         (void)pm_peer_rank_highest(0);
       },
       {updated(kNoLink, 0, PM_PEER_DATA_ID_PEER_RANK, update, 0),
        updated(kNoLink, 0, PM_PEER_DATA_ID_PEER_RANK, update, 0, 0)}},
      {"a bond is stored",
       [this] { link(kPeripheral), bond_as_peripheral(kLink, lesc_bond(address(1))); },
       [this] { storage.run(); },
       {updated(kLink, 0, PM_PEER_DATA_ID_BONDING, update, 7)}},
      {"there is no room for a bond",
       [this] { link(kPeripheral), bond_as_peripheral(kLink, lesc_bond(address(1))); },
       [this] { complete_with(Status::kResources); },
       {event(PM_EVT_STORAGE_FULL, kLink, 0)}},

      {"a peer is deleted",
       [this] { bonded_link(kPeripheral); },
       [this] { (void)pm_peer_delete(0), storage.run(); },
       {event(PM_EVT_PEER_DELETE_SUCCEEDED, kNoLink, 0)}},
      {"a peer is not deleted",
       bond,
       [this] { (void)pm_peer_delete(0), complete_with(Status::kInternal); },
       {not_deleted(0, NRF_ERROR_INTERNAL)}},
      {"all peers are deleted",
       bond,
       [this] { (void)pm_peers_delete(), storage.run(); },
       {event(PM_EVT_PEER_DELETE_SUCCEEDED, kNoLink, 0),
        event(PM_EVT_PEERS_DELETE_SUCCEEDED, kNoLink, kNobody)}},
      {"all peers are not deleted",
       bond,
       [this] { (void)pm_peers_delete(), complete_with(Status::kInternal); },
       {not_deleted(0, NRF_ERROR_INTERNAL), all_failed}},
      {"there are no peers to delete",
       [] {},
       [] { (void)pm_peers_delete(); },
       {event(PM_EVT_PEERS_DELETE_SUCCEEDED, kNoLink, kNobody)}},
  };
}

std::vector<Row> EventTable::gatt() {
  const auto pending = PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING;
  const auto bonded_peripheral = [this] { bonded_link(kPeripheral); };
  return {
      {"the stack misses CCCDs",
       [this] { link(kPeripheral); },
       [this] { sys_attr_missing(kLink); },
       {event(PM_EVT_LOCAL_DB_CACHE_APPLIED, kLink, kNobody)}},
      {"the stack takes other CCCDs only",
       bonded_peripheral,
       [this] {
         soft_device.script("sys_attr_set", {Status::kInvalidData, Status::kOk});
         put_local_db(0, {1, 2, 3});
         sys_attr_missing(kLink);
       },
       {event(PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED, kLink, 0)}},
      {"the database changed",
       bonded_peripheral,
       [this] { pm_local_database_has_changed(), storage.run(); },
       {updated(kLink, 0, pending, PM_PEER_DATA_OP_UPDATE, 1),
        event(PM_EVT_SERVICE_CHANGED_IND_SENT, kLink, 0)}},
      {"the peer knows it",
       [this] {
         bonded_link(kPeripheral);
         pm_local_database_has_changed();
         storage.run();
       },
       [this] { sc_confirm(kLink), storage.run(); },
       {event(PM_EVT_SERVICE_CHANGED_IND_CONFIRMED, kLink, 0),
        updated(kLink, 0, pending, PM_PEER_DATA_OP_UPDATE, 1)}},
      {"a peer without bond knows it",
       [this] {
         link(kPeripheral);
         pm_local_database_has_changed();
       },
       [this] { sc_confirm(kLink); },
       {event(PM_EVT_SERVICE_CHANGED_IND_CONFIRMED, kLink, kNobody)}},
  };
}

void EventTable::check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.cause);
    begin();
    row.before();
    collect();
    seen.clear();
    row.provoke();
    Log words;
    for (const pm_evt& one : seen) {
      words.push_back(describe(one));
    }
    ASSERT_EQ(seen.size(), row.events.size()) << ::testing::PrintToString(words);
    for (size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(std::memcmp(&seen[i], &row.events[i], sizeof(pm_evt)), 0)
          << i << ": " << words[i] << " of link " << seen[i].conn_handle << ", peer "
          << seen[i].peer_id;
      covered.insert(static_cast<int>(row.events[i].evt_id));
    }
  }
}

TEST_F(EventTable, EveryEventHasItsCauseItsPayloadAndItsPlace) {
  check(links());
  check(security());
  check(data());
  check(gatt());
  for (int id = 0; id < PM_EVT_FLASH_GARBAGE_COLLECTED; ++id) {
    EXPECT_TRUE(covered.contains(id)) << "event " << id << " is in no row";
  }
  EXPECT_FALSE(covered.contains(PM_EVT_FLASH_GARBAGE_COLLECTED));
  EXPECT_FALSE(covered.contains(PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED));
}

}  // namespace
}  // namespace pm::test
