// SPDX-License-Identifier: Apache-2.0
//
// What each function of the C interface returns, and when: peers, their data, ranks, the standard
// handlers. The pairs are those of tests/data/return_codes.txt.
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

alignas(4) uint8_t memory[84];

/// One kind of data with functions of its own, and the general ones with the same meaning.
struct Kind {
  pm_peer_data_id id;
  std::function<uint32_t(uint16_t peer, void* data, uint32_t* length)> load;
  std::function<uint32_t(uint16_t peer, const void* data, uint32_t length)> store;
};

Kind general(pm_peer_data_id id) {
  return {id,
          [id](uint16_t peer, void* data, uint32_t* length) {
            return pm_peer_data_load(peer, id, data, length);
          },
          [id](uint16_t peer, const void* data, uint32_t length) {
            return pm_peer_data_store(peer, id, data, length, nullptr);
          }};
}

const Kind kRemoteDatabase = {
    PM_PEER_DATA_ID_GATT_REMOTE,
    [](uint16_t peer, void* data, uint32_t* length) {
      return pm_peer_data_remote_db_load(peer, static_cast<ble_gatt_db_srv*>(data), length);
    },
    [](uint16_t peer, const void* data, uint32_t length) {
      return pm_peer_data_remote_db_store(peer, static_cast<const ble_gatt_db_srv*>(data), length,
                                          nullptr);
    }};

const Kind kApplicationData = {PM_PEER_DATA_ID_APPLICATION,
                               [](uint16_t peer, void* data, uint32_t* length) {
                                 return pm_peer_data_app_data_load(peer, data, length);
                               },
                               [](uint16_t peer, const void* data, uint32_t length) {
                                 return pm_peer_data_app_data_store(peer, data, length, nullptr);
                               }};

class DataReturnCodes : public Face {
 protected:
  DataReturnCodes() { bonds(2); }
};

TEST_F(DataReturnCodes, DataOfTwoKinds) {
  for (const Kind& kind : {kRemoteDatabase, kApplicationData, general(kApplicationData.id)}) {
    bonds(2);
    const auto load = [&](uint16_t peer, uint32_t room) { return kind.load(peer, memory, &room); };
    EXPECT_EQ(kind.store(0, nullptr, 8), NRF_ERROR_NULL);
    EXPECT_EQ(kind.store(0, memory + 1, 8), NRF_ERROR_INVALID_ADDR);
    EXPECT_EQ(kind.store(256, memory, 8), NRF_ERROR_INVALID_PARAM);
    EXPECT_EQ(kind.store(0, memory, 65536), NRF_ERROR_INVALID_PARAM);
    EXPECT_EQ(kind.store(9, memory, 8), NRF_ERROR_NOT_FOUND);
    storage.refusals = {Status::kBusy, Status::kInvalidState};
    EXPECT_EQ(kind.store(0, memory, 8), NRF_ERROR_BUSY);
    EXPECT_EQ(kind.store(0, memory, 8), NRF_ERROR_INTERNAL);
    EXPECT_EQ(kind.store(0, memory, 8), NRF_SUCCESS);
    storage.run();

    uint32_t room = 8;
    EXPECT_EQ(kind.load(0, nullptr, &room), NRF_ERROR_NULL);
    EXPECT_EQ(kind.load(0, memory, nullptr), NRF_ERROR_NULL);
    EXPECT_EQ(load(256, 8), NRF_ERROR_INVALID_PARAM);
    EXPECT_EQ(load(1, 8), NRF_ERROR_NOT_FOUND);
    EXPECT_EQ(load(0, 8), NRF_SUCCESS);
    EXPECT_EQ(load(0, 7), NRF_ERROR_DATA_SIZE);
    storage.read_errors[FakeStorage::key(0, kind.id)] = Status::kInternal;
    EXPECT_EQ(load(0, 8), NRF_ERROR_INTERNAL);
    storage.read_errors.clear();
    restart_uninitialized();
    EXPECT_EQ(kind.store(0, memory, 8), NRF_ERROR_INVALID_STATE);
    EXPECT_EQ(load(0, 8), NRF_ERROR_INVALID_STATE);
  }
}

TEST_F(DataReturnCodes, Bonds) {
  pm_peer_data_bonding twin = lesc_bond(address(1));
  pm_peer_data_bonding other = lesc_bond(address(50));
  const auto* unaligned = reinterpret_cast<const pm_peer_data_bonding*>(memory + 2);
  const Kind bonding = general(PM_PEER_DATA_ID_BONDING);
  EXPECT_EQ(bonding.store(0, &twin, sizeof twin), NRF_ERROR_FORBIDDEN);
  EXPECT_EQ(pm_peer_data_bonding_store(0, &twin, nullptr), NRF_ERROR_FORBIDDEN);
  EXPECT_EQ(pm_peer_data_bonding_store(0, nullptr, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_peer_data_bonding_store(0, unaligned, nullptr), NRF_ERROR_INVALID_ADDR);
  EXPECT_EQ(pm_peer_data_bonding_store(256, &other, nullptr), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_peer_data_bonding_store(9, &other, nullptr), NRF_ERROR_NOT_FOUND);
  storage.refusals = {Status::kBusy, Status::kInvalidState};
  EXPECT_EQ(pm_peer_data_bonding_store(0, &other, nullptr), NRF_ERROR_BUSY);
  EXPECT_EQ(pm_peer_data_bonding_store(0, &other, nullptr), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peer_data_bonding_store(0, &other, nullptr), NRF_SUCCESS);
  storage.run();

  EXPECT_EQ(pm_peer_data_bonding_load(0, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_peer_data_bonding_load(256, &other), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_peer_data_bonding_load(9, &other), NRF_ERROR_NOT_FOUND);
  EXPECT_EQ(pm_peer_data_bonding_load(0, &other), NRF_SUCCESS);
  storage.records[FakeStorage::key(0, 7)].resize(84);
  EXPECT_EQ(pm_peer_data_bonding_load(0, &other), NRF_ERROR_DATA_SIZE);
  storage.read_errors[FakeStorage::key(0, 7)] = Status::kInternal;
  EXPECT_EQ(pm_peer_data_bonding_load(0, &other), NRF_ERROR_INTERNAL);
  restart_uninitialized();
  EXPECT_EQ(pm_peer_data_bonding_store(0, &other, nullptr), NRF_ERROR_INVALID_STATE);
  EXPECT_EQ(pm_peer_data_bonding_load(0, &other), NRF_ERROR_INVALID_STATE);
}

TEST_F(DataReturnCodes, DeletedData) {
  storage.put_word(0, 4, 1);
  const auto erase = [](uint16_t peer, pm_peer_data_id id) {
    return pm_peer_data_delete(peer, id);
  };
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_BONDING), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_GATT_REMOTE), NRF_ERROR_NOT_FOUND);
  storage.refusals = {Status::kBusy, Status::kInvalidState};
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_APPLICATION), NRF_ERROR_BUSY);
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_APPLICATION), NRF_ERROR_INTERNAL);
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_APPLICATION), NRF_SUCCESS);
  restart_uninitialized();
  EXPECT_EQ(erase(0, PM_PEER_DATA_ID_APPLICATION), NRF_ERROR_INVALID_STATE);
}

TEST_F(DataReturnCodes, NewPeers) {
  pm_peer_data_bonding known = lesc_bond(address(1));
  pm_peer_data_bonding fresh = lesc_bond(address(50));
  auto* unaligned = reinterpret_cast<pm_peer_data_bonding*>(memory + 2);
  uint16_t peer = 0;
  EXPECT_EQ(pm_peer_new(nullptr, &fresh, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_peer_new(&peer, unaligned, nullptr), NRF_ERROR_INVALID_ADDR);
  EXPECT_EQ(pm_peer_new(&peer, &known, nullptr), NRF_SUCCESS);
  EXPECT_EQ(peer, 1);
  storage.refusals = {Status::kBusy, Status::kInvalidState};
  EXPECT_EQ(pm_peer_new(&peer, &fresh, nullptr), NRF_ERROR_BUSY);
  EXPECT_EQ(pm_peer_new(&peer, &fresh, nullptr), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peer_new(&peer, &fresh, nullptr), NRF_SUCCESS);
  EXPECT_EQ(peer, 2);
  storage.run();
  bonds(PM_PEER_ID_N_AVAILABLE_IDS);
  pm_peer_data_bonding too_many = lesc_bond(address(0, BLE_GAP_ADDR_TYPE_RANDOM_STATIC));
  EXPECT_EQ(pm_peer_new(&peer, &too_many, nullptr), NRF_ERROR_NO_MEM);
  EXPECT_EQ(peer, PM_PEER_ID_INVALID);
  restart_uninitialized();
  EXPECT_EQ(pm_peer_new(&peer, &fresh, nullptr), NRF_ERROR_INVALID_STATE);
}

TEST_F(DataReturnCodes, LookUp) {
  uint16_t ids[4];
  uint16_t handle = 0;
  uint32_t size = 4;
  const auto list = [&](unsigned skip) {
    return pm_peer_id_list(ids, &size, PM_PEER_ID_INVALID, static_cast<pm_peer_id_list_skip>(skip));
  };
  EXPECT_EQ(list(PM_PEER_ID_LIST_ALL_ID), NRF_SUCCESS);
  EXPECT_EQ(size, 2u);
  EXPECT_EQ(list(8), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_peer_id_list(nullptr, &size, 0, PM_PEER_ID_LIST_ALL_ID), NRF_ERROR_NULL);
  storage.read_errors[FakeStorage::key(0, 9)] = Status::kInternal;
  EXPECT_EQ(list(PM_PEER_ID_LIST_SKIP_NO_CAR), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_next_peer_id_get(PM_PEER_ID_INVALID), 0);
  EXPECT_EQ(pm_next_peer_id_get(1), PM_PEER_ID_INVALID);
  EXPECT_EQ(pm_peer_count(), 2u);
  EXPECT_EQ(pm_conn_handle_get(0, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_conn_handle_get(0, &handle), NRF_SUCCESS);
  EXPECT_EQ(handle, BLE_CONN_HANDLE_INVALID);
  EXPECT_EQ(pm_peer_id_get(0, nullptr), NRF_ERROR_NULL);
  EXPECT_EQ(pm_peer_id_get(0, ids), NRF_SUCCESS);
  EXPECT_EQ(ids[0], PM_PEER_ID_INVALID);
}

TEST_F(DataReturnCodes, DeletedPeers) {
  storage.refusals = {Status::kInvalidState, Status::kInvalidState};
  EXPECT_EQ(pm_peer_delete(0), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peers_delete(), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peer_delete(0), NRF_SUCCESS);
  EXPECT_EQ(pm_peer_delete(0), NRF_ERROR_INVALID_PARAM);
  EXPECT_EQ(pm_peers_delete(), NRF_SUCCESS);
  storage.run();
  EXPECT_EQ(pm_peer_count(), 0u);
}

TEST_F(DataReturnCodes, Ranks) {
  uint32_t rank = 0;
  const auto get = [&] { return pm_peer_ranks_get(nullptr, &rank, nullptr, nullptr); };
  EXPECT_EQ(get(), NRF_ERROR_NOT_FOUND);
  storage.read_errors[FakeStorage::key(0, 6)] = Status::kInternal;
  EXPECT_EQ(get(), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peer_rank_highest(0), NRF_ERROR_BUSY);
  storage.read_errors.clear();
  EXPECT_EQ(pm_peer_rank_highest(256), NRF_ERROR_INVALID_PARAM);
  storage.refusals = {Status::kInvalidState};
  EXPECT_EQ(pm_peer_rank_highest(0), NRF_ERROR_INTERNAL);
  EXPECT_EQ(pm_peer_rank_highest(0), NRF_SUCCESS);
  EXPECT_EQ(pm_peer_rank_highest(1), NRF_ERROR_BUSY);
  storage.run();
  EXPECT_EQ(get(), NRF_SUCCESS);
  EXPECT_EQ(rank, 1u);
  storage.put_word(0, 6, UINT32_MAX);
  restart();
  EXPECT_EQ(pm_peer_rank_highest(1), NRF_ERROR_DATA_SIZE);
}

TEST_F(DataReturnCodes, HandlersTakeEveryEvent) {
  connect(kLink, kCentral, address(0));
  for (int id = 0; id <= PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED; ++id) {
    const pm_evt event = make_event(static_cast<pm_evt_id>(id), kLink, PeerId{0});
    pm_conn_sec_status minimum{};
    pm_handler_on_pm_evt(&event);
    pm_handler_pm_evt_log(&event);
    pm_handler_flash_clean(&event);
    pm_handler_disconnect_on_sec_failure(&event);
    pm_handler_disconnect_on_insufficient_sec(&event, &minimum);
  }
  EXPECT_EQ(soft_device.disconnects.size(), 1u) << "once, for PM_EVT_CONN_SEC_FAILED";
  pm_handler_flash_clean_on_return();
  ble_evt_t event{};
  pm_handler_secure_on_connection(&event);
  pm_handler_secure_on_error(&event);
}

// An eviction whose end the former life of the Peer Manager told nobody blocks no other.
TEST_F(DataReturnCodes, InitResetsTheStandardHandlers) {
  storage.put_word(0, 6, 1);
  storage.put_word(1, 6, 2);
  bonds(2);
  pm_handler_flash_clean_on_return();
  storage.run();
  EXPECT_FALSE(storage.has(0, 7));
  EXPECT_EQ(pm_init(), NRF_SUCCESS);
  pm_handler_flash_clean_on_return();
  storage.run();
  EXPECT_FALSE(storage.has(1, 7));
}

}  // namespace
}  // namespace pm::test
