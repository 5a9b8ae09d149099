// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_timers.hpp"

#include <algorithm>

#include "adapters/nordic/work.hpp"
#include "bm/softdevice_handler/nrf_sdh.h"

namespace pm::adapters {

namespace {

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

// Of a running step nobody knows how much has passed: it is counted in full when it ends.
void NordicTimers::start_ms(Timer& timer, uint32_t delay_ms) {
  know(timer);
  timer.left = 1 + (delay_ms != 0 ? step_ms_ + delay_ms : 0);
  if (delay_ms == 0 || step_ms_ == 0) {
    start_step();
  }
}

void NordicTimers::stop(Timer& timer) { timer.left = 0; }

void NordicTimers::know(Timer& timer) {
  if (timers_ == nullptr) {
    static_cast<void>(bm_timer_init(&alarm_, BM_TIMER_MODE_SINGLE_SHOT, on_alarm));
  }
  Timer** place = &timers_;
  while (*place != nullptr && *place != &timer) {
    place = &(*place)->next;
  }
  *place = &timer;
}

void NordicTimers::start_step() {
  // Those that do not run come out as the longest.
  uint32_t wait_ms = UINT32_MAX;
  for (const Timer* timer = timers_; timer != nullptr; timer = timer->next) {
    wait_ms = std::min(wait_ms, timer->left - 1);
  }
  step_ms_ = 0;
  if (wait_ms != UINT32_MAX) {
    step_ms_ = std::clamp<uint32_t>(wait_ms, 1, kStepMs);
    // One more: it is rounded down, and an alarm is never early.
    const uint32_t ticks = step_ms_ * BM_TIMER_MS_TO_TICKS(1000) / 1000 + 1;
    static_cast<void>(bm_timer_start(&alarm_, ticks, this));
  }
}

void NordicTimers::on_alarm(void* self) { static_cast<NordicTimers*>(self)->end_step(); }

// May interrupt a start or a stop within a turn: then it only counts.
void NordicTimers::end_step() {
  const EventsHeld events_held;
  now_ms_ += step_ms_;
  Timer* due = nullptr;
  for (Timer* timer = timers_; timer != nullptr; timer = timer->next) {
    timer->left =
        timer->left > step_ms_ ? timer->left - step_ms_ : std::min<uint32_t>(timer->left, 1);
    if (timer->left == 1) {
      due = timer;
    }
  }
  step_ms_ = 0;
  if (due != nullptr && !context_->is_busy()) {
    const Work work(*context_);
    due->left = 0;
    due->expired(due->context);
  }
  start_step();
}

#ifndef PM_ONE_DEVICE
uint64_t NordicTimers::now_us() const { return uint64_t{now_ms_} * 1000; }

void NordicTimers::start(Timer& timer, uint64_t delay_us) {
  start_ms(timer, static_cast<uint32_t>((delay_us + 999) / 1000));
}
#endif

}  // namespace pm::adapters
