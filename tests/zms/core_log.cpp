// SPDX-License-Identifier: Apache-2.0
//
// The link-time hooks of the core.
#include <gtest/gtest.h>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"

extern "C" {
void pm_log_write(int, const char*, const char*, ...) {}
void pm_trace_event(const pm_evt*) {}
void pm_assert_failed(const char* file, int line) { ADD_FAILURE_AT(file, line); }
}
