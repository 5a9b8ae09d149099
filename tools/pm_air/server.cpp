// SPDX-License-Identifier: Apache-2.0
#include "pm_air/server.hpp"

#include <unistd.h>

#include <asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace pm_air {

Server::Server(const Options& options)
    : options_(options), crypto_(options.seed), air_(clock_, options.seed) {
  for (const auto& rule : options_.faults) {
    air_.faults().add(rule);
  }
}

Server::~Server() {
  // The event loop, which outlives the air, still holds the clients.
  for (const auto& [client, held] : clients_) {
    client->vanish();
  }
  if (unix_) {
    (void)unlink(options_.unix_path.c_str());
  }
}

bool Server::start(std::string& error) {
  std::string places;
  if (options_.tcp) {
    tcp_ = listen_tcp(io_, *options_.tcp, error);
    if (!tcp_) {
      return false;
    }
    const auto address = tcp_->local_endpoint();
    places = "tcp " + options_.tcp->host + ":" + std::to_string(address.port());
  }
  if (!options_.unix_path.empty()) {
    unix_ = listen_unix(io_, options_.unix_path, error);
    if (!unix_) {
      return false;
    }
    places += (places.empty() ? "unix " : ", unix ") + options_.unix_path;
  }
  // Last of what can fail: it empties the file, which may be that of a server on the same socket.
  if (!options_.tap_path.empty()) {
    if (!tap_.open(options_.tap_path.c_str())) {
      error = "cannot write the tap '" + options_.tap_path + "': " + std::strerror(errno) +
              "; choose a file in a folder that exists and that you may write to";
      return false;
    }
    air_.set_tap(&tap_);
  }
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  signals_.async_wait([this](const asio::error_code&, int) { io_.stop(); });
  if (tcp_) {
    accept(*tcp_);
  }
  if (unix_) {
    accept(*unix_);
  }
  std::printf("pm-air: listening on %s, seed %llu\n", places.c_str(),
              static_cast<unsigned long long>(options_.seed));
  std::fflush(stdout);
  return true;
}

template <class Acceptor>
void Server::accept(Acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](const asio::error_code& error, auto socket) {
    if (!error) {
      if constexpr (std::is_same_v<Acceptor, asio::ip::tcp::acceptor>) {
        asio::error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      }
      admit(Client::Socket(std::move(socket)));
      accept(acceptor);
      return;
    }
    std::fprintf(stderr, "pm-air: cannot accept a client: %s\n", error.message().c_str());
    // Out of descriptors, most likely: trying again at once would spin.
    const auto pause = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds(100));
    pause->async_wait([this, &acceptor, pause](const asio::error_code&) { accept(acceptor); });
  });
}

void Server::admit(Client::Socket socket) {
  pump();
  const auto client =
      std::make_shared<Client>(*this, ++clients_seen_, std::move(socket), air_, crypto_);
  clients_[client.get()] = client;
  client->start();
}

void Server::remove(Client& client) {
  // Its controller may be what has just called: it goes later.
  asio::post(io_, [this, keep = client.shared_from_this()] {
    clients_.erase(keep.get());
    keep->vanish();
    pump();
  });
}

uint64_t Server::now_us() const {
  // The steady clock's own count, so that the tap's times are those of other programs on this
  // machine.
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

void Server::pump() {
  if (pumping_) {
    return;
  }
  pumping_ = true;
  clock_.advance_to(now_us());
  pumping_ = false;
  arm_timer();
}

void Server::arm_timer() {
  const uint64_t next = clock_.next_deadline();
  if (next == pm::sim::VirtualClock::kNever) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(next)));
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error) {
      pump();
    }
  });
}

}  // namespace pm_air
