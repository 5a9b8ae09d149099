// SPDX-License-Identifier: Apache-2.0
/** What is left of the kernel in a bare-metal application. Stand-in for builds without the SDK. */

#ifndef ZEPHYR_KERNEL_H_
#define ZEPHYR_KERNEL_H_

#include <stdint.h>

#include "zephyr/sys/util.h"
#include "zephyr/toolchain.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Waits, in microseconds, without giving the processor away. */
void k_busy_wait(uint32_t usec_to_wait);

/** Sleeps until something has happened; events are delivered meanwhile. */
void k_cpu_idle(void);

#ifdef __cplusplus
}
#endif

#endif  // ZEPHYR_KERNEL_H_
