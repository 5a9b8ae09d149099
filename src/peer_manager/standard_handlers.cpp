// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/standard_handlers.hpp"

#include "ble_hci.h"
#include "pm/ports/log.hpp"

namespace pm {

namespace {

constexpr const char* kModule = "peer_manager_handler";
enum LogLevel : int { kError = 1, kWarning, kInfo, kDebug };

bool is_gattc_event(const ble_evt_t& event) {
  return event.header.evt_id >= BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP && event.header.evt_id <= 0x4F;
}

}  // namespace

void StandardHandlers::reset() {
  if constexpr (kMayDelay) {
    for (Delayed& delayed : delayed_) {
      if (delayed.handlers != nullptr) {
        timers_->stop(delayed.timer);
      }
    }
  }
  waiting_ranks_.clear();
  is_evicting_ = false;
}

void StandardHandlers::on_pm_evt(const pm_evt& event) {
  pm_evt_log(event);
  if (event.evt_id == PM_EVT_BONDED_PEER_CONNECTED) {
    secure(event.conn_handle, false);
  }
}

// Security.

void StandardHandlers::secure(uint16_t conn_handle, bool force) {
  if (security_delay_ms_ == 0) {
    secure_now(conn_handle, force);
    return;
  }
  if constexpr (kMayDelay) {
    const int index = soft_device_->link_index(conn_handle);
    if (index < 0 || index >= config::kLinks) {
      return;
    }
    Delayed& delayed = delayed_[index];
    delayed.handlers = this;
    delayed.conn_handle = conn_handle;
    delayed.force = force;
    delayed.timer.expired = &StandardHandlers::delay_expired;
    delayed.timer.context = &delayed;
    timers_->start_ms(delayed.timer, security_delay_ms_);
  }
}

void StandardHandlers::delay_expired(void* context) {
  const auto& delayed = *static_cast<const Delayed*>(context);
  delayed.handlers->secure_now(delayed.conn_handle, delayed.force);
}

void StandardHandlers::stop_delayed([[maybe_unused]] uint16_t conn_handle) {
  if constexpr (kMayDelay) {
    const int index = soft_device_->link_index(conn_handle);
    if (index >= 0 && index < config::kLinks && delayed_[index].handlers != nullptr) {
      timers_->stop(delayed_[index].timer);
    }
  }
}

void StandardHandlers::secure_now(uint16_t conn_handle, bool force) {
  if (!force) {
    pm_conn_sec_status status{};
    const bool is_insecure_link =
        ok(peer_manager_->conn_sec_status_get(conn_handle, &status)) && !status.encrypted;
    if (!is_insecure_link) {
      return;
    }
  }
  const Status status = peer_manager_->conn_secure(conn_handle, false);
  switch (status) {
    case Status::kOk:
    case Status::kBusy:
      break;
    case Status::kTimeout:
      // After an SMP timeout only a new link can be secured.
      disconnect(conn_handle);
      break;
    case Status::kInvalidData:
    case Status::kInvalidConnHandle:
      PM_LOG(kWarning, kModule, "link %u not secured: %#x", conn_handle,
             static_cast<unsigned>(status));
      break;
    default:
      PM_LOG(kError, kModule, "link %u not secured: %#x", conn_handle,
             static_cast<unsigned>(status));
      break;
  }
}

void StandardHandlers::secure_on_connection(const ble_evt_t& event) {
  const uint16_t conn_handle = event.evt.gap_evt.conn_handle;
  if (event.header.evt_id == BLE_GAP_EVT_CONNECTED) {
    secure(conn_handle, false);
  } else if (event.header.evt_id == BLE_GAP_EVT_DISCONNECTED) {
    stop_delayed(conn_handle);
  }
}

void StandardHandlers::secure_on_error(const ble_evt_t& event) {
  if (!is_gattc_event(event)) {
    return;
  }
  const ble_gattc_evt_t& gattc = event.evt.gattc_evt;
  if (gattc.gatt_status == BLE_GATT_STATUS_ATTERR_INSUF_ENCRYPTION ||
      gattc.gatt_status == BLE_GATT_STATUS_ATTERR_INSUF_AUTHENTICATION) {
    secure(gattc.conn_handle, true);
  }
}

void StandardHandlers::disconnect_on_sec_failure(const pm_evt& event) {
  if (event.evt_id == PM_EVT_CONN_SEC_FAILED) {
    disconnect(event.conn_handle);
  }
}

void StandardHandlers::disconnect_on_insufficient_sec(const pm_evt& event,
                                                      const pm_conn_sec_status& minimum) {
  if (event.evt_id == PM_EVT_CONN_SEC_SUCCEEDED &&
      !peer_manager_->sec_is_sufficient(event.conn_handle, &minimum)) {
    disconnect(event.conn_handle);
  }
}

void StandardHandlers::disconnect(uint16_t conn_handle) {
  const Status status =
      soft_device_->gap_disconnect(conn_handle, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
  const bool is_expected =
      ok(status) || status == Status::kInvalidState || status == Status::kInvalidConnHandle;
  if (!is_expected) {
    PM_LOG(kError, kModule, "link %u not disconnected: %#x", conn_handle,
           static_cast<unsigned>(status));
  }
}

// Ranks and eviction.

void StandardHandlers::flash_clean(const pm_evt& event) {
  switch (event.evt_id) {
    case PM_EVT_CONN_SEC_SUCCEEDED:
      if (event.conn_sec_succeeded.procedure == PM_CONN_SEC_PROCEDURE_PAIRING) {
        break;
      }
      [[fallthrough]];
    case PM_EVT_BONDED_PEER_CONNECTED:
      rank_highest(event.peer_id);
      break;
    case PM_EVT_STORAGE_FULL:
      evict(event.peer_id);
      break;
    case PM_EVT_PEER_DELETE_SUCCEEDED:
    case PM_EVT_PEER_DELETE_FAILED:
      if (event.peer_id == evicted_) {
        is_evicting_ = false;
      }
      [[fallthrough]];
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      static_cast<void>(rank_waiting());
      break;
    default:
      break;
  }
}

void StandardHandlers::flash_clean_on_return() { evict(PM_PEER_ID_INVALID); }

void StandardHandlers::rank_highest(uint16_t peer) {
  for (const uint16_t waiting : waiting_ranks_) {
    if (waiting == peer) {
      return;
    }
  }
  static_cast<void>(waiting_ranks_.push_back(peer));
  // Busy passes by itself; only lack of space costs somebody the bond.
  if (rank_waiting() == Status::kResources) {
    evict(peer);
  }
}

// Those that have waited longest first. The result is that of the last one.
Status StandardHandlers::rank_waiting() {
  Status status = Status::kOk;
  // A rank that is highest already is told by an event from inside the call.
  if (is_ranking_) {
    return status;
  }
  is_ranking_ = true;
  while (!waiting_ranks_.empty()) {
    status = peer_manager_->peer_rank_highest(waiting_ranks_[0]);
    if (status == Status::kBusy || status == Status::kResources) {
      break;
    }
    // The event may have led to reset().
    if (!waiting_ranks_.empty()) {
      waiting_ranks_.erase(0);
    }
  }
  is_ranking_ = false;
  return status;
}

// Anybody can pair without authentication, as often as it takes to displace every bond. So only an
// authenticated link costs another peer its bond, or the application itself, for nobody.
bool StandardHandlers::may_displace(uint16_t peer) {
  if (peer == PM_PEER_ID_INVALID) {
    return true;
  }
  pm_conn_sec_status authenticated{};
  authenticated.mitm_protected = 1;
  uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;
  static_cast<void>(peer_manager_->conn_handle_get(peer, &conn_handle));
  return peer_manager_->sec_is_sufficient(conn_handle, &authenticated);
}

// Deletes the lowest ranked peer that is not connected. A peer without a rank has not been used yet
// and stays.
void StandardHandlers::evict(uint16_t in_need) {
  if (is_evicting_ || !may_displace(in_need)) {
    return;
  }
  const uint16_t victim = peer_manager_->lowest_unconnected_get();
  if (victim == PM_PEER_ID_INVALID) {
    PM_LOG(kWarning, kModule, "storage full, and no peer can be deleted");
    return;
  }
  evicted_ = victim;
  is_evicting_ = true;
  if (!ok(peer_manager_->peer_delete(victim))) {
    is_evicting_ = false;
  }
}

// Log.

namespace {

[[maybe_unused]] void log_event(const pm_evt& event) {
  static constexpr const char* kNames[] = {"bonded peer connected",
                                           "connection configuration request",
                                           "security started",
                                           "security succeeded",
                                           "security failed",
                                           "repairing request",
                                           "security parameters request",
                                           "storage full",
                                           "unexpected error",
                                           "peer data updated",
                                           "peer data not updated",
                                           "peer deleted",
                                           "peer not deleted",
                                           "all peers deleted",
                                           "not all peers deleted",
                                           "local database applied",
                                           "local database not applied",
                                           "service changed sent",
                                           "service changed confirmed",
                                           "security request",
                                           "garbage collected",
                                           "garbage not collected"};
  LogLevel level = kDebug;
  unsigned code = 0;
  switch (event.evt_id) {
    case PM_EVT_CONN_SEC_FAILED:
      level = kInfo;
      code = event.conn_sec_failed.error;
      break;
    case PM_EVT_CONN_SEC_SUCCEEDED:
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
    case PM_EVT_PEER_DELETE_SUCCEEDED:
    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      level = kInfo;
      break;
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
      level = kWarning;
      code = event.peer_data_update_failed.error;
      break;
    case PM_EVT_STORAGE_FULL:
    case PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED:
    case PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED:
      level = kWarning;
      break;
    case PM_EVT_ERROR_UNEXPECTED:
    case PM_EVT_PEER_DELETE_FAILED:
    case PM_EVT_PEERS_DELETE_FAILED:
      level = kError;
      code = event.error_unexpected.error;
      break;
    default:
      break;
  }
  const auto id = static_cast<size_t>(event.evt_id);
  if (id >= std::size(kNames)) {
    PM_LOG(kWarning, kModule, "unknown event %u", static_cast<unsigned>(id));
    return;
  }
  if (level > config::kLogLevel) {
    return;
  }
  pm_log_write(level, kModule, "%s: link %u, peer %u, code %#x", kNames[id], event.conn_handle,
               event.peer_id, code);
}

}  // namespace

void StandardHandlers::pm_evt_log([[maybe_unused]] const pm_evt& event) {
  if constexpr (config::kLogLevel > 0) {
    log_event(event);
  }
}

}  // namespace pm
