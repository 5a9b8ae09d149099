// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/pairing_attempts.hpp"

#include <algorithm>

#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/ports/log.hpp"

namespace pm {

namespace {

constexpr uint32_t interval_ms(int stage) { return config::kMinWaitIntervalMs << (stage - 1); }

/// The wait after which they do not become longer.
constexpr int kLastStage = [] {
  int stage = 1;
  while (stage < 16 && interval_ms(stage) < config::kMaxWaitIntervalMs) {
    ++stage;
  }
  return stage;
}();

// Twelve days: differences of times stay positive.
static_assert(interval_ms(kLastStage) < 1u << 30 && config::kRewardPeriodMs < 1u << 30);

}  // namespace

void PairingAttempts::reset() {
  timers_->stop(timer_);
  entries_ = {};
}

// The entry of a device, or a free one; nullptr: there is none.
PairingAttempts::Entry* PairingAttempts::find(const ble_gap_addr_t& address) {
  Entry* free = nullptr;
  for (Entry& entry : entries_) {
    if (entry.stage == 0) {
      free = &entry;
    } else if (are_equal(entry.address, address)) {
      return &entry;
    }
  }
  return free;
}

bool PairingAttempts::is_blocked(const ble_gap_addr_t& address) {
  const Entry* entry = find(address);
  return entry != nullptr && entry->stage > 0;
}

void PairingAttempts::on_failure(const ble_gap_addr_t& address) {
  update();
  if (Entry* entry = find(address)) {
    // A device that has to behave for n more periods has had n + 1 waits.
    const int next = entry->stage < 0 ? 2 - entry->stage : entry->stage + 1;
    const int stage = std::min(next, kLastStage);
    copy_octets(&entry->address, &address, sizeof address);
    entry->stage = static_cast<int8_t>(stage);
    entry->end_ms = timers_->now_ms() + interval_ms(stage);
    update();
  } else {
    PM_LOG(2, "peer_manager", "Too many devices fail to pair: one more is not tracked");
  }
}

// Moves on what has ended, and comes back when the next wait or period ends.
void PairingAttempts::update() {
  const uint32_t now = timers_->now_ms();
  uint32_t next_ms = UINT32_MAX;
  for (Entry& entry : entries_) {
    while (entry.stage != 0 && static_cast<int32_t>(entry.end_ms - now) <= 0) {
      if (entry.stage > 0) {
        // Periods begin when the end of the wait is noticed.
        entry.stage = static_cast<int8_t>(-entry.stage);
        entry.end_ms = now;
      }
      ++entry.stage;
      entry.end_ms += config::kRewardPeriodMs;
    }
    if (entry.stage != 0) {
      next_ms = std::min(next_ms, entry.end_ms - now);
    }
  }
  if (next_ms != UINT32_MAX) {
    timer_.expired = &PairingAttempts::expired;
    timer_.context = this;
    timers_->start_ms(timer_, next_ms);
  }
}

void PairingAttempts::expired(void* self) { static_cast<PairingAttempts*>(self)->update(); }

}  // namespace pm
