// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_data_storage.hpp"

#include <cstddef>

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
  for (uint16_t i = 0; i < count_; ++i) {
    const Operation& operation = operations_[(first_ + i) % operations_.size()];
    const bool is_bond =
        data_of(operation.key) == kBondingData && operation.origin != Origin::kPeerDeletion;
    if (is_bond) {
      pool_->claim(peer_of(operation.key));
    }
  }
  // A repeated init() finds a deletion under way: it goes on.
  if (cleaning_ && !pool_->begin_deletion(cleaned_)) {
    pool_->mark_orphaned(cleaned_);
  }
  clean();
  return Status::kOk;
}

// Only IDs that occur among the stored keys need a look. A store that cannot list them is asked for
// every bond; what peers without one left behind is looked for when an ID is given out, all is to
// go, or space is short.
void PeerDataStorage::discover() {
  std::array<uint32_t, kPeerIds / 32> occurring{};
  const auto note = [](void* context, uint32_t key) {
    if (const uint32_t id = key >> 16; id < kPeerIds) {
      (*static_cast<decltype(occurring)*>(context))[id / 32] |= 1u << (id % 32);
    }
  };
  orphans_are_known_ = ok(storage_->visit_keys(note, &occurring));
  pm_peer_data_bonding bonding;
  for (uint16_t id = 0; id < kPeerIds; ++id) {
    if (orphans_are_known_ && (occurring[id / 32] >> (id % 32) & 1u) == 0) {
      continue;
    }
    const PeerId peer{id};
    size_t length = sizeof bonding;
    const Status found = read(key_of(peer, kBondingData), &bonding, length);
    if (found == Status::kNotFound) {
      uint8_t step = 0;
      if (orphans_are_known_ && find_record(peer, step) != Status::kNotFound) {
        pool_->mark_orphaned(peer);
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

// Much reading: when all is to go, or when space is short; once, if it succeeds.
void PeerDataStorage::seek_orphans() {
  if (orphans_are_known_) {
    return;
  }
  orphans_are_known_ = true;
  for (uint16_t id = 0; id < kPeerIds; ++id) {
    const PeerId peer{id};
    uint8_t step = 0;
    const Status found = pool_->is_used(peer) ? Status::kNotFound : find_record(peer, step);
    if (ok(found)) {
      pool_->mark_orphaned(peer);
    } else if (found != Status::kNotFound) {
      orphans_are_known_ = false;
    }
  }
  first_orphan_ = 0;
}

void PeerDataStorage::remove_orphans() {
  seek_orphans();
  clean();
}

PeerId PeerDataStorage::allocate() {
  PeerId peer = pool_->allocate();
  bool are_orphans_found = false;
  while (peer != kInvalidPeer && !orphans_are_known_) {
    uint8_t step = 0;
    const Status found = find_record(peer, step);
    if (found == Status::kNotFound) {
      break;
    }
    pool_->release(peer);
    if (!ok(found)) {
      return kInvalidPeer;
    }
    // Given out when it has been cleaned.
    pool_->mark_orphaned(peer);
    are_orphans_found = true;
    peer = pool_->allocate();
  }
  if (are_orphans_found) {
    first_orphan_ = 0;
    clean();
  }
  return peer;
}

void PeerDataStorage::remember(const Operation& operation) {
  operations_[(first_ + count_) % operations_.size()] = operation;
  ++count_;
}

Status PeerDataStorage::write(RecordKey key, const void* data, size_t size, Origin origin) {
  if (full()) {
    return Status::kBusy;
  }
  const Status status =
      size == 0 ? storage_->remove(to_number(key))
                : storage_->write(to_number(key), Bytes(static_cast<const uint8_t*>(data), size));
  if (ok(status)) {
    remember({key, origin, size == 0});
    return Status::kOk;
  }
  return status == Status::kBusy || status == Status::kResources ? status : Status::kInternal;
}

Status PeerDataStorage::delete_peer(PeerId peer) {
  if (!pool_->begin_deletion(peer)) {
    return Status::kInvalidParam;
  }
  // Orphans that could not be removed get another chance.
  first_orphan_ = 0;
  // The first step may be refused here and now: then that is the result, and not an event.
  const PeerId outer = starting_;
  const bool outer_was_refused = start_was_refused_;
  starting_ = peer;
  start_was_refused_ = false;
  clean();
  const bool was_refused = start_was_refused_;
  starting_ = outer;
  start_was_refused_ = outer_was_refused;
  return was_refused ? Status::kInternal : Status::kOk;
}

bool PeerDataStorage::has_outstanding(PeerId peer) const {
  for (uint16_t i = 0; i < count_; ++i) {
    if (peer_of(operations_[(first_ + i) % operations_.size()].key) == peer) {
      return true;
    }
  }
  return false;
}

PeerDataStorage::Outlook PeerDataStorage::outlook(RecordKey key) const {
  Outlook outlook = Outlook::kUnchanged;
  for (uint16_t i = 0; i < count_; ++i) {
    const Operation& operation = operations_[(first_ + i) % operations_.size()];
    if (operation.key == key) {
      outlook = operation.is_removal ? Outlook::kRemoved : Outlook::kWritten;
    }
  }
  return outlook;
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
  while (!removal_outstanding_) {
    if (!cleaning_) {
      cleaned_ = pool_->next_to_clean(first_orphan_);
      if (cleaned_ == kInvalidPeer) {
        return;
      }
      cleaning_ = true;
      clean_step_ = 0;
      if (!pool_->is_used(cleaned_)) {
        first_orphan_ = static_cast<uint16_t>(to_number(cleaned_) + 1);
      }
    }
    // A write on its way would bring back what is removed now.
    if (has_outstanding(cleaned_)) {
      return;
    }
    const Status status = clean_next_record();
    if (status == Status::kBusy) {
      return;
    }
    if (ok(status)) {
      removal_outstanding_ = true;
      return;
    }
    finish_cleaning(status == Status::kNotFound ? Status::kOk : status);
  }
}

void PeerDataStorage::finish_cleaning(Status result) {
  const PeerId peer = cleaned_;
  const bool was_peer = pool_->is_used(peer);
  cleaning_ = false;
  if (ok(result)) {
    pool_->release(peer);
  } else if (was_peer) {
    pool_->abort_deletion(peer);
  }
  if (!was_peer) {
    // Nobody waited for this, but space is free, and a place in the queue.
    router_->space_freed();
    router_->storage_progressed();
    return;
  }
  if (!ok(result) && peer == starting_) {
    start_was_refused_ = true;
    return;
  }
  if (ok(result)) {
    router_->space_freed();
  }
  pm_evt event =
      make_event(ok(result) ? PM_EVT_PEER_DELETE_SUCCEEDED : PM_EVT_PEER_DELETE_FAILED, peer);
  if (!ok(result)) {
    event.peer_delete_failed.error = NRF_ERROR_INTERNAL;
  }
  router_->from_peer_data_storage(event, false);
}

void PeerDataStorage::on_storage_event(const StorageEvent& completion) {
  if (count_ == 0) {
    return;
  }
  const bool was_reporting = reporting_;
  reporting_ = true;
  complete(completion);
  reporting_ = was_reporting;
}

void PeerDataStorage::complete(const StorageEvent& completion) {
  const Operation operation = operations_[first_];
  first_ = static_cast<uint16_t>((first_ + 1) % operations_.size());
  --count_;
  ++completed_;

  if (completion.result == Status::kResources) {
    seek_orphans();
  }
  if (operation.origin != Origin::kPeerDeletion) {
    report(operation, completion.result);
  } else {
    removal_outstanding_ = false;
    if (ok(completion.result)) {
      ++clean_step_;
      router_->storage_progressed();
    } else {
      finish_cleaning(completion.result);
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
