/* SPDX-License-Identifier: Apache-2.0 */
/* The library's hooks on the target. In C, because the SDK's log macros are C. */
#include "bm/bluetooth/peer_manager/peer_manager_types.h"

/* As in pm/ports/log.hpp. */
void pm_trace_event(const struct pm_evt* event);
void pm_assert_failed(const char* file, int line);
void pm_log_write(int level, const char* module, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

void pm_trace_event(const struct pm_evt* event) { (void)event; }

void pm_assert_failed(const char* file, int line) {
  pm_log_write(1, "assert", "our own mistake at %s:%d", file, line);
}

#ifdef CONFIG_LOG

#include <stdarg.h>
#include <stdio.h>

#include "zephyr/logging/log.h"

#ifdef CONFIG_PEER_MANAGER_LOG_LEVEL
LOG_MODULE_REGISTER(peer_manager, CONFIG_PEER_MANAGER_LOG_LEVEL);
#else
LOG_MODULE_REGISTER(peer_manager);
#endif

void pm_log_write(int level, const char* module, const char* format, ...) {
  char text[96];
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  switch (level) {
    case 1:
      LOG_ERR("%s: %s", module, text);
      break;
    case 2:
      LOG_WRN("%s: %s", module, text);
      break;
    case 3:
      LOG_INF("%s: %s", module, text);
      break;
    default:
      LOG_DBG("%s: %s", module, text);
      break;
  }
}

#else

void pm_log_write(int level, const char* module, const char* format, ...) {
  (void)level;
  (void)module;
  (void)format;
}

#endif
