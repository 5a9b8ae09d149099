// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// No pairing is under way: nothing is held, nothing is legal here but what starts one (the session
/// sees to that).
class Idle {
 public:
  Outcome on_pdu(Context&, const Pdu&) { return {}; }
};

}  // namespace pm::host::smp
