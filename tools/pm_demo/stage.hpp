// SPDX-License-Identifier: Apache-2.0
//
// Where the story is played: two devices on one air, as processes or in the simulator.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "trace.hpp"

namespace pm::demo {

/// Something that the stage itself could not do; the text says what, where, and what to do.
struct StageError {
  std::string text;
};

class Stage {
 public:
  virtual ~Stage() = default;

  /// Starts a device's application with these buttons held. Throws StageError.
  virtual void boot(Source device, const std::set<unsigned>& held_buttons) = 0;
  /// Stops it at once, without a chance to do anything (SIGKILL).
  virtual void kill(Source device) = 0;
  /// Presses and releases a button, 0 to 3.
  virtual void press(Source device, unsigned button) = 0;
  /// Puts a never used flash in place of the device's. Only while it is stopped.
  virtual void erase_flash(Source device) = 0;
  /// Lets the story go on until `done()` holds or the step's time is over. Returns done(). Throws
  /// StageError.
  virtual bool wait_until(const std::function<bool()>& done) = 0;
  /// Lets some more of the story happen, about a second of it.
  virtual void wait_a_little() = 0;

  /// Where the traces are, one line each.
  virtual std::vector<std::string> artefacts() const = 0;

  const Trace& trace() const { return trace_; }

 protected:
  Trace trace_;
};

struct StageOptions {
  std::string directory;  // for traces and flash files; those of an earlier run are removed
  std::string programs;   // where the built programs and application images are
  std::string fault;      // a rule for the air, empty for none
  uint64_t seed = 1;      // of the simulated world
  /// How processes reach their controllers: "unix", "tcp", or "pty", octet by octet.
  std::string transport = "unix";
  /// What the Peer Manager stands on in the simulated world: "pc", or "nordic", the target's ports.
  std::string home = "pc";
};

/// Makes the folder, or removes the files that an earlier run has left in it. Throws StageError if
/// that fails or there is anything else, which is left alone.
void prepare_folder(const std::string& path);

std::unique_ptr<Stage> make_process_stage(const StageOptions& options);
std::unique_ptr<Stage> make_simulated_stage(const StageOptions& options);

/// SHA-256 over everything that was observed in the simulated world so far, in hexadecimal.
std::string digest(const Stage& simulated_stage);

}  // namespace pm::demo
