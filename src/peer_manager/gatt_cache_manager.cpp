// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/gatt_cache_manager.hpp"

namespace pm {

namespace {

bool is_cccd_write(const ble_gatts_evt_write_t& write) {
  return write.op == BLE_GATTS_OP_WRITE_REQ && write.uuid.type == BLE_UUID_TYPE_BLE &&
         write.uuid.uuid == BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG;
}

// What has been stored of a peer that has a link.
pm_peer_data_id updated_of_link(const pm_evt& event) {
  const auto& update = event.peer_data_update_succeeded;
  return event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED &&
                 update.action == PM_PEER_DATA_OP_UPDATE &&
                 event.conn_handle != BLE_CONN_HANDLE_INVALID
             ? update.data_id
             : PM_PEER_DATA_ID_INVALID;
}

}  // namespace

void GattCacheManager::on_ble_event(const ble_evt_t& event) {
  const ble_gatts_evt_t& gatts = event.evt.gatts_evt;
  switch (event.header.evt_id) {
    case BLE_GATTS_EVT_WRITE:
      if (is_cccd_write(gatts.params.write)) {
        states_->set(gatts.conn_handle, LinkFlag::kDbStorePending);
        process_pending();
      }
      break;
    case BLE_GATTS_EVT_SYS_ATTR_MISSING:
      server_->apply_local_db(gatts.conn_handle);
      break;
    case BLE_GATTS_EVT_SC_CONFIRM:
      if constexpr (config::kServiceChanged) {
        server_->on_service_changed_confirmed(gatts.conn_handle);
      }
      break;
    default:
      client_->on_ble_event(event);
      break;
  }
  states_->for_each_connected(LinkFlag::kDbApplyPending, [this](uint16_t conn_handle) {
    server_->apply_local_db(conn_handle);
  });
  if constexpr (config::kServiceChanged) {
    server_->send_service_changed();
  }
}

// What storage says that is still to be done on a bonded link: to tell it of a change, and to ask
// it unless its answer is stored.
LinkFlags GattCacheManager::owed_to(PeerId peer) const {
  const PeerFlags flags = ids_->flags_of(peer);
  return bit(LinkFlag::kServiceChangedPending, flags.service_changed_pending != 0) |
         bit(LinkFlag::kCarWanted, flags.address_resolution_stored == 0);
}

void GattCacheManager::on_id_manager_event(const pm_evt& event) {
  server_->apply_local_db(event.conn_handle);
  const LinkFlags owed = owed_to(PeerId{event.peer_id});
  states_->assign(event.conn_handle, owed, owed);
  process_pending();
}

void GattCacheManager::on_database_event(const pm_evt& event) {
  const pm_peer_data_id updated = updated_of_link(event);
  if constexpr (config::kServiceChanged) {
    if (updated == PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING) {
      const LinkFlags owed = owed_to(PeerId{event.peer_id}) & bit(LinkFlag::kServiceChangedPending);
      states_->assign(event.conn_handle, owed, owed);
      server_->send_service_changed();
    }
    server_->continue_announcing();
  }
  if (updated == PM_PEER_DATA_ID_BONDING) {
    const LinkFlags owed = (owed_to(PeerId{event.peer_id}) & bit(LinkFlag::kCarWanted)) |
                           bit(LinkFlag::kDbStorePending);
    states_->assign(event.conn_handle, owed, owed);
  }
  process_pending();
}

// Reading from peers waits until nothing is left to store.
void GattCacheManager::process_pending() {
  bool is_all_stored = true;
  states_->for_each_connected(LinkFlag::kDbStorePending, [&](uint16_t conn_handle) {
    if (!server_->store_local_db(conn_handle)) {
      is_all_stored = false;
    }
  });
  if (is_all_stored) {
    client_->read_wanted();
  }
}

}  // namespace pm
