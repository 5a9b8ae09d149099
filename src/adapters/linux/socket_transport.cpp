// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/socket_transport.hpp"

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/write.hpp>
#include <charconv>

namespace pm::adapters {

namespace {

/// The resolver takes any number and cuts it to 16 bits.
bool is_port(const std::string& text) {
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stop == end && port >= 1 && port <= 65535;
}

/// Whether sending or receiving finds it out first is chance.
std::string describe(const asio::error_code& error) {
  return error == asio::error::eof || error == asio::error::broken_pipe ||
                 error == asio::error::connection_reset
             ? "it closed the connection"
             : error.message();
}

}  // namespace

SocketTransport::SocketTransport(EventLoop& loop) : loop_(loop), socket_(loop.context()) {}

std::string SocketTransport::connect(const std::string& address) {
  std::string problem;
  if (address.starts_with("unix:")) {
    problem = connect_unix(address.substr(5));
  } else if (address.starts_with("tcp:")) {
    problem = connect_tcp(address.substr(4));
  } else {
    return "controller address '" + address + "': expected unix:PATH or tcp:HOST:PORT";
  }
  if (!problem.empty()) {
    asio::error_code ignored;
    socket_.close(ignored);
    return "no controller at " + address + ": " + problem;
  }
  receive();
  return {};
}

std::string SocketTransport::connect_unix(const std::string& path) {
  asio::error_code error;
  if (path.empty() || path.size() > 107) {
    return "the path must have 1 to 107 characters";
  }
  socket_.connect(asio::local::stream_protocol::endpoint(path), error);
  return error
             ? error.message() + "; start pm-air --unix " + path + ", or name a running controller"
             : std::string();
}

std::string SocketTransport::connect_tcp(const std::string& host_and_port) {
  const size_t colon = host_and_port.rfind(':');
  if (colon == std::string::npos || colon == 0 || !is_port(host_and_port.substr(colon + 1))) {
    return "expected tcp:HOST:PORT, PORT from 1 to 65535, e.g. tcp:127.0.0.1:6402";
  }
  std::string host = host_and_port.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);  // an IPv6 address
  }
  asio::error_code error;
  asio::ip::tcp::resolver resolver(loop_.context());
  const auto endpoints = resolver.resolve(host, host_and_port.substr(colon + 1), error);
  for (const auto& endpoint : endpoints) {
    asio::error_code ignored;
    socket_.close(ignored);
    socket_.connect(endpoint.endpoint(), error);
    if (!error) {
      // A pairing is a dialogue of small packets.
      socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
      return {};
    }
  }
  return error.message() + "; start pm-air --tcp " + host_and_port +
         ", or name a running controller";
}

Status SocketTransport::send(Bytes packet) {
  if (!socket_.is_open()) {
    return Status::kInvalidState;
  }
  output_.emplace_back(packet.begin(), packet.end());
  if (!transmitting_) {
    transmit();
  }
  return Status::kOk;
}

void SocketTransport::transmit() {
  transmitting_ = true;
  asio::async_write(socket_, asio::buffer(output_.front()),
                    [this](const asio::error_code& error, size_t) {
                      transmitting_ = false;
                      if (error) {
                        lose(describe(error));
                        return;
                      }
                      // Keys go out in commands, and come in on SMP's channel.
                      wipe(output_.front());
                      output_.pop_front();
                      if (!output_.empty()) {
                        transmit();
                      }
                    });
}

void SocketTransport::receive() {
  socket_.async_receive(asio::buffer(input_), [this](const asio::error_code& error, size_t size) {
    if (error) {
      lose(describe(error));
      return;
    }
    Bytes input(input_.data(), size);
    while (const auto packet = deframer_.next(input)) {
      if (sink_ != nullptr) {
        sink_->on_hci_packet(*packet);
      }
    }
    wipe(MutableBytes(input_).first(size));
    if (deframer_.error() != hci::H4Error::kNone) {
      lose("it sent octets that are no HCI packets");
      return;
    }
    receive();
  });
}

void SocketTransport::lose(const std::string& reason) {
  if (!socket_.is_open()) {
    return;
  }
  asio::error_code ignored;
  socket_.close(ignored);
  // A packet that is still being written is let go by its completion.
  if (!transmitting_) {
    for (std::vector<uint8_t>& packet : output_) {
      wipe(packet);
    }
    output_.clear();
  }
  if (sink_ != nullptr) {
    sink_->on_transport_lost(reason.c_str());
  }
}

}  // namespace pm::adapters
