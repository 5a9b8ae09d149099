// SPDX-License-Identifier: Apache-2.0
//
// The story as processes, over each way to a controller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stories/support/program.hpp"

namespace pm::test {
namespace {

using testing::HasSubstr;

class StoryOver : public testing::TestWithParam<const char*> {};

TEST_P(StoryOver, AllStepsAreObserved) {
  const TemporaryFolder folder;
  const Ran ran =
      run(PM_DEMO_PROGRAM, {"--transport", GetParam(), "--out", folder.path() + "/traces"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err << read_file(folder.path() + "/traces/sensor.out")
                           << read_file(folder.path() + "/traces/collector.out");
  EXPECT_THAT(ran.out, HasSubstr("All 12 steps observed."));
}

INSTANTIATE_TEST_SUITE_P(Transports, StoryOver, testing::Values("unix", "tcp", "pty"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(TransportOption, IsRefusedInTheSimulator) {
  const TemporaryFolder folder;
  const Ran ran = run(PM_DEMO_PROGRAM,
                      {"--air", "sim", "--transport", "tcp", "--out", folder.path() + "/traces"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.err, HasSubstr("--transport"));
}

}  // namespace
}  // namespace pm::test
