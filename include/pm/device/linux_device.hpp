// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "pm/c_api/runtime.hpp"

namespace pm::device {

struct LinuxOptions {
  /// unix:PATH, tcp:HOST:PORT, uart:PATH[:BAUD] or user:hciN.
  std::string controller;
  /// The bond store; the identity of the device is kept beside it, in FLASH.identity.
  std::string flash;
  uint32_t flash_size = 4096;
  /// Whatever the flash file holds is overwritten.
  bool erase = false;
  /// Empty: not written.
  std::string btsnoop;
  std::string events;
  /// How often the device was started, for the event log.
  unsigned boot = 1;
  std::set<unsigned> held_buttons;
  /// For controllers that accept lists of peers and do not apply them (HostConfig).
  bool resolve_in_host = false;
  /// Sees each line of the standard input before the buttons do; true: it was for it. Called from
  /// within idle().
  std::function<bool(const std::string&)> on_line;
};

/// One device as a process: sockets, files, PSA cryptography. Lines on the standard input press its
/// buttons
/// ("press N", "release N", N from 0 to 3).
class LinuxDevice final : public c_api::Runtime {
 public:
  /// Returns null on failure; `error` then says what is wrong, where, and what to do. Nothing is
  /// lost then.
  static std::unique_ptr<LinuxDevice> open(const LinuxOptions& options, std::string& error);
  ~LinuxDevice();

  host::Host& host() override;
  Storage& storage() override;
  Flash& flash() override;
  Timers& timers() override;
  Crypto& crypto() override;
  /// Ends the process with status 3 and a clear text when the controller is gone.
  void idle() override;
  bool is_button_pressed(unsigned button) const override;
  void log(int level, const char* module, const char* text) override;
  void trace(const char* json_members) override;

 private:
  struct Parts;
  explicit LinuxDevice(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pm::device
