// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: time.
#pragma once

#include <cstdint>

namespace pm {

/// One single-shot timer. The owner keeps it alive and unmoved while it runs. All members but
/// `expired` and `context` belong to the Timers that runs it.
struct Timer {
  /// Runs when the time has come, in the context of the events; it may start the timer again.
  void (*expired)(void* context) = nullptr;
  /// Given to `expired`.
  void* context = nullptr;
  /// Between start and expiry, or stop.
  bool running = false;
#ifndef PM_ONE_DEVICE
  /// When it expires, on the clock of now_us().
  uint64_t deadline_us = 0;
  /// Links the timers that run.
  Timer* next = nullptr;
#endif
};

#ifdef PM_ONE_DEVICE
namespace adapters {
class NordicTimers;
}
/// On the target the port is its one implementation, so that calls are direct.
using Timers = adapters::NordicTimers;
/// What it derives from: nothing.
struct TimersPort {};
#else
/// Time. Implemented by the virtual clock, the Linux event loop and bm_timer. Delays used are from
/// milliseconds to a minute; a resolution of 1 ms will do.
class Timers {
 public:
  /// Monotonic time in microseconds from an arbitrary start; never wraps.
  virtual uint64_t now_us() const = 0;
  /// Starts, or restarts, `timer`: `expired(context)` runs once after `delay_us`, in a later turn
  /// of the event loop.
  virtual void start(Timer& timer, uint64_t delay_us) = 0;
  /// Stops `timer`; nothing happens if it is not running. Its handler does not run afterwards.
  virtual void stop(Timer& timer) = 0;

 protected:
  ~Timers() = default;
};
/// What the target's implementation derives from.
using TimersPort = Timers;
#endif

}  // namespace pm
