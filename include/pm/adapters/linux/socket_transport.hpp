// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/generic/stream_protocol.hpp>
#include <deque>
#include <string>
#include <vector>

#include "pm/adapters/linux/event_loop.hpp"
#include "pm/hci/h4.hpp"
#include "pm/ports/hci_transport.hpp"

namespace pm::adapters {

/// H4 over a stream socket to a controller.
class SocketTransport final : public HciTransport {
 public:
  explicit SocketTransport(EventLoop& loop);

  /// Connects to `unix:PATH` or `tcp:HOST:PORT`; an IPv6 address stands in brackets. An empty
  /// result is success; otherwise it says what went wrong, where, and what to do.
  std::string connect(const std::string& address);

  void attach(HciSink* sink) override { sink_ = sink; }
  Status send(Bytes packet) override;

 private:
  std::string connect_unix(const std::string& path);
  std::string connect_tcp(const std::string& host_and_port);
  void receive();
  void transmit();
  void lose(const std::string& reason);

  EventLoop& loop_;
  asio::generic::stream_protocol::socket socket_;
  HciSink* sink_ = nullptr;
  hci::H4Deframer deframer_{hci::H4Deframer::Reader::kHost};
  std::array<uint8_t, 4096> input_{};
  // Each packet goes out in one write: some controllers want a packet's header in one piece.
  std::deque<std::vector<uint8_t>> output_;
  bool transmitting_ = false;
};

}  // namespace pm::adapters
