// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bm/bm_timer.h"
#include "pm/adapters/nordic/context.hpp"
#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/ports/timers.hpp"

namespace pm::adapters {

class NordicStorage;

/// All timers, and the clock, over one bm_timer. It cannot be read: it runs in short steps while
/// any timer does, each of which is counted when it is over. So a timer that starts within a step
/// expires up to a step late, never early, and the clock stands still while no timer runs.
///
/// What the end of a step finds to tell while the Peer Manager is at work waits for another
/// millisecond. While it is told, SoftDevice events wait.
// NOLINTBEGIN(modernize-use-override): on the target there is nothing to override.
class NordicTimers final : public TimersPort {
 public:
  constexpr NordicTimers(NordicContext& context, NordicStorage& storage)
      : context_(context), storage_(storage) {}
  NordicTimers(const NordicTimers&) = delete;
  NordicTimers& operator=(const NordicTimers&) = delete;

  uint32_t now_ms() const { return now_ms_; }
  /// Less than 2^31.
  void start_ms(Timer& timer, uint32_t delay_ms);
  void stop(Timer& timer);
  /// Cuts the present step short: in a millisecond the store delivers what waits.
  void end_step_soon();

#ifndef PM_ONE_DEVICE
  uint64_t now_us() const;
  void start(Timer& timer, uint64_t delay_us);
#endif

 private:
  // How coarse the clock is, and how often the processor is woken up. Delays of the handlers are
  // short; those after failed pairings are seconds.
  static constexpr uint32_t kStepMs = config::kSecurityDelayMs != 0 ? 50 : 250;

  void start_step();
  void end_step();
  static void on_alarm(void* self);

  [[no_unique_address]] Ref<NordicContext> context_;
  [[no_unique_address]] Ref<NordicStorage> storage_;
  bm_timer alarm_{};
  /// Every timer that was ever started.
  Timer* timers_ = nullptr;
  uint32_t now_ms_ = 0;
  /// Of the step that runs; 0: none.
  uint32_t step_ms_ = 0;
  bool is_set_up_ = false;
  bool must_end_soon_ = false;
};
// NOLINTEND(modernize-use-override)

}  // namespace pm::adapters
