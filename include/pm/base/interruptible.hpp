// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace pm {

/// A variable that the main loop and the interrupts of the same core share. Each use is one load or
/// one store, and nothing is moved across it: on one core that is all it takes, and it costs no
/// instructions.
///
/// A value that decides what is written next is safe if only one side writes the variable, or if
/// every interrupt leaves it as it was.
template <class T>
class Interruptible {
  static_assert(std::atomic<T>::is_always_lock_free, "loaded and stored at once");

 public:
  constexpr Interruptible() = default;
  Interruptible(const Interruptible&) = delete;

  [[gnu::always_inline]] operator T() const {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const T value = value_;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return value;
  }
  [[gnu::always_inline]] void operator=(T value) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    value_ = value;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

 private:
  // Not std::atomic: the compiler would compute the address of each use.
  volatile T value_{};
};

}  // namespace pm
