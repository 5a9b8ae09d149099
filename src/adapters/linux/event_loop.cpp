// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/event_loop.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <chrono>

namespace pm::adapters {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

// Thirty years: what the clock's own type holds is not much more.
constexpr uint64_t kForeverUs = 1'000'000'000'000'000;

}  // namespace

EventLoop::EventLoop() : busy_(asio::make_work_guard(context_)), earliest_(context_) {}

uint64_t EventLoop::now_us() const {
  const auto since_start = steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<microseconds>(since_start).count());
}

void EventLoop::start(Timer& timer, uint64_t delay_us) {
  stop(timer);
  timer.running = true;
  timer.deadline_us = now_us() + std::min(delay_us, kForeverUs);
  Timer** at = &running_;
  while (*at != nullptr && (*at)->deadline_us <= timer.deadline_us) {
    at = &(*at)->next;
  }
  timer.next = *at;
  *at = &timer;
  arm();
}

void EventLoop::stop(Timer& timer) {
  if (!timer.running) {
    return;
  }
  for (Timer** at = &running_; *at != nullptr; at = &(*at)->next) {
    if (*at == &timer) {
      *at = timer.next;
      break;
    }
  }
  timer.next = nullptr;
  timer.running = false;
  arm();
}

void EventLoop::arm() {
  if (running_ == nullptr) {
    earliest_.cancel();
    return;
  }
  earliest_.expires_at(steady_clock::time_point(microseconds(running_->deadline_us)));
  earliest_.async_wait([this](const asio::error_code& error) {
    if (!error) {
      expire_due();
    }
  });
}

void EventLoop::expire_due() {
  if (running_ == nullptr || running_->deadline_us > now_us()) {
    arm();
    return;
  }
  // One a turn: a handler that starts its timer again with no delay keeps nobody else waiting.
  Timer& due = *running_;
  running_ = due.next;
  due.next = nullptr;
  due.running = false;
  arm();
  due.expired(due.context);
}

void EventLoop::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void EventLoop::run_one() { context_.run_one(); }

}  // namespace pm::adapters
