// SPDX-License-Identifier: Apache-2.0
/** Small macros that applications use. Stand-in for builds without the SDK. */

#ifndef ZEPHYR_SYS_UTIL_H_
#define ZEPHYR_SYS_UTIL_H_

#include <stddef.h>
#include <stdint.h>

#include "zephyr/toolchain.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#ifndef MIN
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef CLAMP
#define CLAMP(value, low, high) (((value) <= (low)) ? (low) : MIN(value, high))
#endif

#ifndef BIT
#define BIT(n) (1UL << (n))
#endif

#ifndef CONTAINER_OF
#define CONTAINER_OF(member_ptr, type, member) \
  ((type*)((uintptr_t)(member_ptr)-offsetof(type, member)))
#endif

/*
 * 1 when the option is defined as 1, else 0 (also when it is not defined): pasting makes of 1 a
 * macro that adds an argument in front, so that what is taken as the second argument changes.
 */
#define IS_ENABLED(option) PM_SDK_IS_ENABLED_PASTE(option)
#define PM_SDK_IS_ENABLED_PASTE(value) PM_SDK_IS_ENABLED_PICK(PM_SDK_IS_ENABLED_IF_##value 1, 0, 0)
#define PM_SDK_IS_ENABLED_IF_1 0,
#define PM_SDK_IS_ENABLED_PICK(...) PM_SDK_IS_ENABLED_SECOND(__VA_ARGS__)
#define PM_SDK_IS_ENABLED_SECOND(first, second, ...) second

#endif  // ZEPHYR_SYS_UTIL_H_
