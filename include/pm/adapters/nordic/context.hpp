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
  void begin() { add(1); }
  void end() { add(-1); }

  /// Work, for as long as it lives.
  class Work {
   public:
    explicit Work(NordicContext& context) : context_(context) { context_.begin(); }
    ~Work() { context_.end(); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

   private:
    NordicContext& context_;
  };

 private:
  // An interrupt in between leaves the number as it was, so that no read-modify-write is needed.
  void add(int32_t step) {
    depth_.store(depth_.load(std::memory_order_relaxed) + step, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  std::atomic<int32_t> depth_{0};
};

}  // namespace pm::adapters
