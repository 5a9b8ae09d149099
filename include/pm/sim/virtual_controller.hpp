// SPDX-License-Identifier: Apache-2.0
//
// An LE controller (HCI 5.2, legacy advertising) on a virtual air. It speaks H4 packets: in the
// same process it is the host's HciTransport; a program may as well serve it on a socket.
//
// Modelled: advertising and scanning, initiating, up to 8 links, connection events, fragmentation,
// flow control (8 buffers of 251 octets), the link-layer procedures for encryption (start, failure,
// pause and refresh), connection update, features, version, data length, PHY and termination,
// supervision, filter accept list and resolving list (16 entries each) with address generation. Not
// modelled: channels, collisions on air, the cipher itself (keys are compared instead: different
// keys are a MIC failure at both ends).
#pragma once

#include <memory>

#include "pm/hci/constants.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/hci_transport.hpp"
#include "pm/sim/air.hpp"

namespace pm::sim {

class ControllerCore;

class VirtualController final : public HciTransport {
 public:
  /// Gets the public address C0:DE:00:00:nn:nn, numbered by order of creation on this air. `crypto`
  /// is used for AES only (address resolution, LE Encrypt). Both must live longer.
  VirtualController(Air& air, Crypto& crypto);
  /// The controller vanishes: nothing is told to anybody, its peers run into the supervision
  /// timeout.
  ~VirtualController();
  VirtualController(const VirtualController&) = delete;
  VirtualController& operator=(const VirtualController&) = delete;

  /// Packets for the host come from the clock, about 100 us after the command that caused them.
  void attach(HciSink* sink) override;
  /// Takes a command or ACL data. A malformed packet, more than 32 commands unanswered, or ACL data
  /// beyond the credits are violations that no real controller survives either: the controller
  /// vanishes, and the sink is told by on_transport_lost. kInvalidState: that has happened.
  Status send(Bytes packet) override;

  hci::BdAddr public_address() const;

 private:
  std::shared_ptr<ControllerCore> core_;
};

}  // namespace pm::sim
