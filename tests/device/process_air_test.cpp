// SPDX-License-Identifier: Apache-2.0
//
// pm-air: wrong options, places that are taken, clients that are hostile.
#include <csignal>
#include <filesystem>

#include "device/support/bench.hpp"
#include "device/support/controller.hpp"

namespace pm::test {
namespace {

namespace fs = std::filesystem;

class AirProcess : public Bench {
 protected:
  void refuse(int status, std::vector<std::string> options, const std::vector<std::string>& words) {
    options.insert(options.begin(), kAir);
    Process process(options);
    SCOPED_TRACE(options.back());
    expect_refusal(process, status, words);
  }
};

TEST_F(AirProcess, NonsenseOptions) {
  refuse(2, {}, {"--unix PATH or --tcp HOST:PORT"});
  refuse(2, {"--bogus"}, {"--bogus", "--help"});
  refuse(2, {"--unix", socket_path(), "stray"}, {"stray", "--help"});
  refuse(2, {"--unix", socket_path(), "--seed", "x"}, {"--seed"});
  for (const char* place :
       {"localhost", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", ":80", "127.0.0.1:8x"}) {
    refuse(2, {"--tcp", place}, {place, "HOST:PORT", "127.0.0.1:0"});
  }
  for (const char* rule :
       {"lose", "drop,link", "drop,link=x", "drop,nth=0", "drop,who=C", "drop,from=X", ""}) {
    refuse(2, {"--unix", socket_path(), "--fault", rule}, {"--fault", "--help"});
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(AirProcess, PlacesThatCannotBeUsed) {
  write_file(folder.file("file"), "precious");
  refuse(1, {"--unix", folder.file("file")}, {folder.file("file"), "not a socket"});
  EXPECT_EQ(read_file(folder.file("file")), "precious");
  refuse(1, {"--unix", folder.path()}, {folder.path(), "not a socket"});
  refuse(1, {"--unix", folder.file("no/such/folder")}, {"folder that exists"});
  refuse(1, {"--unix", folder.file(std::string(110, 'x'))}, {"too long"});
  refuse(1, {"--unix", socket_path(), "--tap", folder.file("no/such/folder")},
         {"tap", "folder that exists"});
  EXPECT_FALSE(fs::exists(socket_path())) << "no socket without a server";
}

TEST_F(AirProcess, APathThatIsServedStaysWithItsServer) {
  start_air({"--tap", folder.file("tap")});
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(sensor.wait_for_output("Advertising as")) << sensor.error();
  Process collector(device(kCollector, "collector"));
  ASSERT_TRUE(collector.wait_for_output("Button 0")) << collector.error();
  ASSERT_TRUE(sensor.wait_for_output("Button 0")) << sensor.error();
  const std::string tap = read_file(folder.file("tap"));
  ASSERT_FALSE(tap.empty());
  refuse(1, {"--unix", socket_path(), "--tap", folder.file("tap")},
         {socket_path(), "served by another program"});
  EXPECT_EQ(read_file(folder.file("tap")).substr(0, tap.size()), tap);
  // The first goes on.
  sensor.write("press 0\n");
  collector.write("press 0\n");
  EXPECT_TRUE(collector.wait_for_output("security succeeded")) << collector.output();
}

TEST_F(AirProcess, ASocketThatNobodyServesIsReplaced) {
  start_air();
  air->kill();
  ASSERT_TRUE(fs::exists(socket_path()));
  start_air();
  make_flash("sensor");
}

TEST_F(AirProcess, APortThatIsTaken) {
  Process first({kAir, "--tcp", "127.0.0.1:0"});
  ASSERT_TRUE(first.wait_for_output("\n"));
  const size_t at = first.output().find("127.0.0.1:") + 10;
  const std::string port = first.output().substr(at, first.output().find(',', at) - at);
  refuse(1, {"--tcp", "127.0.0.1:" + port}, {"127.0.0.1:" + port, "another port"});
  EXPECT_TRUE(first.is_running());
}

TEST_F(AirProcess, HostileOctetsDropThatClientOnly) {
  start_air();
  Process sensor(device(kSensor, "sensor"));
  ASSERT_TRUE(sensor.wait_for_output("Advertising as")) << sensor.error();
  for (const std::string& octets :
       {std::string("\xFF"), std::string("GET / HTTP/1.1\r\n\r\n"), std::string(4096, '\0'),
        // An event, which is not a host's to send; ACL data longer than any buffer.
        std::string("\x04\x0E\x04\x01\x03\x0C\x00", 7), std::string("\x02\x40\x20\xFF\xFF", 5)}) {
    FakeHost hostile(socket_path());
    hostile.say(octets);
    EXPECT_TRUE(hostile.is_dropped());
    EXPECT_TRUE(air->wait_for_error("dropped"));
  }
  // A command that nobody knows is answered: Unknown HCI Command.
  FakeHost odd(socket_path());
  odd.say(std::string("\x01\xFF\x03\x02\xAA\xBB", 6));
  EXPECT_EQ(odd.hear(7), std::string("\x04\x0F\x04\x01\x01\xFF\x03", 7));
  // The others go on, and find one another.
  Process collector(device(kCollector, "collector"));
  EXPECT_TRUE(collector.wait_for_output("Passkey: ")) << collector.error();
  EXPECT_TRUE(sensor.wait_for_output("Passkey: ")) << sensor.error();
  EXPECT_TRUE(air->is_running());
}

TEST_F(AirProcess, AClientThatFloodsIsDropped) {
  start_air();
  FakeHost flood(socket_path());
  FakeHost other(socket_path());
  std::string many;
  for (int i = 0; i < 4096; ++i) {
    many += std::string("\x01\x03\x20\x00", 4);  // LE Read Local Supported Features
  }
  flood.say(many);
  EXPECT_TRUE(air->wait_for_error("client 1: dropped: ")) << air->error();
  other.say(std::string("\x01\x03\x0C\x00", 4));
  EXPECT_EQ(other.hear(7), std::string("\x04\x0E\x04\x01\x03\x0C\x00", 7));
}

TEST_F(AirProcess, SignalsEndItCleanly) {
  for (const int number : {SIGTERM, SIGINT}) {
    start_air();
    FakeHost client(socket_path());
    air->signal(number);
    EXPECT_EQ(air->wait_for_exit(), 0);
    EXPECT_FALSE(fs::exists(socket_path()));
    EXPECT_TRUE(client.is_dropped());
  }
}

}  // namespace
}  // namespace pm::test
