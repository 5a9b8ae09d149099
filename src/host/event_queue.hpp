// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "ble.h"
#include "host/secret_octets.hpp"
#include "pm/base/status.hpp"

namespace pm::host {

/// Lengths of the events without a variable tail: up to the end of their own parameters. A
/// ble_evt_t is as long as the longest of all, and more than an application has to have room for.
template <class Params>
inline constexpr size_t kGapEvtLen = offsetof(ble_evt_t, evt.gap_evt.params) + sizeof(Params);
template <class Params>
inline constexpr size_t kGattcEvtLen = offsetof(ble_evt_t, evt.gattc_evt.params) + sizeof(Params);
template <class Params>
inline constexpr size_t kGattsEvtLen = offsetof(ble_evt_t, evt.gatts_evt.params) + sizeof(Params);
template <class Params>
inline constexpr size_t kCommonEvtLen = offsetof(ble_evt_t, evt.common_evt.params) + sizeof(Params);

/// Events waiting for sd_ble_evt_get(), oldest first. Every part of the host raises its events
/// here, after its own state is consistent; applications see them later, when they pull.
class EventQueue {
 public:
  /// `wake` runs when an event becomes available; it may not pull from inside.
  explicit EventQueue(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Builds one event: `fill(ble_evt_t&)` gets a zeroed event whose header and connection handle
  /// are set. `evt_len` is the length of the whole event in octets, header included; events with a
  /// variable tail give it in full. Gives the number of the event, from 1 on.
  template <class Fill>
  uint64_t raise(uint16_t evt_id, uint16_t conn_handle, size_t evt_len, Fill&& fill) {
    const size_t size = evt_len > sizeof(ble_evt_t) ? evt_len : sizeof(ble_evt_t);
    Event event{SecretMemory<uint64_t>((size + 7) / 8), evt_len};
    auto* evt = reinterpret_cast<ble_evt_t*>(event.storage.data());
    evt->header.evt_id = evt_id;
    evt->header.evt_len = static_cast<uint16_t>(evt_len);
    // conn_handle is the first member of every event kind.
    evt->evt.gap_evt.conn_handle = conn_handle;
    fill(*evt);
    queue_.push_back(std::move(event));
    ++waiting_[conn_handle];
    const uint64_t number = pulled_ + queue_.size();
    wake_();
    return number;
  }

  bool empty() const { return queue_.empty(); }
  /// The oldest event, kept; nullptr when there is none.
  const ble_evt_t* front() const;
  size_t front_length() const { return queue_.empty() ? 0 : queue_.front().length; }
  /// Events of one connection that the application has not pulled.
  size_t waiting(uint16_t conn_handle) const {
    const auto found = waiting_.find(conn_handle);
    return found == waiting_.end() ? 0 : found->second;
  }
  void pop() {
    const auto count = waiting_.find(front()->evt.gap_evt.conn_handle);
    if (--count->second == 0) {
      waiting_.erase(count);
    }
    queue_.pop_front();
    ++pulled_;
  }
  /// Whether the application has seen an event, by the number that raise() gave. What it answers
  /// before that belongs to an older question.
  bool was_pulled(uint64_t number) const { return number <= pulled_; }

 private:
  struct Event {
    SecretMemory<uint64_t> storage;  // 8-byte aligned, as the structures inside need
    size_t length;
  };

  std::deque<Event> queue_;
  std::map<uint16_t, size_t> waiting_;
  uint64_t pulled_ = 0;
  std::function<void()> wake_;
};

inline const ble_evt_t* EventQueue::front() const {
  return queue_.empty() ? nullptr
                        : reinterpret_cast<const ble_evt_t*>(queue_.front().storage.data());
}

}  // namespace pm::host
