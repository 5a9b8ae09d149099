// SPDX-License-Identifier: Apache-2.0
// What a C and a C++ compiler must agree on with the interface's users.
#ifndef LAYOUT_H_
#define LAYOUT_H_

#include <stddef.h>

#ifdef __cplusplus
#include <type_traits>
#include <utility>
#define PM_ABI_ASSERT(condition, text) static_assert(condition, text)
#define PM_ABI_MEMBER(type, member, member_type) \
  PM_ABI_ASSERT((std::is_same_v<decltype(std::declval<type>().member), member_type>), #member)
#else
#define PM_ABI_ASSERT(condition, text) _Static_assert(condition, text)
#define PM_ABI_MEMBER(type, member, member_type) \
  PM_ABI_ASSERT(_Generic(((type*)0)->member, member_type: 1, default: 0), #type "." #member)
#endif

// A header that lacks the function fails here before the second declaration, which must be the
// same.
#define PM_ABI_FUNCTION(result, name, arguments)                        \
  PM_ABI_ASSERT(sizeof(&(name)) == sizeof(result(*) arguments), #name); \
  result name arguments

#define PM_ABI_VALUE(name, value) PM_ABI_ASSERT((name) == (value), #name)
#define PM_ABI_SIZE(type, octets) PM_ABI_ASSERT(sizeof(type) == (octets), #type)
#define PM_ABI_OFFSET(type, member, octets) \
  PM_ABI_ASSERT(offsetof(type, member) == (octets), #type "." #member)

#endif  // LAYOUT_H_
