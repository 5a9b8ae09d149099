// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace pm::device {

/// The event log of one device: JSON objects, one a line. "t_us" is the time in microseconds,
/// "boot" counts the starts of the device from 1, "kind" says what follows:
///
///   "boot"        the device starts, and its controller has been reached (no further members)
///   "controller"  the controller is gone, and the process ends: state "lost", reason
///   "ble"         a stack event before the observers see it: event, conn, and what it carries
///   "pm"          a Peer Manager event before the handlers see it: event, conn, peer, and what it
///                 carries
///   "call"        an application's call: function, result, and what it was about
///   "log"         a line of the application's log: level, module, text
///
/// No key and no passkey is ever in it.
class EventLog {
 public:
  /// `sink` gets each line, without its end.
  using Sink = std::function<void(std::string_view line)>;

  explicit EventLog(unsigned boot) : boot_(boot) {}
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Appends to a file, each line flushed. False: errno says why.
  bool open(const std::string& path);
  void set_sink(Sink sink) { sink_ = std::move(sink); }

  /// `members`: of a JSON object, without braces.
  void add(uint64_t t_us, std::string_view members);
  void add_text(uint64_t t_us, int level, std::string_view module, std::string_view text);
  void add_controller_lost(uint64_t t_us, std::string_view reason);

 private:
  unsigned boot_;
  std::FILE* file_ = nullptr;
  Sink sink_;
};

}  // namespace pm::device
