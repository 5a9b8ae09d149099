// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace pm::adapters {

/// Whether the Peer Manager is at work. On the target timers and flash operations end in
/// interrupts, perhaps in the middle of a call of the main loop: what they have to tell then waits.
class NordicContext {
 public:
  bool is_busy() const { return depth_.load(std::memory_order_relaxed) != 0; }

  /// Works nest.
  // An interrupt in between leaves the number as it was, so that no read-modify-write is needed.
  void begin() {
    depth_.store(depth_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void end() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    depth_.store(depth_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }

 private:
  std::atomic<uint32_t> depth_{0};
};

}  // namespace pm::adapters
