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

// The newest record of a peer: the one on its way to the store, if there is one, else what `memory`
// takes from there, empty if there is none. Its length is that of the whole record, even if there
// is less room.
const GattServerCache::LocalDb& GattServerCache::newest(const void* unstored, RecordKey key,
                                                        LocalDb& memory, size_t room) const {
  if (unstored != nullptr) {
    return *static_cast<const LocalDb*>(unstored);
  }
  size_t length = room;
  if (!ok(database_->load(key, &memory, length)) || length < kHeader) {
    memory.flags = kAllServices;
    length = kHeader;
  }
  // Its own length is believed only as far as there is data.
  const size_t available = std::min(length, sizeof(RecordMemory)) - kHeader;
  memory.len = static_cast<uint16_t>(std::min<size_t>(memory.len, available));
  return memory;
}

// Hands attributes to a write buffer of the size they need, unless they are stored. A value that
// waits, which the peer counts on, is replaced only when the newer one has its place.
Status GattServerCache::keep(RecordKey key, const LocalDb& record) {
  const size_t size = kHeader + record.len;
  const size_t blocks = (size + config::kFlashBufferSize - 1) / config::kFlashBufferSize;
  auto* buffer = static_cast<LocalDb*>(database_->acquire_buffer(key, blocks));
  if (buffer == nullptr) {
    return Status::kBusy;
  }
  // What is being written now is what will be stored.
  const LocalDb& stored =
      newest(database_->submitted_buffer(key), key, *buffer, blocks * config::kFlashBufferSize);
  if (stored.len == record.len && std::memcmp(stored.data, record.data, record.len) == 0) {
    static_cast<void>(database_->release_buffer(key));
    return Status::kOk;
  }
  std::memcpy(buffer, &record, size);
  return database_->store_buffer(key, peer_of(key));
}

// kNotFound: the database has no such attributes.
Status GattServerCache::keep_attributes(uint16_t conn_handle, PeerId peer) {
  RecordMemory memory;
  LocalDb& record = memory.local_db;
  record.flags = kAllServices;
  record.len = static_cast<uint16_t>(sizeof memory - kHeader);
  PM_TRY(soft_device_->gatts_sys_attr_get(conn_handle, record.data, record.len, kAllServices));
  return keep(key_of(peer, kGattLocalData), record);
}

bool GattServerCache::store_local_db(uint16_t conn_handle) {
  const PeerId peer = ids_->peer_of(conn_handle);
  // Not bonded: the values go with the link.
  const Status status =
      pool_->is_active(peer) ? keep_attributes(conn_handle, peer) : Status::kNotFound;
  const bool has_to_wait = status == Status::kBusy;
  states_->set(conn_handle, LinkFlag::kDbStorePending, has_to_wait);
  if (!ok(status) && !has_to_wait && status != Status::kNotFound) {
    router_->not_stored(conn_handle, peer, status);
  }
  return !has_to_wait;
}

// Values of a database that has changed since: those of the stack's own services may still fit,
// else none do. The result stays kInvalidData.
Status GattServerCache::set_attributes(uint16_t conn_handle, const LocalDb& record) {
  const uint8_t* data = record.len > 0 ? record.data : nullptr;
  const Status status =
      soft_device_->gatts_sys_attr_set(conn_handle, data, record.len, record.flags);
  if (status != Status::kInvalidData) {
    return status;
  }
  const bool had_user_services = (record.flags & BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS) != 0;
  if (!had_user_services && data == nullptr) {
    // Nothing at all does not fit: that is no change of the database.
    return Status::kInternal;
  }
  const bool is_settled = had_user_services && soft_device_->gatts_sys_attr_set(
                                                   conn_handle, data, record.len,
                                                   BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS) != status;
  if (!is_settled) {
    static_cast<void>(soft_device_->gatts_sys_attr_set(conn_handle, nullptr, 0, kAllServices));
  }
  return status;
}

Status GattServerCache::set_newest_attributes(uint16_t conn_handle) {
  RecordMemory memory;
  const RecordKey key = key_of(ids_->peer_of(conn_handle), kGattLocalData);
  return set_attributes(
      conn_handle, newest(database_->unstored_local_db(key), key, memory.local_db, sizeof memory));
}

void GattServerCache::apply_local_db(uint16_t conn_handle) {
  const Status status = set_newest_attributes(conn_handle);
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
