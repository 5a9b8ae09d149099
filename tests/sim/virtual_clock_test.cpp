// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/virtual_clock.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pm::sim {
namespace {

TEST(VirtualClock, RunsInOrderOfTimeThenOfScheduling) {
  VirtualClock clock;
  std::string order;
  clock.schedule(20, [&] { order += 'c'; });
  clock.schedule(10, [&] { order += 'a'; });
  clock.schedule(10, [&] {
    order += 'b';
    clock.schedule(10, [&] { order += 'd'; });
  });
  clock.run_for(19);
  EXPECT_EQ(order, "ab");
  clock.run_for(1);
  EXPECT_EQ(order, "abcd");
  EXPECT_EQ(clock.now_us(), 20u);
}

TEST(VirtualClock, TimersFireOnceRestartAndStop) {
  VirtualClock clock;
  int fired = 0;
  Timer timer;
  timer.context = &fired;
  timer.expired = [](void* context) { ++*static_cast<int*>(context); };
  clock.start(timer, 100);
  EXPECT_TRUE(timer.running);
  clock.run_for(60);
  clock.start(timer, 100);
  clock.run_for(60);
  EXPECT_EQ(fired, 0);
  clock.run_for(40);
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.running);
  clock.start(timer, 10);
  clock.stop(timer);
  clock.run_for(100);
  EXPECT_EQ(fired, 1);
}

TEST(VirtualClock, ATimerMayRestartItself) {
  VirtualClock clock;
  struct Context {
    VirtualClock& clock;
    Timer timer;
    int fired = 0;
  } context{clock, {}, 0};
  context.timer.context = &context;
  context.timer.expired = [](void* raw) {
    auto& self = *static_cast<Context*>(raw);
    ++self.fired;
    self.clock.start(self.timer, 10);
  };
  clock.start(context.timer, 10);
  clock.run_for(55);
  EXPECT_EQ(context.fired, 5);
}

TEST(VirtualClock, IdleDoesNotWaitForBackground) {
  VirtualClock clock;
  bool done = false;
  clock.schedule(
      5'000, [] {}, VirtualClock::Kind::kBackground);
  clock.schedule(3'000, [&] { done = true; });
  EXPECT_TRUE(clock.run_until_idle());
  EXPECT_TRUE(done);
  EXPECT_EQ(clock.now_us(), 3'000u);
}

TEST(VirtualClock, WaitingHasALimit) {
  VirtualClock clock;
  clock.schedule(3'000, [] {});
  EXPECT_FALSE(clock.run_until_idle(2'000));
  EXPECT_EQ(clock.now_us(), 2'000u);
  EXPECT_FALSE(clock.run_until([] { return false; }, 500));
  EXPECT_EQ(clock.now_us(), 2'500u);
}

TEST(VirtualClock, CancelledEventsDoNotRun) {
  VirtualClock clock;
  bool ran = false;
  const auto id = clock.schedule(10, [&] { ran = true; });
  clock.cancel(id);
  clock.cancel(id);
  EXPECT_TRUE(clock.run_until_idle());
  clock.run_for(20);
  EXPECT_FALSE(ran);
}

TEST(VirtualClock, CanBeDrivenByAnotherClock) {
  VirtualClock clock;
  EXPECT_EQ(clock.next_deadline(), VirtualClock::kNever);
  int ran = 0;
  clock.schedule(100, [&] { ++ran; });
  clock.schedule(200, [&] { ++ran; });
  EXPECT_EQ(clock.next_deadline(), 100u);
  clock.advance_to(150);
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(clock.now_us(), 150u);
  clock.advance_to(140);
  EXPECT_EQ(clock.now_us(), 150u);
  EXPECT_EQ(clock.next_deadline(), 200u);
}

}  // namespace
}  // namespace pm::sim
