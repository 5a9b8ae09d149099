// SPDX-License-Identifier: Apache-2.0
#include "host/gap/device_lists.hpp"

#include <algorithm>

namespace pm::host::gap {

DeviceLists::~DeviceLists() { clear_identities(); }

void DeviceLists::clear_identities() {
  for (Identity& identity : identities_) {
    wipe(identity.irk.irk);
    if (identity.local_irk) {
      wipe(identity.local_irk->irk);
    }
  }
  identities_.clear();
}

Status DeviceLists::set_whitelist(const ble_gap_addr_t* const* addrs, uint8_t count) {
  std::vector<ble_gap_addr_t> list;
  if (addrs != nullptr) {
    if (count == 0 || count > BLE_GAP_WHITELIST_ADDR_MAX_COUNT) {
      return Status::kDataSize;
    }
    for (size_t i = 0; i < count; ++i) {
      if (addrs[i] == nullptr) {
        return Status::kInvalidAddr;
      }
      if (!is_identity_address(*addrs[i])) {
        return Status::kGapInvalidBleAddr;
      }
      list.push_back(*addrs[i]);
    }
  }
  whitelist_ = std::move(list);
  whitelist_fits_ = controller_.supports(hci::Opcode::kLeAddToFilterAcceptList) &&
                    whitelist_.size() <= controller_.facts().accept_list_size;
  if (!whitelist_fits_) {
    return Status::kOk;
  }
  controller_.send(hci::LeClearFilterAcceptList{});
  for (const ble_gap_addr_t& address : whitelist_) {
    controller_.send(hci::LeAddToFilterAcceptList{hci_type(address), hci_octets(address)},
                     [this](hci::ErrorCode status, Bytes) {
                       whitelist_fits_ = whitelist_fits_ && status == hci::ErrorCode::kSuccess;
                     });
  }
  return Status::kOk;
}

Status DeviceLists::set_identities(const ble_gap_id_key_t* const* id_keys,
                                   const ble_gap_irk_t* const* local_irks, uint8_t count,
                                   bool network_privacy) {
  std::vector<Identity> list;
  if (id_keys != nullptr) {
    if (count == 0 || count > BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT) {
      return Status::kDataSize;
    }
    for (size_t i = 0; i < count; ++i) {
      if (id_keys[i] == nullptr) {
        return Status::kInvalidAddr;
      }
      const ble_gap_id_key_t& key = *id_keys[i];
      if (!is_identity_address(key.id_addr_info)) {
        return Status::kGapInvalidBleAddr;
      }
      if (network_privacy && is_all_zero(key.id_info.irk)) {
        return Status::kGapZeroIrkNotAllowed;
      }
      const auto same = [&key](const Identity& other) {
        return same_address(other.address, key.id_addr_info) ||
               (!is_all_zero(key.id_info.irk) &&
                constant_time_equal(other.irk.irk, key.id_info.irk));
      };
      if (std::any_of(list.begin(), list.end(), same)) {
        return Status::kGapDeviceIdentitiesDuplicate;
      }
      Identity identity{key.id_addr_info, key.id_info, std::nullopt};
      if (local_irks != nullptr && local_irks[i] != nullptr) {
        identity.local_irk = *local_irks[i];
      }
      list.push_back(identity);
    }
  }
  clear_identities();
  identities_ = std::move(list);
  return Status::kOk;
}

void DeviceLists::program_identities(const ble_gap_irk_t& device_irk, bool network_privacy) {
  const bool was_programmed = controller_resolves_;
  const unsigned generation = ++generation_;
  controller_resolves_ = false;
  const bool usable = !distrust_controller_ &&
                      controller_.supports(hci::Opcode::kLeAddToResolvingList) &&
                      controller_.supports(hci::Opcode::kLeClearResolvingList) &&
                      controller_.supports(hci::Opcode::kLeSetAddressResolutionEnable) &&
                      controller_.supports(hci::Opcode::kLeSetPrivacyMode) &&
                      identities_.size() <= controller_.facts().resolving_list_size;
  if (was_programmed || (usable && !identities_.empty())) {
    controller_.send(hci::LeSetAddressResolutionEnable{0});
    controller_.send(hci::LeClearResolvingList{});
  }
  if (!usable || identities_.empty()) {
    return;
  }
  const auto checked = [this, generation](hci::ErrorCode status, Bytes) {
    if (status != hci::ErrorCode::kSuccess && generation == generation_) {
      fall_back_to_host();
    }
  };
  for (const Identity& identity : identities_) {
    if (is_all_zero(identity.irk.irk)) {
      continue;
    }
    const ble_gap_irk_t& local = identity.local_irk ? *identity.local_irk : device_irk;
    hci::LeAddToResolvingList entry{hci_type(identity.address), hci_octets(identity.address),
                                    Key128(identity.irk.irk), Key128(local.irk)};
    controller_.send(entry, checked);
    entry.peer_irk.wipe();
    entry.local_irk.wipe();
    // Device privacy: the peer may also use its identity address. Core, Vol 6, Part B, 6.2.
    if (!network_privacy) {
      controller_.send(
          hci::LeSetPrivacyMode{hci_type(identity.address), hci_octets(identity.address),
                                hci::PrivacyMode::kDevice},
          checked);
    }
  }
  controller_resolves_ = true;
  controller_.send_if<hci::LeSetAddressResolutionEnable>(
      [this, generation]() -> std::optional<hci::LeSetAddressResolutionEnable> {
        if (generation != generation_) {
          return std::nullopt;
        }
        return hci::LeSetAddressResolutionEnable{1};
      },
      checked);
}

void DeviceLists::fall_back_to_host() {
  // A list with a hole is worse than none: its peers would silently be strangers to the
  // controller's filter.
  ++generation_;
  controller_resolves_ = false;
  controller_.send(hci::LeClearResolvingList{});
}

bool DeviceLists::in_whitelist(const ble_gap_addr_t& address) const {
  return std::any_of(
      whitelist_.begin(), whitelist_.end(),
      [&address](const ble_gap_addr_t& listed) { return same_address(listed, address); });
}

bool DeviceLists::in_identities(const ble_gap_addr_t& address) const {
  return std::any_of(identities_.begin(), identities_.end(), [&address](const Identity& identity) {
    return same_address(identity.address, address);
  });
}

ble_gap_addr_t DeviceLists::resolve(const ble_gap_addr_t& on_air) const {
  if (!is_resolvable(on_air)) {
    return on_air;
  }
  for (const Identity& identity : identities_) {
    if (resolves(crypto_, identity.irk.irk, on_air)) {
      ble_gap_addr_t address = identity.address;
      address.addr_id_peer = 1;
      return address;
    }
  }
  return on_air;
}

bool DeviceLists::controller_filters() const {
  if (!whitelist_fits_ || distrust_controller_) {
    return false;
  }
  return controller_resolves_ ||
         std::none_of(identities_.begin(), identities_.end(), [this](const Identity& identity) {
           return !is_all_zero(identity.irk.irk) && in_whitelist(identity.address);
         });
}

}  // namespace pm::host::gap
