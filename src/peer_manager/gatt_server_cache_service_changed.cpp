// SPDX-License-Identifier: Apache-2.0
//
// Service Changed: Core, Vol 3, Part G, 7.1. For a bonded peer the debt is in storage, and paid
// when the peer confirms.
#include "pm/peer_manager/detail/gatt_server_cache.hpp"

namespace pm {

void GattServerCache::announce_change() {
  is_announcing_ = true;
  announced_ = pool_->next(kInvalidPeer);
  continue_announcing();
  for (int i = 0; i < config::kLinks; ++i) {
    const uint16_t conn_handle = states_->handle_at(i);
    const bool is_unbonded_link = states_->get(conn_handle, LinkFlag::kConnected) &&
                                  !states_->get(conn_handle, LinkFlag::kExcluded) &&
                                  ids_->peer_of(conn_handle) == kInvalidPeer;
    if (is_unbonded_link) {
      states_->set(conn_handle, LinkFlag::kServiceChangedPending);
    }
  }
  send_service_changed();
}

void GattServerCache::continue_announcing() {
  while (is_announcing_) {
    const PeerId peer = announced_;
    if (peer == kInvalidPeer) {
      is_announcing_ = false;
      return;
    }
    const Status status = database_->store_flag(key_of(peer, kServiceChangedPendingData), true);
    if (ok(status) || status == Status::kNotFound) {
      announced_ = pool_->next(peer);
      continue;
    }
    if (status == Status::kBusy) {
      return;
    }
    if (status == Status::kResources) {
      pm_evt event = make_event(PM_EVT_STORAGE_FULL, peer);
      router_->to_application(event);
    } else {
      router_->unexpected(BLE_CONN_HANDLE_INVALID, status, peer);
    }
    return;
  }
}

void GattServerCache::send_service_changed() {
  states_->for_each_connected(LinkFlag::kServiceChangedPending, [this](uint16_t conn_handle) {
    if (!states_->get(conn_handle, LinkFlag::kServiceChangedSent)) {
      send_service_changed(conn_handle);
    }
  });
}

void GattServerCache::send_service_changed(uint16_t conn_handle) {
  uint16_t first_user_handle = 0;
  Status status = soft_device_->gatts_initial_user_handle_get(first_user_handle);
  if (ok(status)) {
    uint16_t start = first_user_handle;
    do {
      status = soft_device_->gatts_service_changed(conn_handle, start, 0xFFFF);
    } while (status == Status::kInvalidAttrHandle && start++ != 0xFFFF);
  }
  switch (status) {
    case Status::kOk:
      states_->set(conn_handle, LinkFlag::kServiceChangedSent);
      router_->to_application(PM_EVT_SERVICE_CHANGED_IND_SENT, conn_handle);
      return;
    case Status::kInvalidState:
      // Subscribed: an MTU exchange is probably under way. Otherwise nobody wants the indication.
      if (!is_service_changed_subscribed(conn_handle, first_user_handle)) {
        drop_service_changed(conn_handle);
      }
      return;
    case Status::kNotSupported:
      drop_service_changed(conn_handle);
      return;
    case Status::kGattsSysAttrMissing:
      apply_local_db(conn_handle);
      return;
    case Status::kBusy:
    case Status::kInvalidConnHandle:
      return;
    default:
      router_->unexpected(conn_handle, status);
  }
}

void GattServerCache::drop_service_changed(uint16_t conn_handle) {
  states_->set(conn_handle, LinkFlag::kServiceChangedPending, false);
  states_->set(conn_handle, LinkFlag::kServiceChangedSent, false);
  if (const PeerId peer = ids_->peer_of(conn_handle); peer != kInvalidPeer) {
    static_cast<void>(database_->store_flag(key_of(peer, kServiceChangedPendingData), false));
  }
}

// The CCCD that follows the Service Changed characteristic among the stack's own attributes.
bool GattServerCache::is_service_changed_subscribed(uint16_t conn_handle,
                                                    uint16_t first_user_handle) const {
  bool is_found = false;
  for (uint16_t handle = 1; handle < first_user_handle; ++handle) {
    ble_uuid_t uuid{};
    if (!ok(soft_device_->gatts_attr_get(handle, &uuid, nullptr))) {
      return false;
    }
    if (uuid.type != BLE_UUID_TYPE_BLE) {
      continue;
    }
    if (!is_found) {
      is_found = uuid.uuid == BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED;
      continue;
    }
    if (uuid.uuid != BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG) {
      continue;
    }
    uint8_t cccd[2] = {};
    ble_gatts_value_t value{.len = sizeof cccd, .offset = 0, .p_value = cccd};
    return ok(soft_device_->gatts_value_get(conn_handle, handle, value)) && load_le16(cccd) != 0;
  }
  return false;
}

void GattServerCache::on_service_changed_confirmed(uint16_t conn_handle) {
  drop_service_changed(conn_handle);
  router_->to_application(PM_EVT_SERVICE_CHANGED_IND_CONFIRMED, conn_handle);
}

}  // namespace pm
