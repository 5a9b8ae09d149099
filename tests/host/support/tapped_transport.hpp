// SPDX-License-Identifier: Apache-2.0
//
// Stands between a host and its controller: counts what passes, and plays the controllers that lack
// commands, fall silent or vanish.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "pm/hci/acl.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/ports/hci_transport.hpp"
#include "pm/sim/virtual_clock.hpp"

namespace pm::test {

/// A bit of Supported_Commands. Core, Vol 4, Part E, 6.27.
struct SupportedBit {
  hci::Opcode opcode;
  size_t octet;
  unsigned bit;
};

class TappedTransport final : public HciTransport, private HciSink {
 public:
  TappedTransport(HciTransport& controller, sim::VirtualClock& clock)
      : controller_(controller), clock_(clock) {}

  /// Commands answered with Unknown Command; `admits` also clears the bit that claims them.
  void lacks(hci::Opcode opcode) { lacking_.insert(opcode); }
  void admits_lacking(const SupportedBit& bit) {
    lacking_.insert(bit.opcode);
    cleared_.push_back(bit);
  }
  /// From now on nothing comes from the controller.
  void fall_silent() { silent_ = true; }
  void vanish() {
    gone_ = true;
    clock_.schedule(0, [this] { on_transport_lost("unplugged"); });
  }
  /// A packet as if from the controller, in a turn of its own.
  void inject(std::vector<uint8_t> packet) {
    clock_.schedule(0, [this, packet = std::move(packet)] {
      if (sink_ != nullptr) {
        sink_->on_hci_packet(packet);
      }
    });
  }
  /// Limits what the controller says about its ACL buffers.
  void set_buffers(uint16_t length, uint8_t count) {
    acl_length_ = length;
    acl_count_ = count;
  }

  size_t commands() const { return commands_.size(); }
  size_t commands(hci::Opcode opcode) const {
    return static_cast<size_t>(std::count(commands_.begin(), commands_.end(), opcode));
  }
  const std::vector<hci::Opcode>& command_log() const { return commands_; }
  size_t acl_packets() const { return acl_packets_; }
  size_t longest_acl() const { return longest_acl_; }
  size_t most_outstanding() const { return most_outstanding_; }

  // HciTransport, towards the host.
  void attach(HciSink* sink) override {
    sink_ = sink;
    controller_.attach(sink == nullptr ? nullptr : this);
  }
  Status send(Bytes packet) override {
    if (gone_) {
      return Status::kInvalidState;
    }
    if (const auto command = hci::parse_command(packet)) {
      commands_.push_back(command->opcode);
      if (lacking_.contains(command->opcode)) {
        answer_unknown(command->opcode);
        return Status::kOk;
      }
    }
    if (const auto data = hci::parse_acl(packet)) {
      ++acl_packets_;
      longest_acl_ = std::max(longest_acl_, data->data.size());
      most_outstanding_ = std::max(most_outstanding_, ++outstanding_);
    }
    return controller_.send(packet);
  }

 private:
  void answer_unknown(hci::Opcode opcode) {
    hci::EventBuffer buffer;
    const Bytes packet =
        hci::encode_event(hci::CommandStatus{hci::ErrorCode::kUnknownCommand, 1, opcode}, buffer);
    inject({packet.begin(), packet.end()});
  }

  void on_hci_packet(Bytes packet) override {
    if (silent_ || sink_ == nullptr) {
      return;
    }
    std::vector<uint8_t> copy(packet.begin(), packet.end());
    if (const auto event = hci::parse_event(packet)) {
      if (const auto done = hci::decode<hci::CommandComplete>(*event)) {
        edit(*done, copy);
      }
      if (const auto completed = hci::decode<hci::NumberOfCompletedPackets>(*event)) {
        for (const auto& entry : completed->entries) {
          outstanding_ -= std::min<size_t>(outstanding_, entry.packets);
        }
      }
    }
    sink_->on_hci_packet(copy);
  }
  void edit(const hci::CommandComplete& done, std::vector<uint8_t>& packet) {
    // Header 3, credits 1, opcode 2, status 1.
    constexpr size_t kReturned = 7;
    if (done.opcode == hci::Opcode::kReadLocalSupportedCommands) {
      for (const SupportedBit& bit : cleared_) {
        packet[kReturned + bit.octet] =
            static_cast<uint8_t>(packet[kReturned + bit.octet] & ~(1u << bit.bit));
      }
    }
    if (done.opcode == hci::Opcode::kLeReadBufferSize && acl_count_ != 0) {
      store_le16(&packet[kReturned], acl_length_);
      packet[kReturned + 2] = acl_count_;
    }
  }
  void on_transport_lost(const char* reason) override {
    if (sink_ != nullptr) {
      sink_->on_transport_lost(reason);
    }
  }

  HciTransport& controller_;
  sim::VirtualClock& clock_;
  HciSink* sink_ = nullptr;
  std::set<hci::Opcode> lacking_;
  std::vector<SupportedBit> cleared_;
  bool silent_ = false;
  bool gone_ = false;
  uint16_t acl_length_ = 0;
  uint8_t acl_count_ = 0;
  std::vector<hci::Opcode> commands_;
  size_t acl_packets_ = 0;
  size_t longest_acl_ = 0;
  size_t outstanding_ = 0;
  size_t most_outstanding_ = 0;
};

}  // namespace pm::test
