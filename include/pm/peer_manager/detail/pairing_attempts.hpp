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
  bool is_blocked(const ble_gap_addr_t& address) const;

 private:
  enum class Phase : uint8_t { kUnused, kPenalty, kReward };
  struct Entry {
    ble_gap_addr_t address;
    Phase phase;
    uint8_t level;
    /// Remaining penalty, or reward collected.
    uint32_t milliseconds;
  };

  static uint32_t interval_ms(uint8_t level) { return config::kMinWaitIntervalMs << level; }
  static uint8_t next_level(uint8_t level);
  static void account(Entry& entry, uint32_t elapsed_ms);
  static void expired(void* self);

  Entry* find(const ble_gap_addr_t& address);
  void account_elapsed();
  void restart_timer();

  [[no_unique_address]] Ref<Timers> timers_;
  Timer timer_{};
  uint32_t accounted_ms_ = 0;
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
