// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/pairing_attempts.hpp"

#include <algorithm>

#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/ports/log.hpp"

namespace pm {

namespace {

constexpr uint8_t kMaxLevel = 15;

}  // namespace

void PairingAttempts::reset() {
  timers_->stop(timer_);
  entries_.fill({});
}

uint8_t PairingAttempts::next_level(uint8_t level) {
  const bool is_last = interval_ms(level) >= config::kMaxWaitIntervalMs || level == kMaxLevel;
  return is_last ? level : static_cast<uint8_t>(level + 1);
}

PairingAttempts::Entry* PairingAttempts::find(const ble_gap_addr_t& address) {
  for (Entry& entry : entries_) {
    if (entry.phase != Phase::kUnused && are_equal(entry.address, address)) {
      return &entry;
    }
  }
  return nullptr;
}

bool PairingAttempts::is_blocked(const ble_gap_addr_t& address) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.phase == Phase::kPenalty && are_equal(entry.address, address);
  });
}

void PairingAttempts::on_failure(const ble_gap_addr_t& address) {
  timers_->stop(timer_);
  account_elapsed();
  Entry* entry = find(address);
  uint8_t level = 0;
  if (entry != nullptr) {
    level = next_level(entry->level);
  } else {
    const auto free = std::ranges::find(entries_, Phase::kUnused, &Entry::phase);
    entry = free != entries_.end() ? &*free : nullptr;
  }
  if (entry != nullptr) {
    *entry = {address, Phase::kPenalty, level, interval_ms(level)};
  } else {
    PM_LOG(2, "peer_manager", "Too many devices fail to pair: one more is not tracked");
  }
  restart_timer();
}

void PairingAttempts::account(Entry& entry, uint32_t elapsed_ms) {
  if (entry.phase == Phase::kUnused) {
    return;
  }
  if (entry.phase == Phase::kPenalty && entry.milliseconds > elapsed_ms) {
    entry.milliseconds -= elapsed_ms;
    return;
  }
  if (entry.level == 0) {
    entry = {};
    return;
  }
  if (entry.phase == Phase::kPenalty) {
    entry.phase = Phase::kReward;
    entry.milliseconds = 0;
    return;
  }
  entry.milliseconds += elapsed_ms;
  if (entry.milliseconds >= config::kRewardPeriodMs) {
    entry.milliseconds -= config::kRewardPeriodMs;
    --entry.level;
  }
}

void PairingAttempts::account_elapsed() {
  const uint32_t now_ms = timers_->now_ms();
  for (Entry& entry : entries_) {
    account(entry, now_ms - accounted_ms_);
  }
  accounted_ms_ = now_ms;
}

void PairingAttempts::restart_timer() {
  uint32_t next_ms = UINT32_MAX;
  for (const Entry& entry : entries_) {
    if (entry.phase == Phase::kPenalty) {
      next_ms = std::min(next_ms, entry.milliseconds);
    }
    if (entry.phase == Phase::kReward) {
      const uint32_t collected = std::min(entry.milliseconds, config::kRewardPeriodMs);
      next_ms = std::min(next_ms, config::kRewardPeriodMs - collected);
    }
  }
  if (next_ms == UINT32_MAX) {
    return;
  }
  timer_.expired = &PairingAttempts::expired;
  timer_.context = this;
  timers_->start_ms(timer_, next_ms);
}

void PairingAttempts::expired(void* self) {
  auto& attempts = *static_cast<PairingAttempts*>(self);
  attempts.account_elapsed();
  attempts.restart_timer();
}

}  // namespace pm
