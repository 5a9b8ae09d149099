// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_timers.hpp"

#include <algorithm>

#include "bm/softdevice_handler/nrf_sdh.h"

namespace pm::adapters {

namespace {

// Above the least time that a bm_timer takes.
constexpr uint64_t kShortestUs = 1'000;
// A day: the microseconds still fit into 32 bits as ticks.
constexpr uint64_t kLongestUs = 86'400'000'000;

uint32_t to_ticks(uint64_t delay_us) {
  // One more: the macro rounds down, and an alarm is never early.
  return static_cast<uint32_t>(BM_TIMER_US_TO_TICKS(std::clamp(delay_us, kShortestUs, kLongestUs)) +
                               1);
}

/// SoftDevice events wait for as long as it lives.
class EventsHeld {
 public:
  EventsHeld() {
    if (!were_held_) {
      nrf_sdh_suspend();
    }
  }
  ~EventsHeld() {
    if (!were_held_) {
      nrf_sdh_resume();
    }
  }
  EventsHeld(const EventsHeld&) = delete;
  EventsHeld& operator=(const EventsHeld&) = delete;

 private:
  const bool were_held_ = nrf_sdh_is_suspended();
};

}  // namespace

uint64_t NordicTimers::now_us() const { return ticks_.load(std::memory_order_relaxed) * kTickUs; }

NordicTimers::Slot* NordicTimers::find(const Timer* timer) {
  const auto slot = std::ranges::find(slots_, timer, &Slot::timer);
  return slot != slots_.end() ? &*slot : nullptr;
}

void NordicTimers::start(Timer& timer, uint64_t delay_us) {
  stop(timer);
  Slot* slot = find(nullptr);
  if (slot == nullptr) {
    // There are as many slots as timers.
    return;
  }
  if (slot->owner == nullptr) {
    slot->owner = this;
    static_cast<void>(bm_timer_init(&slot->alarm, BM_TIMER_MODE_SINGLE_SHOT, on_alarm));
  }
  timer.running = true;
  slot->timer = &timer;
  static_cast<void>(bm_timer_start(&slot->alarm, to_ticks(delay_us), slot));
  // Nobody else asks for the time.
  if constexpr (config::kPairingAttemptsProtection) {
    start_clock();
  }
}

void NordicTimers::stop(Timer& timer) {
  if (Slot* slot = find(&timer)) {
    static_cast<void>(bm_timer_stop(&slot->alarm));
    slot->timer = nullptr;
    timer.running = false;
  }
}

void NordicTimers::on_alarm(void* context) {
  Slot& slot = *static_cast<Slot*>(context);
  slot.owner->expire(slot);
}

void NordicTimers::expire(Slot& slot) {
  if (slot.timer == nullptr) {
    return;
  }
  if (context_->is_busy()) {
    static_cast<void>(bm_timer_start(&slot.alarm, to_ticks(kShortestUs), &slot));
    return;
  }
  const NordicContext::Work work(*context_);
  const EventsHeld events_held;
  Timer& timer = *slot.timer;
  slot.timer = nullptr;
  timer.running = false;
  timer.expired(timer.context);
}

void NordicTimers::start_clock() {
  if (is_clock_running_.exchange(true)) {
    return;
  }
  static_cast<void>(bm_timer_init(&clock_, BM_TIMER_MODE_REPEATED, on_tick));
  static_cast<void>(bm_timer_start(&clock_, to_ticks(kTickUs), this));
}

void NordicTimers::on_tick(void* context) { static_cast<NordicTimers*>(context)->tick(); }

void NordicTimers::tick() {
  ticks_.fetch_add(1, std::memory_order_relaxed);
  if (std::ranges::all_of(slots_, [](const Slot& slot) { return slot.timer == nullptr; })) {
    static_cast<void>(bm_timer_stop(&clock_));
    is_clock_running_ = false;
  }
}

}  // namespace pm::adapters
