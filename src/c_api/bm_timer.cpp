// SPDX-License-Identifier: Apache-2.0
#include "bm/bm_timer.h"

#include <cerrno>
#include <new>

#include "c_api/globals.hpp"
#include "pm/c_api/runtime.hpp"

namespace {

// The event loop's timer lives in the members that the header leaves to the implementation.
static_assert(sizeof(pm::Timer) <= sizeof(bm_timer::implementation));
static_assert(alignof(pm::Timer) <= alignof(uint64_t));

pm::Timer& loop_timer(bm_timer& timer) {
  return *reinterpret_cast<pm::Timer*>(timer.implementation);
}

void run(bm_timer& timer) {
  pm::c_api::runtime()->timers().start(
      loop_timer(timer), uint64_t{timer.period_ticks} * 1'000'000 / BM_TIMER_TICKS_PER_SECOND);
}

void expired(void* context) {
  auto& timer = *static_cast<bm_timer*>(context);
  if (timer.mode == BM_TIMER_MODE_REPEATED) {
    run(timer);
  }
  timer.handler(timer.context);
}

}  // namespace

extern "C" {

int bm_timer_init(struct bm_timer* timer, enum bm_timer_mode mode,
                  bm_timer_timeout_handler_t timeout_handler) {
  if (timer == nullptr || timeout_handler == nullptr) {
    return -EFAULT;
  }
  timer->handler = timeout_handler;
  timer->mode = mode;
  new (timer->implementation) pm::Timer{.expired = expired, .context = timer};
  return 0;
}

int bm_timer_start(struct bm_timer* timer, uint32_t timeout_ticks, void* context) {
  if (timer == nullptr) {
    return -EFAULT;
  }
  if (timeout_ticks < BM_TIMER_MIN_TIMEOUT_TICKS) {
    return -EINVAL;
  }
  timer->context = context;
  timer->period_ticks = timeout_ticks;
  run(*timer);
  return 0;
}

int bm_timer_stop(struct bm_timer* timer) {
  if (timer == nullptr) {
    return -EFAULT;
  }
  pm::c_api::runtime()->timers().stop(loop_timer(*timer));
  return 0;
}

}  // extern "C"
