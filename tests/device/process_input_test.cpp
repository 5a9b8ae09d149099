// SPDX-License-Identifier: Apache-2.0
//
// What comes in by the standard input, and where what is printed goes to.
#include <csignal>

#include "device/support/bench.hpp"

namespace pm::test {
namespace {

class DeviceInput : public Bench {
 protected:
  void SetUp() override {
    start_air();
    sensor.emplace(device(kSensor, "sensor", {"--events", folder.file("events")}));
    ASSERT_TRUE(sensor->wait_for_output("Advertising as")) << sensor->error();
  }

  /// A command still works. The first of a test only: the service joins once.
  void expect_command_works() {
    sensor->write("press 2\nrelease 2\n");
    EXPECT_TRUE(sensor->wait_for_output("The database has a battery service now"))
        << sensor->error();
    EXPECT_TRUE(sensor->is_running());
  }

  std::optional<Process> sensor;
};

TEST_F(DeviceInput, NonsenseIsRefusedWithAText) {
  for (const char* line : {"press 9", "press 4", "press -1", "press", "press 2x", "press  2",
                           "Press 2", "release 4", "2", "press 99999999999999999999", ""}) {
    sensor->write(std::string(line) + "\n");
    EXPECT_TRUE(sensor->wait_for_error("'" + std::string(line) + "' is no command")) << line;
  }
  EXPECT_NE(sensor->error().find("'press N' or 'release N', N from 0 to 3"), std::string::npos);
  expect_command_works();
}

TEST_F(DeviceInput, BinaryOctetsAreRefusedAndNotEchoed) {
  sensor->write(std::string("\x1B[2J\x07\0\xFF\xFE\x80 press 2\n", 18));
  EXPECT_TRUE(sensor->wait_for_error("is no command"));
  for (const char c : sensor->error()) {
    EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n') << static_cast<int>(c);
  }
  expect_command_works();
}

TEST_F(DeviceInput, LongLinesStopNothing) {
  for (const size_t length :
       {size_t{63}, size_t{64}, size_t{65}, size_t{128}, size_t{1000}, size_t{60'000}}) {
    SCOPED_TRACE(length);
    sensor->write(std::string(length, 'x') + "\nmark" + std::to_string(length) + "\n");
    EXPECT_TRUE(sensor->wait_for_error("'mark" + std::to_string(length) + "' is no command"))
        << sensor->error();
  }
  EXPECT_NE(sensor->error().find("(a long line)"), std::string::npos);
  // A command at the end of a long line is part of it.
  sensor->write(std::string(64, ' ') + "press 2\nmark\n");
  EXPECT_TRUE(sensor->wait_for_error("'mark' is no command"));
  EXPECT_EQ(sensor->output().find("battery"), std::string::npos);
  expect_command_works();
}

TEST_F(DeviceInput, ACommandInPieces) {
  for (const char c : std::string("press 2\n")) {
    sensor->write(std::string(1, c));
  }
  EXPECT_TRUE(sensor->wait_for_output("The database has a battery service now"));
}

TEST_F(DeviceInput, ItsEndStopsNothing) {
  sensor->write("press 2");
  sensor->close_input();
  // It ends when its controller does, and not before.
  air->signal(SIGTERM);
  expect_refusal(*sensor, 3, {"closed the connection"});
}

TEST_F(DeviceInput, AReaderThatGoesAwayStopsNothing) {
  sensor->close_output();
  for (int i = 0; i < 3; ++i) {
    sensor->write("press 2\nrelease 2\n");
  }
  sensor->write("mark\n");
  EXPECT_TRUE(sensor->wait_for_error("'mark' is no command"));
  EXPECT_TRUE(sensor->is_running());
  EXPECT_NE(read_file(folder.file("events")).find("battery service"), std::string::npos);
}

}  // namespace
}  // namespace pm::test
