// SPDX-License-Identifier: Apache-2.0
//
// The globals of the C faces, in one place.
#pragma once

#include "pm/c_api/runtime.hpp"

namespace pm {
class PeerManager;
class StandardHandlers;
}  // namespace pm

namespace pm::c_api {

/// The device, nullptr before boot().
Runtime* runtime();

/// The one Peer Manager behind pm_*, nullptr before boot().
PeerManager* peer_manager();

/// What stands behind pm_handler_*, nullptr before boot().
StandardHandlers* standard_handlers();

}  // namespace pm::c_api
