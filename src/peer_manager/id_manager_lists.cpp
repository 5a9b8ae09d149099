// SPDX-License-Identifier: Apache-2.0
//
// The lists of identities that the SoftDevice filters and resolves with.
#include "pm/peer_manager/detail/id_manager.hpp"

#include <algorithm>

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

// Up to the first peer that has none.
Status IdManager::read_list(const uint16_t* peers, size_t count, List& list) const {
  for (list.size = 0; list.size < count; ++list.size) {
    PM_TRY(listed_identity(peers[list.size], list.identities[list.size]));
  }
  return Status::kOk;
}

Status IdManager::allow_list_set(const uint16_t* peers, size_t count) {
  if (count > allow_list_.size()) {
    return Status::kDataSize;
  }
  allow_list_size_ = static_cast<uint8_t>(count);
  std::copy_n(peers, count, allow_list_.data());
  List list;
  std::array<const ble_gap_addr_t*, kMaxListed> pointers;
  Status status = read_list(peers, count, list);
  if (ok(status)) {
    for (size_t i = 0; i < count; ++i) {
      pointers[i] = &list.identities[i].id_addr_info;
    }
    status = soft_device_->gap_whitelist_set(count != 0 ? pointers.data() : nullptr,
                                             static_cast<uint8_t>(count));
  }
  wipe(&list, sizeof list);
  return status;
}

Status IdManager::allow_list_get(ble_gap_addr_t* addresses, uint32_t* address_count,
                                 ble_gap_irk_t* irks, uint32_t* irk_count) const {
  const bool has_no_room = (address_count != nullptr && *address_count < allow_list_size_) ||
                           (irk_count != nullptr && *irk_count < allow_list_size_);
  if (has_no_room) {
    return Status::kNoMem;
  }
  List list;
  const Status status = read_list(allow_list_.data(), allow_list_size_, list);
  for (size_t i = 0; i < list.size; ++i) {
    if (addresses != nullptr) {
      copy_octets(&addresses[i], &list.identities[i].id_addr_info, sizeof *addresses);
    }
    if (irks != nullptr) {
      copy_octets(&irks[i], &list.identities[i].id_info, sizeof *irks);
    }
  }
  if (addresses != nullptr) {
    *address_count = list.size;
  }
  if (irks != nullptr) {
    *irk_count = list.size;
  }
  wipe(&list, sizeof list);
  return status;
}

Status IdManager::device_identities_set(const uint16_t* peers, size_t count) {
  List list;
  std::array<const ble_gap_id_key_t*, kMaxListed> pointers;
  Status status = read_list(peers, count, list);
  if (ok(status)) {
    for (size_t i = 0; i < count; ++i) {
      pointers[i] = &list.identities[i];
    }
    status = soft_device_->gap_device_identities_set(count != 0 ? pointers.data() : nullptr,
                                                     nullptr, static_cast<uint8_t>(count));
  }
  wipe(&list, sizeof list);
  return status;
}

}  // namespace pm
