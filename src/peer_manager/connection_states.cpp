// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/connection_states.hpp"

#include <utility>

#include "pm/base/bytes.hpp"

namespace pm {

void ConnectionStates::reset() {
  for (Link& link : links_) {
    link = {};
  }
}

const Link* ConnectionStates::find(uint16_t conn_handle) const {
  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    return nullptr;
  }
  const int index = soft_device_->link_index(conn_handle);
  if (index < 0 || index >= config::kLinks) {
    return nullptr;
  }
  const Link* link = &links_[index];
  return link->has(LinkFlag::kValid) ? link : nullptr;
}

Link* ConnectionStates::find(uint16_t conn_handle) {
  return const_cast<Link*>(std::as_const(*this).find(conn_handle));
}

LinkFlags ConnectionStates::flags(uint16_t conn_handle) const {
  const Link* link = find(conn_handle);
  return link != nullptr ? link->flags : 0;
}

bool ConnectionStates::get(uint16_t conn_handle, LinkFlag flag) const {
  const Link* link = find(conn_handle);
  return link != nullptr && link->has(flag);
}

// Out of line: flags are smaller to name than masks.
[[gnu::noinline]] void ConnectionStates::set(uint16_t conn_handle, LinkFlag flag, bool value) {
  assign(conn_handle, bit(flag), bit(flag, value));
}

void ConnectionStates::assign(uint16_t conn_handle, LinkFlags which, LinkFlags values) {
  if (Link* link = find(conn_handle); link != nullptr) {
    link->assign(which, values);
  }
}

uint16_t ConnectionStates::next_connected(LinkFlag flag, int& index) const {
  while (index < config::kLinks) {
    const int i = index++;
    const Link& link = links_[i];
    if (link.has(LinkFlag::kConnected) && !link.has(LinkFlag::kExcluded) && link.has(flag)) {
      const uint16_t conn_handle = handle_at(i);
      if (conn_handle != BLE_CONN_HANDLE_INVALID) {
        return conn_handle;
      }
    }
  }
  return BLE_CONN_HANDLE_INVALID;
}

void ConnectionStates::on_connected(uint16_t conn_handle,
                                    const ble_gap_evt_connected_t& connected) {
  const int own = soft_device_->link_index(conn_handle);
  if (own < 0 || own >= config::kLinks) {
    return;
  }
  for (Link& link : links_) {
    if ((link.flags & bit(LinkFlag::kConnected)) == 0) {
      link.flags = 0;
    }
  }
  Link& link = links_[own];
  constexpr uint32_t kPeripheralLink = bit(LinkFlag::kValid) | bit(LinkFlag::kConnected);
  link.flags = connected.role == BLE_GAP_ROLE_CENTRAL ? kPeripheralLink | bit(LinkFlag::kCentral)
                                                      : kPeripheralLink;
  link.peer = kInvalidPeer;
  copy_octets(&link.address, &connected.peer_addr, sizeof link.address);
}

void ConnectionStates::on_ble_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  if (event.header.evt_id == BLE_GAP_EVT_CONNECTED) {
    on_connected(gap.conn_handle, gap.params.connected);
    return;
  }
  Link* link = find(gap.conn_handle);
  if (link == nullptr) {
    return;
  }
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_DISCONNECTED:
      link->assign(bit(LinkFlag::kConnected), 0);
      break;
    case BLE_GAP_EVT_CONN_SEC_UPDATE: {
      // Level 2 is encrypted, level 3 MITM protected as well, level 4 made by LE Secure Connections
      // as well: that many of the three flags.
      const unsigned level = gap.params.conn_sec_update.conn_sec.sec_mode.lv;
      const unsigned reached = ((1u << level) - 1) / 2 & 7u;
      link->assign(7u * bit(LinkFlag::kEncrypted), reached * bit(LinkFlag::kEncrypted));
      break;
    }
    case BLE_GAP_EVT_AUTH_STATUS:
      if (gap.params.auth_status.auth_status == BLE_GAP_SEC_STATUS_SUCCESS) {
        link->assign(bit(LinkFlag::kLesc), bit(LinkFlag::kLesc, gap.params.auth_status.lesc != 0));
      }
      break;
    default:
      break;
  }
}

}  // namespace pm
