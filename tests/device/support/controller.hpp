// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace pm::test {

/// A socket that says and hears what a test wants, where a controller is expected.
class FakeController {
 public:
  /// Serves a unix socket.
  explicit FakeController(const std::string& path);
  ~FakeController();
  FakeController(const FakeController&) = delete;
  FakeController& operator=(const FakeController&) = delete;

  /// Waits for a host to connect.
  bool accept();
  void say(std::string_view octets);
  /// Waits until the host has said something; all of it so far, empty at its end or when time is
  /// over.
  std::string hear();
  /// Closes the connection, and the socket.
  void close();

 private:
  int listener_ = -1;
  int connection_ = -1;
};

/// The other side of FakeController: a client of pm-air that says what a test wants.
class FakeHost {
 public:
  explicit FakeHost(const std::string& path);
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  void say(std::string_view octets);
  /// Waits for at least `size` octets. What came; less if the other side closed or time is over.
  std::string hear(size_t size);
  /// Waits until the other side has closed.
  bool is_dropped();

 private:
  int connection_ = -1;
};

}  // namespace pm::test
