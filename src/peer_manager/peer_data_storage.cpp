// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_data_storage.hpp"

#include <cstddef>
#include <cstring>

#include "nrf_error.h"

namespace pm {

namespace {

// Records are the C structures as they lie in flash: pointer-free, little-endian, every offset as
// on the target.
static_assert(sizeof(pm_peer_data_bonding) == 80);
static_assert(offsetof(pm_peer_data_bonding, own_role) == 0);
static_assert(offsetof(pm_peer_data_bonding, peer_ble_id) == 1);
static_assert(offsetof(pm_peer_data_bonding, peer_ble_id.id_addr_info) == 17);
static_assert(offsetof(pm_peer_data_bonding, peer_ble_id.id_addr_info.addr) == 18);
static_assert(offsetof(pm_peer_data_bonding, peer_ltk) == 24);
static_assert(offsetof(pm_peer_data_bonding, peer_ltk.master_id) == 42);
static_assert(offsetof(pm_peer_data_bonding, peer_ltk.master_id.rand) == 44);
static_assert(offsetof(pm_peer_data_bonding, own_ltk) == 52);
static_assert(offsetof(pm_peer_data_bonding, own_ltk.master_id) == 70);
static_assert(offsetof(pm_peer_data_bonding, own_ltk.master_id.rand) == 72);
static_assert(offsetof(pm_peer_data_local_gatt_db, len) == 4);
static_assert(offsetof(pm_peer_data_local_gatt_db, data) == 6);

// The bonding record goes first: whatever a power cut leaves behind then belongs to nobody and is
// removed before its ID is given out. The obsolete kinds may exist in old images.
constexpr uint8_t kDeletionOrder[] = {PM_PEER_DATA_ID_BONDING,
                                      PM_PEER_DATA_ID_BONDING_V1,
                                      PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING,
                                      PM_PEER_DATA_ID_GATT_LOCAL_V1,
                                      PM_PEER_DATA_ID_GATT_REMOTE_V1,
                                      PM_PEER_DATA_ID_APPLICATION,
                                      PM_PEER_DATA_ID_GATT_REMOTE,
                                      PM_PEER_DATA_ID_PEER_RANK,
                                      PM_PEER_DATA_ID_GATT_LOCAL,
                                      PM_PEER_DATA_ID_CENTRAL_ADDR_RES};

}  // namespace

Status PeerDataStorage::init() {
  // What is under way reads memory that has to stay: the store is then mounted, and remains so.
  const bool is_mounted = has_outstanding();
  if (!is_mounted && (!ok(storage_->init(*this)) || !ok(storage_->wait_ready()))) {
    return Status::kInternal;
  }
  pool_->reset();
  first_orphan_ = 0;
  starting_ = kInvalidPeer;

  discover();
  for (unsigned i = 0; i < count_; ++i) {
    const RecordKey key = operations_[i].key;
    if (data_of(key) == kBondingData && operations_[i].origin != Origin::kPeerDeletion) {
      pool_->claim(peer_of(key));
    }
  }
  // A repeated init() finds a deletion under way: it goes on.
  if (cleaning_) {
    pool_->begin_deletion(cleaned_);
  }
  clean();
  return Status::kOk;
}

// Only IDs that occur among the stored keys need a look. A store that cannot list them is asked for
// every bond; what peers without one left behind is looked for when an ID is given out, all is to
// go, or space is short.
void PeerDataStorage::discover() {
  // For orphaned until their bonds are found.
  const auto note = [](void* self, uint32_t key) {
    if (const PeerId peer = peer_of(RecordKey{key}); is_peer_id(peer)) {
      static_cast<PeerDataStorage*>(self)->pool_->begin_deletion(peer);
    }
  };
  orphans_are_known_ = ok(storage_->visit_keys(note, this));
  if (!orphans_are_known_) {
    pool_->reset();
  }
  pm_peer_data_bonding bonding;
  for (uint16_t id = 0; id < kPeerIds; ++id) {
    const PeerId peer{id};
    if (orphans_are_known_ && !pool_->is_deleting(peer)) {
      continue;
    }
    size_t length = sizeof bonding;
    const Status found = read(key_of(peer, kBondingData), &bonding, length);
    if (found == Status::kNotFound) {
      if (orphans_are_known_ && seek_orphan(peer) == Status::kNotFound) {
        pool_->release(peer);
      }
      continue;
    }
    // An unreadable bond still holds its ID: the data is neither given to another peer nor taken
    // for orphaned.
    pool_->claim(peer);
    if (ok(found) && length == sizeof bonding) {
      router_->bond_found(peer, bonding.peer_ble_id);
    }
  }
  wipe(&bonding, sizeof bonding);
}

Status PeerDataStorage::find_record(PeerId peer, uint8_t& step) const {
  for (; step < std::size(kDeletionOrder); ++step) {
    size_t length = 0;
    const Status found = read(key_of(peer, DataId{kDeletionOrder[step]}), nullptr, length);
    if (found != Status::kNotFound) {
      return found;
    }
  }
  return Status::kNotFound;
}

// Marks an unused ID under which there is data. kNotFound: there is none.
Status PeerDataStorage::seek_orphan(PeerId peer) {
  uint8_t step = 0;
  const Status found = find_record(peer, step);
  if (ok(found)) {
    pool_->begin_deletion(peer);
    first_orphan_ = 0;
  }
  return found;
}

// Much reading: when all is to go, or when space is short; once, if it succeeds.
void PeerDataStorage::seek_orphans() {
  if (orphans_are_known_) {
    return;
  }
  orphans_are_known_ = true;
  for (uint16_t id = 0; id < kPeerIds; ++id) {
    const PeerId peer{id};
    const Status found = pool_->is_used(peer) ? Status::kNotFound : seek_orphan(peer);
    if (!ok(found) && found != Status::kNotFound) {
      orphans_are_known_ = false;
    }
  }
}

void PeerDataStorage::remove_orphans() {
  seek_orphans();
  clean();
}

PeerId PeerDataStorage::allocate() {
  for (;;) {
    const PeerId peer = pool_->first_free();
    if (!is_peer_id(peer)) {
      return peer;
    }
    const Status found = orphans_are_known_ ? Status::kNotFound : seek_orphan(peer);
    if (found == Status::kNotFound) {
      pool_->claim(peer);
      return peer;
    }
    if (!ok(found)) {
      return kInvalidPeer;
    }
    // Given out when it has been cleaned.
    clean();
  }
}

Status PeerDataStorage::write(RecordKey key, const void* data, size_t size, Origin origin) {
  if (count_ == operations_.size()) {
    return Status::kBusy;
  }
  const Status status =
      size == 0 ? storage_->remove(to_number(key))
                : storage_->write(to_number(key), Bytes(static_cast<const uint8_t*>(data), size));
  if (ok(status)) {
    Operation& operation = operations_[count_++];
    operation.key = key;
    operation.origin = origin;
    operation.is_removal = size == 0;
    return Status::kOk;
  }
  return status == Status::kBusy || status == Status::kResources ? status : Status::kInternal;
}

Status PeerDataStorage::delete_peer(PeerId peer) {
  pool_->begin_deletion(peer);
  // Orphans that could not be removed get another chance.
  first_orphan_ = 0;
  // The first step may be refused here and now: then that is the result, and not an event.
  const PeerId outer = starting_;
  starting_ = peer;
  clean();
  const bool was_refused = starting_ != peer;
  starting_ = outer;
  return was_refused ? Status::kInternal : Status::kOk;
}

bool PeerDataStorage::has_outstanding(PeerId peer) const {
  for (unsigned i = 0; i < count_; ++i) {
    if (peer_of(operations_[i].key) == peer) {
      return true;
    }
  }
  return false;
}

Status PeerDataStorage::foresee(RecordKey key) const {
  // What is under way tells, the newest first, else storage does.
  for (unsigned i = count_; i-- > 0;) {
    if (operations_[i].key == key) {
      return operations_[i].is_removal ? Status::kNotFound : Status::kOk;
    }
  }
  size_t length = 0;
  return read(key, nullptr, length);
}

// Removes the next record of the peer being cleaned. kNotFound: none is left.
Status PeerDataStorage::clean_next_record() {
  // The bond is removed unseen: so the deletion of a peer without any record also ends by a
  // completion.
  const bool unseen = clean_step_ == 0 && pool_->is_used(cleaned_);
  if (!unseen) {
    PM_TRY(find_record(cleaned_, clean_step_));
  }
  return write(key_of(cleaned_, DataId{kDeletionOrder[clean_step_]}), nullptr, 0,
               Origin::kPeerDeletion);
}

// One peer at a time: after a power cut at most one peer is partly deleted. Handlers of the events
// sent here may start further deletions; the state is settled before each.
void PeerDataStorage::clean() {
  for (;;) {
    if (!cleaning_) {
      cleaned_ = pool_->next_to_clean(first_orphan_);
      if (!is_peer_id(cleaned_)) {
        return;
      }
      cleaning_ = true;
      clean_step_ = 0;
      if (!pool_->is_used(cleaned_)) {
        first_orphan_ = static_cast<uint16_t>(to_number(cleaned_) + 1);
      }
    }
    // A removal of the last step, or a write, which would bring back what is removed now.
    if (has_outstanding(cleaned_)) {
      return;
    }
    const Status status = clean_next_record();
    if (ok(status) || status == Status::kBusy) {
      return;
    }
    finish_cleaning(status == Status::kNotFound);
  }
}

void PeerDataStorage::finish_cleaning(bool is_clean) {
  const PeerId peer = cleaned_;
  const bool was_peer = pool_->is_used(peer);
  cleaning_ = false;
  if (is_clean) {
    pool_->release(peer);
  } else if (was_peer) {
    pool_->abort_deletion(peer);
  }
  if (is_clean || !was_peer) {
    router_->space_freed();
  }
  if (!was_peer) {
    // Nobody waited for this, but space is free, and a place in the queue.
    router_->storage_progressed();
    return;
  }
  if (!is_clean && peer == starting_) {
    starting_ = kInvalidPeer;
    return;
  }
  pm_evt event =
      make_event(is_clean ? PM_EVT_PEER_DELETE_SUCCEEDED : PM_EVT_PEER_DELETE_FAILED, peer);
  if (!is_clean) {
    event.peer_delete_failed.error = NRF_ERROR_INTERNAL;
  }
  router_->from_peer_data_storage(event, false);
}

void PeerDataStorage::on_storage_event(const StorageEvent& completion) {
  if (count_ == 0) {
    return;
  }
  reporting_ = true;
  complete(completion);
  reporting_ = false;
}

void PeerDataStorage::complete(const StorageEvent& completion) {
  const Operation operation = operations_[0];
  --count_;
  std::memmove(&operations_[0], &operations_[1], count_ * sizeof operation);
  ++completed_;

  if (operation.origin != Origin::kPeerDeletion) {
    // A removal that fails so is no reason: it would be tried again for ever.
    if (completion.result == Status::kResources) {
      seek_orphans();
    }
    report(operation, completion.result);
  } else {
    if (ok(completion.result)) {
      ++clean_step_;
      router_->storage_progressed();
    } else {
      finish_cleaning(false);
    }
  }
  clean();
}

void PeerDataStorage::report(const Operation& operation, Status result) {
  pm_evt event =
      make_event(ok(result) ? PM_EVT_PEER_DATA_UPDATE_SUCCEEDED : PM_EVT_PEER_DATA_UPDATE_FAILED,
                 peer_of(operation.key));
  // Both payloads begin with the same members.
  auto& update = event.peer_data_update_succeeded;
  update.data_id = static_cast<pm_peer_data_id>(to_number(data_of(operation.key)));
  update.action =
      operation.origin == Origin::kErase ? PM_PEER_DATA_OP_DELETE : PM_PEER_DATA_OP_UPDATE;
  update.token =
      operation.origin == Origin::kRank ? PM_STORE_TOKEN_INVALID : to_number(operation.key);
  if (ok(result)) {
    update.flash_changed = 1;
    if (operation.is_removal) {
      router_->space_freed();
    }
  } else {
    event.peer_data_update_failed.error =
        result == Status::kResources ? NRF_ERROR_RESOURCES : NRF_ERROR_INTERNAL;
  }
  router_->from_peer_data_storage(event, operation.origin == Origin::kBuffer);
}

}  // namespace pm
