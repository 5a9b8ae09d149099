// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_timers.hpp"

#include <algorithm>
#include <atomic>

#include "adapters/nordic/work.hpp"
#include "bm/softdevice_handler/nrf_sdh.h"
#include "pm/adapters/nordic/nordic_storage.hpp"

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
  Timer** place = &timers_;
  while (*place != nullptr && *place != &timer) {
    place = &(*place)->next;
  }
  *place = &timer;
  timer.left = 1 + step_ms_ + delay_ms;
  // The step may have ended meanwhile, as the last one: it is looked at again.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (step_ms_ == 0) {
    start_step();
  }
}

void NordicTimers::stop(Timer& timer) { timer.left = 0; }

void NordicTimers::end_step_soon() {
  must_end_soon_ = true;
  start_step();
}

void NordicTimers::start_step() {
  if (!is_set_up_) {
    is_set_up_ = true;
    static_cast<void>(bm_timer_init(&alarm_, BM_TIMER_MODE_SINGLE_SHOT, on_alarm));
  }
  // Those that do not run come out as the longest.
  uint32_t wait_ms = must_end_soon_ ? 0 : UINT32_MAX;
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
    if (timer->left != 0) {
      timer->left -= std::min(timer->left - 1, step_ms_);
      due = timer->left == 1 ? timer : due;
    }
  }
  step_ms_ = 0;
  if (!context_->is_busy()) {
    const Work work(*context_);
    if (due != nullptr) {
      due->left = 0;
      due->expired(due->context);
    }
    must_end_soon_ = false;
    storage_->deliver_deferred();
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
