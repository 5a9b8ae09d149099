// SPDX-License-Identifier: Apache-2.0
//
// What the functions of the C interface really return, for the test that compares it with a table
// typed by hand. On a PC, with PM_RETURN_CODES naming a file in the environment, each pair of
// function and result is appended to it when it is first seen. The target has none of this.
#pragma once

#include <cstdint>

namespace pm::c_api {

#ifdef PM_RECORD_RETURN_CODES
/// `function` lives for ever.
void record_return(const char* function, uint32_t result);
#else
inline void record_return(const char*, uint32_t) {}
#endif

/// Status codes, truth values (0 and 1), numbers and peer IDs are recorded as they are.
template <class Result>
inline Result returned(const char* function, Result result) {
  record_return(function, result);
  return result;
}

/// 1 for a pointer that is not null.
template <class Pointee>
inline Pointee* returned(const char* function, Pointee* result) {
  record_return(function, result != nullptr ? 1 : 0);
  return result;
}

/// A function without a result.
inline void returned(const char* function) { record_return(function, 0); }

}  // namespace pm::c_api
