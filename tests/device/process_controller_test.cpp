// SPDX-License-Identifier: Apache-2.0
//
// Controllers that are absent, go away, or are none.
#include <csignal>
#include <filesystem>

#include "device/support/bench.hpp"
#include "device/support/controller.hpp"

namespace pm::test {
namespace {

namespace fs = std::filesystem;

constexpr int kNoController = 3;

class DeviceController : public Bench {
 protected:
  std::string flash() const { return folder.file("sensor.flash"); }
  std::vector<std::string> at(const std::string& controller) const {
    return {kSensor, "--controller", controller, "--flash", flash()};
  }
};

TEST_F(DeviceController, NoneAtTheSocket) {
  {
    Process sensor(device(kSensor, "sensor"));
    expect_refusal(
        sensor, kNoController,
        {"no controller at " + socket_address(), "start pm-air --unix " + socket_path()});
  }
  EXPECT_TRUE(fs::is_empty(folder.path())) << "nothing is made in vain";
  start_air();
  make_flash("sensor");
  const std::string before = read_file(flash());
  air->kill();
  ASSERT_TRUE(fs::exists(socket_path())) << "left behind";
  Process sensor(device(kSensor, "sensor"));
  expect_refusal(sensor, kNoController, {socket_address(), "refused", "start pm-air"});
  EXPECT_TRUE(read_file(flash()) == before);
}

TEST_F(DeviceController, AddressesThatAreNone) {
  for (const char* address : {"nonsense", "unix:", "tcp:127.0.0.1", "tcp:127.0.0.1:65536", ""}) {
    Process sensor(at(address));
    expect_refusal(sensor, kNoController, {address, "controller"});
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(DeviceController, GoneInMidRun) {
  start_air();
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(sensor.wait_for_output("Advertising as")) << sensor.error();
  const std::string before = read_file(flash());
  air->kill();
  expect_refusal(
      sensor, kNoController,
      {socket_address(), "closed the connection", "bonds are safe in " + flash(), "start again"});
  EXPECT_TRUE(read_file(flash()) == before);
  // And again, with a new one.
  start_air();
  Process again(device(kSensor, "sensor"));
  EXPECT_TRUE(again.wait_for_output("Advertising as")) << again.error();
}

TEST_F(DeviceController, GoneInAnOrderlyWay) {
  start_air();
  Process collector(device(kCollector, "collector"));
  ASSERT_TRUE(collector.wait_for_output("Scanning")) << collector.error();
  air->signal(SIGTERM);
  expect_refusal(collector, kNoController, {socket_address(), "closed the connection"});
}

TEST_F(DeviceController, GoneAtOnce) {
  FakeController controller(socket_path());
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(controller.accept());
  controller.close();
  expect_refusal(sensor, kNoController, {socket_address(), "start again"});
}

TEST_F(DeviceController, GoneAfterItsFirstWord) {
  FakeController controller(socket_path());
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(controller.accept());
  EXPECT_EQ(controller.hear(), std::string("\x01\x03\x0C\x00", 4)) << "Reset";
  controller.close();
  expect_refusal(sensor, kNoController, {socket_address(), "closed the connection"});
}

TEST_F(DeviceController, Silent) {
  FakeController controller(socket_path());
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(controller.accept());
  // The host gives up after 5 s.
  expect_refusal(sensor, kNoController,
                 {socket_address(), "does not answer", "0x0C03", "start again"});
  EXPECT_EQ(controller.hear(), std::string("\x01\x03\x0C\x00", 4)) << "Reset, once";
}

TEST_F(DeviceController, SpeakingGarbage) {
  const std::string garbage[] = {
      "HTTP/1.1 400 Bad Request\r\n\r\n", std::string(4096, '\xFF'), std::string(4096, '\0'),
      // Commands are not what a controller says; ACL data longer than any buffer.
      std::string("\x01\x03\x0C\x00", 4), "\x02\x40\x20\xFF\xFF"};
  for (const std::string& octets : garbage) {
    fs::remove(socket_path());
    FakeController controller(socket_path());
    Process sensor(device(kSensor, "sensor"));
    ASSERT_TRUE(controller.accept());
    controller.say(octets);
    expect_refusal(sensor, kNoController, {socket_address(), "no HCI packets", "start again"});
  }
}

// Well-formed packets of no meaning are passed over; an answer with a failure is not.
TEST_F(DeviceController, RefusingToReset) {
  FakeController controller(socket_path());
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(controller.accept());
  controller.say(std::string("\x04\xFF\x00", 3));                      // vendor's, empty
  controller.say(std::string("\x04\x05\x04\x00\x40\x00\x13", 7));      // no such connection
  controller.say(std::string("\x04\x3E\x00", 3));                      // no subevent
  controller.say(std::string("\x02\x40\x20\x03\x00\xA1\xA2\xA3", 8));  // no such connection
  EXPECT_EQ(controller.hear(), std::string("\x01\x03\x0C\x00", 4)) << "Reset";
  controller.say(std::string("\x04\x0E\x04\x01\x03\x0C\x03", 7));  // Hardware Failure
  expect_refusal(sensor, kNoController, {socket_address(), "refuses", "0x03"});
}

}  // namespace
}  // namespace pm::test
