// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "pm/adapters/linux/event_loop.hpp"
#include "pm/ports/hci_transport.hpp"

namespace pm::adapters {

/// Connects to a controller: `unix:PATH`, `tcp:HOST:PORT`, `uart:PATH[:BAUD]` or `user:hciN`.
/// Null on failure; `error` then says what went wrong, where, and what to do. The loop must live
/// longer than the transport.
std::shared_ptr<HciTransport> open_transport(EventLoop& loop, const std::string& address,
                                             std::string& error);

}  // namespace pm::adapters
