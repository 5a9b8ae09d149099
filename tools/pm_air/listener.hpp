// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/generic/stream_protocol.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <optional>
#include <string>

#include "pm_air/options.hpp"

namespace pm_air {

/// Opens the unix socket; a file that a dead program left is removed, a socket that somebody serves
/// is not. nullopt: `error` says why, and what to do.
std::optional<asio::local::stream_protocol::acceptor> listen_unix(asio::io_context& io,
                                                                  const std::string& path,
                                                                  std::string& error);

/// Opens the TCP port. nullopt: `error` says why, and what to do.
std::optional<asio::ip::tcp::acceptor> listen_tcp(asio::io_context& io, const TcpEndpoint& endpoint,
                                                  std::string& error);

}  // namespace pm_air
