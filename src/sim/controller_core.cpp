// SPDX-License-Identifier: Apache-2.0
#include "sim/controller_core.hpp"

#include <utility>
#include <vector>

#include "pm/hci/acl.hpp"

namespace pm::sim {

namespace {

using hci::ErrorCode;
using hci::Opcode;

// Core, Vol 4, Part E, 7.3.1 and 7.8.1: defaults after a reset.
constexpr uint64_t kDefaultEventMask = 0x00001FFFFFFFFFFF;
constexpr uint64_t kDefaultLeEventMask = 0x1F;

// Bits of the supported commands, by octet. Core, Vol 4, Part E, 6.27.
struct SupportedOctet {
  uint8_t octet;
  uint8_t bits;
};
constexpr SupportedOctet kSupportedCommands[] = {
    {0, 0x20},   // Disconnect
    {2, 0x80},   // Read Remote Version Information
    {5, 0xC0},   // Set Event Mask, Reset
    {14, 0x28},  // Read Local Version Information, Read Local Supported Features
    {15, 0x22},  // Read BD_ADDR, Read RSSI
    {25,
     0xF7},  // LE masks, buffer size, features, random address, advertising parameters, power, data
    {26, 0xFF},  // scan response, advertising, scanning, creating, accept list size and clear
    {27, 0xEF},  // accept list add and remove, update, classification, features, encrypt, rand
    {28, 0x0F},  // enable encryption, LTK replies, supported states
    {33, 0xF0},  // parameter request replies, data length, suggested length
    {34, 0x79},  // write suggested length, resolving list add, remove, clear, size
    {35, 0x7E},  // resolution enable, RPA timeout, maximum length, PHY
    {39, 0x04},  // privacy mode
};

// BR/EDR Not Supported, LE Supported (Controller). Core, Vol 2, Part C, 3.3.
constexpr uint64_t kLmpFeatures = (uint64_t{1} << 37) | (uint64_t{1} << 38);

// Every combination of legacy advertising, scanning, initiating and both roles. Core, Vol 4, Part
// E, 7.8.27.
constexpr uint64_t kLeStates = 0x000003FFFFFFFFFF;

constexpr uint64_t bit(unsigned number) { return uint64_t{1} << number; }

}  // namespace

ControllerCore::ControllerCore(std::shared_ptr<Medium> medium, Crypto& crypto)
    : addresses(*this),
      advertiser(*this),
      scanner(*this),
      initiator(*this),
      links(*this),
      medium_(std::move(medium)),
      crypto_(crypto),
      random_(medium_->random().fork()) {
  reset();
}

void ControllerCore::enter_air() {
  number_ = medium_->enter(shared_from_this());
  public_address_ = {0x00, 0x00, 0x00, 0x00, 0xDE, 0xC0};
  store_le16(public_address_.data(), number_);
  alive_ = true;
}

void ControllerCore::vanish() {
  if (!std::exchange(alive_, false)) {
    return;
  }
  advertiser.reset();
  scanner.reset();
  initiator.reset();
  links.vanish();
  medium_->leave(this);
}

VirtualClock::EventId ControllerCore::schedule(uint64_t delay_us, std::function<void()> fn,
                                               VirtualClock::Kind kind) {
  return clock().schedule(
      delay_us,
      [weak = weak_from_this(), fn = std::move(fn)] {
        const auto self = weak.lock();
        if (self != nullptr && self->alive_) {
          fn();
        }
      },
      kind);
}

Status ControllerCore::on_host_packet(Bytes packet) {
  if (!alive_) {
    return Status::kInvalidState;
  }
  if (const auto acl = hci::parse_acl(packet)) {
    if (!links.on_acl(*acl)) {
      violation("the host sent ACL data too long or without credit");
    }
    return Status::kOk;
  }
  if (!hci::parse_command(packet)) {
    violation("the host sent a malformed packet");
    return Status::kOk;
  }
  if (++pending_commands_ > kMaxPendingCommands) {
    violation("the host does not wait for answers to its commands");
    return Status::kOk;
  }
  (void)schedule(kCommandDelayUs,
                 [this, copy = std::vector<uint8_t>(packet.begin(), packet.end())] {
                   --pending_commands_;
                   execute(copy);
                 });
  return Status::kOk;
}

void ControllerCore::violation(const char* reason) {
  vanish();
  // The transport promises never to call back inside send().
  clock().schedule(0, [weak = weak_from_this(), reason] {
    const auto self = weak.lock();
    if (self != nullptr && self->sink_ != nullptr) {
      self->sink_->on_transport_lost(reason);
    }
  });
}

void ControllerCore::to_host(Bytes packet) {
  if (alive_ && sink_ != nullptr && !packet.empty()) {
    sink_->on_hci_packet(packet);
  }
}

bool ControllerCore::event_enabled(hci::EventCode code, hci::LeSubevent subevent) const {
  switch (code) {
    case hci::EventCode::kCommandComplete:
    case hci::EventCode::kCommandStatus:
    case hci::EventCode::kNumberOfCompletedPackets:
      return true;
    default:
      break;
  }
  const unsigned number = static_cast<unsigned>(code) - 1;
  if (number >= 64 || (event_mask_ & bit(number)) == 0) {
    return false;
  }
  return code != hci::EventCode::kLeMeta ||
         (le_event_mask_ & bit(static_cast<unsigned>(subevent) - 1)) != 0;
}

void ControllerCore::reset() {
  event_mask_ = kDefaultEventMask;
  le_event_mask_ = kDefaultLeEventMask;
  advertiser.reset();
  scanner.reset();
  initiator.reset();
  links.reset();
  addresses.reset();
}

void ControllerCore::execute(Bytes packet) {
  const auto view = hci::parse_command(packet);
  if (!view) {
    return;
  }
  const bool known = handle_information(*view) || addresses.handle(*view) ||
                     advertiser.handle(*view) || scanner.handle(*view) || initiator.handle(*view) ||
                     links.handle(*view);
  if (!known) {
    emit(hci::CommandStatus{ErrorCode::kUnknownCommand, 1, view->opcode});
  }
}

bool ControllerCore::handle_information(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kReset:
      return run<hci::Reset>(view, [this](const auto&) {
        reset();
        return ErrorCode::kSuccess;
      });
    case Opcode::kSetEventMask:
      return run<hci::SetEventMask>(view, [this](const auto& command) {
        event_mask_ = command.mask;
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeSetEventMask:
      return run<hci::LeSetEventMask>(view, [this](const auto& command) {
        le_event_mask_ = command.mask;
        return ErrorCode::kSuccess;
      });
    case Opcode::kReadLocalVersion:
      return run<hci::ReadLocalVersion>(view, [](const auto&) {
        return hci::ReadLocalVersion::Return{ErrorCode::kSuccess, kHciVersion, 0,
                                             kHciVersion,         kCompany,    0};
      });
    case Opcode::kReadLocalSupportedCommands:
      return run<hci::ReadLocalSupportedCommands>(view, [](const auto&) {
        hci::ReadLocalSupportedCommands::Return returned;
        for (const SupportedOctet& supported : kSupportedCommands) {
          returned.commands[supported.octet] = supported.bits;
        }
        return returned;
      });
    case Opcode::kReadLocalSupportedFeatures:
      return run<hci::ReadLocalSupportedFeatures>(view, [](const auto&) {
        return hci::ReadLocalSupportedFeatures::Return{ErrorCode::kSuccess, kLmpFeatures};
      });
    case Opcode::kReadBdAddr:
      return run<hci::ReadBdAddr>(view, [this](const auto&) {
        return hci::ReadBdAddr::Return{ErrorCode::kSuccess, public_address_};
      });
    case Opcode::kLeReadBufferSize:
      return run<hci::LeReadBufferSize>(view, [](const auto&) {
        return hci::LeReadBufferSize::Return{ErrorCode::kSuccess, LinkTable::kAclLength,
                                             LinkTable::kAclCount};
      });
    case Opcode::kLeReadLocalSupportedFeatures:
      return run<hci::LeReadLocalSupportedFeatures>(view, [](const auto&) {
        return hci::LeReadLocalSupportedFeatures::Return{ErrorCode::kSuccess, kLeFeatures};
      });
    case Opcode::kLeReadSupportedStates:
      return run<hci::LeReadSupportedStates>(view, [](const auto&) {
        return hci::LeReadSupportedStates::Return{ErrorCode::kSuccess, kLeStates};
      });
    default:
      return false;
  }
}

}  // namespace pm::sim
