// SPDX-License-Identifier: Apache-2.0
/**
 * Log in the manner of Zephyr, over one hook. Stand-in for builds without the SDK.
 *
 * A file says LOG_MODULE_REGISTER(name) or LOG_MODULE_REGISTER(name, level) once, then LOG_ERR and
 * so on with a printf format.
 */

#ifndef ZEPHYR_LOGGING_LOG_H_
#define ZEPHYR_LOGGING_LOG_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOG_LEVEL_NONE 0
#define LOG_LEVEL_ERR 1
#define LOG_LEVEL_WRN 2
#define LOG_LEVEL_INF 3
#define LOG_LEVEL_DBG 4

/** Level of modules that name none. */
#ifdef CONFIG_LOG_DEFAULT_LEVEL
#define PM_SDK_LOG_DEFAULT_LEVEL CONFIG_LOG_DEFAULT_LEVEL
#else
#define PM_SDK_LOG_DEFAULT_LEVEL LOG_LEVEL_INF
#endif

/** Takes one line of log: LOG_LEVEL_*, module, printf format. The program supplies it. */
void pm_sdk_log(int level, const char* module, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/** Takes octets to log in lines of 16. */
static inline void pm_sdk_log_hexdump(int level, const char* module, const void* data, size_t len,
                                      const char* title) {
  static const char kDigits[] = "0123456789abcdef";
  const uint8_t* octets = (const uint8_t*)data;

  pm_sdk_log(level, module, "%s", title);
  for (size_t start = 0; start < len; start += 16) {
    char line[3 * 16 + 1];
    size_t at = 0;
    for (size_t i = start; i < len && i < start + 16; ++i) {
      line[at++] = kDigits[octets[i] >> 4];
      line[at++] = kDigits[octets[i] & 0x0F];
      line[at++] = ' ';
    }
    line[at - 1] = '\0';
    pm_sdk_log(level, module, "%s", line);
  }
}

/* The two arguments behind make the level optional. */
#define LOG_MODULE_REGISTER(...) PM_SDK_LOG_MODULE(__VA_ARGS__, PM_SDK_LOG_DEFAULT_LEVEL, 0)
#define LOG_MODULE_DECLARE(...) PM_SDK_LOG_MODULE(__VA_ARGS__, PM_SDK_LOG_DEFAULT_LEVEL, 0)
#define PM_SDK_LOG_MODULE(name, level, ...)                              \
  static const char pm_sdk_log_module[] __attribute__((unused)) = #name; \
  static const int pm_sdk_log_level __attribute__((unused)) = (level)

#define PM_SDK_LOG(level, ...)                             \
  do {                                                     \
    if ((level) <= pm_sdk_log_level) {                     \
      pm_sdk_log((level), pm_sdk_log_module, __VA_ARGS__); \
    }                                                      \
  } while (0)
#define PM_SDK_LOG_HEXDUMP(level, data, len, title)                           \
  do {                                                                        \
    if ((level) <= pm_sdk_log_level) {                                        \
      pm_sdk_log_hexdump((level), pm_sdk_log_module, (data), (len), (title)); \
    }                                                                         \
  } while (0)

#define LOG_ERR(...) PM_SDK_LOG(LOG_LEVEL_ERR, __VA_ARGS__)
#define LOG_WRN(...) PM_SDK_LOG(LOG_LEVEL_WRN, __VA_ARGS__)
#define LOG_INF(...) PM_SDK_LOG(LOG_LEVEL_INF, __VA_ARGS__)
#define LOG_DBG(...) PM_SDK_LOG(LOG_LEVEL_DBG, __VA_ARGS__)

#define LOG_HEXDUMP_ERR(data, len, title) PM_SDK_LOG_HEXDUMP(LOG_LEVEL_ERR, data, len, title)
#define LOG_HEXDUMP_WRN(data, len, title) PM_SDK_LOG_HEXDUMP(LOG_LEVEL_WRN, data, len, title)
#define LOG_HEXDUMP_INF(data, len, title) PM_SDK_LOG_HEXDUMP(LOG_LEVEL_INF, data, len, title)
#define LOG_HEXDUMP_DBG(data, len, title) PM_SDK_LOG_HEXDUMP(LOG_LEVEL_DBG, data, len, title)

#ifdef __cplusplus
}
#endif

#endif  // ZEPHYR_LOGGING_LOG_H_
