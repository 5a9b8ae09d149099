// SPDX-License-Identifier: Apache-2.0
#include "sim/address_book.hpp"

#include <algorithm>

#include "sim/controller_core.hpp"

namespace pm::sim {

namespace {

using hci::AddressType;
using hci::ErrorCode;
using hci::Opcode;

constexpr bool is_plain(AddressType type) {
  return type == AddressType::kPublic || type == AddressType::kRandom;
}

constexpr bool is_zero(const Key128& key) { return is_all_zero(key.expose()); }

}  // namespace

void AddressBook::reset() {
  random_address_ = {};
  accept_list_.clear();
  resolving_list_.clear();
  resolution_enabled_ = false;
  rpa_timeout_s_ = 900;
}

// ah(), Core, Vol 3, Part H, 2.2.2, with everything in over-the-air order.
std::array<uint8_t, 3> AddressBook::hash(const Key128& irk, const uint8_t* prand) {
  std::array<uint8_t, 16> key{};
  std::array<uint8_t, 16> clear{};
  std::array<uint8_t, 16> cipher{};
  std::reverse_copy(irk.expose().begin(), irk.expose().end(), key.begin());
  std::reverse_copy(prand, prand + 3, clear.begin() + 13);
  (void)core_.crypto().aes128(key, clear, cipher);
  wipe(key);
  return {cipher[15], cipher[14], cipher[13]};
}

bool AddressBook::resolves(const Key128& irk, const hci::BdAddr& rpa) {
  return !is_zero(irk) && std::ranges::equal(hash(irk, &rpa[3]), std::span(rpa).first(3));
}

hci::BdAddr AddressBook::make_rpa(const Key128& irk) {
  hci::BdAddr rpa{};
  uint32_t prand = 0;
  // Neither all zeros nor all ones. Core, Vol 6, Part B, 1.3.2.2.
  do {
    prand = static_cast<uint32_t>(core_.random().below(1u << 22));
  } while (prand == 0 || prand == (1u << 22) - 1);
  prand |= 1u << 22;
  rpa[3] = static_cast<uint8_t>(prand);
  rpa[4] = static_cast<uint8_t>(prand >> 8);
  rpa[5] = static_cast<uint8_t>(prand >> 16);
  const auto low = hash(irk, &rpa[3]);
  std::copy(low.begin(), low.end(), rpa.begin());
  return rpa;
}

void AddressBook::refresh(Entry& entry) {
  const uint64_t now = core_.clock().now_us();
  if (entry.made_us != 0 && now - entry.made_us < uint64_t{rpa_timeout_s_} * 1'000'000) {
    return;
  }
  entry.made_us = std::max<uint64_t>(now, 1);
  entry.local_rpa = is_zero(entry.local_irk) ? hci::BdAddr{} : make_rpa(entry.local_irk);
  entry.peer_rpa = is_zero(entry.peer_irk) ? hci::BdAddr{} : make_rpa(entry.peer_irk);
}

AddressBook::Entry* AddressBook::find(const AirAddress& identity) {
  const auto entry = std::find_if(resolving_list_.begin(), resolving_list_.end(),
                                  [&](const Entry& one) { return one.identity == identity; });
  return entry == resolving_list_.end() ? nullptr : &*entry;
}

AddressType AddressBook::Peer::reported_type() const {
  if (!resolved) {
    return on_air.type;
  }
  return identity.type == AddressType::kPublic ? AddressType::kPublicIdentity
                                               : AddressType::kRandomIdentity;
}

AddressBook::Peer AddressBook::identify(const AirAddress& on_air) {
  Peer peer{.on_air = on_air, .identity = on_air};
  if (!resolution_enabled_) {
    return peer;
  }
  if (!is_rpa(on_air)) {
    const Entry* entry = find(on_air);
    peer.refused =
        entry != nullptr && entry->mode == hci::PrivacyMode::kNetwork && !is_zero(entry->peer_irk);
    return peer;
  }
  for (const Entry& entry : resolving_list_) {
    if (resolves(entry.peer_irk, on_air.octets)) {
      peer.identity = entry.identity;
      peer.resolved = true;
      return peer;
    }
  }
  return peer;
}

bool AddressBook::in_accept_list(const Peer& peer) const {
  return std::find(accept_list_.begin(), accept_list_.end(), peer.identity) != accept_list_.end();
}

std::optional<AirAddress> AddressBook::own_address(hci::OwnAddressType type,
                                                   const AirAddress& peer) {
  const bool resolvable = type == hci::OwnAddressType::kResolvableOrPublic ||
                          type == hci::OwnAddressType::kResolvableOrRandom;
  if (resolvable && resolution_enabled_) {
    if (Entry* entry = find(peer); entry != nullptr && !is_zero(entry->local_irk)) {
      refresh(*entry);
      return AirAddress{AddressType::kRandom, entry->local_rpa};
    }
  }
  if (type == hci::OwnAddressType::kPublic || type == hci::OwnAddressType::kResolvableOrPublic) {
    return AirAddress{AddressType::kPublic, core_.public_address()};
  }
  if (is_all_zero(random_address_)) {
    return std::nullopt;
  }
  return AirAddress{AddressType::kRandom, random_address_};
}

AirAddress AddressBook::target_address(hci::OwnAddressType type, const AirAddress& peer) {
  const bool resolvable = type == hci::OwnAddressType::kResolvableOrPublic ||
                          type == hci::OwnAddressType::kResolvableOrRandom;
  Entry* entry = resolvable && resolution_enabled_ ? find(peer) : nullptr;
  if (entry == nullptr || is_zero(entry->peer_irk)) {
    return peer;
  }
  refresh(*entry);
  return {AddressType::kRandom, entry->peer_rpa};
}

bool AddressBook::is_own(const AirAddress& target) {
  if (target.type == AddressType::kPublic) {
    return target.octets == core_.public_address();
  }
  if (target.octets == random_address_ && !is_all_zero(random_address_)) {
    return true;
  }
  return resolution_enabled_ && is_rpa(target) &&
         std::any_of(resolving_list_.begin(), resolving_list_.end(),
                     [&](const Entry& entry) { return resolves(entry.local_irk, target.octets); });
}

bool AddressBook::accept_list_in_use() const {
  return core_.advertiser.filters() || core_.scanner.filters() || core_.initiator.filters();
}

bool AddressBook::resolving_list_in_use() const {
  return resolution_enabled_ && core_.radio_active();
}

bool AddressBook::handle(const hci::CommandView& view) {
  if (view.opcode != Opcode::kLeSetRandomAddress) {
    return handle_accept_list(view) || handle_resolving_list(view);
  }
  return core_.run<hci::LeSetRandomAddress>(view, [this](const auto& command) {
    if (core_.radio_active()) {
      return ErrorCode::kCommandDisallowed;
    }
    random_address_ = command.address;
    return ErrorCode::kSuccess;
  });
}

bool AddressBook::handle_accept_list(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeReadFilterAcceptListSize:
      return core_.run<hci::LeReadFilterAcceptListSize>(view, [](const auto&) {
        return hci::LeReadFilterAcceptListSize::Return{ErrorCode::kSuccess, kCapacity};
      });
    case Opcode::kLeClearFilterAcceptList:
      return core_.run<hci::LeClearFilterAcceptList>(view, [this](const auto&) {
        if (accept_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        accept_list_.clear();
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeAddToFilterAcceptList:
      return core_.run<hci::LeAddToFilterAcceptList>(view, [this](const auto& command) {
        const AirAddress address{command.address_type, command.address};
        if (accept_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        if (!is_plain(address.type)) {
          return ErrorCode::kInvalidParameters;
        }
        if (std::find(accept_list_.begin(), accept_list_.end(), address) != accept_list_.end()) {
          return ErrorCode::kSuccess;
        }
        if (accept_list_.size() >= kCapacity) {
          return ErrorCode::kMemoryCapacityExceeded;
        }
        accept_list_.push_back(address);
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeRemoveFromFilterAcceptList:
      return core_.run<hci::LeRemoveFromFilterAcceptList>(view, [this](const auto& command) {
        if (accept_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        std::erase(accept_list_, AirAddress{command.address_type, command.address});
        return ErrorCode::kSuccess;
      });
    default:
      return false;
  }
}

ErrorCode AddressBook::add_to_resolving_list(const hci::LeAddToResolvingList& command) {
  const AirAddress identity{command.address_type, command.address};
  if (resolving_list_in_use()) {
    return ErrorCode::kCommandDisallowed;
  }
  // A random identity is static: the two most significant bits are ones.
  if (!is_plain(identity.type) ||
      (identity.type == AddressType::kRandom && (identity.octets[5] & 0xC0) != 0xC0)) {
    return ErrorCode::kInvalidParameters;
  }
  const bool duplicate =
      std::any_of(resolving_list_.begin(), resolving_list_.end(), [&](const Entry& entry) {
        return entry.identity == identity ||
               (!is_zero(command.peer_irk) && entry.peer_irk == command.peer_irk);
      });
  if (duplicate) {
    return ErrorCode::kInvalidParameters;
  }
  if (resolving_list_.size() >= kCapacity) {
    return ErrorCode::kMemoryCapacityExceeded;
  }
  resolving_list_.push_back(
      {.identity = identity, .peer_irk = command.peer_irk, .local_irk = command.local_irk});
  return ErrorCode::kSuccess;
}

bool AddressBook::handle_resolving_list(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeAddToResolvingList:
      return core_.run<hci::LeAddToResolvingList>(
          view, [this](const auto& command) { return add_to_resolving_list(command); });
    case Opcode::kLeRemoveFromResolvingList:
      return core_.run<hci::LeRemoveFromResolvingList>(view, [this](const auto& command) {
        if (resolving_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        const AirAddress identity{command.address_type, command.address};
        const size_t removed = std::erase_if(
            resolving_list_, [&](const Entry& entry) { return entry.identity == identity; });
        return removed > 0 ? ErrorCode::kSuccess : ErrorCode::kUnknownConnectionId;
      });
    case Opcode::kLeClearResolvingList:
      return core_.run<hci::LeClearResolvingList>(view, [this](const auto&) {
        if (resolving_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        resolving_list_.clear();
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeReadResolvingListSize:
      return core_.run<hci::LeReadResolvingListSize>(view, [](const auto&) {
        return hci::LeReadResolvingListSize::Return{ErrorCode::kSuccess, kCapacity};
      });
    case Opcode::kLeSetAddressResolutionEnable:
      return core_.run<hci::LeSetAddressResolutionEnable>(view, [this](const auto& command) {
        if (core_.radio_active()) {
          return ErrorCode::kCommandDisallowed;
        }
        if (command.enable > 1) {
          return ErrorCode::kInvalidParameters;
        }
        resolution_enabled_ = command.enable == 1;
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeSetRpaTimeout:
      return core_.run<hci::LeSetRpaTimeout>(view, [this](const auto& command) {
        if (command.timeout < 1 || command.timeout > 3600) {
          return ErrorCode::kInvalidParameters;
        }
        rpa_timeout_s_ = command.timeout;
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeSetPrivacyMode:
      return core_.run<hci::LeSetPrivacyMode>(view, [this](const auto& command) {
        if (resolving_list_in_use()) {
          return ErrorCode::kCommandDisallowed;
        }
        if (command.mode > hci::PrivacyMode::kDevice) {
          return ErrorCode::kInvalidParameters;
        }
        Entry* entry = find({command.address_type, command.address});
        if (entry == nullptr) {
          return ErrorCode::kUnknownConnectionId;
        }
        entry->mode = command.mode;
        return ErrorCode::kSuccess;
      });
    default:
      return false;
  }
}

}  // namespace pm::sim
