// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/context/fiber.hpp>
#include <cstddef>
#include <functional>
#include <memory>

namespace pm::device {

/// A program with a stack of its own, which runs until it yields. Destroying one abandons the
/// program where it stands, as a power cut does: nothing on its stack is unwound.
class Fiber {
 public:
  explicit Fiber(std::function<void()> program);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Runs the program until it yields or ends. Not from inside the program.
  void resume();
  /// Only from inside the program: returns when it is resumed.
  void yield();
  bool ended() const { return ended_; }
  /// True while the program runs, that is, from inside it.
  bool is_running() const { return is_running_; }

 private:
  class Stack;

  std::function<void()> program_;
  std::unique_ptr<Stack> stack_;
  // Never destroyed as a fiber, which would unwind it; both live in place of their bytes.
  alignas(boost::context::fiber) std::byte inside_[sizeof(boost::context::fiber)];
  alignas(boost::context::fiber) std::byte outside_[sizeof(boost::context::fiber)];
  bool ended_ = false;
  bool is_running_ = false;
  // What the address sanitizer keeps for the stacks that are left.
  void* inside_fake_stack_ = nullptr;
  void* outside_fake_stack_ = nullptr;
  const void* outside_bottom_ = nullptr;
  size_t outside_size_ = 0;
};

}  // namespace pm::device
