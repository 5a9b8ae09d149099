// SPDX-License-Identifier: Apache-2.0
//
// A serial line: the test has the other end of a pseudo terminal. And what is told when there is no
// controller.
#include "pm/adapters/linux/descriptor_transport.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "pm/adapters/linux/open_transport.hpp"

namespace pm::adapters {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Octets = std::vector<uint8_t>;

const Octets kReset = {0x01, 0x03, 0x0C, 0x00};
const Octets kResetAnswer = {0x04, 0x0E, 0x04, 0x01, 0x03, 0x0C, 0x00};
const Octets kAclData = {0x02, 0x40, 0x20, 0x03, 0x00, 0xA1, 0x0A, 0x0D};

class LineSink final : public HciSink {
 public:
  void on_hci_packet(Bytes packet) override { packets.emplace_back(packet.begin(), packet.end()); }
  void on_transport_lost(const char* reason) override { lost.emplace_back(reason); }

  std::vector<Octets> packets;
  std::vector<std::string> lost;
};

class SerialLine : public testing::Test {
 protected:
  SerialLine() {
    EXPECT_GE(controller_, 0);
    EXPECT_EQ(grantpt(controller_), 0);
    EXPECT_EQ(unlockpt(controller_), 0);
    transport_.attach(&sink_);
  }
  ~SerialLine() override { hang_up(); }

  std::string line() const { return "uart:" + std::string(ptsname(controller_)); }
  void hang_up() {
    if (controller_ >= 0) {
      close(controller_);
      controller_ = -1;
    }
  }
  void say(Bytes octets) {
    ASSERT_EQ(write(controller_, octets.data(), octets.size()),
              static_cast<ssize_t>(octets.size()));
  }
  Octets hear(size_t size) {
    Octets heard(size);
    size_t got = 0;
    while (got < size) {
      pollfd ready{.fd = controller_, .events = POLLIN, .revents = 0};
      loop_.context().poll();
      if (poll(&ready, 1, 5'000) != 1) {
        break;
      }
      const ssize_t now = read(controller_, heard.data() + got, size - got);
      if (now <= 0) {
        break;
      }
      got += static_cast<size_t>(now);
    }
    heard.resize(got);
    return heard;
  }
  /// Turns the loop until `done()` holds; a second is plenty.
  template <class Done>
  bool turn_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done() && std::chrono::steady_clock::now() < end) {
      loop_.context().run_one_for(std::chrono::milliseconds(50));
    }
    return done();
  }

  int controller_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  EventLoop loop_;
  DescriptorTransport transport_{loop_};
  LineSink sink_;
};

TEST_F(SerialLine, CarriesPacketsBothWaysWhateverTheyHold) {
  ASSERT_EQ(transport_.connect(line() + ":1000000"), "");
  EXPECT_EQ(transport_.send(kReset), Status::kOk);
  EXPECT_EQ(transport_.send(kAclData), Status::kOk);
  Octets both = kReset;
  both.insert(both.end(), kAclData.begin(), kAclData.end());
  EXPECT_EQ(hear(both.size()), both) << "carriage returns and all, in order";
  say(kAclData);
  EXPECT_TRUE(turn_until([&] { return sink_.packets.size() == 1; }));
  EXPECT_THAT(sink_.packets, ElementsAre(kAclData));
}

TEST_F(SerialLine, PutsPacketsTogetherOctetByOctet) {
  ASSERT_EQ(transport_.connect(line()), "");
  for (const uint8_t octet : kResetAnswer) {
    EXPECT_TRUE(sink_.packets.empty());
    say(Bytes(&octet, 1));
    loop_.context().run_one_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(turn_until([&] { return !sink_.packets.empty(); }));
  EXPECT_THAT(sink_.packets, ElementsAre(kResetAnswer));
}

TEST_F(SerialLine, ThatHangsUpIsToldOnceAndForGood) {
  ASSERT_EQ(transport_.connect(line()), "");
  hang_up();
  EXPECT_TRUE(turn_until([&] { return !sink_.lost.empty(); }));
  EXPECT_EQ(transport_.send(kReset), Status::kInvalidState);
  loop_.context().poll();
  EXPECT_EQ(sink_.lost.size(), 1u);
}

TEST_F(SerialLine, WithNoiseIsLost) {
  ASSERT_EQ(transport_.connect(line()), "");
  const uint8_t noise = 0x77;
  say(Bytes(&noise, 1));
  EXPECT_TRUE(turn_until([&] { return !sink_.lost.empty(); }));
  EXPECT_THAT(sink_.lost, ElementsAre("it sent octets that are no HCI packets"));
}

// As of the sockets: what is being written when the line is lost stays until its completion.
TEST_F(SerialLine, WithNoiseBetweenAPacketAndItsCompletionIsLost) {
  ASSERT_EQ(transport_.connect(line()), "");
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  asio::posix::stream_descriptor sender(loop_.context(), ends[0]);
  bool has_sent = false;
  sender.async_wait(asio::posix::stream_descriptor::wait_read,
                    [&](const asio::error_code&) { has_sent = ok(transport_.send(kReset)); });
  while (loop_.context().poll_one() > 0) {
  }
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  const uint8_t noise = 0x77;
  say(Bytes(&noise, 1));
  EXPECT_TRUE(turn_until([&] { return !sink_.lost.empty(); }));
  EXPECT_TRUE(has_sent);
  loop_.context().poll();
  close(ends[1]);
  EXPECT_EQ(sink_.lost.size(), 1u);
  EXPECT_EQ(transport_.send(kReset), Status::kInvalidState);
}

TEST_F(SerialLine, IsForgottenWhenWhatWasSaidBeforeWouldMislead) {
  // Half an event of an earlier life waits in the line.
  const int slave = open(ptsname(controller_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios settings{};
  tcgetattr(slave, &settings);
  cfmakeraw(&settings);
  tcsetattr(slave, TCSANOW, &settings);
  say(Bytes(kResetAnswer).first(4));
  ASSERT_EQ(transport_.connect(line()), "");
  close(slave);
  say(kResetAnswer);
  EXPECT_TRUE(turn_until([&] { return !sink_.packets.empty() || !sink_.lost.empty(); }));
  EXPECT_THAT(sink_.packets, ElementsAre(kResetAnswer));
}

struct Wrong {
  const char* address;
  const char* said;
};

class WrongAddress : public testing::TestWithParam<Wrong> {};

TEST_P(WrongAddress, IsToldWithWhatToDo) {
  EventLoop loop;
  std::string error;
  EXPECT_EQ(open_transport(loop, GetParam().address, error), nullptr);
  EXPECT_THAT(error, HasSubstr(GetParam().said));
  EXPECT_THAT(error, HasSubstr(GetParam().address));
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, WrongAddress,
    testing::Values(Wrong{"serial", "expected unix:PATH, tcp:HOST:PORT, uart:PATH[:BAUD] or"},
                    Wrong{"uart:/dev/null", "this is no serial line"},
                    Wrong{"uart:/nowhere/tty", "name a serial line that exists"},
                    Wrong{"uart:/dev/null:12345", "does not have 12345 baud"},
                    Wrong{"user:hci", "expected user:hciN"}, Wrong{"user:hci0x", "expected user"},
                    Wrong{"user:hci70000", "expected user:hciN"}));

TEST(UserChannel, WithoutAControllerSaysWhatIsMissing) {
  // A number that no machine has; which of the two is missing depends on the kernel.
  const int bluetooth = socket(31, SOCK_RAW | SOCK_CLOEXEC, 1);
  const bool has_bluetooth = bluetooth >= 0;
  if (has_bluetooth) {
    close(bluetooth);
  }
  EventLoop loop;
  std::string error;
  EXPECT_EQ(open_transport(loop, "user:hci4711", error), nullptr);
  if (has_bluetooth) {
    EXPECT_THAT(error,
                testing::AnyOf(HasSubstr("there is no hci4711"), HasSubstr("CAP_NET_ADMIN")));
  } else {
    EXPECT_THAT(error, HasSubstr("this kernel has no Bluetooth"));
  }
}

}  // namespace
}  // namespace pm::adapters
