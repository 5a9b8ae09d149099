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

/// The one Peer Manager behind pm_*, and what stands behind pm_handler_*. On a PC nullptr before
/// boot().
PeerManager* peer_manager();
StandardHandlers* standard_handlers();

/// peer_manager(), and a turn begins: until its end, timers and completions of the store that
/// interrupt it wait with what they have to tell the Peer Manager. Turns nest. On a PC nothing
/// interrupts.
PeerManager* turn_began();
void turn_ended();

}  // namespace pm::c_api
