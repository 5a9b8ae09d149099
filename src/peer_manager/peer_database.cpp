// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_database.hpp"

#include <algorithm>

#include "nrf_error.h"

namespace pm {

namespace {

// A buffered write is repeated this often before its failure is told: a broken medium must not be
// written for ever.
constexpr uint8_t kMaxWriteFailures = 8;
// Of these, so many in consecutive turns; then it waits until something else has happened: what
// is wrong with the medium may pass.
constexpr uint8_t kImmediateRepetitions = 3;

// Words that the store reads while it writes them: constant, so that they need no memory of their
// own.
alignas(4) constexpr uint32_t kFlagWords[] = {0, 1};

bool is_buffered_kind(DataId data) { return data == kBondingData || data == kGattLocalData; }

Status check(RecordKey key) {
  return is_peer_id(peer_of(key)) && is_valid_data_id(data_of(key)) ? Status::kOk
                                                                    : Status::kInvalidParam;
}

}  // namespace

// What is stored under an unused ID is an orphan, which belongs to nobody.
Status PeerDatabase::load(RecordKey key, void* out, size_t& length) const {
  PM_TRY(check(key));
  return pool_->is_used(peer_of(key)) ? storage_->read(key, out, length) : Status::kNotFound;
}

// Another stored length is kInternal.
Status PeerDatabase::load_fixed(RecordKey key, void* out, size_t size) const {
  size_t length = size;
  PM_TRY(load(key, out, length));
  return length == size ? Status::kOk : Status::kInternal;
}

Status PeerDatabase::write(RecordKey key, const void* data, size_t size,
                           PeerDataStorage::Origin origin) {
  PM_TRY(check(key));
  return pool_->is_active(peer_of(key)) ? storage_->write(key, data, size, origin)
                                        : Status::kNotFound;
}

Status PeerDatabase::store(RecordKey key, const void* data, size_t size) {
  return write(key, data, size, PeerDataStorage::Origin::kDirect);
}

Status PeerDatabase::store_rank(PeerId peer, const uint32_t& rank) {
  return write(key_of(peer, kRankData), &rank, sizeof rank, PeerDataStorage::Origin::kRank);
}

Status PeerDatabase::store_flag(RecordKey key, bool value) {
  return store(key, &kFlagWords[value ? 1 : 0], sizeof kFlagWords[0]);
}

Status PeerDatabase::erase(RecordKey key) {
  // What is under way tells whether there is a record, else storage does.
  switch (storage_->outlook(key)) {
    case PeerDataStorage::Outlook::kRemoved:
      return Status::kNotFound;
    case PeerDataStorage::Outlook::kUnchanged: {
      size_t length = 0;
      PM_TRY(load(key, nullptr, length));
      break;
    }
    case PeerDataStorage::Outlook::kWritten:
      break;
  }
  return write(key, nullptr, 0, PeerDataStorage::Origin::kErase);
}

bool PeerDatabase::has_bond(PeerId peer) const {
  if (unstored_bond(peer) != nullptr) {
    return true;
  }
  const RecordKey key = key_of(peer, kBondingData);
  const auto outlook = storage_->outlook(key);
  size_t length = 0;
  return outlook != PeerDataStorage::Outlook::kUnchanged
             ? outlook == PeerDataStorage::Outlook::kWritten
             : storage_->read(key, nullptr, length) != Status::kNotFound;
}

Status PeerDatabase::delete_peer(PeerId peer) {
  if (!pool_->is_active(peer)) {
    return Status::kInvalidParam;
  }
  buffers_.release_pending(peer);
  return storage_->delete_peer(peer);
}

void* PeerDatabase::pending_buffer(RecordKey key) {
  const Record* record = buffers_.pending(key);
  return record != nullptr ? buffers_.memory(*record).data() : nullptr;
}

const void* PeerDatabase::submitted_buffer(RecordKey key) const {
  const Record* record = buffers_.submitted(key);
  return record != nullptr ? buffers_.memory(*record).data() : nullptr;
}

const pm_peer_data_local_gatt_db* PeerDatabase::unstored_local_db(RecordKey key) const {
  const Record* record = buffers_.pending(key);
  const void* memory = record != nullptr && record->state != State::kFilling
                           ? buffers_.memory(*record).data()
                           : submitted_buffer(key);
  return static_cast<const pm_peer_data_local_gatt_db*>(memory);
}

const pm_peer_data_bonding* PeerDatabase::unstored_bond(PeerId peer) const {
  const RecordKey key = key_of(peer, kBondingData);
  const Record* record = buffers_.pending(key);
  if (record == nullptr) {
    record = buffers_.submitted(key);
  }
  return record != nullptr
             ? reinterpret_cast<const pm_peer_data_bonding*>(buffers_.memory(*record).data())
             : nullptr;
}

bool PeerDatabase::release_buffer(RecordKey key) {
  Record* record = buffers_.pending(key);
  if (record == nullptr) {
    return false;
  }
  buffers_.release(*record);
  return true;
}

// How much of a buffer is stored: the local database tells its length itself.
size_t PeerDatabase::content_size(const Record& record) const {
  if (data_of(record.key) == kBondingData) {
    return sizeof(pm_peer_data_bonding);
  }
  const Bytes memory = buffers_.memory(record);
  const auto& database = *reinterpret_cast<const pm_peer_data_local_gatt_db*>(memory.data());
  return std::min(memory.size(), size_t{PM_LOCAL_DB_LEN_OVERHEAD_BYTES} + database.len);
}

Status PeerDatabase::store_buffer(RecordKey key, PeerId peer) {
  if (!pool_->is_active(peer) || !is_buffered_kind(data_of(key))) {
    return Status::kInvalidParam;
  }
  Record* record = buffers_.pending(key);
  if (record == nullptr) {
    return Status::kNotFound;
  }
  const RecordKey final_key = key_of(peer, data_of(key));
  if (Record* older = buffers_.pending(final_key); older != nullptr && older != record) {
    buffers_.release(*older);
  }
  record->key = final_key;
  const Status status = submit(*record);
  return status == Status::kBusy ? Status::kOk : status;
}

// kBusy: the record waits. kResources: it waits for space. kInternal: it is given up.
Status PeerDatabase::submit(Record& record) {
  record.state = State::kWaiting;
  // One write of a record at a time, so that a completion has one meaning. A local database
  // moreover waits for what was accepted before it, and no longer: meanwhile it takes newer values
  // instead of being written twice.
  if (!record.has_place) {
    record.has_place = true;
    record.place = storage_->accepted();
  }
  const bool is_first = static_cast<int32_t>(storage_->completed() - record.place) >= 0;
  const bool has_to_wait = buffers_.submitted(record.key) != nullptr ||
                           (data_of(record.key) == kGattLocalData && !is_first);
  if (has_to_wait) {
    return Status::kBusy;
  }
  const Status status = storage_->write(record.key, buffers_.memory(record).data(),
                                        content_size(record), PeerDataStorage::Origin::kBuffer);
  if (ok(status)) {
    record.state = State::kSubmitted;
    return Status::kOk;
  }
  if (status == Status::kBusy) {
    return status;
  }
  if (status == Status::kResources) {
    record.state = State::kFull;
    return status;
  }
  buffers_.release(record);
  return Status::kInternal;
}

bool PeerDatabase::on_storage_event(pm_evt& event, bool buffered) {
  if (event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    // The medium works.
    static_cast<void>(wake(State::kDelayed));
  }
  return !buffered || on_buffer_written(event);
}

bool PeerDatabase::wake(State state) {
  bool is_any = false;
  for (Record& record : buffers_.records()) {
    if (record.state == state) {
      record.state = State::kWaiting;
      is_any = true;
    }
  }
  return is_any;
}

void PeerDatabase::repeat_delayed() {
  static_cast<void>(wake(State::kDelayed));
  // Also those that found the queue full: of others' operations, perhaps, whose end nobody tells.
  resubmit();
  storage_->go_on_cleaning();
}

bool PeerDatabase::on_buffer_written(pm_evt& event) {
  const auto& update = event.peer_data_update_succeeded;
  const RecordKey key =
      key_of(PeerId{event.peer_id}, DataId{static_cast<uint16_t>(update.data_id)});
  Record* record = buffers_.submitted(key);
  if (record == nullptr) {
    return true;
  }
  if (event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    buffers_.release(*record);
    return true;
  }
  const bool is_full = event.peer_data_update_failed.error == NRF_ERROR_RESOURCES;
  if (buffers_.pending(key) != nullptr || !pool_->is_active(PeerId{event.peer_id})) {
    // A newer value waits, or nobody wants it any more.
    buffers_.release(*record);
    return false;
  }
  if (is_full) {
    record->state = State::kFull;
    pm_evt full = make_event(PM_EVT_STORAGE_FULL, PeerId{event.peer_id});
    router_->from_peer_database(full);
    return false;
  }
  if (++record->failures < kMaxWriteFailures) {
    record->state = record->failures <= kImmediateRepetitions ? State::kWaiting : State::kDelayed;
    return false;
  }
  buffers_.release(*record);
  return true;
}

void PeerDatabase::resubmit() {
  for (Record& record : buffers_.records()) {
    if (record.state != State::kWaiting) {
      continue;
    }
    const PeerId peer = peer_of(record.key);
    const Status status = submit(record);
    if (ok(status) || status == Status::kBusy) {
      continue;
    }
    pm_evt event = make_event(
        status == Status::kResources ? PM_EVT_STORAGE_FULL : PM_EVT_ERROR_UNEXPECTED, peer);
    if (status != Status::kResources) {
      event.error_unexpected.error = to_code(status);
    }
    router_->from_peer_database(event);
    return;
  }
}

}  // namespace pm
