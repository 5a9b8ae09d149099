// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>

#include "pm/sim/json_tap.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm_air/client.hpp"
#include "pm_air/listener.hpp"
#include "pm_air/options.hpp"

namespace pm_air {

/// The air in real time, and everybody connected to it.
class Server final : public ClientOwner {
 public:
  explicit Server(const Options& options);
  ~Server();

  /// Opens the tap and the sockets, and prints one line. False: `error` says why, and what to do.
  bool start(std::string& error);
  /// Serves until a signal ends the program.
  void run() { io_.run(); }

  void pump() override;
  void remove(Client& client) override;

 private:
  template <class Acceptor>
  void accept(Acceptor& acceptor);
  void admit(Client::Socket socket);
  void arm_timer();
  uint64_t now_us() const;

  Options options_;
  asio::io_context io_;
  asio::signal_set signals_{io_};
  asio::steady_timer timer_{io_};
  std::optional<asio::local::stream_protocol::acceptor> unix_;
  std::optional<asio::ip::tcp::acceptor> tcp_;
  bool pumping_ = false;

  pm::sim::VirtualClock clock_;
  pm::sim::JsonTap tap_;
  pm::sim::SeededCrypto crypto_;
  pm::sim::Air air_;
  unsigned clients_seen_ = 0;
  std::map<Client*, std::shared_ptr<Client>> clients_;
};

}  // namespace pm_air
