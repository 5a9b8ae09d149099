// SPDX-License-Identifier: Apache-2.0
#include "pm_air/listener.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pm_air {

namespace {

// True iff the path is free now.
bool make_room(asio::io_context& io, const std::string& path, std::string& error) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    return true;
  }
  if (!S_ISSOCK(status.st_mode)) {
    error = "'" + path + "' exists and is not a socket; choose another path";
    return false;
  }
  asio::local::stream_protocol::socket probe(io);
  asio::error_code failure;
  probe.connect(asio::local::stream_protocol::endpoint(path), failure);
  if (failure != asio::error::connection_refused) {
    error = "'" + path + "' is served by another program; stop that one or choose another path";
    return false;
  }
  if (unlink(path.c_str()) != 0) {
    error = "cannot remove the stale socket '" + path + "': " + std::strerror(errno);
    return false;
  }
  return true;
}

}  // namespace

std::optional<asio::local::stream_protocol::acceptor> listen_unix(asio::io_context& io,
                                                                  const std::string& path,
                                                                  std::string& error) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    error = "the path of --unix is too long; at most " +
            std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " characters are possible";
    return std::nullopt;
  }
  if (!make_room(io, path, error)) {
    return std::nullopt;
  }
  asio::local::stream_protocol::acceptor acceptor(io);
  asio::error_code failure;
  acceptor.open(asio::local::stream_protocol(), failure);
  if (!failure) {
    acceptor.bind(asio::local::stream_protocol::endpoint(path), failure);
  }
  if (!failure) {
    acceptor.listen(asio::socket_base::max_listen_connections, failure);
  }
  if (failure) {
    error = "cannot listen on '" + path + "': " + failure.message() +
            "; choose a path in a folder that exists and that you may write to";
    return std::nullopt;
  }
  return acceptor;
}

std::optional<asio::ip::tcp::acceptor> listen_tcp(asio::io_context& io, const TcpEndpoint& endpoint,
                                                  std::string& error) {
  const std::string name = endpoint.host + ":" + endpoint.port;
  asio::error_code failure;
  asio::ip::tcp::resolver resolver(io);
  const auto found = resolver.resolve(
      endpoint.host, endpoint.port,
      asio::ip::resolver_base::passive | asio::ip::resolver_base::numeric_service, failure);
  if (failure || found.empty()) {
    error = "cannot use the host of --tcp '" + name + "': " + failure.message() +
            "; give an address of this machine, e.g. 127.0.0.1";
    return std::nullopt;
  }
  const asio::ip::tcp::endpoint address = found.begin()->endpoint();
  asio::ip::tcp::acceptor acceptor(io);
  acceptor.open(address.protocol(), failure);
  if (!failure) {
    acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  }
  if (!failure) {
    acceptor.bind(address, failure);
  }
  if (!failure) {
    acceptor.listen(asio::socket_base::max_listen_connections, failure);
  }
  if (failure) {
    error = "cannot listen on " + name + ": " + failure.message() +
            "; choose another port, or 0 for any free one, on an address of this machine";
    return std::nullopt;
  }
  return acceptor;
}

}  // namespace pm_air
