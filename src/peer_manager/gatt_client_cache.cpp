// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/gatt_client_cache.hpp"

#include "pm/ports/log.hpp"

namespace pm {

void GattClientCache::read_wanted() {
  states_->for_each_connected(LinkFlag::kCarWanted, [this](uint16_t conn_handle) {
    const bool is_reading = states_->get(conn_handle, LinkFlag::kCarHandleQueried) ||
                            states_->get(conn_handle, LinkFlag::kCarValueQueried);
    if (is_reading) {
      return;
    }
    const ble_uuid_t uuid{.uuid = BLE_UUID_GAP_CHARACTERISTIC_CAR, .type = BLE_UUID_TYPE_BLE};
    const Status status = soft_device_->gattc_char_value_by_uuid_read(
        conn_handle, uuid, {.start_handle = 1, .end_handle = 0xFFFF});
    states_->set(conn_handle, LinkFlag::kCarHandleQueried, ok(status));
  });
}

void GattClientCache::on_ble_event(const ble_evt_t& event) {
  switch (event.header.evt_id) {
    case BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP:
      on_handle_found(event.evt.gattc_evt);
      break;
    case BLE_GATTC_EVT_READ_RSP:
      on_value_read(event.evt.gattc_evt);
      break;
    default:
      break;
  }
}

void GattClientCache::on_handle_found(const ble_gattc_evt_t& event) {
  const uint16_t conn_handle = event.conn_handle;
  if (!states_->get(conn_handle, LinkFlag::kCarHandleQueried)) {
    return;
  }
  states_->set(conn_handle, LinkFlag::kCarHandleQueried, false);
  const auto& response = event.params.char_val_by_uuid_read_rsp;
  const bool is_found =
      event.gatt_status == BLE_GATT_STATUS_SUCCESS && response.count > 0 && response.value_len == 1;
  if (!is_found) {
    store(conn_handle, false);
    return;
  }
  if (response.count > 1) {
    PM_LOG(2, "peer_manager", "Several Central Address Resolution values on link %u", conn_handle);
  }
  const uint16_t handle = load_le16(response.handle_value);
  if (!ok(soft_device_->gattc_read(conn_handle, handle, 0))) {
    store(conn_handle, false);
    return;
  }
  states_->find(conn_handle)->value_handle = handle;
  states_->set(conn_handle, LinkFlag::kCarValueQueried);
}

void GattClientCache::on_value_read(const ble_gattc_evt_t& event) {
  const uint16_t conn_handle = event.conn_handle;
  if (!states_->get(conn_handle, LinkFlag::kCarValueQueried)) {
    return;
  }
  const auto& response = event.params.read_rsp;
  const uint16_t expected = states_->find(conn_handle)->value_handle;
  const bool is_success = event.gatt_status == BLE_GATT_STATUS_SUCCESS;
  // The application may read something else at the same time. What a failure concerns is not
  // always told: it is taken for ours, which else nothing would end.
  if (is_success && response.handle != expected) {
    return;
  }
  states_->set(conn_handle, LinkFlag::kCarValueQueried, false);
  store(conn_handle, is_success && response.len == 1 && response.data[0] != 0);
}

void GattClientCache::store(uint16_t conn_handle, bool is_supported) {
  states_->set(conn_handle, LinkFlag::kCarWanted, false);
  const PeerId peer = ids_->peer_of(conn_handle);
  if (peer == kInvalidPeer) {
    return;
  }
  if (!ok(database_->store_flag(key_of(peer, kCentralAddrResData), is_supported))) {
    // It is read again after the next connection.
    PM_LOG(2, "peer_manager", "Central Address Resolution of peer %u not stored", to_number(peer));
  }
}

}  // namespace pm
