// SPDX-License-Identifier: Apache-2.0
#include "device/support/controller.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "device/support/process.hpp"

namespace pm::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  EXPECT_LT(path.size(), sizeof(address.sun_path));
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

bool wait_readable(int file) {
  pollfd waiting{.fd = file, .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, kLimitMs) == 1;
}

void write_all(int file, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(file, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;  // closed at the other side, which a test sees by what it does next
    }
    octets.remove_prefix(static_cast<size_t>(sent));
  }
}

}  // namespace

FakeController::FakeController(const std::string& path)
    : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0)
      << std::strerror(errno);
  EXPECT_EQ(listen(listener_, 1), 0) << std::strerror(errno);
}

FakeController::~FakeController() { close(); }

bool FakeController::accept() {
  if (!wait_readable(listener_)) {
    return false;
  }
  connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  return connection_ >= 0;
}

void FakeController::say(std::string_view octets) { write_all(connection_, octets); }

std::string FakeController::hear() {
  char octets[4096];
  const ssize_t got = wait_readable(connection_) ? ::read(connection_, octets, sizeof(octets)) : 0;
  return got > 0 ? std::string(octets, static_cast<size_t>(got)) : std::string();
}

void FakeController::close() {
  for (int* file : {&connection_, &listener_}) {
    if (*file >= 0) {
      ::close(*file);
      *file = -1;
    }
  }
}

FakeHost::FakeHost(const std::string& path)
    : connection_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(connect(connection_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0)
      << std::strerror(errno);
}

FakeHost::~FakeHost() { ::close(connection_); }

void FakeHost::say(std::string_view octets) { write_all(connection_, octets); }

std::string FakeHost::hear(size_t size) {
  std::string heard;
  char octets[4096];
  while (heard.size() < size && wait_readable(connection_)) {
    const ssize_t got = ::read(connection_, octets, sizeof(octets));
    if (got <= 0) {
      break;
    }
    heard.append(octets, static_cast<size_t>(got));
  }
  return heard;
}

bool FakeHost::is_dropped() {
  char octets[4096];
  while (wait_readable(connection_)) {
    // A connection that is closed with octets unread ends by a reset.
    if (::read(connection_, octets, sizeof(octets)) <= 0) {
      return true;
    }
  }
  return false;
}

}  // namespace pm::test
