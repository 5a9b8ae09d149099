// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/gatt_client_cache.hpp"

#include "pm/ports/log.hpp"

namespace pm {

void GattClientCache::read_wanted() {
  states_->for_each_connected(LinkFlag::kCarWanted, [this](uint16_t conn_handle) {
    Link* link = states_->find(conn_handle);
    if (link == nullptr || link->has(LinkFlag::kCarReading)) {
      return;
    }
    static constexpr ble_uuid_t kUuid{BLE_UUID_GAP_CHARACTERISTIC_CAR, BLE_UUID_TYPE_BLE};
    static constexpr ble_gattc_handle_range_t kAllHandles{1, 0xFFFF};
    if (ok(soft_device_->gattc_char_value_by_uuid_read(conn_handle, kUuid, kAllHandles))) {
      link->flags |= bit(LinkFlag::kCarReading);
      link->value_handle = 0;
    }
  });
}

// First the handle is looked for, then the value is read.
void GattClientCache::on_ble_event(const ble_evt_t& event) {
  const ble_gattc_evt_t& response = event.evt.gattc_evt;
  Link* link = states_->find(event.evt.common_evt.conn_handle);
  if (link == nullptr || !link->has(LinkFlag::kCarReading)) {
    return;
  }
  const bool is_handle = link->value_handle == 0;
  if (event.header.evt_id !=
      (is_handle ? BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP : BLE_GATTC_EVT_READ_RSP)) {
    return;
  }
  const bool is_success = response.gatt_status == BLE_GATT_STATUS_SUCCESS;
  bool is_supported = false;
  if (is_handle) {
    const auto& found = response.params.char_val_by_uuid_read_rsp;
    if (is_success && found.count > 0 && found.value_len == 1) {
      if (found.count > 1) {
        PM_LOG(2, "peer_manager", "Several Central Address Resolution values on link %u",
               response.conn_handle);
      }
      link->value_handle = load_le16(found.handle_value);
      if (link->value_handle != 0 &&
          ok(soft_device_->gattc_read(response.conn_handle, link->value_handle, 0))) {
        return;
      }
    }
  } else {
    const auto& value = response.params.read_rsp;
    // The application may read something else at the same time. What a failure concerns is not
    // always told: it is taken for ours, which else nothing would end.
    if (is_success && value.handle != link->value_handle) {
      return;
    }
    is_supported = is_success && value.len == 1 && value.data[0] != 0;
  }
  link->flags &= ~(bit(LinkFlag::kCarReading) | bit(LinkFlag::kCarWanted));
  const RecordKey key = key_of(link->peer, kCentralAddrResData);
  if (!ok(database_->store_flag(key, is_supported)) && is_peer_id(link->peer)) {
    // It is read again after the next connection.
    PM_LOG(2, "peer_manager", "Central Address Resolution of peer %u not stored",
           to_number(link->peer));
  }
}

}  // namespace pm
