// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "ble_gap.h"
#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/ports/timers.hpp"

namespace pm {

/// Protection against repeated pairing attempts: Core, Vol 3, Part H, 2.3.6. A device whose pairing
/// failed has to wait before it may try again, each time twice as long; failure-free time makes it
/// shorter again. Devices are told apart by address and address type.
class PairingAttempts {
 public:
  explicit constexpr PairingAttempts(Timers& timers) : timers_(timers) {}
  PairingAttempts(const PairingAttempts&) = delete;
  PairingAttempts& operator=(const PairingAttempts&) = delete;

  void reset();
  /// A pairing with this device failed, and not because it was blocked.
  void on_failure(const ble_gap_addr_t& address);
  bool is_blocked(const ble_gap_addr_t& address);

 private:
  struct Entry {
    ble_gap_addr_t address;
    /// n: in the n-th wait. -n: n failure-free periods from being forgotten. 0: unused.
    int8_t stage;
    /// When that wait or period ends. The clock wraps around: only differences count.
    uint32_t end_ms;
  };

  Entry* find(const ble_gap_addr_t& address);
  void update();
  static void expired(void* self);

  [[no_unique_address]] Ref<Timers> timers_;
  Timer timer_{};
  std::array<Entry, config::kTrackedPeers> entries_{};
};

/// Stands in for PairingAttempts where CONFIG_PM_RA_PROTECTION is off.
class NoPairingAttempts {
 public:
  explicit constexpr NoPairingAttempts(Timers&) {}
  void reset() {}
  void on_failure(const ble_gap_addr_t&) {}
  bool is_blocked(const ble_gap_addr_t&) const { return false; }
};

using PairingAttemptsModule =
    std::conditional_t<config::kPairingAttemptsProtection, PairingAttempts, NoPairingAttempts>;

}  // namespace pm
