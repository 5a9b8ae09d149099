// SPDX-License-Identifier: Apache-2.0
//
// The globals of the C faces, in one place.
#pragma once

namespace pm {
class PeerManager;
class StandardHandlers;
}  // namespace pm

namespace pm::c_api {

class Runtime;

/// The device on a PC, nullptr before boot(). The target has none.
Runtime* runtime();

/// The one Peer Manager behind pm_*, nullptr before boot().
PeerManager* peer_manager();

/// What stands behind pm_handler_*, nullptr before boot().
StandardHandlers* standard_handlers();

void turn_began();
void turn_ended();

/// While it lives, timers and completions of the store that interrupt it wait with what they have
/// to tell the Peer Manager. On a PC nothing interrupts.
class Turn {
 public:
  Turn() { turn_began(); }
  ~Turn() { turn_ended(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

}  // namespace pm::c_api
