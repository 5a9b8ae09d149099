// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: time.
#pragma once

#include <cstdint>

namespace pm {

/// One single-shot timer. The owner keeps it alive and unmoved while it runs; on the target for
/// good. All members but `expired` and `context` belong to the Timers that runs it.
struct Timer {
  /// Runs when the time has come, in the context of the events; it may start the timer again.
  void (*expired)(void* context) = nullptr;
  /// Given to `expired`.
  void* context = nullptr;
  /// Links timers.
  Timer* next = nullptr;
  /// On the target: one more than the milliseconds that are left; 0: it does not run.
  uint32_t left = 0;
#ifndef PM_ONE_DEVICE
  /// Elsewhere: between start and expiry, or stop.
  bool running = false;
  /// When it expires, on the clock of now_us().
  uint64_t deadline_us = 0;
#endif
};

#ifdef PM_ONE_DEVICE
namespace adapters {
class NordicTimers;
}
/// On the target the port is its one implementation, so that calls are direct; it has now_ms(),
/// start_ms() and stop().
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

  /// now_us() in milliseconds, modulo 2^32.
  uint32_t now_ms() const { return static_cast<uint32_t>(now_us() / 1000); }
  /// start() with a delay in milliseconds.
  void start_ms(Timer& timer, uint32_t delay_ms) { start(timer, uint64_t{delay_ms} * 1000); }

 protected:
  ~Timers() = default;
};
/// What the target's implementation derives from.
using TimersPort = Timers;
#endif

}  // namespace pm
