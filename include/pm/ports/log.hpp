// SPDX-License-Identifier: Apache-2.0
/// @file
/// Link-time hooks. The image that links the library defines them, each as it likes, or empty; no
/// secret may ever be passed to one. They are called in every context that the library is called
/// in, and call nothing of the library.
#pragma once

#include <stdint.h>

#include "pm/base/config.hpp"

struct pm_evt;

extern "C" {

/// Text for people. level: 1 error, 2 warning, 3 information, 4 debug. printf-like, without end of
/// line; `module` and `format` last for ever, what the arguments point to during the call.
[[gnu::format(printf, 3, 4)]] void pm_log_write(int level, const char* module, const char* format,
                                                ...);

/// Sees each Peer Manager event just before the registered handlers do, also when there are none.
void pm_trace_event(const struct pm_evt* event);

/// Our own bug, never remote input: reports where and does not return control to the faulty path's
/// caller alone; it may return, and the library then takes the safe way out.
void pm_assert_failed(const char* file, int line);
}

/// Text for people, as pm_log_write(), unless its level is above the configured one. `level` is a
/// constant.
#define PM_LOG(level, ...)                              \
  do {                                                  \
    if constexpr ((level) <= ::pm::config::kLogLevel) { \
      pm_log_write((level), __VA_ARGS__);               \
    }                                                   \
  } while (false)

/// States what cannot be otherwise but by a fault of ours; evaluated in every build.
#define PM_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : pm_assert_failed(__FILE__, __LINE__))
