// SPDX-License-Identifier: Apache-2.0
//
// Return parameters that many commands share.
#pragma once

#include "pm/hci/constants.hpp"
#include "pm/hci/fields.hpp"

namespace pm::hci {

/// A Command Status event answers the command; what it started ends with another event.
struct AnsweredByStatus {};

struct StatusReturn {
  ErrorCode status{};
  template <class F>
  constexpr void fields(F& f) {
    f(status);
  }
};

struct HandleReturn {
  ErrorCode status{};
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle);
  }
};

}  // namespace pm::hci
