// SPDX-License-Identifier: Apache-2.0
#include "pm_air/client.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <cstdio>

namespace pm_air {

Client::Client(ClientOwner& owner, unsigned number, Socket socket, pm::sim::Air& air,
               pm::Crypto& crypto)
    : owner_(owner),
      number_(number),
      socket_(std::move(socket)),
      controller_(std::make_unique<pm::sim::VirtualController>(air, crypto)) {
  controller_->attach(this);
}

Client::~Client() = default;

void Client::start() { read(); }

void Client::drop(const std::string& reason) {
  if (!open_) {
    return;
  }
  open_ = false;
  std::fprintf(stderr, "pm-air: client %u: %s\n", number_, reason.c_str());
  asio::error_code ignored;
  socket_.close(ignored);
  owner_.remove(*this);
}

void Client::on_transport_lost(const char* reason) { drop(std::string("dropped: ") + reason); }

void Client::read() {
  socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](
                                                    const asio::error_code& error, size_t size) {
    if (!self->open_) {
      return;
    }
    if (error) {
      self->drop(error == asio::error::eof ? "gone" : "gone: " + error.message());
      return;
    }
    self->take(pm::Bytes(self->input_.data(), size));
    if (self->open_) {
      self->read();
    }
  });
}

void Client::take(pm::Bytes octets) {
  owner_.pump();
  while (open_) {
    const auto packet = deframer_.next(octets);
    if (!packet) {
      break;
    }
    (void)controller_->send(*packet);
  }
  switch (deframer_.error()) {
    case pm::hci::H4Error::kNone:
      break;
    case pm::hci::H4Error::kUnexpectedIndicator:
      drop("dropped: it sent an octet that starts no command and no ACL data; H4 is expected");
      break;
    case pm::hci::H4Error::kTooLong:
      drop("dropped: it announced ACL data longer than any buffer");
      break;
  }
  owner_.pump();
}

void Client::on_hci_packet(pm::Bytes packet) {
  if (!open_) {
    return;
  }
  if (waiting_.size() + packet.size() > kMaxBacklog) {
    drop("dropped: it does not read what its controller says");
    return;
  }
  waiting_.insert(waiting_.end(), packet.begin(), packet.end());
  if (writing_.empty()) {
    write();
  }
}

void Client::write() {
  writing_.swap(waiting_);
  waiting_.clear();
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](const asio::error_code& error, size_t) {
                      self->writing_.clear();
                      if (!self->open_) {
                        return;
                      }
                      if (error) {
                        self->drop("gone: " + error.message());
                        return;
                      }
                      if (!self->waiting_.empty()) {
                        self->write();
                      }
                    });
}

}  // namespace pm_air
