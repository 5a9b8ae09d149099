// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "bm/bm_timer.h"
#include "pm/adapters/nordic/context.hpp"
#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/ports/timers.hpp"

namespace pm::adapters {

/// Timers over bm_timer, one for each that runs. A bm_timer cannot be read: a clock of kTickUs runs
/// while any timer does, and stands still otherwise.
///
/// A timer that expires while the Peer Manager is at work waits for another millisecond. While one
/// is told, SoftDevice events wait.
// NOLINTBEGIN(modernize-use-override): on the target there is nothing to override.
class NordicTimers final : public TimersPort {
 public:
  static constexpr uint64_t kTickUs = 250'000;

  explicit constexpr NordicTimers(NordicContext& context) : context_(context) {}
  NordicTimers(const NordicTimers&) = delete;
  NordicTimers& operator=(const NordicTimers&) = delete;

  uint64_t now_us() const;
  void start(Timer& timer, uint64_t delay_us);
  void stop(Timer& timer);

 private:
  struct Slot {
    bm_timer alarm;
    NordicTimers* owner;
    /// nullptr: free.
    Timer* timer;
  };
  // Those that the core and the handlers have, and one for the store.
  static constexpr size_t kSlots = (config::kPairingAttemptsProtection ? 1 : 0) +
                                   (config::kSecurityDelayMs != 0 ? config::kLinks : 0) + 1;

  Slot* find(const Timer* timer);
  void expire(Slot& slot);
  void tick();
  void start_clock();
  static void on_alarm(void* context);
  static void on_tick(void* context);

  [[no_unique_address]] Ref<NordicContext> context_;
  bm_timer clock_{};
  std::atomic<uint32_t> ticks_{0};
  std::atomic<bool> is_clock_running_{false};
  std::array<Slot, kSlots> slots_{};
};
// NOLINTEND(modernize-use-override)

}  // namespace pm::adapters
