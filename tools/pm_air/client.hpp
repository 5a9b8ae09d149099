// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>
#include <vector>

#include "pm/hci/h4.hpp"
#include "pm/sim/virtual_controller.hpp"

namespace pm_air {

class Client;

/// What a client needs of the server.
class ClientOwner {
 public:
  /// Virtual time is to catch up: before a packet is handed in, and after.
  virtual void pump() = 0;
  /// The client is done; it is destroyed in a later turn of the loop.
  virtual void remove(Client& client) = 0;

 protected:
  ~ClientOwner() = default;
};

/// One connection: a controller, and the octets to and from its host.
class Client final : public std::enable_shared_from_this<Client>, private pm::HciSink {
 public:
  using Socket = asio::generic::stream_protocol::socket;

  Client(ClientOwner& owner, unsigned number, Socket socket, pm::sim::Air& air, pm::Crypto& crypto);
  ~Client();

  void start();
  /// Closes the connection; the controller vanishes from the air.
  void drop(const std::string& reason);
  /// Takes the controller from the air. Not from inside its callbacks.
  void vanish() { controller_.reset(); }

 private:
  // Enough for a host that is busy for a moment; one that does not read at all is dropped.
  static constexpr size_t kMaxBacklog = 1 << 20;

  void on_hci_packet(pm::Bytes packet) override;
  void on_transport_lost(const char* reason) override;
  void read();
  void take(pm::Bytes octets);
  void write();

  ClientOwner& owner_;
  unsigned number_;
  Socket socket_;
  bool open_ = true;
  pm::hci::H4Deframer deframer_{pm::hci::H4Deframer::Reader::kController};
  std::array<uint8_t, 4096> input_{};
  std::vector<uint8_t> waiting_;
  std::vector<uint8_t> writing_;
  std::unique_ptr<pm::sim::VirtualController> controller_;
};

}  // namespace pm_air
