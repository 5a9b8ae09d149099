// SPDX-License-Identifier: Apache-2.0
//
// Nonsense on the command line: exit status 2, a text that says what to do, and nothing touched.
#include <filesystem>

#include "device/support/bench.hpp"

namespace pm::test {
namespace {

class DeviceOptions : public Bench {
 protected:
  void refuse(const std::vector<std::string>& more, const std::vector<std::string>& words) {
    Process sensor(device(kSensor, "sensor", more));
    SCOPED_TRACE(more.empty() ? "" : more.front() + " " + more.back());
    expect_refusal(sensor, 2, words);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
};

TEST_F(DeviceOptions, UnknownOnes) {
  refuse({"--bogus"}, {"--bogus", "--help"});
  refuse({"stray"}, {"stray", "--help"});
}

TEST_F(DeviceOptions, MissingOnes) {
  for (const std::string option : {"--controller", "--flash"}) {
    Process sensor({kSensor, option, folder.file("x")});
    expect_refusal(sensor, 2, {option == "--flash" ? "--controller" : "--flash", "required"});
  }
  Process sensor({kSensor});
  expect_refusal(sensor, 2, {"required", "--help"});
  refuse({"--events"}, {"--events"});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(DeviceOptions, FlashSizes) {
  for (const char* size : {"0", "1024", "1000", "4097", "-1", "4096x", "many", "2097152",
                           "4294967296", "99999999999999999999", ""}) {
    refuse({"--flash-size", size}, {"--flash-size", "a multiple of", "to 1048576"});
  }
}

TEST_F(DeviceOptions, ButtonsAndBoots) {
  for (const char* button : {"4", "-1", "x", ""}) {
    refuse({"--hold-button", button}, {"--hold-button"});
  }
  for (const char* boot : {"0", "1000001", "-1", "first"}) {
    refuse({"--boot", boot}, {"--boot"});
  }
}

TEST_F(DeviceOptions, HelpSucceeds) {
  Process sensor({kSensor, "--help"});
  EXPECT_EQ(sensor.wait_for_exit(), 0);
  for (const char* option : {"--controller", "--flash", "--erase", "--events", "--btsnoop"}) {
    EXPECT_NE(sensor.output().find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace pm::test
