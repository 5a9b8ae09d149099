// SPDX-License-Identifier: Apache-2.0
//
// What the simulated devices share: everything that belongs to one boot, and goes with it.
#pragma once

#include <map>
#include <memory>

#include "pm/sim/virtual_clock.hpp"

namespace pm::device {

inline constexpr uint32_t kSimulatedFlashSize = 4096;

/// Seeds for what must differ: each device, each boot, each use.
constexpr uint64_t derive_seed(uint64_t seed, unsigned device, unsigned boot) {
  // splitmix64
  uint64_t z = seed + 0x9E3779B97F4A7C15 * (uint64_t{device} * 1'000'003 + boot + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// The clock for one boot: with the boot go its timers, some of which lie in the application's
/// memory.
class BootTimers final : public Timers {
 public:
  explicit BootTimers(sim::VirtualClock& clock) : clock_(clock) {}
  ~BootTimers() {
    for (auto& [timer, alarm] : alarms_) {
      clock_.stop(alarm->on_clock);
    }
  }
  BootTimers(const BootTimers&) = delete;
  BootTimers& operator=(const BootTimers&) = delete;

  uint64_t now_us() const override { return clock_.now_us(); }
  void start(Timer& timer, uint64_t delay_us) override {
    auto& alarm = alarms_[&timer];
    if (alarm == nullptr) {
      alarm = std::make_unique<Alarm>(Alarm{*this, timer, {}});
      alarm->on_clock = {.expired = expired, .context = alarm.get()};
    }
    timer.running = true;
    clock_.start(alarm->on_clock, delay_us);
  }
  void stop(Timer& timer) override {
    const auto found = alarms_.find(&timer);
    if (found != alarms_.end()) {
      clock_.stop(found->second->on_clock);
      timer.running = false;
      alarms_.erase(found);
    }
  }

 private:
  struct Alarm {
    BootTimers& timers;
    Timer& timer;
    Timer on_clock;
  };

  static void expired(void* context) {
    auto& alarm = *static_cast<Alarm*>(context);
    Timer& timer = alarm.timer;
    timer.running = false;
    // The handler may start the timer again, or end its life.
    alarm.timers.alarms_.erase(&timer);
    timer.expired(timer.context);
  }

  sim::VirtualClock& clock_;
  std::map<Timer*, std::unique_ptr<Alarm>> alarms_;
};

}  // namespace pm::device
