// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "stage.hpp"

namespace pm::demo {

/// The story in steps, each judged from the air and from both event logs alone.
class Story {
 public:
  /// `sabotage`: the step to break on purpose, empty for none.
  Story(Stage& stage, std::string sabotage);

  /// Names of the steps, in order.
  static std::vector<std::string> step_names();
  /// What the air does to break a step on purpose; empty for steps that are broken in another way.
  static std::string fault_for(const std::string& sabotage);

  /// Plays all steps. True if each was observed; otherwise the story ends at the first that was
  /// not, and says so.
  bool play();

 private:
  struct Step;
  /// Ends a step that was not observed.
  struct NotObserved {
    std::string what;
  };

  static const std::vector<Step>& steps();

  void connect();
  void pair();
  void bond();
  void subscribe();
  void kill();
  void reconnect();
  void resume();
  void change_connected();
  void change_disconnected();
  void forget();
  void key_missing();
  void recover();

  // Deeds.
  void boot(Source device, const std::set<unsigned>& held_buttons = {});
  void kill_both();
  void compare_numbers(size_t from, bool user_agrees);
  void expect_pairing_pdus(size_t from);
  void expect_new_bond(size_t from);
  void expect_notifications(size_t from, size_t count);
  void expect_service_changed(size_t from);

  // Judgement. `from` is an index into the trace; what is missing ends the step.
  size_t here() const { return stage_.trace().size(); }
  size_t expect(size_t from, const Pattern& pattern, const std::string& what);
  void expect_none(size_t from, const std::string& what,
                   const std::function<bool(const Record&)>& unwanted);
  bool sabotaged(const char* step) const { return sabotage_ == step; }
  void tell(const Record& record, const std::string& text);
  void tell(const std::string& text);

  Stage& stage_;
  std::string sabotage_;
  std::string current_;
  size_t boot_mark_ = 0;  // where the present boots begin in the trace
  unsigned sensor_peer_ = 0xFFFF;
  unsigned collector_peer_ = 0xFFFF;
  std::string label_hash_;
  uint64_t start_us_ = 0;
};

}  // namespace pm::demo
