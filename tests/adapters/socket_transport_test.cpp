// SPDX-License-Identifier: Apache-2.0
//
// The transport against a controller that this test plays, octet by octet.
#include "pm/adapters/linux/socket_transport.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "device/support/temporary_folder.hpp"

namespace pm::adapters {
namespace {

using Octets = std::vector<uint8_t>;

// HCI events: Command Complete of Reset, and Disconnection Complete; an ACL packet of three octets.
const Octets kResetDone = {0x04, 0x0E, 0x04, 0x01, 0x03, 0x0C, 0x00};
const Octets kDisconnected = {0x04, 0x05, 0x04, 0x00, 0x40, 0x00, 0x13};
const Octets kData = {0x02, 0x40, 0x20, 0x03, 0x00, 0xA1, 0xA2, 0xA3};

Octets operator+(const Octets& a, const Octets& b) {
  Octets sum = a;
  sum.insert(sum.end(), b.begin(), b.end());
  return sum;
}

class Sink final : public HciSink {
 public:
  void on_hci_packet(Bytes packet) override { packets.emplace_back(packet.begin(), packet.end()); }
  void on_transport_lost(const char* reason) override {
    ++times_lost;
    lost = reason;
  }

  std::vector<Octets> packets;
  int times_lost = 0;
  std::string lost;
};

class SocketTransportTest : public ::testing::Test {
 protected:
  ~SocketTransportTest() override { close_all(); }

  std::string path() const { return folder_.file("socket"); }

  int listen_unix() {
    const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(file, 1), 0);
    files_.push_back(file);
    return file;
  }

  /// `port` gets the one that is chosen.
  int listen_tcp(int& port) {
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(file, 1), 0);
    EXPECT_EQ(getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
    files_.push_back(file);
    return file;
  }

  /// The controller's end.
  int accept_one(int listener) {
    pollfd waiting{.fd = listener, .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&waiting, 1, 30'000), 1) << "nobody connects";
    const int file = ::accept(listener, nullptr, nullptr);
    EXPECT_GE(file, 0);
    files_.push_back(file);
    return file;
  }

  void join() {
    const int listener = listen_unix();
    ASSERT_EQ(transport_.connect("unix:" + path()), "");
    controller_ = accept_one(listener);
    transport_.attach(&sink_);
  }

  void say(const Octets& octets) {
    ASSERT_EQ(::write(controller_, octets.data(), octets.size()),
              static_cast<ssize_t>(octets.size()));
  }

  /// What arrives at the controller.
  Octets hear(size_t size) {
    Octets heard;
    while (heard.size() < size) {
      // The transport may have to write first.
      while (loop_.context().poll_one() > 0) {
      }
      pollfd waiting{.fd = controller_, .events = POLLIN, .revents = 0};
      if (poll(&waiting, 1, 30'000) != 1) {
        ADD_FAILURE() << "nothing more after " << heard.size() << " octets";
        break;
      }
      uint8_t octets[4096];
      const ssize_t got =
          ::read(controller_, octets, std::min(sizeof(octets), size - heard.size()));
      if (got <= 0) {
        ADD_FAILURE() << "closed after " << heard.size() << " octets";
        break;
      }
      heard.insert(heard.end(), octets, octets + got);
    }
    return heard;
  }

  template <class Done>
  void run_until(Done done) {
    asio::steady_timer limit(loop_.context(), std::chrono::seconds(30));
    // Outlives this call: a cancelled wait is told of later.
    const auto is_over = std::make_shared<bool>(false);
    limit.async_wait([is_over](const asio::error_code& error) { *is_over = !error; });
    while (!done() && !*is_over) {
      loop_.run_one();
    }
    EXPECT_FALSE(*is_over) << "what was waited for did not come";
    limit.cancel();
  }
  void run_until_packets(size_t count) {
    run_until([&] { return sink_.packets.size() >= count || sink_.times_lost > 0; });
  }
  void run_until_lost() {
    run_until([&] { return sink_.times_lost > 0; });
  }

  void close_all() {
    for (const int file : files_) {
      ::close(file);
    }
    files_.clear();
  }

  test::TemporaryFolder folder_;
  std::vector<int> files_;
  int controller_ = -1;
  EventLoop loop_;
  SocketTransport transport_{loop_};
  Sink sink_;
};

TEST_F(SocketTransportTest, PacketsInSingleOctets) {
  ASSERT_NO_FATAL_FAILURE(join());
  for (const uint8_t octet : kResetDone + kData) {
    say({octet});
    // Not more than one at a time: each is a read of its own.
    while (loop_.context().poll_one() > 0) {
    }
  }
  run_until_packets(2);
  EXPECT_EQ(sink_.packets, (std::vector<Octets>{kResetDone, kData}));
  EXPECT_EQ(sink_.times_lost, 0);
}

TEST_F(SocketTransportTest, SeveralPacketsInOneReadAndOneAcrossTwo) {
  ASSERT_NO_FATAL_FAILURE(join());
  say(kResetDone + kData + kDisconnected + Octets(kData.begin(), kData.begin() + 6));
  run_until_packets(3);
  EXPECT_EQ(sink_.packets, (std::vector<Octets>{kResetDone, kData, kDisconnected}));
  say(Octets(kData.begin() + 6, kData.end()) + kResetDone);
  run_until_packets(5);
  ASSERT_EQ(sink_.packets.size(), 5u);
  EXPECT_EQ(sink_.packets[3], kData);
  EXPECT_EQ(sink_.packets[4], kResetDone);
}

TEST_F(SocketTransportTest, PacketsGoOutWholeAndInOrder) {
  ASSERT_NO_FATAL_FAILURE(join());
  const Octets reset = {0x01, 0x03, 0x0C, 0x00};
  Octets expected;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(transport_.send(reset), Status::kOk);
    ASSERT_EQ(transport_.send(kData), Status::kOk);
    expected = expected + reset + kData;
  }
  EXPECT_EQ(hear(expected.size()), expected);
}

TEST_F(SocketTransportTest, AControllerThatReadsLateLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(join());
  Octets packet = {0x02, 0x40, 0x00, 0xFB, 0x00};
  packet.resize(5 + 251, 0x5A);
  Octets expected;
  // More than the socket's buffers hold.
  for (int i = 0; i < 4096; ++i) {
    packet[5] = static_cast<uint8_t>(i);
    packet[6] = static_cast<uint8_t>(i >> 8);
    ASSERT_EQ(transport_.send(packet), Status::kOk);
    expected.insert(expected.end(), packet.begin(), packet.end());
  }
  EXPECT_TRUE(hear(expected.size()) == expected);
}

TEST_F(SocketTransportTest, GarbageEndsTheConnection) {
  for (const uint8_t indicator : Octets{0x00, 0x01, 0x03, 0x05, 0xFF}) {
    SCOPED_TRACE(int{indicator});
    EventLoop loop;
    SocketTransport transport(loop);
    Sink sink;
    const int listener = listen_unix();
    ASSERT_EQ(transport.connect("unix:" + path()), "");
    transport.attach(&sink);
    controller_ = accept_one(listener);
    say(kResetDone + Octets{indicator} + kData);
    while (sink.times_lost == 0) {
      loop.run_one();
    }
    EXPECT_EQ(sink.packets, (std::vector<Octets>{kResetDone})) << "what came before is good";
    EXPECT_EQ(sink.times_lost, 1);
    EXPECT_NE(sink.lost.find("no HCI packets"), std::string::npos) << sink.lost;
    EXPECT_EQ(transport.send(kData), Status::kInvalidState);
    close_all();
    ASSERT_EQ(::unlink(path().c_str()), 0);
  }
}

TEST_F(SocketTransportTest, DataLongerThanAnyBufferEndTheConnection) {
  ASSERT_NO_FATAL_FAILURE(join());
  say({0x02, 0x40, 0x20, 0xFF, 0xFF});
  run_until_lost();
  EXPECT_EQ(sink_.times_lost, 1);
  EXPECT_TRUE(sink_.packets.empty());
}

TEST_F(SocketTransportTest, TheControllerCloses) {
  ASSERT_NO_FATAL_FAILURE(join());
  say(kResetDone + Octets(kData.begin(), kData.begin() + 3));
  close_all();
  run_until_lost();
  EXPECT_EQ(sink_.packets, (std::vector<Octets>{kResetDone})) << "half a packet is none";
  EXPECT_EQ(sink_.times_lost, 1);
  EXPECT_NE(sink_.lost.find("closed"), std::string::npos) << sink_.lost;
  EXPECT_EQ(transport_.send(kData), Status::kInvalidState);
}

TEST_F(SocketTransportTest, TheControllerClosesWhilePacketsAreOnTheirWay) {
  ASSERT_NO_FATAL_FAILURE(join());
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(transport_.send(kData), Status::kOk);
  }
  close_all();
  run_until_lost();
  // Its write ends too, after its read.
  while (loop_.context().poll_one() > 0) {
  }
  EXPECT_EQ(sink_.times_lost, 1) << "told once";
}

// The loss is found by reading, before it is told that a packet has been written: what is being
// written must stay until then.
TEST_F(SocketTransportTest, TheControllerStopsTalkingBetweenAPacketAndItsCompletion) {
  ASSERT_NO_FATAL_FAILURE(join());
  // Who is ready first is told first: this one sends, in the turn in which the end is read as well.
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  files_.push_back(ends[1]);
  asio::posix::stream_descriptor sender(loop_.context(), ends[0]);
  bool has_sent = false;
  sender.async_wait(asio::posix::stream_descriptor::wait_read,
                    [&](const asio::error_code&) { has_sent = ok(transport_.send(kData)); });
  while (loop_.context().poll_one() > 0) {
  }
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  ASSERT_EQ(::shutdown(controller_, SHUT_WR), 0);
  run_until_lost();
  EXPECT_TRUE(has_sent);
  while (loop_.context().poll_one() > 0) {
  }
  EXPECT_EQ(sink_.times_lost, 1);
  EXPECT_EQ(transport_.send(kData), Status::kInvalidState);
}

TEST_F(SocketTransportTest, Tcp) {
  int port = 0;
  const int listener = listen_tcp(port);
  ASSERT_EQ(transport_.connect("tcp:127.0.0.1:" + std::to_string(port)), "");
  controller_ = accept_one(listener);
  transport_.attach(&sink_);
  say(kResetDone);
  run_until_packets(1);
  EXPECT_EQ(sink_.packets, (std::vector<Octets>{kResetDone}));
  ASSERT_EQ(transport_.send(kData), Status::kOk);
  EXPECT_EQ(hear(kData.size()), kData);
}

class AddressTest : public SocketTransportTest {
 protected:
  /// The text names the address, what is wrong, and what to do.
  void refuse(const std::string& address, std::initializer_list<const char*> words) {
    EventLoop loop;
    SocketTransport transport(loop);
    const std::string problem = transport.connect(address);
    EXPECT_NE(problem.find(address), std::string::npos) << problem;
    for (const char* word : words) {
      EXPECT_NE(problem.find(word), std::string::npos) << "'" << word << "' is not in: " << problem;
    }
    EXPECT_EQ(transport.send(kData), Status::kInvalidState) << address;
  }
};

TEST_F(AddressTest, NoSuchPath) {
  refuse("unix:" + path(), {"No such file", "start pm-air --unix "});
  refuse("unix:" + folder_.file("no/such/folder"), {"No such file", "start pm-air"});
}

TEST_F(AddressTest, NobodyServesThePath) {
  close_all();
  (void)listen_unix();
  close_all();
  refuse("unix:" + path(), {"refused", "start pm-air --unix "});
}

TEST_F(AddressTest, ThePathIsNoSocket) {
  std::ofstream(path()) << "x";
  refuse("unix:" + path(), {"start pm-air --unix "});
  refuse("unix:" + folder_.path(), {"start pm-air --unix "});
}

TEST_F(AddressTest, PathsOfImpossibleLength) {
  refuse("unix:", {"1 to 107"});
  refuse("unix:/" + std::string(107, 'x'), {"1 to 107"});
  refuse("unix:/" + std::string(106, 'x'), {"No such file"});
}

TEST_F(AddressTest, NobodyServesThePort) {
  int port = 0;
  (void)listen_tcp(port);
  close_all();
  refuse("tcp:127.0.0.1:" + std::to_string(port), {"refused", "start pm-air --tcp 127.0.0.1:"});
  refuse("tcp:[::1]:" + std::to_string(port), {"start pm-air --tcp [::1]:"});
}

TEST_F(AddressTest, NoPort) {
  for (const char* address :
       {"tcp:", "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp::1234", "tcp:127.0.0.1:0",
        "tcp:127.0.0.1:65536", "tcp:127.0.0.1:99999999999", "tcp:127.0.0.1:-1", "tcp:127.0.0.1:12x",
        "tcp:127.0.0.1:http", "tcp:127.0.0.1: 80"}) {
    refuse(address, {"HOST:PORT", "1 to 65535"});
  }
}

TEST_F(AddressTest, OtherKinds) {
  for (const char* address : {"x", "/tmp/socket", "UNIX:/tmp/socket", "udp:127.0.0.1:1", "unix"}) {
    refuse(address, {"expected unix:PATH or tcp:HOST:PORT"});
  }
}

}  // namespace
}  // namespace pm::adapters
