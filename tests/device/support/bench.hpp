// SPDX-License-Identifier: Apache-2.0
//
// The real programs, in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "device/support/process.hpp"
#include "device/support/temporary_folder.hpp"

namespace pm::test {

class Bench : public ::testing::Test {
 protected:
  static constexpr const char* kAir = PM_TEST_PROGRAMS "/pm-air";
  static constexpr const char* kSensor = PM_TEST_PROGRAMS "/heart_rate_sensor";
  static constexpr const char* kCollector = PM_TEST_PROGRAMS "/heart_rate_collector";

  std::string socket_path() const { return folder.file("air.sock"); }
  std::string socket_address() const { return "unix:" + socket_path(); }

  void start_air(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {kAir, "--unix", socket_path()});
    air.emplace(options);
    ASSERT_TRUE(air->wait_for_output("listening on")) << air->error();
  }

  /// A device at the air's socket, with NAME.flash.
  std::vector<std::string> device(const char* program, const std::string& name,
                                  const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command = {program, "--controller", socket_address(), "--flash",
                                        folder.file(name + ".flash")};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }

  /// Starts a sensor with a new flash file and lets it reach its advertising.
  void make_flash(const std::string& name) {
    Process sensor(device(kSensor, name));
    ASSERT_TRUE(sensor.wait_for_output("Advertising as")) << sensor.error();
  }

  TemporaryFolder folder;
  std::optional<Process> air;
};

/// It ended with this status, not killed, and its text names all of these.
inline void expect_refusal(Process& process, int status, const std::vector<std::string>& words) {
  EXPECT_EQ(process.wait_for_exit(), status);
  for (const std::string& word : words) {
    EXPECT_NE(process.error().find(word), std::string::npos)
        << "'" << word << "' is not in: " << process.error();
  }
}

}  // namespace pm::test
