// SPDX-License-Identifier: Apache-2.0
//
// CCCD values of peers. Service Changed is in gatt_server_cache_service_changed.cpp.
#include "pm/peer_manager/detail/gatt_server_cache.hpp"

#include <algorithm>
#include <cstring>

namespace pm {

namespace {

constexpr uint32_t kAllServices =
    BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS | BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS;
constexpr size_t kHeader = PM_LOCAL_DB_LEN_OVERHEAD_BYTES;

}  // namespace

// Hands the link's attributes to a write buffer of the size they need, unless they are stored. A
// value that waits, which the peer counts on, is replaced only when the newer one has its place.
Status GattServerCache::keep_attributes(uint16_t conn_handle, PeerId peer) {
  RecordMemory memory;
  LocalDb& record = memory.local_db;
  record.flags = kAllServices;
  record.len = static_cast<uint16_t>(sizeof memory - kHeader);
  const Status read =
      soft_device_->gatts_sys_attr_get(conn_handle, record.data, record.len, kAllServices);
  if (read == Status::kNotFound) {
    // The database has no such attributes.
    return Status::kOk;
  }
  if (!ok(read)) {
    return read == Status::kBusy ? Status::kInternal : read;
  }
  const RecordKey key = key_of(peer, kGattLocalData);
  if (is_stored(record, key)) {
    static_cast<void>(database_->release_buffer(key));
    return Status::kOk;
  }
  const size_t size = kHeader + record.len;
  const size_t blocks = (size + config::kFlashBufferSize - 1) / config::kFlashBufferSize;
  void* buffer = database_->acquire_buffer(key, blocks);
  if (buffer == nullptr) {
    return Status::kBusy;
  }
  std::memcpy(buffer, &memory, size);
  return database_->store_buffer(key, peer);
}

// nullptr: there is none.
const GattServerCache::LocalDb* GattServerCache::load_local_db(RecordKey key,
                                                               RecordMemory& memory) const {
  size_t length = sizeof memory;
  if (!ok(database_->load(key, &memory, length)) || length < kHeader) {
    return nullptr;
  }
  // Its own length is believed only as far as there is data.
  const size_t available = std::min(length, sizeof memory) - kHeader;
  memory.local_db.len = static_cast<uint16_t>(std::min<size_t>(memory.local_db.len, available));
  return &memory.local_db;
}

bool GattServerCache::is_stored(const LocalDb& record, RecordKey key) const {
  // What is being written now is what will be stored.
  const auto* stored = static_cast<const LocalDb*>(database_->submitted_buffer(key));
  RecordMemory memory;
  if (stored == nullptr) {
    stored = load_local_db(key, memory);
  }
  return stored != nullptr && stored->len == record.len &&
         std::memcmp(stored->data, record.data, record.len) == 0;
}

Status GattServerCache::store_local_db(uint16_t conn_handle) {
  const PeerId peer = ids_->peer_of(conn_handle);
  if (!pool_->is_active(peer)) {
    // Not bonded: the values go with the link.
    return Status::kOk;
  }
  const Status status = keep_attributes(conn_handle, peer);
  if (status == Status::kBusy) {
    return status;
  }
  if (status == Status::kResources) {
    router_->to_application(PM_EVT_STORAGE_FULL, conn_handle);
  } else if (!ok(status)) {
    router_->unexpected(conn_handle, status);
  }
  return Status::kOk;
}

// nullptr: there are none.
Status GattServerCache::set_attributes(uint16_t conn_handle, const LocalDb* record,
                                       uint32_t flags) {
  return record != nullptr && record->len > 0
             ? soft_device_->gatts_sys_attr_set(conn_handle, record->data, record->len, flags)
             : soft_device_->gatts_sys_attr_set(conn_handle, nullptr, 0, flags);
}

// Values of a database that has changed since: those of the stack's own services may still fit,
// else none do. The result stays kInvalidData.
Status GattServerCache::set_attributes_tolerantly(uint16_t conn_handle, const LocalDb* record) {
  const uint32_t flags = record != nullptr ? record->flags : kAllServices;
  const Status status = set_attributes(conn_handle, record, flags);
  if (status != Status::kInvalidData) {
    return status;
  }
  const bool has_values = record != nullptr && record->len > 0;
  const bool had_user_services = (flags & BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS) != 0;
  if (!had_user_services && !has_values) {
    // Nothing at all does not fit: that is no change of the database.
    return Status::kInternal;
  }
  const bool is_settled =
      had_user_services && set_attributes(conn_handle, record, BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS) !=
                               Status::kInvalidData;
  if (!is_settled && has_values) {
    static_cast<void>(set_attributes(conn_handle, nullptr, kAllServices));
  }
  return status;
}

void GattServerCache::apply_local_db(uint16_t conn_handle) {
  const RecordKey key = key_of(ids_->peer_of(conn_handle), kGattLocalData);
  // The newest values may still be on their way to the store.
  const LocalDb* record = database_->unstored_local_db(key);
  RecordMemory memory;
  if (record == nullptr) {
    record = load_local_db(key, memory);
  }
  const Status status = set_attributes_tolerantly(conn_handle, record);

  const bool has_to_wait = status == Status::kBusy || status == Status::kNoMem;
  states_->set(conn_handle, LinkFlag::kDbApplyPending, has_to_wait);
  if (has_to_wait || status == Status::kInvalidConnHandle) {
    return;
  }
  if (ok(status) || status == Status::kInvalidState) {
    router_->to_application(PM_EVT_LOCAL_DB_CACHE_APPLIED, conn_handle);
  } else if (status == Status::kInvalidData) {
    router_->to_application(PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED, conn_handle);
  } else {
    router_->unexpected(conn_handle, status);
  }
}

}  // namespace pm
