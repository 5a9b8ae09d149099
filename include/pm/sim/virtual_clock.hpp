// SPDX-License-Identifier: Apache-2.0
//
// Virtual time: an event queue in microseconds. What is due at the same microsecond runs in the
// order in which it was scheduled, so that one history follows from one seed. Nothing here looks at
// the real time; a program that wants it (pm-air) drives the clock by next_deadline() and
// advance_to().
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "pm/ports/timers.hpp"

namespace pm::sim {

class VirtualClock final : public Timers {
 public:
  /// Names a scheduled event, for cancel(). Never used twice.
  using EventId = uint64_t;
  /// Background events recur without end, e.g. advertising: run_until_idle() does not wait for
  /// them.
  enum class Kind : uint8_t { kForeground, kBackground };

  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  VirtualClock() = default;
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  uint64_t now_us() const override { return now_; }
  void start(Timer& timer, uint64_t delay_us) override;
  void stop(Timer& timer) override;

  /// Runs `fn` once after `delay_us`, never inside this call.
  EventId schedule(uint64_t delay_us, std::function<void()> fn, Kind kind = Kind::kForeground);
  /// Nothing happens if the event has run or was cancelled.
  void cancel(EventId id);

  /// Runs everything due in the next `duration_us`, in order; afterwards exactly that much time has
  /// passed.
  void run_for(uint64_t duration_us);
  /// Runs until only background events are left, or `limit_us` have passed. True: idle.
  bool run_until_idle(uint64_t limit_us = 3'600'000'000);
  /// Runs until `done()` holds, asked before each event, or `limit_us` have passed. Returns done().
  bool run_until(const std::function<bool()>& done, uint64_t limit_us);

  /// Time of the earliest event, kNever when there is none.
  uint64_t next_deadline() const;
  /// Runs everything due up to `now_us`, and makes that the time. A time in the past changes
  /// nothing.
  void advance_to(uint64_t now_us);

  /// Events run so far: a measure of work for benchmarks.
  uint64_t events_run() const { return events_run_; }

 private:
  // Deadline, then order of scheduling.
  using Key = std::pair<uint64_t, EventId>;
  struct Entry {
    Timer* timer = nullptr;
    std::function<void()> fn;
    Kind kind = Kind::kForeground;
  };

  EventId insert(uint64_t delay_us, Entry entry);
  void run_front();

  uint64_t now_ = 0;
  EventId next_id_ = 1;
  uint64_t events_run_ = 0;
  size_t foreground_ = 0;
  std::map<Key, Entry> queue_;
  std::unordered_map<EventId, uint64_t> deadlines_;
  std::unordered_map<Timer*, EventId> timers_;
};

}  // namespace pm::sim
