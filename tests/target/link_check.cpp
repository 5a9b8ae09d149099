// SPDX-License-Identifier: Apache-2.0
//
// Never run: the linker keeps what it reaches from here, and scripts/check_m33.py looks at what
// that is.
#include "pm/ports/log.hpp"
#include "target/stand_ins.hpp"

namespace link_check {
void use_zms();
void use_peer_manager();
}  // namespace link_check

extern "C" {

void pm_log_write(int level, const char*, const char*, ...) { link_check::use(level); }
void pm_trace_event(const pm_evt* event) { link_check::any_pointer = const_cast<pm_evt*>(event); }
void pm_assert_failed(const char*, int line) { link_check::use(line); }

[[noreturn]] void link_check_main() {
  for (;;) {
    link_check::use_zms();
    link_check::use_peer_manager();
  }
}
}
