// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/posix/stream_descriptor.hpp>
#include <deque>
#include <string>
#include <vector>

#include "pm/adapters/linux/event_loop.hpp"
#include "pm/hci/h4.hpp"
#include "pm/ports/hci_transport.hpp"

namespace pm::adapters {

/// H4 over a file descriptor: a serial line, which may cut packets anywhere, or the kernel's HCI
/// user channel, which takes and gives one packet a call.
class DescriptorTransport final : public HciTransport {
 public:
  explicit DescriptorTransport(EventLoop& loop);

  /// `uart:PATH[:BAUD]`, BAUD 115200 if not named: 8 data bits, no parity, 1 stop bit, RTS/CTS
  /// (Core, Vol 4, Part A, 3). `user:hciN`: the controller must be powered off, and nobody else
  /// may use it. An empty result is success; otherwise it says what went wrong, where, and what to
  /// do.
  std::string connect(const std::string& address);

  void attach(HciSink* sink) override { sink_ = sink; }
  /// Refused with kInvalidState once the controller is lost.
  Status send(Bytes packet) override;

 private:
  void receive();
  void transmit();
  void lose(const std::string& reason);

  asio::posix::stream_descriptor descriptor_;
  HciSink* sink_ = nullptr;
  hci::H4Deframer deframer_{hci::H4Deframer::Reader::kHost};
  std::array<uint8_t, 4096> input_{};
  std::deque<std::vector<uint8_t>> output_;
  bool transmitting_ = false;
};

}  // namespace pm::adapters
