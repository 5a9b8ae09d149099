// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/connection_states.hpp"

namespace pm {

int ConnectionStates::index(uint16_t conn_handle) const {
  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    return -1;
  }
  const int index = soft_device_->link_index(conn_handle);
  if (index < 0 || index >= config::kLinks || !get_at(index, LinkFlag::kValid)) {
    return -1;
  }
  return index;
}

bool ConnectionStates::get(uint16_t conn_handle, LinkFlag flag) const {
  const int i = index(conn_handle);
  return i >= 0 && get_at(i, flag);
}

void ConnectionStates::set(uint16_t conn_handle, LinkFlag flag, bool value) {
  const int i = index(conn_handle);
  if (i < 0) {
    return;
  }
  flags_[i] = value ? flags_[i] | bit(flag) : flags_[i] & ~bit(flag);
}

uint16_t ConnectionStates::next_connected(LinkFlag flag, int& index) const {
  const uint32_t wanted = bit(LinkFlag::kConnected) | bit(flag);
  while (index < config::kLinks) {
    const uint32_t flags = flags_[index++];
    if ((flags & (wanted | bit(LinkFlag::kExcluded))) == wanted) {
      const uint16_t conn_handle = handle_at(index - 1);
      if (conn_handle != BLE_CONN_HANDLE_INVALID) {
        return conn_handle;
      }
    }
  }
  return BLE_CONN_HANDLE_INVALID;
}

uint8_t ConnectionStates::role(uint16_t conn_handle) const {
  if (!is_valid(conn_handle)) {
    return BLE_GAP_ROLE_INVALID;
  }
  if constexpr (!config::kCentral) {
    return BLE_GAP_ROLE_PERIPH;
  }
  if constexpr (!config::kPeripheral) {
    return BLE_GAP_ROLE_CENTRAL;
  }
  return get(conn_handle, LinkFlag::kCentral) ? BLE_GAP_ROLE_CENTRAL : BLE_GAP_ROLE_PERIPH;
}

void ConnectionStates::on_connected(uint16_t conn_handle, uint8_t role) {
  const int own = soft_device_->link_index(conn_handle);
  if (own < 0 || own >= config::kLinks) {
    return;
  }
  for (int i = 0; i < config::kLinks; ++i) {
    if (i == own || !get_at(i, LinkFlag::kConnected)) {
      flags_[i] = 0;
    }
  }
  flags_[own] = bit(LinkFlag::kValid) | bit(LinkFlag::kConnected);
  set(conn_handle, LinkFlag::kCentral, role == BLE_GAP_ROLE_CENTRAL);
}

void ConnectionStates::on_ble_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  const uint16_t conn = gap.conn_handle;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      on_connected(conn, gap.params.connected.role);
      break;
    case BLE_GAP_EVT_DISCONNECTED:
      set(conn, LinkFlag::kConnected, false);
      break;
    case BLE_GAP_EVT_CONN_SEC_UPDATE: {
      const unsigned level = gap.params.conn_sec_update.conn_sec.sec_mode.lv;
      set(conn, LinkFlag::kLesc, level >= 4);
      set(conn, LinkFlag::kMitm, level >= 3);
      set(conn, LinkFlag::kEncrypted, level >= 2);
      break;
    }
    case BLE_GAP_EVT_AUTH_STATUS:
      if (gap.params.auth_status.auth_status == BLE_GAP_SEC_STATUS_SUCCESS) {
        set(conn, LinkFlag::kLesc, gap.params.auth_status.lesc != 0);
      }
      break;
    default:
      break;
  }
}

}  // namespace pm
