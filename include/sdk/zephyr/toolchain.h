// SPDX-License-Identifier: Apache-2.0
/** Compiler helpers. Stand-in for builds without the SDK. */

#ifndef ZEPHYR_TOOLCHAIN_H_
#define ZEPHYR_TOOLCHAIN_H_

#define STRINGIFY_INNER(text) #text
#define STRINGIFY(text) STRINGIFY_INNER(text)

#define ARG_UNUSED(argument) (void)(argument)

#ifdef __cplusplus
#define PM_SDK_STATIC_ASSERT(condition, message, ...) static_assert(condition, message)
#else
#define PM_SDK_STATIC_ASSERT(condition, message, ...) _Static_assert(condition, message)
#endif
/** BUILD_ASSERT(condition) or BUILD_ASSERT(condition, "message"). */
#define BUILD_ASSERT(...) PM_SDK_STATIC_ASSERT(__VA_ARGS__, "", "")

#endif  // ZEPHYR_TOOLCHAIN_H_
