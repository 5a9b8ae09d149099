// SPDX-License-Identifier: Apache-2.0
//
// Public calls about peers: enumeration, data, creation, deletion, ranks.
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "nrf_error.h"
#include "pm/peer_manager/peer_manager.hpp"

namespace pm {

namespace {

// A number beyond those of records must not become one by being cut.
DataId to_data_id(pm_peer_data_id id) {
  const auto number = static_cast<uint32_t>(id);
  constexpr uint32_t kNone = PM_PEER_DATA_ID_INVALID;
  return DataId{static_cast<uint16_t>(number < PM_PEER_DATA_ID_LAST ? number : kNone)};
}

bool is_word_aligned(const void* data) { return reinterpret_cast<uintptr_t>(data) % 4 == 0; }

// Whether an identity has not what a list asks for.
bool lacks(const ble_gap_id_key_t& identity, unsigned skip) {
  const unsigned type = identity.id_addr_info.addr_type;
  const bool has_address =
      type == BLE_GAP_ADDR_TYPE_PUBLIC || type == BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  return ((skip & PM_PEER_ID_LIST_SKIP_NO_ID_ADDR) != 0 && !has_address) ||
         ((skip & PM_PEER_ID_LIST_SKIP_NO_IRK) != 0 && is_all_zero(identity.id_info.irk));
}

}  // namespace

// kNotFound: the peer is not one for the list, perhaps because a record is absent. Another error: a
// record could not be read, which ends the enumeration.
Status PeerManager::filter(PeerId peer, unsigned skip) const {
  if (!pool_->is_active(peer)) {
    return Status::kNotFound;
  }
  if ((skip & (PM_PEER_ID_LIST_SKIP_NO_ID_ADDR | PM_PEER_ID_LIST_SKIP_NO_IRK)) != 0) {
    ble_gap_id_key_t identity;
    Status status = ids_->identity_of(peer, identity);
    if (ok(status) && lacks(identity, skip)) {
      status = Status::kNotFound;
    }
    wipe(&identity, sizeof identity);
    PM_TRY(status);
  }
  if ((skip & PM_PEER_ID_LIST_SKIP_NO_CAR) == 0) {
    return Status::kOk;
  }
  uint32_t is_supported = 0;
  PM_TRY(database_->load_word(key_of(peer, kCentralAddrResData), is_supported));
  return is_supported != 0 ? Status::kOk : Status::kNotFound;
}

Status PeerManager::peer_id_list(uint16_t* peers, uint32_t* size, uint16_t first, unsigned skip) {
  PM_TRY(check(peers));
  PM_TRY(check(size));
  constexpr unsigned kAllFilters = PM_PEER_ID_LIST_SKIP_NO_ID_ADDR | PM_PEER_ID_LIST_SKIP_ALL;
  if (*size == 0 || skip > kAllFilters) {
    return Status::kInvalidParam;
  }
  const uint32_t room = *size;
  *size = 0;
  uint32_t found = 0;
  PeerId peer{first};
  do {
    const Status status = filter(peer, skip);
    if (ok(status)) {
      peers[found++] = to_number(peer);
    } else if (status != Status::kNotFound) {
      return status;
    }
    peer = pool_->next(peer);
  } while (is_peer_id(peer) && found < room);
  *size = found;
  return Status::kOk;
}

Status PeerManager::peer_data_load(uint16_t peer, pm_peer_data_id data_id, void* data,
                                   uint32_t* length) {
  PM_TRY(check(data));
  PM_TRY(check(length));
  size_t stored_length = *length;
  PM_TRY(database_->load(key_of(PeerId{peer}, to_data_id(data_id)), data, stored_length));
  const bool has_fitted = stored_length <= *length;
  *length = static_cast<uint32_t>(stored_length);
  return has_fitted ? Status::kOk : Status::kDataSize;
}

Status PeerManager::peer_data_store(uint16_t peer, pm_peer_data_id data_id, const void* data,
                                    uint32_t length, uint32_t* token) {
  PM_TRY(check(data));
  if (!is_word_aligned(data)) {
    return Status::kInvalidAddr;
  }
  const PeerId owner{peer};
  const RecordKey key = key_of(owner, to_data_id(data_id));
  if (data_id == PM_PEER_DATA_ID_BONDING) {
    if (length != sizeof(pm_peer_data_bonding)) {
      return Status::kInvalidParam;
    }
    const auto& bonding = *static_cast<const pm_peer_data_bonding*>(data);
    if (is_peer_id(ids_->find_duplicate(bonding, owner))) {
      return Status::kForbidden;
    }
  }
  if (length > UINT16_MAX) {
    return Status::kInvalidParam;
  }
  PM_TRY(database_->store(key, data, length));
  if (token != nullptr) {
    *token = to_number(key);
  }
  return Status::kOk;
}

Status PeerManager::peer_data_delete(uint16_t peer, pm_peer_data_id data_id) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  if (data_id == PM_PEER_DATA_ID_BONDING) {
    return Status::kInvalidParam;
  }
  return database_->erase(key_of(PeerId{peer}, to_data_id(data_id)));
}

Status PeerManager::peer_new(uint16_t* peer, const pm_peer_data_bonding* bonding, uint32_t* token) {
  PM_TRY(check(peer));
  PM_TRY(check(bonding));
  if (!is_word_aligned(bonding)) {
    return Status::kInvalidAddr;
  }
  if (const PeerId known = ids_->find_duplicate(*bonding); is_peer_id(known)) {
    *peer = to_number(known);
    return Status::kOk;
  }
  const PeerId fresh = database_->allocate_peer();
  *peer = to_number(fresh);
  if (!is_peer_id(fresh)) {
    return Status::kNoMem;
  }
  const Status status = database_->store(key_of(fresh, kBondingData), bonding, sizeof *bonding);
  if (!ok(status)) {
    // Nothing was written under the ID: it is simply free again.
    pool_->release(fresh);
    *peer = PM_PEER_ID_INVALID;
    return status;
  }
  if (token != nullptr) {
    *token = to_number(key_of(fresh, kBondingData));
  }
  return Status::kOk;
}

Status PeerManager::peer_delete(uint16_t peer) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  const PeerId doomed{peer};
  if (!pool_->is_active(doomed)) {
    return Status::kInvalidParam;
  }
  // The link goes on as it is, but from here on nothing is stored for it.
  const uint16_t conn_handle = ids_->connection_of(doomed);
  ids_->forget_peer(doomed);
  const Status status = database_->delete_peer(doomed);
  if (!ok(status)) {
    ids_->set_peer(conn_handle, doomed);
  }
  return status;
}

Status PeerManager::peers_delete() {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  const bool is_empty = pool_->count() == 0;
  deleting_all_ = !is_empty;
  for (PeerId peer = pool_->next(kInvalidPeer); is_peer_id(peer); peer = pool_->next(peer)) {
    if (!ok(peer_delete(to_number(peer)))) {
      deleting_all_ = false;
      return Status::kInternal;
    }
  }
  storage_->remove_orphans();
  if (is_empty) {
    end_peers_delete(NRF_SUCCESS);
  }
  return Status::kOk;
}

void PeerManager::end_peers_delete(uint32_t error) {
  deleting_all_ = false;
  pm_evt end =
      make_event(error != NRF_SUCCESS ? PM_EVT_PEERS_DELETE_FAILED : PM_EVT_PEERS_DELETE_SUCCEEDED,
                 kInvalidPeer);
  end.peers_delete_failed_evt.error = error;
  notify_application(end);
}

// After the last attempt to write a bond failed. A bond that is read with an error exists.
void PeerManager::delete_if_unbonded(const pm_evt& event) {
  const bool has_failed = event.evt_id == PM_EVT_ERROR_UNEXPECTED ||
                          (event.evt_id == PM_EVT_PEER_DATA_UPDATE_FAILED &&
                           event.peer_data_update_failed.data_id == PM_PEER_DATA_ID_BONDING);
  const PeerId peer{event.peer_id};
  if (!has_failed || !pool_->is_active(peer) || database_->has_bond(peer)) {
    return;
  }
  ids_->forget_peer(peer);
  static_cast<void>(database_->delete_peer(peer));
}

void PeerManager::advance_peers_delete(const pm_evt& event) {
  if (!deleting_all_) {
    return;
  }
  if (event.evt_id == PM_EVT_PEER_DELETE_FAILED) {
    end_peers_delete(event.peer_delete_failed.error);
  } else if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED && pool_->count() == 0) {
    end_peers_delete(NRF_SUCCESS);
  }
}

Status PeerManager::peer_ranks_get(uint16_t* highest_peer, uint32_t* highest, uint16_t* lowest_peer,
                                   uint32_t* lowest) {
  if constexpr (!config::kPeerRanks) {
    return Status::kNotSupported;
  }
  if (!initialized_) {
    return Status::kInvalidState;
  }
  if (!is_peer_id(pool_->next(kInvalidPeer))) {
    return Status::kNotFound;
  }
  Ranks::Extremes found;
  const Status status = ranks_->extremes(found);
  if (status == Status::kInternal) {
    return status;
  }
  if (highest_peer != nullptr) {
    *highest_peer = to_number(found.highest_peer);
  }
  if (highest != nullptr) {
    *highest = found.highest;
  }
  if (lowest_peer != nullptr) {
    *lowest_peer = to_number(found.lowest_peer);
  }
  if (lowest != nullptr) {
    *lowest = found.lowest;
  }
  return status;
}

Status PeerManager::peer_rank_highest(uint16_t peer) {
  if constexpr (!config::kPeerRanks) {
    return Status::kNotSupported;
  }
  return initialized_ ? ranks_->make_highest(PeerId{peer}) : Status::kInvalidState;
}

}  // namespace pm
