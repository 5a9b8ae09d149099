// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/configuration.hpp"
#include "host/gap/gap.hpp"
#include "host/gatt/gatt.hpp"
#include "host/smp/security_manager.hpp"

namespace pm::host {

/// Which connection has which index, as the application sees it: between pulling CONNECTED and
/// having dealt with DISCONNECTED.
class LinkIndices {
 public:
  explicit LinkIndices(size_t capacity) : handles_(capacity, BLE_CONN_HANDLE_INVALID) {}

  /// Before each pull: frees what the former pull ended.
  void settle();
  /// After an event was pulled.
  void on_pulled(const ble_evt_t& event);
  int index_of(uint16_t conn_handle) const;
  uint16_t handle_of(int index) const;

 private:
  std::vector<uint16_t> handles_;
  int ended_ = -1;
};

/// One enabled stack: the layers, joined.
class Stack final : private gap::UpperLayers {
 public:
  using ControllerLost = std::function<void(const std::string& reason)>;

  Stack(HciTransport& transport, Timers& timers, Crypto& crypto, const Configuration& configuration,
        std::function<void()> wake, ControllerLost controller_lost);

  void start() { gap.start(); }

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
