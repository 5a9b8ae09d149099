// SPDX-License-Identifier: Apache-2.0
//
// How a link tells its hosts; apart from link.hpp, which the controller's own header needs.
#pragma once

#include "sim/controller_core.hpp"
#include "sim/link.hpp"

namespace pm::sim {

template <class Event>
void Link::emit(hci::Role role, const Event& event) {
  if (end(role).controller != nullptr) {
    end(role).controller->emit(event);
  }
}

}  // namespace pm::sim
