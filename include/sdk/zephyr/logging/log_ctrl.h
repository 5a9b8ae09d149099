// SPDX-License-Identifier: Apache-2.0
/** Control of the log. Stand-in for builds without the SDK. */

#ifndef ZEPHYR_LOGGING_LOG_CTRL_H_
#define ZEPHYR_LOGGING_LOG_CTRL_H_

#ifdef __cplusplus
extern "C" {
#endif

/** Writes out what waits in the log. */
void log_flush(void);

#ifdef __cplusplus
}
#endif

#endif  // ZEPHYR_LOGGING_LOG_CTRL_H_
