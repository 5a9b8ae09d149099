// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "ble.h"
#include "pm/base/status.hpp"

namespace pm::host {

/// Events waiting for sd_ble_evt_get(), oldest first. Every part of the host raises its events
/// here, after its own state is consistent; applications see them later, when they pull.
class EventQueue {
 public:
  /// `wake` runs when an event becomes available; it may not pull from inside.
  explicit EventQueue(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Builds one event: `fill(ble_evt_t&)` gets a zeroed event whose header and connection handle
  /// are set. `evt_len` is the length of the whole event in octets, header included; events with a
  /// variable tail give it in full.
  template <class Fill>
  void raise(uint16_t evt_id, uint16_t conn_handle, size_t evt_len, Fill&& fill) {
    const size_t size = evt_len > sizeof(ble_evt_t) ? evt_len : sizeof(ble_evt_t);
    Event event{std::vector<uint64_t>((size + 7) / 8), evt_len};
    auto* evt = reinterpret_cast<ble_evt_t*>(event.storage.data());
    evt->header.evt_id = evt_id;
    evt->header.evt_len = static_cast<uint16_t>(evt_len);
    // conn_handle is the first member of every event kind.
    evt->evt.gap_evt.conn_handle = conn_handle;
    fill(*evt);
    queue_.push_back(std::move(event));
    wake_();
  }
  void raise(uint16_t evt_id, uint16_t conn_handle) {
    raise(evt_id, conn_handle, sizeof(ble_evt_t), [](ble_evt_t&) {});
  }

  bool empty() const { return queue_.empty(); }
  /// The oldest event, kept; nullptr when there is none.
  const ble_evt_t* front() const;
  size_t front_length() const { return queue_.empty() ? 0 : queue_.front().length; }
  void pop() { queue_.pop_front(); }

 private:
  struct Event {
    std::vector<uint64_t> storage;  // 8-byte aligned, as the structures inside need
    size_t length;
  };

  std::deque<Event> queue_;
  std::function<void()> wake_;
};

inline const ble_evt_t* EventQueue::front() const {
  return queue_.empty() ? nullptr
                        : reinterpret_cast<const ble_evt_t*>(queue_.front().storage.data());
}

}  // namespace pm::host
