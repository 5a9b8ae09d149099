// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "host/configuration.hpp"
#include "host/gap/gap.hpp"
#include "host/gatt/gatt.hpp"
#include "host/smp/security_manager.hpp"

namespace pm::host {

/// Connections as the application sees them: which has which index, between pulling CONNECTED and
/// having dealt with DISCONNECTED, and which it has not heard of yet.
class LinkIndices {
 public:
  explicit LinkIndices(size_t capacity) : handles_(capacity, BLE_CONN_HANDLE_INVALID) {}

  void on_up(uint16_t conn_handle) { ++unannounced_[conn_handle]; }
  /// The handle may be called: a newer link than the application knows does not have it. What it
  /// means for the old link, whose end waits in the queue, never reaches the new one.
  bool is_announced(uint16_t conn_handle) const { return !unannounced_.contains(conn_handle); }
  /// Before each pull: frees what the former pull ended.
  void settle();
  /// After an event was pulled.
  void on_pulled(const ble_evt_t& event);
  int index_of(uint16_t conn_handle) const;
  uint16_t handle_of(int index) const;

 private:
  std::vector<uint16_t> handles_;
  /// CONNECTED events that wait, for each handle.
  std::map<uint16_t, size_t> unannounced_;
  int ended_ = -1;
};

/// One enabled stack: the layers, joined.
class Stack final : private gap::UpperLayers {
 public:
  using ControllerLost = std::function<void(const std::string& reason)>;

  Stack(HciTransport& transport, Timers& timers, Crypto& crypto, const Configuration& configuration,
        std::function<void()> wake, ControllerLost controller_lost);

  void start() { gap.start(); }
  /// For calls to which only some values need a connection: no handle instead of one that the
  /// application has not been told of.
  uint16_t known(uint16_t conn_handle) const {
    return indices.is_announced(conn_handle) ? conn_handle : uint16_t{BLE_CONN_HANDLE_INVALID};
  }

  EventQueue events;
  LinkIndices indices;
  gap::Gap gap;
  smp::SecurityManager smp;
  gatt::Gatt gatt;

 private:
  void link_up(uint16_t conn_handle) override;
  void link_down(uint16_t conn_handle) override;
  void encryption_changed(uint16_t conn_handle, uint8_t hci_status, bool enabled) override;
  void key_refreshed(uint16_t conn_handle, uint8_t hci_status) override;
  void long_term_key_requested(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                               uint16_t ediv) override;
  void controller_lost(const std::string& reason) override;

  ControllerLost controller_lost_;
};

}  // namespace pm::host
