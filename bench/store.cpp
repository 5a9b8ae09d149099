// SPDX-License-Identifier: Apache-2.0
//
// Prints docs/figures_store.md.
#include <cstdio>
#include <cstdlib>

#include "../tests/zms/figures.hpp"
#include "bm/bluetooth/peer_manager/peer_manager_types.h"

extern "C" {
void pm_log_write(int, const char*, const char*, ...) {}
void pm_trace_event(const pm_evt*) {}
void pm_assert_failed(const char* file, int line) {
  std::fprintf(stderr, "assertion at %s:%d\n", file, line);
  std::abort();
}
}

int main() {
  const pm::zms::StoreFigures figures = pm::zms::measure_store();
  if (!figures.is_valid) {
    std::fprintf(stderr, "something went wrong while measuring: see the tests of the store\n");
    return EXIT_FAILURE;
  }
  std::fputs(pm::zms::document_of(figures).c_str(), stdout);
  return EXIT_SUCCESS;
}
