// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/ranks.hpp"

namespace pm {

void Ranks::reset() {
  // A write that is on its way goes on, and ends by its event.
  highest_peer_ = kInvalidPeer;
}

Status Ranks::extremes(Extremes& out, bool only_unconnected) const {
  PeerId highest_peer = kInvalidPeer;
  PeerId lowest_peer = kInvalidPeer;
  uint32_t highest = 0;
  uint32_t lowest = UINT32_MAX;
  for (PeerId peer = kInvalidPeer; is_peer_id(peer = pool_->next(peer));) {
    if (only_unconnected && ids_->connection_of(peer) != BLE_CONN_HANDLE_INVALID) {
      continue;
    }
    uint32_t rank = 0;
    const Status status = database_->load_word(key_of(peer, kRankData), rank);
    if (status == Status::kNotFound || (!ok(status) && only_unconnected)) {
      continue;
    }
    PM_TRY(status);
    if (rank >= highest) {
      highest_peer = peer;
      highest = rank;
    }
    if (rank < lowest) {
      lowest_peer = peer;
      lowest = rank;
    }
  }
  out = {highest_peer, highest, lowest_peer, lowest};
  return !is_peer_id(lowest_peer) ? Status::kNotFound : Status::kOk;
}

PeerId Ranks::lowest_unconnected() const {
  Extremes found;
  static_cast<void>(extremes(found, true));
  return found.lowest_peer;
}

bool Ranks::load() {
  if (!is_peer_id(highest_peer_)) {
    Extremes found;
    if (extremes(found) == Status::kInternal) {
      return false;
    }
    highest_peer_ = found.highest_peer;
    highest_ = found.highest;
  }
  return true;
}

Status Ranks::make_highest(PeerId peer) {
  if (is_updating_ || !load()) {
    return Status::kBusy;
  }
  if (!pool_->is_active(peer)) {
    return Status::kInvalidParam;
  }
  if (peer == highest_peer_ && highest_ > 0) {
    pm_evt event = make_event(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED, peer);
    event.peer_data_update_succeeded.data_id = PM_PEER_DATA_ID_PEER_RANK;
    event.peer_data_update_succeeded.action = PM_PEER_DATA_OP_UPDATE;
    router_->to_application(event);
    return Status::kOk;
  }
  if (highest_ == UINT32_MAX) {
    return Status::kDataSize;
  }
  ++highest_;
  const Status status = database_->store_rank(peer, highest_);
  if (ok(status)) {
    is_updating_ = true;
    highest_peer_ = peer;
  } else {
    --highest_;
  }
  return status;
}

void Ranks::on_database_event(pm_evt& event) {
  if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED || event.evt_id == PM_EVT_PEER_DELETE_FAILED) {
    // Gone, or back with a rank that may be the highest.
    highest_peer_ = kInvalidPeer;
    return;
  }
  const bool has_succeeded = event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED;
  if (!has_succeeded && event.evt_id != PM_EVT_PEER_DATA_UPDATE_FAILED) {
    return;
  }
  // Both payloads begin with the same members.
  auto& update = event.peer_data_update_succeeded;
  if (update.data_id != PM_PEER_DATA_ID_PEER_RANK) {
    return;
  }
  // Ours has no token; the application may at the same time store a rank of the same peer.
  const bool is_ours = is_updating_ && update.token == PM_STORE_TOKEN_INVALID;
  if (is_ours) {
    is_updating_ = false;
  }
  if (!is_ours || !has_succeeded) {
    // Whatever is highest now is in storage.
    highest_peer_ = kInvalidPeer;
  }
}

}  // namespace pm
