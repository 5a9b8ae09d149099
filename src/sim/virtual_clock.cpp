// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/virtual_clock.hpp"

#include <algorithm>

namespace pm::sim {

VirtualClock::EventId VirtualClock::insert(uint64_t delay_us, Entry entry) {
  const EventId id = next_id_++;
  const uint64_t deadline = delay_us > kNever - 1 - now_ ? kNever - 1 : now_ + delay_us;
  foreground_ += entry.kind == Kind::kForeground ? 1 : 0;
  deadlines_[id] = deadline;
  queue_.emplace(Key{deadline, id}, std::move(entry));
  return id;
}

VirtualClock::EventId VirtualClock::schedule(uint64_t delay_us, std::function<void()> fn,
                                             Kind kind) {
  return insert(delay_us, Entry{nullptr, std::move(fn), kind});
}

void VirtualClock::cancel(EventId id) {
  const auto deadline = deadlines_.find(id);
  if (deadline == deadlines_.end()) {
    return;
  }
  const auto entry = queue_.find(Key{deadline->second, id});
  foreground_ -= entry->second.kind == Kind::kForeground ? 1 : 0;
  deadlines_.erase(deadline);
  // What the event captured may call back into this clock when it is destroyed: the queue is
  // consistent by then.
  const auto doomed = queue_.extract(entry);
}

void VirtualClock::start(Timer& timer, uint64_t delay_us) {
  stop(timer);
  const EventId id = insert(delay_us, Entry{&timer, {}, Kind::kForeground});
  timers_[&timer] = id;
  timer.running = true;
  timer.deadline_us = deadlines_[id];
}

void VirtualClock::stop(Timer& timer) {
  const auto running = timers_.find(&timer);
  timer.running = false;
  if (running == timers_.end()) {
    return;
  }
  const EventId id = running->second;
  timers_.erase(running);
  cancel(id);
}

void VirtualClock::run_front() {
  auto node = queue_.extract(queue_.begin());
  now_ = std::max(now_, node.key().first);
  deadlines_.erase(node.key().second);
  Entry& entry = node.mapped();
  foreground_ -= entry.kind == Kind::kForeground ? 1 : 0;
  ++events_run_;
  if (entry.timer == nullptr) {
    entry.fn();
    return;
  }
  timers_.erase(entry.timer);
  entry.timer->running = false;
  entry.timer->expired(entry.timer->context);
}

uint64_t VirtualClock::next_deadline() const {
  return queue_.empty() ? kNever : queue_.begin()->first.first;
}

void VirtualClock::advance_to(uint64_t now_us) {
  while (next_deadline() <= now_us) {
    run_front();
  }
  now_ = std::max(now_, now_us);
}

void VirtualClock::run_for(uint64_t duration_us) { advance_to(now_ + duration_us); }

bool VirtualClock::run_until_idle(uint64_t limit_us) {
  return run_until([this] { return foreground_ == 0; }, limit_us);
}

bool VirtualClock::run_until(const std::function<bool()>& done, uint64_t limit_us) {
  const uint64_t end = now_ + limit_us;
  while (!done()) {
    if (next_deadline() > end) {
      now_ = end;
      return done();
    }
    run_front();
  }
  return true;
}

}  // namespace pm::sim
