// SPDX-License-Identifier: Apache-2.0
#include "host/gap/controller.hpp"

#include <array>
#include <cstdio>

namespace pm::host::gap {
namespace {

constexpr uint64_t kCommandTimeoutUs = 5'000'000;

std::string command_text(const char* what, hci::Opcode opcode) {
  std::array<char, 96> text;
  std::snprintf(text.data(), text.size(), "%s (command 0x%04X)", what,
                static_cast<unsigned>(opcode));
  return text.data();
}

}  // namespace

Controller::Controller(HciTransport& transport, Timers& timers, ControllerSink& sink,
                       Observer observer)
    : transport_(transport),
      timers_(timers),
      sink_(sink),
      observer_(std::move(observer)),
      acl_(*this) {
  command_timer_.expired = &Controller::command_timeout;
  command_timer_.context = this;
  loss_timer_.expired = &Controller::deferred_loss;
  loss_timer_.context = this;
}

Controller::~Controller() { shut_down(); }

void Controller::shut_down() {
  if (state_ == State::kReady) {
    hci::CommandBuffer buffer;
    (void)transport_.send(hci::encode_command(hci::Reset{}, buffer));
  }
  if (state_ != State::kOff) {
    transport_.attach(nullptr);
  }
  state_ = State::kOff;
  timers_.stop(command_timer_);
  timers_.stop(loss_timer_);
  commands_.clear();
  in_flight_.reset();
  acl_.clear();
}

void Controller::enqueue(Pending pending) {
  if (state_ != State::kInitialising && state_ != State::kReady) {
    return;
  }
  commands_.push_back(std::move(pending));
  pump();
}

void Controller::pump() {
  // `build` may queue further commands.
  if (pumping_) {
    return;
  }
  pumping_ = true;
  while (!in_flight_ && credit_ && !commands_.empty()) {
    Pending next = std::move(commands_.front());
    commands_.pop_front();
    if (!transmit(next)) {
      continue;
    }
    in_flight_ = std::move(next);
    credit_ = false;
  }
  pumping_ = false;
  if (in_flight_ || !commands_.empty()) {
    if (!command_timer_.running) {
      timers_.start(command_timer_, kCommandTimeoutUs);
    }
    return;
  }
  timers_.stop(command_timer_);
}

bool Controller::transmit(Pending& pending) {
  hci::CommandBuffer buffer;
  const Bytes packet = pending.build ? pending.build(buffer) : Bytes(pending.packet);
  if (packet.empty()) {
    return false;
  }
  if (observer_) {
    observer_(true, packet);
  }
  const Status sent = transport_.send(packet);
  wipe(buffer);
  pending.packet.clear();
  timers_.stop(command_timer_);
  if (!ok(sent)) {
    lose_later("the controller's transport refuses packets");
  }
  return true;
}

void Controller::send_acl_packet(Bytes packet) {
  if (observer_) {
    observer_(true, packet);
  }
  if (!ok(transport_.send(packet))) {
    lose_later("the controller's transport refuses packets");
  }
}

void Controller::on_frame_sent(uint16_t conn_handle, uint16_t cid) {
  sink_.on_frame_sent(conn_handle, cid);
}

void Controller::on_hci_packet(Bytes packet) {
  if (state_ != State::kInitialising && state_ != State::kReady) {
    return;
  }
  if (observer_) {
    observer_(false, packet);
  }
  if (const auto event = hci::parse_event(packet)) {
    on_event(*event);
    return;
  }
  const auto data = hci::parse_acl(packet);
  if (data && data->broadcast == 0 && state_ == State::kReady) {
    sink_.on_acl_data(*data);
  }
}

void Controller::on_event(const hci::EventView& event) {
  if (const auto done = hci::decode<hci::CommandComplete>(event)) {
    on_command_complete(*done);
    return;
  }
  if (const auto answered = hci::decode<hci::CommandStatus>(event)) {
    on_command_status(*answered);
    return;
  }
  if (const auto error = hci::decode<hci::HardwareError>(event)) {
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "the controller reports hardware error 0x%02X",
                  error->hardware_code);
    lose(text.data());
    return;
  }
  if (state_ != State::kReady) {
    return;
  }
  if (const auto completed = hci::decode<hci::NumberOfCompletedPackets>(event)) {
    for (const auto& entry : completed->entries) {
      acl_.on_completed(entry.handle, entry.packets);
    }
    return;
  }
  sink_.on_hci_event(event);
}

void Controller::on_command_complete(const hci::CommandComplete& event) {
  credit_ = event.credits > 0;
  const Bytes returned = event.return_parameters.octets;
  // A Command Complete without return parameters says nothing; only credits are given with opcode
  // 0.
  const auto status =
      returned.empty() ? hci::ErrorCode::kUnspecified : static_cast<hci::ErrorCode>(returned[0]);
  complete(event.opcode, status, returned);
}

void Controller::on_command_status(const hci::CommandStatus& event) {
  credit_ = event.credits > 0;
  const auto status = static_cast<uint8_t>(event.status);
  complete(event.opcode, event.status, Bytes(&status, 1));
}

void Controller::complete(hci::Opcode opcode, hci::ErrorCode status, Bytes return_parameters) {
  if (!in_flight_ || in_flight_->opcode != opcode) {
    pump();
    return;
  }
  const Done done = std::move(in_flight_->done);
  in_flight_.reset();
  timers_.stop(command_timer_);
  if (status == hci::ErrorCode::kUnknownCommand) {
    set_unsupported(facts_.commands, opcode);
  }
  if (done) {
    done(status, return_parameters);
  }
  if (state_ != State::kLost) {
    pump();
  }
}

void Controller::command_timeout(void* context) {
  auto& self = *static_cast<Controller*>(context);
  const hci::Opcode opcode =
      self.in_flight_ ? self.in_flight_->opcode : self.commands_.front().opcode;
  self.lose(command_text("the controller does not answer", opcode));
}

void Controller::on_transport_lost(const char* reason) {
  lose(std::string("the controller is gone: ") + (reason != nullptr ? reason : "no reason given"));
}

void Controller::lose_later(std::string reason) {
  loss_reason_ = std::move(reason);
  timers_.start(loss_timer_, 0);
}

void Controller::deferred_loss(void* context) {
  auto& self = *static_cast<Controller*>(context);
  const std::string reason = self.loss_reason_;
  self.lose(reason);
}

void Controller::lose(const std::string& reason) {
  if (state_ != State::kInitialising && state_ != State::kReady) {
    return;
  }
  state_ = State::kLost;
  timers_.stop(command_timer_);
  timers_.stop(loss_timer_);
  commands_.clear();
  in_flight_.reset();
  acl_.clear();
  sink_.on_controller_lost(reason);
}

void Controller::mandatory(const char* what, hci::ErrorCode status) {
  if (status == hci::ErrorCode::kSuccess) {
    return;
  }
  std::array<char, 96> text;
  std::snprintf(text.data(), text.size(), "the controller refuses %s: error 0x%02X", what,
                static_cast<unsigned>(status));
  lose(text.data());
}

}  // namespace pm::host::gap
