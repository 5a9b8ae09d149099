// SPDX-License-Identifier: Apache-2.0
//
// Where the C faces meet the device that an application runs on. One image of an application serves
// one boot of one device: its statics are the application's, and the globals behind the C faces are
// here.
#pragma once

#include <cstdint>

#include "pm/host/host.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/flash.hpp"
#include "pm/ports/storage.hpp"
#include "pm/ports/timers.hpp"

namespace pm::c_api {

/// One device, as an application's C calls need it. Everything happens in one context: what
/// `idle()` lets happen, it lets happen before it returns.
class Runtime {
 public:
  virtual host::Host& host() = 0;
  virtual Storage& storage() = 0;
  /// What the storage is on; for the home of the target on a PC, which brings a storage of its own.
  virtual Flash& flash() = 0;
  virtual Timers& timers() = 0;
  virtual Crypto& crypto() = 0;

  /// Waits for the next turn of the event loop and returns after it. Every wait of an application
  /// ends up here.
  virtual void idle() = 0;
  /// button: 0 to 3.
  virtual bool is_button_pressed(unsigned button) const = 0;
  /// One line of an application's log, without end of line. level: 1 error to 4 debug.
  virtual void log(int level, const char* module, const char* text) = 0;
  /// One entry of the event log: the members of a JSON object, without braces; never a key.
  virtual void trace(const char* json_members) = 0;

 protected:
  ~Runtime() = default;
};

/// Names the device. Called once for each boot, before the application's main.
void boot(Runtime& runtime);

/// Tells the application of a button. Called from within idle().
void button_changed(unsigned button, bool is_pressed);

}  // namespace pm::c_api
