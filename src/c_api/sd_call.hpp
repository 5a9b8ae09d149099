// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "c_api/globals.hpp"
#include "pm/c_api/runtime.hpp"

namespace pm::c_api {

/// Calls the host of the booted device; before boot() there is no stack.
template <class Call>
uint32_t sd_call(Call&& call_it) {
  return to_code(runtime() == nullptr ? Status::kNotEnabled : call_it(runtime()->host()));
}

}  // namespace pm::c_api
