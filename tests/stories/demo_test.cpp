// SPDX-License-Identifier: Apache-2.0
//
// The demo as a program: one seed is one history, each step can fail, and wrong use is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "stories/support/program.hpp"

namespace pm::test {
namespace {

using testing::HasSubstr;

class Demo : public testing::Test {
 protected:
  Ran play(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--out", folder_.path() + "/traces"});
    return run(PM_DEMO_PROGRAM, arguments);
  }
  /// Plays, and returns the digest that is printed last.
  std::string digest(const std::string& seed) const {
    const Ran ran = play({"--air", "sim", "--seed", seed});
    EXPECT_EQ(ran.status, 0) << "seed " << seed << '\n' << ran.out << ran.err;
    const auto printed = lines(ran.out);
    return printed.empty() ? "" : printed.back();
  }
  /// Event logs, tap and HCI traces of the last run, by name.
  std::map<std::string, std::string> traces() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/traces")) {
      all[entry.path().filename()] = read_file(entry.path());
    }
    return all;
  }

  TemporaryFolder folder_;
};

TEST_F(Demo, OneSeedOneHistory) {
  const std::string first = digest("7");
  EXPECT_THAT(first, testing::MatchesRegex("[0-9a-f]{64}"));
  const auto first_traces = traces();
  EXPECT_EQ(first_traces.size(), 11u) << "three logs, and HCI traces of four boots of both";
  EXPECT_EQ(digest("7"), first);
  EXPECT_TRUE(traces() == first_traces) << "octet by octet";
  EXPECT_NE(digest("8"), first);
}

TEST_F(Demo, PlaysWithManySeeds) {
  for (int seed = 100; seed < 120; ++seed) {
    digest(std::to_string(seed));
  }
}

// sd_* from our host, bm_zms_* from our store, bm_timer_*, nrf_sdh_*, PSA Crypto.
TEST_F(Demo, PlaysOnThePortsOfTheTarget) {
  const Ran ran = play({"--air", "sim", "--home", "nordic"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("All 12 steps observed."));
}

TEST_F(Demo, EachStepThatIsBrokenOnPurposeIsNamed) {
  const Ran list = run(PM_DEMO_PROGRAM, {"--sabotage", "list"});
  ASSERT_EQ(list.status, 0) << list.err;
  const auto steps = lines(list.out);
  EXPECT_THAT(steps,
              testing::ElementsAre("connect", "pair", "bond", "subscribe", "kill", "reconnect",
                                   "resume", "change-connected", "change-disconnected", "forget",
                                   "key-missing", "recover"));
  for (const std::string& step : steps) {
    const Ran ran = play({"--air", "sim", "--sabotage", step});
    EXPECT_EQ(ran.status, 1) << step << '\n' << ran.out << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("FAILED at step '" + step + "'"));
    EXPECT_THAT(ran.out, HasSubstr("(step '" + step + "' was broken on purpose)"));
  }
}

struct Misuse {
  std::vector<std::string> arguments;
  const char* said;
};

TEST_F(Demo, WrongUseIsToldAndNothingBegins) {
  const Misuse misuses[] = {
      {{"--sabotage", "nosuch"}, "--sabotage list"},
      {{"--air", "sim", "--sabotage", "pair,bond"}, "there is no such step"},
      {{"--seed", "3"}, "add --air sim"},
      {{"--air", "sim", "--seed", "many"}, "--seed"},
      {{"--air", "sim", "--seed", "-1"}, "--seed"},
      {{"--air", "sim", "--seed", "99999999999999999999"}, "--seed"},
      {{"--air", "moon"}, "--air"},
      {{"--nonsense"}, "--nonsense"},
      {{"sim"}, "sim"},
  };
  for (const Misuse& misuse : misuses) {
    const Ran ran = play(misuse.arguments);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(misuse.arguments);
    EXPECT_THAT(ran.err, HasSubstr(misuse.said)) << testing::PrintToString(misuse.arguments);
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(Demo, AFolderThatCannotBeMadeIsToldByName) {
  const Ran ran = run(PM_DEMO_PROGRAM, {"--air", "sim", "--out", "/dev/null/traces"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.out + ran.err, HasSubstr("/dev/null/traces"));
  EXPECT_THAT(ran.out + ran.err, HasSubstr("--out"));
}

TEST_F(Demo, AFolderWithOtherThingsIsLeftAlone) {
  const std::string precious = folder_.path() + "/letter.txt";
  std::ofstream(precious) << "dear";
  const Ran ran = run(PM_DEMO_PROGRAM, {"--air", "sim", "--out", folder_.path()});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.out + ran.err, HasSubstr("letter.txt"));
  EXPECT_EQ(read_file(precious), "dear");
}

}  // namespace
}  // namespace pm::test
