// SPDX-License-Identifier: Apache-2.0
//
// The lists of identities that the SoftDevice filters and resolves with.
#include "pm/peer_manager/detail/id_manager.hpp"

namespace pm {

// Identity of a peer that may be on a list: its address is an identity address.
Status IdManager::listed_identity(uint16_t peer, ble_gap_id_key_t& out) const {
  if (!is_peer_id(PeerId{peer})) {
    return Status::kNotFound;
  }
  PM_TRY(identity_of(PeerId{peer}, out));
  const unsigned type = out.id_addr_info.addr_type;
  const bool is_identity =
      type == BLE_GAP_ADDR_TYPE_PUBLIC || type == BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  return is_identity ? Status::kOk : Status::kGapInvalidBleAddr;
}

Status IdManager::allow_list_set(const uint16_t* peers, size_t count) {
  if (count > allow_list_.size()) {
    return Status::kDataSize;
  }
  allow_list_size_ = static_cast<uint8_t>(count);
  if (count == 0) {
    return soft_device_->gap_whitelist_set(nullptr, 0);
  }
  copy_octets(allow_list_.data(), peers, count * sizeof *peers);
  std::array<ble_gap_addr_t, BLE_GAP_WHITELIST_ADDR_MAX_COUNT> addresses;
  std::array<const ble_gap_addr_t*, BLE_GAP_WHITELIST_ADDR_MAX_COUNT> pointers;
  for (size_t i = 0; i < allow_list_size_; ++i) {
    ble_gap_id_key_t identity{};
    const Status status = listed_identity(allow_list_[i], identity);
    copy_octets(&addresses[i], &identity.id_addr_info, sizeof addresses[i]);
    wipe(&identity, sizeof identity);
    PM_TRY(status);
    pointers[i] = &addresses[i];
  }
  return soft_device_->gap_whitelist_set(pointers.data(), allow_list_size_);
}

Status IdManager::allow_list_get(ble_gap_addr_t* addresses, uint32_t* address_count,
                                 ble_gap_irk_t* irks, uint32_t* irk_count) const {
  const bool has_no_room = (address_count != nullptr && *address_count < allow_list_size_) ||
                           (irk_count != nullptr && *irk_count < allow_list_size_);
  if (has_no_room) {
    return Status::kNoMem;
  }
  Status status = Status::kOk;
  uint32_t copied = 0;
  for (; copied < allow_list_size_; ++copied) {
    ble_gap_id_key_t identity{};
    status = listed_identity(allow_list_[copied], identity);
    if (ok(status) && irks != nullptr) {
      copy_octets(&irks[copied], &identity.id_info, sizeof *irks);
    }
    wipe(&identity.id_info, sizeof identity.id_info);
    if (!ok(status)) {
      break;
    }
    if (addresses != nullptr) {
      copy_octets(&addresses[copied], &identity.id_addr_info, sizeof *addresses);
    }
  }
  if (addresses != nullptr) {
    *address_count = copied;
  }
  if (irks != nullptr) {
    *irk_count = copied;
  }
  return status;
}

Status IdManager::device_identities_set(const uint16_t* peers, size_t count) {
  if (count == 0) {
    return soft_device_->gap_device_identities_set(nullptr, nullptr, 0);
  }
  std::array<ble_gap_id_key_t, BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT> identities;
  std::array<const ble_gap_id_key_t*, BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT> pointers;
  Status status = Status::kOk;
  for (size_t i = 0; i < count && ok(status); ++i) {
    status = listed_identity(peers[i], identities[i]);
    pointers[i] = &identities[i];
  }
  if (ok(status)) {
    status = soft_device_->gap_device_identities_set(pointers.data(), nullptr,
                                                     static_cast<uint8_t>(count));
  }
  wipe(identities.data(), sizeof identities);
  return status;
}

}  // namespace pm
