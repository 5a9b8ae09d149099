// SPDX-License-Identifier: Apache-2.0
//
// CCCD values of peers. Service Changed is in gatt_server_cache_service_changed.cpp.
#include "pm/peer_manager/detail/gatt_server_cache.hpp"

#include <algorithm>

namespace pm {

namespace {

constexpr uint32_t kAllServices =
    BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS | BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS;
constexpr size_t kHeader = PM_LOCAL_DB_LEN_OVERHEAD_BYTES;

// The largest record that can have been written: all write buffers together.
using RecordMemory = std::array<uint8_t, config::kFlashBuffers * config::kFlashBufferSize>;

uint32_t flags_of(Bytes record) { return load_le32(record.data()); }

// Attributes in a record as read; its length field is believed only as far as there is data.
Bytes attributes_of(Bytes record) {
  const size_t length = load_le16(record.data() + offsetof(pm_peer_data_local_gatt_db, len));
  const Bytes rest = record.subspan(kHeader);
  return rest.first(std::min(length, rest.size()));
}

bool have_equal_attributes(Bytes a, Bytes b) {
  return std::ranges::equal(attributes_of(a), attributes_of(b));
}

}  // namespace

// Hands the link's attributes to a write buffer of the size they need, unless they are stored. A
// value that waits, which the peer counts on, is replaced only when the newer one has its place.
Status GattServerCache::keep_attributes(uint16_t conn_handle, PeerId peer) {
  alignas(4) RecordMemory memory;
  auto length = static_cast<uint16_t>(memory.size() - kHeader);
  const Status read =
      soft_device_.gatts_sys_attr_get(conn_handle, memory.data() + kHeader, length, kAllServices);
  if (read == Status::kNotFound) {
    // The database has no such attributes.
    return Status::kOk;
  }
  if (!ok(read)) {
    return read == Status::kBusy ? Status::kInternal : read;
  }
  store_le32(memory.data(), kAllServices);
  store_le16(memory.data() + offsetof(pm_peer_data_local_gatt_db, len), length);
  const Bytes record = Bytes(memory).first(kHeader + length);
  if (is_stored(peer, record)) {
    static_cast<void>(database_.release_buffer(owner_of(peer), kGattLocalData));
    return Status::kOk;
  }
  const size_t blocks = (record.size() + config::kFlashBufferSize - 1) / config::kFlashBufferSize;
  MutableBytes buffer;
  PM_TRY(database_.acquire_buffer(owner_of(peer), kGattLocalData, blocks, buffer));
  std::ranges::copy(record, buffer.begin());
  return database_.store_buffer(owner_of(peer), kGattLocalData, peer);
}

bool GattServerCache::is_stored(PeerId peer, Bytes record) const {
  // What is being written now is what will be stored.
  const Bytes submitted = database_.submitted_buffer(owner_of(peer), kGattLocalData);
  if (!submitted.empty()) {
    return have_equal_attributes(submitted, record);
  }
  alignas(4) RecordMemory memory;
  size_t length = 0;
  const Status loaded = database_.load(peer, kGattLocalData, memory, length);
  return ok(loaded) && length >= kHeader && length <= memory.size() &&
         have_equal_attributes(Bytes(memory).first(length), record);
}

Status GattServerCache::store_local_db(uint16_t conn_handle) {
  const PeerId peer = ids_.peer_of(conn_handle);
  if (!pool_.is_active(peer)) {
    // Not bonded: the values go with the link.
    return Status::kOk;
  }
  const Status status = keep_attributes(conn_handle, peer);
  if (status == Status::kBusy) {
    return status;
  }
  if (status == Status::kResources) {
    router_.to_application(PM_EVT_STORAGE_FULL, conn_handle);
  } else if (!ok(status)) {
    router_.unexpected(conn_handle, status);
  }
  return Status::kOk;
}

Status GattServerCache::set_attributes(uint16_t conn_handle, Bytes data, uint32_t flags) {
  return soft_device_.gatts_sys_attr_set(conn_handle, data.empty() ? nullptr : data.data(),
                                         static_cast<uint16_t>(data.size()), flags);
}

// Values of a database that has changed since: those of the stack's own services may still fit,
// else none do. The result stays kInvalidData.
Status GattServerCache::set_attributes_tolerantly(uint16_t conn_handle, Bytes data,
                                                  uint32_t flags) {
  const Status status = set_attributes(conn_handle, data, flags);
  if (status != Status::kInvalidData) {
    return status;
  }
  const bool had_user_services = (flags & BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS) != 0;
  if (!had_user_services && data.empty()) {
    // Nothing at all does not fit: that is no change of the database.
    return Status::kInternal;
  }
  const bool is_settled =
      had_user_services &&
      set_attributes(conn_handle, data, BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS) != Status::kInvalidData;
  if (!is_settled && !data.empty()) {
    static_cast<void>(set_attributes(conn_handle, {}, kAllServices));
  }
  return status;
}

void GattServerCache::apply_local_db(uint16_t conn_handle) {
  alignas(4) RecordMemory memory;
  const PeerId peer = ids_.peer_of(conn_handle);
  size_t length = 0;
  // The newest values may still be on their way to the store.
  Bytes record = peer != kInvalidPeer ? database_.unstored_local_db(peer) : Bytes();
  if (record.empty() && peer != kInvalidPeer &&
      ok(database_.load(peer, kGattLocalData, memory, length))) {
    record = Bytes(memory).first(std::min(length, memory.size()));
  }
  const bool is_known = record.size() >= kHeader;
  const Status status =
      is_known ? set_attributes_tolerantly(conn_handle, attributes_of(record), flags_of(record))
               : set_attributes_tolerantly(conn_handle, {}, kAllServices);

  const bool has_to_wait = status == Status::kBusy || status == Status::kNoMem;
  states_.set(conn_handle, LinkFlag::kDbApplyPending, has_to_wait);
  if (has_to_wait || status == Status::kInvalidConnHandle) {
    return;
  }
  if (ok(status) || status == Status::kInvalidState) {
    router_.to_application(PM_EVT_LOCAL_DB_CACHE_APPLIED, conn_handle);
  } else if (status == Status::kInvalidData) {
    router_.to_application(PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED, conn_handle);
  } else {
    router_.unexpected(conn_handle, status);
  }
}

}  // namespace pm
