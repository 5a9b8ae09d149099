// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pm::test {

/// What the programs need at most on a slow machine, with sanitizers, beside other tests. Nothing
/// ever waits that long unless it fails.
constexpr int kLimitMs = 60'000;

/// A program that runs beside the test, with pipes to its standard streams. Killed with the object.
class Process {
 public:
  enum class Rights { kAll, kOfOwnerOnly };

  /// `rights`: kOfOwnerOnly: permissions of files hold for root too.
  explicit Process(const std::vector<std::string>& command, Rights rights = Rights::kAll);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Waits until it has printed `text`, in what it has printed since its start. False: it ended, or
  /// time is over.
  bool wait_for_output(const std::string& text);
  bool wait_for_error(const std::string& text);
  /// Waits for its end. Its exit status, 128 + number of the signal that killed it, or -1: time is
  /// over, it runs.
  int wait_for_exit();
  bool is_running();

  /// What it has printed so far; all of it after wait_for_exit().
  const std::string& output() const { return output_.text; }
  const std::string& error() const { return error_.text; }

  /// Standard input.
  void write(const std::string& octets);
  void close_input();
  /// Nobody reads what it prints any more.
  void close_output();
  void signal(int number);
  void kill();

 private:
  struct Stream {
    int file = -1;
    std::string text;
  };

  bool wait_for(const Stream& stream, const std::string& text);
  /// Waits for octets or the end, until `end_ms`. False: time is over.
  bool wait_a_turn(int64_t end_ms);
  static void drain(Stream& stream);
  void reap();

  pid_t pid_ = -1;
  int pid_file_ = -1;
  int status_ = -1;
  int input_ = -1;
  Stream output_;
  Stream error_;
};

}  // namespace pm::test
