// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/ranks.hpp"

namespace pm {

void Ranks::reset() {
  // A write that is on its way goes on, and ends by its event.
  loaded_ = false;
}

Status Ranks::extremes(Extremes& out) const {
  PeerId peer = pool_->next(kInvalidPeer);
  if (peer == kInvalidPeer) {
    return Status::kNotFound;
  }
  Extremes found;
  for (; peer != kInvalidPeer; peer = pool_->next(peer)) {
    uint32_t rank = 0;
    const Status status = database_->load_word(key_of(peer, kRankData), rank);
    if (status == Status::kNotFound) {
      continue;
    }
    PM_TRY(status);
    if (rank >= found.highest) {
      found.highest_peer = peer;
      found.highest = rank;
    }
    if (rank < found.lowest) {
      found.lowest_peer = peer;
      found.lowest = rank;
    }
  }
  out = found;
  return found.lowest_peer == kInvalidPeer ? Status::kNotFound : Status::kOk;
}

bool Ranks::load() {
  Extremes found;
  const Status status = extremes(found);
  if (!ok(status) && status != Status::kNotFound) {
    return false;
  }
  highest_peer_ = found.highest_peer;
  highest_ = found.highest;
  loaded_ = true;
  return true;
}

Status Ranks::make_highest(PeerId peer) {
  if (updating_ || (!loaded_ && !load())) {
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
  written_ = highest_ + 1;
  const Status status = database_->store_rank(peer, written_);
  updating_ = ok(status);
  switch (status) {
    case Status::kOk:
    case Status::kBusy:
    case Status::kResources:
    case Status::kInvalidParam:
      return status;
    case Status::kNotFound:
      return Status::kInvalidParam;
    default:
      return Status::kInternal;
  }
}

void Ranks::on_database_event(pm_evt& event) {
  const PeerId peer{event.peer_id};
  if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED || event.evt_id == PM_EVT_PEER_DELETE_FAILED) {
    loaded_ = loaded_ && peer != highest_peer_;
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
  const bool is_ours = updating_ && update.token == PM_STORE_TOKEN_INVALID;
  if (!is_ours) {
    // The application wrote or deleted a rank: whatever is highest now is in storage.
    loaded_ = false;
    return;
  }
  updating_ = false;
  if (has_succeeded) {
    highest_peer_ = peer;
    highest_ = written_;
  }
}

}  // namespace pm
