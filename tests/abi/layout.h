// SPDX-License-Identifier: Apache-2.0
// What a C and a C++ compiler must agree on with the interface's users.
#ifndef LAYOUT_H_
#define LAYOUT_H_

#include <stddef.h>

#ifdef __cplusplus
#define PM_ABI_ASSERT(condition, text) static_assert(condition, text)
#else
#define PM_ABI_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#define PM_ABI_VALUE(name, value) PM_ABI_ASSERT((name) == (value), #name)
#define PM_ABI_SIZE(type, octets) PM_ABI_ASSERT(sizeof(type) == (octets), #type)
#define PM_ABI_OFFSET(type, member, octets) \
  PM_ABI_ASSERT(offsetof(type, member) == (octets), #type "." #member)

#endif  // LAYOUT_H_
