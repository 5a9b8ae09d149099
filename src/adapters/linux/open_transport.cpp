// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/open_transport.hpp"

#include "pm/adapters/linux/descriptor_transport.hpp"
#include "pm/adapters/linux/socket_transport.hpp"

namespace pm::adapters {

namespace {

template <class Transport>
std::shared_ptr<HciTransport> connected(EventLoop& loop, const std::string& address,
                                        std::string& error) {
  auto transport = std::make_shared<Transport>(loop);
  error = transport->connect(address);
  return error.empty() ? transport : nullptr;
}

}  // namespace

std::shared_ptr<HciTransport> open_transport(EventLoop& loop, const std::string& address,
                                             std::string& error) {
  if (address.starts_with("unix:") || address.starts_with("tcp:")) {
    return connected<SocketTransport>(loop, address, error);
  }
  if (address.starts_with("uart:") || address.starts_with("user:")) {
    return connected<DescriptorTransport>(loop, address, error);
  }
  error = "controller address '" + address +
          "': expected unix:PATH, tcp:HOST:PORT, uart:PATH[:BAUD] or user:hciN";
  return nullptr;
}

}  // namespace pm::adapters
