// SPDX-License-Identifier: Apache-2.0
#include "host/stack.hpp"

#include <algorithm>

namespace pm::host {
namespace {

gap::Gap::Config gap_config(const Configuration& configuration) {
  const HostConfig& host = configuration.host();
  return {{host.identity_address, host.identity_resolving_key},
          {host.peripheral_links, host.central_links, host.total_links, host.att_mtu},
          host.resolve_in_host,
          configuration.central_address_resolution_included()};
}

}  // namespace

void LinkIndices::settle() {
  if (ended_ < 0) {
    return;
  }
  handles_[static_cast<size_t>(ended_)] = BLE_CONN_HANDLE_INVALID;
  ended_ = -1;
}

void LinkIndices::on_pulled(const ble_evt_t& event) {
  const uint16_t conn_handle = event.evt.gap_evt.conn_handle;
  if (event.header.evt_id == BLE_GAP_EVT_CONNECTED) {
    const auto waiting = unannounced_.find(conn_handle);
    if (waiting != unannounced_.end() && --waiting->second == 0) {
      unannounced_.erase(waiting);
    }
    const auto free = std::find(handles_.begin(), handles_.end(), BLE_CONN_HANDLE_INVALID);
    if (free != handles_.end()) {
      *free = conn_handle;
    }
    return;
  }
  if (event.header.evt_id == BLE_GAP_EVT_DISCONNECTED) {
    const auto used = std::find(handles_.begin(), handles_.end(), conn_handle);
    ended_ = used == handles_.end() ? -1 : static_cast<int>(used - handles_.begin());
  }
}

int LinkIndices::index_of(uint16_t conn_handle) const {
  if (handles_.size() == 1) {
    return 0;
  }
  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    return -1;
  }
  const auto used = std::find(handles_.begin(), handles_.end(), conn_handle);
  return used == handles_.end() ? -1 : static_cast<int>(used - handles_.begin());
}

uint16_t LinkIndices::handle_of(int index) const {
  if (index < 0 || static_cast<size_t>(index) >= handles_.size()) {
    return BLE_CONN_HANDLE_INVALID;
  }
  return handles_[static_cast<size_t>(index)];
}

Stack::Stack(HciTransport& transport, Timers& timers, Crypto& crypto,
             const Configuration& configuration, std::function<void()> wake,
             ControllerLost controller_lost)
    : events(std::move(wake)),
      indices(configuration.host().total_links),
      gap(transport, timers, crypto, events, *this, gap_config(configuration),
          configuration.host().on_packet),
      smp(gap.connections(), events, timers, crypto, gap),
      gatt(gap.connections(), events, timers, configuration.gatt()),
      controller_lost_(std::move(controller_lost)) {
  gap.connections().attach(kCidSmp, smp);
  gap.connections().attach(kCidAtt, gatt);
  if (const auto& name = configuration.device_name()) {
    (void)gatt.device_name_set(&configuration.device_name_permission(), name->data(),
                               static_cast<uint16_t>(name->size()));
  }
}

void Stack::link_up(uint16_t conn_handle) {
  indices.on_up(conn_handle);
  smp.link_up(conn_handle);
  gatt.link_up(conn_handle);
}

void Stack::link_down(uint16_t conn_handle) {
  smp.link_down(conn_handle);
  gatt.link_down(conn_handle);
}

void Stack::encryption_changed(uint16_t conn_handle, uint8_t hci_status, bool enabled) {
  smp.encryption_changed(conn_handle, hci_status, enabled);
  gatt.security_changed(conn_handle);
}

void Stack::key_refreshed(uint16_t conn_handle, uint8_t hci_status) {
  smp.key_refreshed(conn_handle, hci_status);
  gatt.security_changed(conn_handle);
}

void Stack::long_term_key_requested(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                                    uint16_t ediv) {
  smp.long_term_key_requested(conn_handle, rand, ediv);
}

void Stack::controller_lost(const std::string& reason) { controller_lost_(reason); }

}  // namespace pm::host
