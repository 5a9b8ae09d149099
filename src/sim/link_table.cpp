// SPDX-License-Identifier: Apache-2.0
#include "sim/link_table.hpp"

#include <algorithm>

#include "sim/controller_core.hpp"
#include "sim/link.hpp"

namespace pm::sim {

namespace {

using hci::ErrorCode;
using hci::Opcode;
using hci::Role;

// Each controller numbers its links from elsewhere, so that a handle used at the wrong end is
// noticed.
constexpr uint16_t kFirstHandle = 0x0040;
constexpr uint16_t kHandlesPerController = 0x0010;

// Core, Vol 4, Part E, 7.1.6: reasons that a host may give.
constexpr bool is_valid_reason(ErrorCode reason) {
  switch (reason) {
    case ErrorCode::kAuthenticationFailure:
    case ErrorCode::kRemoteUserTerminated:
    case ErrorCode::kRemoteLowResources:
    case ErrorCode::kRemotePowerOff:
    case ErrorCode::kUnsupportedRemoteFeature:
    case ErrorCode::kPairingWithUnitKeyNotSupported:
    case ErrorCode::kUnacceptableConnectionParameters:
      return true;
    default:
      return false;
  }
}

constexpr bool is_valid_data_length(uint16_t octets, uint16_t time) {
  return octets >= LinkTable::kMinDataOctets && octets <= LinkTable::kMaxDataOctets &&
         time >= 328 && time <= 17040;
}

template <class Command>
ll::ConnectionParamReq wanted(const Command& command) {
  return {command.interval_min, command.interval_max, command.latency, command.supervision_timeout};
}

template <class Command>
bool valid_parameters(const Command& command) {
  return command.ce_length_min <= command.ce_length_max &&
         ConnectionParameters::valid(command.interval_min, command.interval_max, command.latency,
                                     command.supervision_timeout);
}

}  // namespace

void LinkTable::reset() {
  vanish();
  default_tx_octets_ = kMinDataOctets;
  default_tx_time_ = 328;
  preferred_tx_phys_ = kSupportedPhys;
  preferred_rx_phys_ = kSupportedPhys;
}

void LinkTable::vanish() {
  for (const auto& [handle, entry] : std::exchange(links_, {})) {
    entry.link->vanish(entry.role);
  }
}

bool LinkTable::connected_to(const AirAddress& peer) const {
  return std::any_of(links_.begin(), links_.end(),
                     [&](const auto& one) { return one.second.peer == peer; });
}

uint16_t LinkTable::free_handle() const {
  uint16_t handle =
      static_cast<uint16_t>(kFirstHandle + kHandlesPerController * (core_.number() % 64));
  while (links_.contains(handle)) {
    ++handle;
  }
  return handle;
}

void LinkTable::add(uint16_t handle, Role role, const AirAddress& peer,
                    std::shared_ptr<Link> link) {
  links_[handle] = {role, peer, std::move(link), 0};
}

void LinkTable::remove(uint16_t handle) { links_.erase(handle); }

bool LinkTable::on_acl(const hci::AclView& acl) {
  const auto found = links_.find(acl.handle);
  if (found == links_.end()) {
    // The link has just ended: its buffers are free again, and the host will hear of it.
    return true;
  }
  Entry& entry = found->second;
  unsigned inside = 0;
  for (const auto& [handle, one] : links_) {
    inside += one.packets_inside;
  }
  if (inside >= kAclCount || acl.data.empty() || acl.data.size() > kAclLength) {
    return false;
  }
  ++entry.packets_inside;
  entry.link->send_data(entry.role, acl.boundary != hci::PacketBoundary::kContinuing, acl.data);
  return true;
}

void LinkTable::on_completed(uint16_t handle, uint16_t packets) {
  const auto found = links_.find(handle);
  if (found == links_.end()) {
    return;
  }
  found->second.packets_inside -= packets;
  hci::NumberOfCompletedPackets event;
  event.entries.push_back({handle, packets});
  core_.emit(event);
}

template <class Act>
ErrorCode LinkTable::with(uint16_t handle, Act&& act) {
  const auto found = links_.find(handle);
  if (found == links_.end()) {
    return ErrorCode::kUnknownConnectionId;
  }
  return act(*found->second.link, found->second.role);
}

bool LinkTable::handle(const hci::CommandView& view) {
  return handle_link(view) || handle_data_length(view) || handle_phy(view) || handle_security(view);
}

bool LinkTable::handle_link(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kDisconnect:
      return core_.run<hci::Disconnect>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          return is_valid_reason(command.reason) ? link.terminate(role, command.reason)
                                                 : ErrorCode::kInvalidParameters;
        });
      });
    case Opcode::kReadRemoteVersion:
      return core_.run<hci::ReadRemoteVersion>(view, [this](const auto& command) {
        return with(command.handle, [](Link& link, Role role) {
          link.read_version(role);
          return ErrorCode::kSuccess;
        });
      });
    case Opcode::kReadRssi:
      return core_.run<hci::ReadRssi>(view, [this](const auto& command) {
        return hci::ReadRssi::Return{
            with(command.handle, [](Link&, Role) { return ErrorCode::kSuccess; }), command.handle,
            -50};
      });
    case Opcode::kLeReadRemoteFeatures:
      return core_.run<hci::LeReadRemoteFeatures>(view, [this](const auto& command) {
        return with(command.handle, [](Link& link, Role role) {
          link.read_features(role);
          return ErrorCode::kSuccess;
        });
      });
    case Opcode::kLeConnectionUpdate:
      return core_.run<hci::LeConnectionUpdate>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          return valid_parameters(command) ? link.update(role, wanted(command))
                                           : ErrorCode::kInvalidParameters;
        });
      });
    case Opcode::kLeRemoteConnectionParameterRequestReply:
      return core_.run<hci::LeRemoteConnectionParameterRequestReply>(
          view, [this](const auto& command) {
            return with(command.handle, [&](Link& link, Role) {
              return valid_parameters(command) ? link.accept_parameters(wanted(command))
                                               : ErrorCode::kInvalidParameters;
            });
          });
    case Opcode::kLeRemoteConnectionParameterRequestNegativeReply:
      return core_.run<hci::LeRemoteConnectionParameterRequestNegativeReply>(
          view, [this](const auto& command) {
            return with(command.handle,
                        [&](Link& link, Role) { return link.reject_parameters(command.reason); });
          });
    case Opcode::kLeSetHostChannelClassification:
      return core_.run<hci::LeSetHostChannelClassification>(view, [](const auto& command) {
        return is_all_zero(command.channel_map) ? ErrorCode::kInvalidParameters
                                                : ErrorCode::kSuccess;
      });
    default:
      return false;
  }
}

bool LinkTable::handle_data_length(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeSetDataLength:
      return core_.run<hci::LeSetDataLength>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          if (!is_valid_data_length(command.tx_octets, command.tx_time)) {
            return ErrorCode::kInvalidParameters;
          }
          link.set_data_length(role, command.tx_octets);
          return ErrorCode::kSuccess;
        });
      });
    case Opcode::kLeReadSuggestedDefaultDataLength:
      return core_.run<hci::LeReadSuggestedDefaultDataLength>(view, [this](const auto&) {
        return hci::LeReadSuggestedDefaultDataLength::Return{ErrorCode::kSuccess,
                                                             default_tx_octets_, default_tx_time_};
      });
    case Opcode::kLeWriteSuggestedDefaultDataLength:
      return core_.run<hci::LeWriteSuggestedDefaultDataLength>(view, [this](const auto& command) {
        if (!is_valid_data_length(command.tx_octets, command.tx_time)) {
          return ErrorCode::kInvalidParameters;
        }
        default_tx_octets_ = command.tx_octets;
        default_tx_time_ = command.tx_time;
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeReadMaximumDataLength:
      return core_.run<hci::LeReadMaximumDataLength>(view, [](const auto&) {
        return hci::LeReadMaximumDataLength::Return{ErrorCode::kSuccess, kMaxDataOctets, 2120,
                                                    kMaxDataOctets, 2120};
      });
    default:
      return false;
  }
}

bool LinkTable::handle_phy(const hci::CommandView& view) {
  // Bits 0 and 1 of all_phys: no preference.
  const auto tx = [](const auto& command) {
    return (command.all_phys & 0x01) != 0 ? kSupportedPhys : command.tx_phys;
  };
  const auto rx = [](const auto& command) {
    return (command.all_phys & 0x02) != 0 ? kSupportedPhys : command.rx_phys;
  };
  const auto check = [&](const auto& command) {
    if (tx(command) == 0 || rx(command) == 0) {
      return ErrorCode::kInvalidParameters;
    }
    return ((tx(command) | rx(command)) & ~kSupportedPhys) != 0
               ? ErrorCode::kUnsupportedFeatureOrParameter
               : ErrorCode::kSuccess;
  };
  switch (view.opcode) {
    case Opcode::kLeReadPhy:
      return core_.run<hci::LeReadPhy>(view, [this](const auto& command) {
        hci::LeReadPhy::Return returned;
        returned.handle = command.handle;
        returned.status = with(command.handle, [&](const Link& link, Role role) {
          returned.tx_phy = link.tx_phy(role);
          returned.rx_phy = link.rx_phy(role);
          return ErrorCode::kSuccess;
        });
        return returned;
      });
    case Opcode::kLeSetDefaultPhy:
      return core_.run<hci::LeSetDefaultPhy>(view, [&](const auto& command) {
        const ErrorCode status = check(command);
        if (status == ErrorCode::kSuccess) {
          preferred_tx_phys_ = tx(command);
          preferred_rx_phys_ = rx(command);
        }
        return status;
      });
    case Opcode::kLeSetPhy:
      return core_.run<hci::LeSetPhy>(view, [&](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          const ErrorCode status = check(command);
          return status == ErrorCode::kSuccess ? link.set_phy(role, tx(command), rx(command))
                                               : status;
        });
      });
    default:
      return false;
  }
}

bool LinkTable::handle_security(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeEncrypt:
      return core_.run<hci::LeEncrypt>(view, [this](const auto& command) {
        std::array<uint8_t, 16> key{};
        std::array<uint8_t, 16> clear{};
        std::array<uint8_t, 16> cipher{};
        std::ranges::reverse_copy(command.key.expose(), key.begin());
        std::ranges::reverse_copy(command.plaintext, clear.begin());
        hci::LeEncrypt::Return returned;
        if (!ok(core_.crypto().aes128(key, clear, cipher))) {
          returned.status = ErrorCode::kHardwareFailure;
        }
        wipe(key);
        std::ranges::reverse_copy(cipher, returned.encrypted.begin());
        return returned;
      });
    case Opcode::kLeRand:
      return core_.run<hci::LeRand>(view, [this](const auto&) {
        hci::LeRand::Return returned;
        core_.random().fill(returned.random);
        return returned;
      });
    case Opcode::kLeEnableEncryption:
      return core_.run<hci::LeEnableEncryption>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          return role == Role::kCentral ? link.encrypt(command.rand, command.ediv, command.ltk)
                                        : ErrorCode::kCommandDisallowed;
        });
      });
    case Opcode::kLeLtkRequestReply:
      return core_.run<hci::LeLtkRequestReply>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          return role == Role::kPeripheral ? link.reply_ltk(&command.ltk)
                                           : ErrorCode::kCommandDisallowed;
        });
      });
    case Opcode::kLeLtkRequestNegativeReply:
      return core_.run<hci::LeLtkRequestNegativeReply>(view, [this](const auto& command) {
        return with(command.handle, [&](Link& link, Role role) {
          return role == Role::kPeripheral ? link.reply_ltk(nullptr)
                                           : ErrorCode::kCommandDisallowed;
        });
      });
    default:
      return false;
  }
}

}  // namespace pm::sim
