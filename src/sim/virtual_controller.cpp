// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/virtual_controller.hpp"

#include "sim/controller_core.hpp"

namespace pm::sim {

VirtualController::VirtualController(Air& air, Crypto& crypto)
    : core_(std::make_shared<ControllerCore>(air.medium(), crypto)) {
  core_->enter_air();
}

VirtualController::~VirtualController() {
  core_->attach(nullptr);
  core_->vanish();
}

void VirtualController::attach(HciSink* sink) { core_->attach(sink); }

Status VirtualController::send(Bytes packet) { return core_->on_host_packet(packet); }

hci::BdAddr VirtualController::public_address() const { return core_->public_address(); }

}  // namespace pm::sim
