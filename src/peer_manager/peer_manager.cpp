// SPDX-License-Identifier: Apache-2.0
//
// Wires the modules. Every order of delivery is here and nowhere else.
#include "pm/peer_manager/peer_manager.hpp"

#include <cstring>

#include "pm/ports/log.hpp"

namespace pm {

Status PeerManager::init() {
  // The store calls us: it cannot be mounted now, and what its event tells of is half done.
  if (storage_->is_reporting()) {
    return Status::kInternal;
  }
  initialized_ = false;
  states_->reset();
  database_->reset();
  ids_->reset();
  gatt_server_->reset();
  PM_TRY(storage_->init());
  if (!ok(security_manager_->init())) {
    return Status::kInternal;
  }
  ranks_->reset();
  handler_count_ = 0;
  deleting_all_ = false;
  initialized_ = true;
  return Status::kOk;
}

Status PeerManager::register_handler(pm_evt_handler_t handler) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  if (handler == nullptr) {
    return Status::kNull;
  }
  if (handler_count_ == handlers_.size()) {
    return Status::kNoMem;
  }
  handlers_[handler_count_++] = handler;
  return Status::kOk;
}

void PeerManager::on_ble_event_first(const ble_evt_t& event) { states_->on_ble_event(event); }

// The order in which a SoftDevice event is handled. An application that observes it afterwards
// finds all of this done, and all resulting events delivered.
void PeerManager::on_ble_event(const ble_evt_t& event) {
  if (!initialized_) {
    return;
  }
  // 1. Links that the application keeps to itself.
  if (filter_excluded(event)) {
    return;
  }
  // 2. Who it is: keys are chosen by peer.
  ids_->on_ble_event(event);
  // 3. Security: the dispatcher, then LE Secure Connections, then what had to wait.
  security_manager_->on_ble_event(event);
  // 4. GATT: after security, because what is stored depends on the bond.
  gatt_caches_->on_ble_event(event);
  // 5. Writes that failed.
  database_->repeat_delayed();
}

bool PeerManager::filter_excluded(const ble_evt_t& event) {
  const uint16_t conn_handle = event.evt.common_evt.conn_handle;
  if (event.header.evt_id != BLE_GAP_EVT_CONNECTED) {
    return states_->get(conn_handle, LinkFlag::kExcluded);
  }
  bool is_excluded = false;
  pm_evt request = make_event(PM_EVT_CONN_CONFIG_REQ, conn_handle);
  request.conn_config_req.peer_params = &event.evt.gap_evt.params.connected;
  request.conn_config_req.context = &is_excluded;
  notify_application(request);
  states_->set(conn_handle, LinkFlag::kExcluded, is_excluded);
  return is_excluded;
}

void PeerManager::notify_application(pm_evt& event) {
  pm_trace_event(&event);
  for (uint8_t i = 0; i < handler_count_; ++i) {
    handlers_[i](&event);
  }
}

// ---- The order in which modules' events are delivered: one function per source, receivers top to
// bottom.

void EventRouter::bond_found(PeerId peer, const ble_gap_id_key_t& identity) {
  pm_->ids_->remember(peer, identity);
}

void EventRouter::from_id_manager(pm_evt& event) {
  pm_->notify_application(event);
  pm_->gatt_caches_->on_id_manager_event(event);
}

void EventRouter::params_requested(uint16_t conn_handle, const ble_gap_sec_params_t& peer_params) {
  // Asks the application, and answers.
  pm_->security_manager_->reply_and_report(conn_handle, &peer_params);
}

void EventRouter::to_application(pm_evt& event) {
  complete(event);
  pm_->notify_application(event);
}

void EventRouter::to_application(pm_evt_id id, uint16_t conn_handle) {
  pm_evt event = make_event(id, conn_handle);
  to_application(event);
}

void EventRouter::unexpected(uint16_t conn_handle, Status error) {
  pm_evt event = make_event(PM_EVT_ERROR_UNEXPECTED, conn_handle);
  event.error_unexpected.error = to_code(error);
  to_application(event);
}

void EventRouter::not_stored(uint16_t conn_handle, PeerId peer, Status error) {
  pm_evt event = make_event(PM_EVT_STORAGE_FULL, conn_handle, peer);
  if (error != Status::kResources) {
    event.evt_id = PM_EVT_ERROR_UNEXPECTED;
    event.error_unexpected.error = to_code(error);
  }
  to_application(event);
}

void EventRouter::from_peer_data_storage(pm_evt& event, bool buffered) {
  // Keeps to itself the failure of a buffered write, which it repeats.
  if (pm_->database_->on_storage_event(event, buffered)) {
    from_peer_database(event);
  }
  storage_progressed();
}

void EventRouter::from_peer_database(pm_evt& event) {
  complete(event);
  // 1. Book-keeping, so that everybody below finds the state that the event tells of.
  pm_->ids_->on_database_event(event);
  if constexpr (config::kPeerRanks) {
    pm_->ranks_->on_database_event(event);
  }
  // 2. The application; then, when that was the last peer, the end of peers_delete().
  pm_->notify_application(event);
  pm_->advance_peers_delete(event);
  // 3. Security procedures that waited for the database.
  pm_->security_manager_->on_database_event(event);
  // 4. Records that wait: before others take the free place.
  storage_progressed();
  // 5. Service Changed: flags that became true, or could not be written yet. CCCDs and Central
  // Address Resolution of a new bond.
  pm_->gatt_caches_->on_database_event(event);
  // 6. A peer is its bond: without one it would count as bonded and never be encrypted.
  pm_->delete_if_unbonded(event);
}

void EventRouter::storage_progressed() { pm_->database_->resubmit(); }

void EventRouter::space_freed() { pm_->database_->on_space_freed(); }

void EventRouter::complete(pm_evt& event) const {
  if (event.peer_id == PM_PEER_ID_INVALID) {
    event.peer_id = to_number(pm_->ids_->peer_of(event.conn_handle));
  } else if (event.conn_handle == BLE_CONN_HANDLE_INVALID &&
             event.evt_id != PM_EVT_PEER_DELETE_SUCCEEDED &&
             event.evt_id != PM_EVT_PEER_DELETE_FAILED) {
    event.conn_handle = pm_->ids_->connection_of(PeerId{event.peer_id});
  }
}

[[gnu::noinline]] pm_evt make_event(pm_evt_id id, uint16_t conn_handle, PeerId peer) {
  pm_evt event;
  std::memset(&event, 0, sizeof event);
  event.evt_id = id;
  event.conn_handle = conn_handle;
  event.peer_id = to_number(peer);
  return event;
}

pm_evt make_event(pm_evt_id id, PeerId peer) {
  return make_event(id, BLE_CONN_HANDLE_INVALID, peer);
}

}  // namespace pm
