// SPDX-License-Identifier: Apache-2.0
//
// A device of host stories: a whole Host over a virtual controller, with the log of the events that
// its application pulled.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <vector>

#include "host/support/tapped_transport.hpp"
#include "pm/host/host.hpp"
#include "pm/sim/air.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm/sim/virtual_controller.hpp"

namespace pm::test {

constexpr uint64_t kSeconds = 1'000'000;
constexpr uint64_t kMilliseconds = 1'000;

/// Static random address from one number.
inline ble_gap_addr_t static_address(uint8_t number) {
  ble_gap_addr_t address{};
  address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  std::memset(address.addr, number, sizeof address.addr);
  address.addr[5] = 0xC0;
  return address;
}

inline ble_gap_irk_t numbered_irk(uint8_t number) {
  ble_gap_irk_t irk{};
  std::memset(irk.irk, number, sizeof irk.irk);
  return irk;
}

inline host::HostConfig device_config(uint8_t number) {
  host::HostConfig config;
  config.identity_address = static_address(number);
  config.identity_resolving_key = numbered_irk(number);
  return config;
}

struct Radio {
  explicit Radio(uint64_t seed) : air(clock, seed) {}
  sim::VirtualClock clock;
  sim::Air air;
};

class HostDevice {
 public:
  struct Event {
    std::vector<uint64_t> storage;
    const ble_evt_t& get() const { return *reinterpret_cast<const ble_evt_t*>(storage.data()); }
    uint16_t id() const { return get().header.evt_id; }
    const ble_gap_evt_t& gap() const { return get().evt.gap_evt; }
  };

  HostDevice(Radio& radio, uint8_t number, host::HostConfig config)
      : crypto(number),
        controller(radio.air, crypto),
        transport(controller, radio.clock),
        host(transport, radio.clock, crypto, std::move(config)),
        clock(radio.clock) {
    host.set_event_handler([this] { pull(); });
  }
  HostDevice(Radio& radio, uint8_t number) : HostDevice(radio, number, device_config(number)) {}

  Status enable() {
    return host.enable([this] {
      const uint64_t next = clock.next_deadline();
      if (next == sim::VirtualClock::kNever) {
        return false;
      }
      clock.advance_to(next);
      return true;
    });
  }

  void pull() {
    while (true) {
      Event event{std::vector<uint64_t>(128)};
      auto len = static_cast<uint16_t>(event.storage.size() * sizeof(uint64_t));
      if (host.evt_get(reinterpret_cast<uint8_t*>(event.storage.data()), &len) != Status::kOk) {
        return;
      }
      events.push_back(event);
      if (on_event) {
        on_event(event.get());
      }
    }
  }

  size_t count(uint16_t id) const {
    return static_cast<size_t>(std::count_if(
        events.begin(), events.end(), [id](const Event& event) { return event.id() == id; }));
  }
  /// The newest event with this id.
  const Event* last(uint16_t id) const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->id() == id) {
        return &*event;
      }
    }
    return nullptr;
  }
  /// Ids in order, from the first or a given position on.
  std::vector<uint16_t> ids(size_t from = 0) const {
    std::vector<uint16_t> out;
    for (size_t i = from; i < events.size(); ++i) {
      out.push_back(events[i].id());
    }
    return out;
  }
  /// Runs until one more event with this id was pulled.
  bool await(uint16_t id, uint64_t limit_us = 10 * kSeconds) {
    const size_t before = count(id);
    return clock.run_until([&] { return count(id) > before; }, limit_us);
  }
  bool await_count(uint16_t id, size_t wanted, uint64_t limit_us = 10 * kSeconds) {
    return clock.run_until([&] { return count(id) >= wanted; }, limit_us);
  }

  static ble_gap_adv_params_t adv_params() {
    ble_gap_adv_params_t params{};
    params.properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED;
    params.interval = 160;  // 100 ms
    return params;
  }
  static ble_gap_scan_params_t scan_params() {
    ble_gap_scan_params_t params{};
    params.scan_phys = BLE_GAP_PHY_1MBPS;
    params.interval = 160;
    params.window = 160;
    return params;
  }
  static ble_gap_conn_params_t conn_params() { return {24, 24, 0, 400}; }

  Status advertise(const ble_gap_adv_params_t& params = adv_params()) {
    std::array<uint8_t, 3> flags = {2, BLE_GAP_AD_TYPE_FLAGS, 0x04};
    ble_gap_adv_data_t data{};
    const bool directed =
        params.properties.type == BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED ||
        params.properties.type ==
            BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED_HIGH_DUTY_CYCLE;
    if (!directed) {
      data.adv_data = {flags.data(), static_cast<uint16_t>(flags.size())};
    }
    PM_TRY(host.gap_adv_set_configure(&adv_handle, &data, &params));
    return host.gap_adv_start(adv_handle, 99);
  }
  Status connect(const ble_gap_addr_t& peer, uint16_t timeout_10ms = 0) {
    ble_gap_scan_params_t scan = scan_params();
    scan.timeout = timeout_10ms;
    const ble_gap_conn_params_t conn = conn_params();
    return host.gap_connect(&peer, &scan, &conn, 99);
  }
  Status scan(const ble_gap_scan_params_t& params = scan_params()) {
    const ble_data_t buffer = {report_buffer.data(), static_cast<uint16_t>(report_buffer.size())};
    return host.gap_scan_start(&params, &buffer);
  }
  Status scan_on() {
    const ble_data_t buffer = {report_buffer.data(), static_cast<uint16_t>(report_buffer.size())};
    return host.gap_scan_start(nullptr, &buffer);
  }
  uint16_t last_connection() const {
    const Event* connected = last(BLE_GAP_EVT_CONNECTED);
    return connected == nullptr ? uint16_t{BLE_CONN_HANDLE_INVALID} : connected->gap().conn_handle;
  }

  sim::SeededCrypto crypto;
  sim::VirtualController controller;
  TappedTransport transport;
  host::Host host;
  sim::VirtualClock& clock;
  std::vector<Event> events;
  std::function<void(const ble_evt_t&)> on_event;
  std::array<uint8_t, 31> report_buffer{};
  uint8_t adv_handle = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
};

inline bool same_octets(const ble_gap_addr_t& a, const ble_gap_addr_t& b) {
  return a.addr_type == b.addr_type && std::memcmp(a.addr, b.addr, sizeof a.addr) == 0;
}

}  // namespace pm::test
