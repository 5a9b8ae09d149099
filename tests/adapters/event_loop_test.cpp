// SPDX-License-Identifier: Apache-2.0
//
// Real time, but no test waits for longer than what it waits for takes.
#include "pm/adapters/linux/event_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace pm::adapters {
namespace {

/// A timer that calls a function.
class Alarm {
 public:
  explicit Alarm(std::function<void()> work) : work_(std::move(work)) {
    timer.expired = [](void* context) { static_cast<Alarm*>(context)->work_(); };
    timer.context = this;
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  Timer timer;

 private:
  std::function<void()> work_;
};

class EventLoopTest : public ::testing::Test {
 protected:
  /// Runs the loop until `done`; the last resort is a timer of the loop's own library.
  template <class Done>
  void run_until(Done done) {
    asio::steady_timer limit(loop_.context(), std::chrono::seconds(30));
    // Outlives this call: a cancelled wait is told of later.
    const auto is_over = std::make_shared<bool>(false);
    limit.async_wait([is_over](const asio::error_code& error) { *is_over = !error; });
    while (!done() && !*is_over) {
      loop_.run_one();
    }
    EXPECT_FALSE(*is_over) << "what was waited for did not come; so far: " << seen_;
    limit.cancel();
  }
  void run_until_seen(size_t letters) {
    run_until([&] { return seen_.size() >= letters; });
  }
  std::function<void()> see(char letter) {
    return [this, letter] { seen_ += letter; };
  }

  EventLoop loop_;
  std::string seen_;
};

TEST_F(EventLoopTest, TimersExpireInTheOrderOfTheirDeadlinesAndNotEarly) {
  const uint64_t start = loop_.now_us();
  uint64_t first_at = 0;
  Alarm a([&] {
    seen_ += 'a';
    first_at = loop_.now_us();
  });
  Alarm b(see('b'));
  Alarm c(see('c'));
  loop_.start(c.timer, 3'000);
  loop_.start(a.timer, 1'000);
  loop_.start(b.timer, 2'000);
  EXPECT_TRUE(a.timer.running);
  run_until_seen(3);
  EXPECT_EQ(seen_, "abc");
  EXPECT_GE(first_at, start + 1'000);
  EXPECT_GE(loop_.now_us(), start + 3'000);
  EXPECT_FALSE(a.timer.running);
}

TEST_F(EventLoopTest, NothingHappensInsideStart) {
  Alarm a(see('a'));
  loop_.start(a.timer, 0);
  EXPECT_EQ(seen_, "");
  run_until_seen(1);
  EXPECT_EQ(seen_, "a");
}

TEST_F(EventLoopTest, ARestartReplacesTheDeadline) {
  Alarm a(see('a'));
  Alarm b(see('b'));
  Alarm end(see('.'));
  loop_.start(a.timer, 1'000);
  loop_.start(b.timer, 2'000);
  loop_.start(a.timer, 3'000);
  loop_.start(end.timer, 4'000);
  run_until_seen(3);
  EXPECT_EQ(seen_, "ba.") << "once each";
  seen_.clear();
  loop_.start(a.timer, 3'600'000'000);
  loop_.start(a.timer, 1'000);
  run_until_seen(1);
  EXPECT_EQ(seen_, "a") << "an hour became a millisecond";
}

TEST_F(EventLoopTest, AStoppedTimerStaysSilent) {
  Alarm a(see('a'));
  Alarm b(see('b'));
  loop_.start(a.timer, 1'000);
  loop_.start(b.timer, 2'000);
  loop_.stop(a.timer);
  EXPECT_FALSE(a.timer.running);
  loop_.stop(a.timer);
  run_until_seen(1);
  EXPECT_EQ(seen_, "b");
}

// Both are due when the first handler runs.
TEST_F(EventLoopTest, AHandlerStopsATimerThatIsDueToo) {
  Alarm b(see('b'));
  Alarm a([&] {
    seen_ += 'a';
    loop_.stop(b.timer);
  });
  Alarm end(see('.'));
  loop_.start(a.timer, 0);
  loop_.start(b.timer, 0);
  loop_.start(end.timer, 1'000);
  run_until_seen(2);
  EXPECT_EQ(seen_, "a.");
}

TEST_F(EventLoopTest, AHandlerRestartsItsTimer) {
  Alarm* self = nullptr;
  Alarm a([&] {
    seen_ += 'a';
    if (seen_.size() < 3) {
      loop_.start(self->timer, 500);
    }
  });
  self = &a;
  loop_.start(a.timer, 500);
  run_until_seen(3);
  EXPECT_EQ(seen_, "aaa");
  EXPECT_FALSE(a.timer.running);
}

TEST_F(EventLoopTest, AHandlerThatIsAlwaysDueKeepsNobodyWaiting) {
  Alarm* self = nullptr;
  bool inside = false;
  bool nested = false;
  int turns = 0;
  bool over = false;
  Alarm busy([&] {
    nested = nested || inside;
    inside = true;
    ++turns;
    if (!over) {
      loop_.start(self->timer, 0);
    }
    inside = false;
  });
  self = &busy;
  Alarm other([&] { over = true; });
  bool posted = false;
  loop_.start(busy.timer, 0);
  loop_.start(other.timer, 2'000);
  loop_.post([&] { posted = true; });
  run_until([&] { return over && posted && !busy.timer.running; });
  EXPECT_TRUE(over && posted);
  EXPECT_FALSE(nested);
  EXPECT_GT(turns, 0);
}

TEST_F(EventLoopTest, AHandlerMayEndTheLifeOfItsTimer) {
  struct Owner {
    std::unique_ptr<Timer> timer;
    std::string* seen;
  } owner{std::make_unique<Timer>(), &seen_};
  owner.timer->context = &owner;
  owner.timer->expired = [](void* context) {
    auto& mine = *static_cast<Owner*>(context);
    mine.timer.reset();
    *mine.seen += 'x';
  };
  Alarm end(see('.'));
  loop_.start(*owner.timer, 0);
  loop_.start(end.timer, 1'000);
  run_until_seen(2);
  EXPECT_EQ(seen_, "x.");
}

TEST_F(EventLoopTest, PostedWorkRunsInALaterTurnInOrder) {
  loop_.post([&] {
    seen_ += 'a';
    loop_.post(see('c'));
    seen_ += 'b';
  });
  EXPECT_EQ(seen_, "");
  run_until_seen(3);
  EXPECT_EQ(seen_, "abc");
}

TEST_F(EventLoopTest, ATimerFarAwayIsNotNow) {
  Alarm never(see('!'));
  Alarm end(see('.'));
  loop_.start(never.timer, UINT64_MAX);
  loop_.start(end.timer, 1'000);
  run_until_seen(1);
  EXPECT_EQ(seen_, ".");
  EXPECT_TRUE(never.timer.running);
  loop_.stop(never.timer);
}

}  // namespace
}  // namespace pm::adapters
