// SPDX-License-Identifier: Apache-2.0
//
// The virtual air: what all virtual controllers share. Everybody hears everybody; PDUs are lost
// only by fault rules.
#pragma once

#include <memory>

#include "pm/sim/air_tap.hpp"
#include "pm/sim/faults.hpp"
#include "pm/sim/virtual_clock.hpp"

namespace pm::sim {

class Medium;

class Air {
 public:
  /// `seed` decides everything random at the air and in its controllers. `clock` must live longer.
  Air(VirtualClock& clock, uint64_t seed);
  ~Air();
  Air(const Air&) = delete;
  Air& operator=(const Air&) = delete;

  /// Names the observer; nullptr removes it.
  void set_tap(AirTap* tap);
  /// Rules and hook may change at any time; they apply to PDUs that are complete from then on.
  FaultPlan& faults();
  /// Breaks every link at once, as if the radios were shielded: both hosts of each see
  /// kConnectionTimeout.
  void break_all_links();

  /// For controllers only.
  const std::shared_ptr<Medium>& medium() const { return medium_; }

 private:
  std::shared_ptr<Medium> medium_;
};

}  // namespace pm::sim
