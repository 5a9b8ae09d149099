// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: the way to a Bluetooth controller, for homes with the LE host of this library.
#pragma once

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

/// Receiver of packets, in the context of the event loop.
class HciSink {
 public:
  /// One whole packet in H4 form: indicator octet (0x01 command, 0x02 ACL, 0x04 event), header,
  /// payload. Valid during the call. Core, Vol 4, Part A.
  virtual void on_hci_packet(Bytes packet) = 0;
  /// The other side is gone, for good: nothing more is received, sends are refused. `reason` is for
  /// people.
  virtual void on_transport_lost(const char* reason) = 0;

 protected:
  ~HciSink() = default;
};

/// The way to a controller: socket, UART, or a virtual controller in the same process.
class HciTransport {
 public:
  /// Names the receiver; nullptr detaches. Packets are delivered from the event loop, never inside
  /// send().
  virtual void attach(HciSink* sink) = 0;
  /// Sends one whole packet in H4 form, copied before return; packets arrive in the order sent.
  /// kInvalidState: the controller is gone.
  virtual Status send(Bytes packet) = 0;

 protected:
  ~HciTransport() = default;
};

}  // namespace pm
