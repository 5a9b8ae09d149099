// SPDX-License-Identifier: Apache-2.0
//
// Service Changed: Core, Vol 3, Part G, 7.1. For a bonded peer the debt is in storage, and paid
// when the peer confirms.
#include "pm/peer_manager/detail/gatt_server_cache.hpp"

namespace pm {

void GattServerCache::announce_change() {
  announced_ = pool_->next(kInvalidPeer);
  continue_announcing();
  // Links of nobody are told now or never.
  states_->for_each_connected(LinkFlag::kConnected, [this](uint16_t conn_handle) {
    if (!is_peer_id(ids_->peer_of(conn_handle))) {
      states_->set(conn_handle, LinkFlag::kServiceChangedPending);
    }
  });
  send_service_changed();
}

void GattServerCache::continue_announcing() {
  while (is_peer_id(announced_)) {
    const PeerId peer = announced_;
    const Status status = database_->store_flag(key_of(peer, kServiceChangedPendingData), true);
    if (!ok(status) && status != Status::kNotFound) {
      if (status != Status::kBusy) {
        router_->not_stored(BLE_CONN_HANDLE_INVALID, peer, status);
      }
      return;
    }
    announced_ = pool_->next(peer);
  }
}

void GattServerCache::send_service_changed() {
  states_->for_each_connected(LinkFlag::kServiceChangedPending,
                              [this](uint16_t conn_handle) { send_service_changed(conn_handle); });
}

void GattServerCache::send_service_changed(uint16_t conn_handle) {
  uint16_t first_user_handle = 0;
  static_cast<void>(soft_device_->gatts_initial_user_handle_get(first_user_handle));
  Status status = Status::kInvalidAttrHandle;
  for (unsigned start = first_user_handle;
       status == Status::kInvalidAttrHandle && start <= UINT16_MAX; ++start) {
    status = soft_device_->gatts_service_changed(conn_handle, static_cast<uint16_t>(start), 0xFFFF);
  }
  if (ok(status)) {
    // Sent. In storage it is pending until the peer confirms.
    states_->set(conn_handle, LinkFlag::kServiceChangedPending, false);
    router_->to_application(PM_EVT_SERVICE_CHANGED_IND_SENT, conn_handle);
  } else if (status == Status::kGattsSysAttrMissing) {
    apply_local_db(conn_handle);
  } else if (status == Status::kInvalidState || status == Status::kNotSupported) {
    // Subscribed: an MTU exchange is probably under way. Otherwise nobody wants the indication.
    if (status == Status::kNotSupported ||
        !is_service_changed_subscribed(conn_handle, first_user_handle)) {
      drop_service_changed(conn_handle);
    }
  } else if (status != Status::kBusy && status != Status::kInvalidConnHandle) {
    router_->unexpected(conn_handle, status);
  }
}

void GattServerCache::drop_service_changed(uint16_t conn_handle) {
  states_->set(conn_handle, LinkFlag::kServiceChangedPending, false);
  const PeerId peer = ids_->peer_of(conn_handle);
  static_cast<void>(database_->store_flag(key_of(peer, kServiceChangedPendingData), false));
}

// The CCCD that follows the Service Changed characteristic among the stack's own attributes.
bool GattServerCache::is_service_changed_subscribed(uint16_t conn_handle,
                                                    uint16_t first_user_handle) const {
  unsigned wanted = BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED;
  for (uint16_t handle = 1; handle < first_user_handle; ++handle) {
    ble_uuid_t uuid;
    if (!ok(soft_device_->gatts_attr_get(handle, &uuid, nullptr))) {
      break;
    }
    if (uuid.type != BLE_UUID_TYPE_BLE || uuid.uuid != wanted) {
      continue;
    }
    if (wanted == BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG) {
      uint8_t cccd[2] = {};
      ble_gatts_value_t value{.len = sizeof cccd, .offset = 0, .p_value = cccd};
      return ok(soft_device_->gatts_value_get(conn_handle, handle, value)) && load_le16(cccd) != 0;
    }
    wanted = BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG;
  }
  return false;
}

void GattServerCache::on_service_changed_confirmed(uint16_t conn_handle) {
  drop_service_changed(conn_handle);
  router_->to_application(PM_EVT_SERVICE_CHANGED_IND_CONFIRMED, conn_handle);
}

}  // namespace pm
