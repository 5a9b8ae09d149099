// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>

#include "pm/ports/timers.hpp"

namespace pm::adapters {

/// The one thread of a Linux process: sockets, timers and posted work, run one turn at a time.
class EventLoop final : public Timers {
 public:
  EventLoop();

  /// Microseconds of the steady clock, which all processes of one machine share.
  uint64_t now_us() const override;
  void start(Timer& timer, uint64_t delay_us) override;
  void stop(Timer& timer) override;

  /// Runs `work` in a later turn.
  void post(std::function<void()> work);
  /// Waits until something is due and runs it.
  void run_one();

  asio::io_context& context() { return context_; }

 private:
  void arm();
  void expire_due();

  // Kept busy, so that run_one() waits instead of returning when there is nothing to do.
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> busy_;
  asio::steady_timer earliest_;
  Timer* running_ = nullptr;  // by deadline, earliest first
};

}  // namespace pm::adapters
