// SPDX-License-Identifier: Apache-2.0
//
// Events in the words of the specification's tables.
#pragma once

#include <string>
#include <vector>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/device/bare_device.hpp"

namespace pm::test {

using Log = std::vector<std::string>;

/// "SEC_START(B)", "SEC_FAILED(E, 0x1006, LOCAL)", "DATA_UPDATE(BONDING)", ... Procedures are
/// E(ncryption), B(onding) and P(airing).
std::string describe(const pm_evt& event);

/// All Peer Manager events from happening number `from` on.
Log pm_log(const device::BareDevice& device, size_t from = 0);
/// Only those that the table of security procedures speaks of, and failures of any kind.
Log security_log(const device::BareDevice& device, size_t from = 0);

}  // namespace pm::test
