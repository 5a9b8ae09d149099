// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace pm {

/// One single-shot timer. The owner keeps it alive and unmoved while it runs. All members but
/// `expired` and `context` belong to the Timers that runs it.
struct Timer {
  void (*expired)(void* context) = nullptr;
  void* context = nullptr;
  bool running = false;
  uint64_t deadline_us = 0;
  Timer* next = nullptr;
};

/// Time. Implemented by the virtual clock, the Linux event loop and bm_timer.
class Timers {
 public:
  /// Monotonic time in microseconds from an arbitrary start.
  virtual uint64_t now_us() const = 0;
  /// Starts, or restarts, `timer`: `expired(context)` runs once after `delay_us`, in a later turn
  /// of the event loop.
  virtual void start(Timer& timer, uint64_t delay_us) = 0;
  /// Stops `timer`; nothing happens if it is not running. Its handler does not run afterwards.
  virtual void stop(Timer& timer) = 0;

 protected:
  ~Timers() = default;
};

}  // namespace pm
