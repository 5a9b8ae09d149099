// SPDX-License-Identifier: Apache-2.0
//
// Link-time hooks. The image that links the library defines them; no secret may ever be passed to
// one.
#pragma once

#include <stdint.h>

struct pm_evt;

extern "C" {

/// Text for people. level: 1 error, 2 warning, 3 information, 4 debug. printf-like.
[[gnu::format(printf, 3, 4)]] void pm_log_write(int level, const char* module, const char* format,
                                                ...);

/// Sees each Peer Manager event just before the registered handlers do.
void pm_trace_event(const struct pm_evt* event);

/// Our own bug, never remote input: reports where and does not return control to the faulty path's
/// caller alone; it may return, and the library then takes the safe way out.
void pm_assert_failed(const char* file, int line);
}

#define PM_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : pm_assert_failed(__FILE__, __LINE__))
