// SPDX-License-Identifier: Apache-2.0
#include "c_api/return_codes/face.hpp"

#include "c_api/globals.hpp"
#include "c_api/observers.h"

// Tests deliver events themselves.
extern "C" void pm_observers_link(void) {}

namespace pm {

// In place of the globals of an application, which have a whole device behind them.
namespace c_api {
Runtime* runtime() { return nullptr; }
namespace {
PeerManager* the_peer_manager = nullptr;
StandardHandlers* the_handlers = nullptr;
}  // namespace
PeerManager* peer_manager() { return the_peer_manager; }
StandardHandlers* standard_handlers() { return the_handlers; }
PeerManager* turn_began() { return the_peer_manager; }
void turn_ended() {}
}  // namespace c_api

namespace test {

Face::Face() { bind(manager()); }

Face::~Face() {
  c_api::the_peer_manager = nullptr;
  c_api::the_handlers = nullptr;
}

void Face::restart() {
  reboot();
  bind(manager());
}

void Face::restart_uninitialized() {
  storage.cut_power();
  uninitialized_.emplace(soft_device, storage, clock, crypto);
  bind(*uninitialized_);
}

void Face::bonds(unsigned count) {
  for (unsigned peer = 0; peer < count; ++peer) {
    put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
  }
  restart();
}

void Face::bind(PeerManager& peer_manager) {
  handlers_.emplace(peer_manager, soft_device, clock);
  c_api::the_handlers = &*handlers_;
  c_api::the_peer_manager = &peer_manager;
}

}  // namespace test
}  // namespace pm
