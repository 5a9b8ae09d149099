// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_database.hpp"

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

Status PeerDatabase::check_active(RecordKey key) const {
  PM_TRY(check(key));
  return pool_->is_active(peer_of(key)) ? Status::kOk : Status::kNotFound;
}

Status PeerDatabase::write(RecordKey key, const void* data, size_t size,
                           PeerDataStorage::Origin origin) {
  PM_TRY(check_active(key));
  return storage_->write(key, data, size, origin);
}

Status PeerDatabase::store(RecordKey key, const void* data, size_t size) {
  return write(key, data, size, PeerDataStorage::Origin::kDirect);
}

Status PeerDatabase::store_rank(PeerId peer, const uint32_t& rank) {
  return storage_->write(key_of(peer, kRankData), &rank, sizeof rank,
                         PeerDataStorage::Origin::kRank);
}

Status PeerDatabase::store_flag(RecordKey key, bool value) {
  return store(key, &kFlagWords[value ? 1 : 0], sizeof kFlagWords[0]);
}

Status PeerDatabase::erase(RecordKey key) {
  PM_TRY(check_active(key));
  PM_TRY(storage_->foresee(key));
  return storage_->write(key, nullptr, 0, PeerDataStorage::Origin::kErase);
}

bool PeerDatabase::has_bond(PeerId peer) const {
  return unstored_bond(peer) != nullptr ||
         storage_->foresee(key_of(peer, kBondingData)) != Status::kNotFound;
}

Status PeerDatabase::delete_peer(PeerId peer) {
  buffers_->release_pending(peer);
  return storage_->delete_peer(peer);
}

const void* PeerDatabase::unstored(RecordKey key) const {
  const Record* record = buffers_->pending(key);
  return buffers_->memory(record != nullptr ? record : buffers_->submitted(key));
}

bool PeerDatabase::release_buffer(RecordKey key) {
  Record* record = buffers_->pending(key);
  if (record == nullptr) {
    return false;
  }
  buffers_->release(*record);
  return true;
}

Status PeerDatabase::store_buffer(RecordKey key, PeerId peer) {
  if (!pool_->is_active(peer)) {
    return Status::kInvalidParam;
  }
  Record* record = buffers_->pending(key);
  if (record == nullptr) {
    return Status::kNotFound;
  }
  const RecordKey final_key = key_of(peer, data_of(key));
  if (Record* older = buffers_->pending(final_key); older != nullptr && older != record) {
    buffers_->release(*older);
  }
  record->key = final_key;
  return submit(*record);
}

// kOk also when the record waits. kResources: it waits for space. kInternal: it is given up.
Status PeerDatabase::submit(Record& record) {
  record.state = State::kWaiting;
  // One write of a record at a time, so that a completion has one meaning. A local database
  // moreover waits for what was accepted before it, and no longer: meanwhile it takes newer values
  // instead of being written twice.
  if (record.place == 0) {
    record.place = storage_->next_accepted();
  }
  if (buffers_->submitted(record.key) != nullptr) {
    return Status::kOk;
  }
  const uint8_t* memory = buffers_->memory(&record);
  size_t size = sizeof(pm_peer_data_bonding);
  if (data_of(record.key) == kGattLocalData) {
    const bool is_first = static_cast<int32_t>(storage_->next_completed() - record.place) >= 0;
    if (!is_first) {
      return Status::kOk;
    }
    // It tells its length itself.
    size = size_t{PM_LOCAL_DB_LEN_OVERHEAD_BYTES} +
           reinterpret_cast<const pm_peer_data_local_gatt_db*>(memory)->len;
  }
  const Status status = storage_->write(record.key, memory, size, PeerDataStorage::Origin::kBuffer);
  if (status == Status::kBusy) {
    return Status::kOk;
  }
  if (ok(status)) {
    record.state = State::kSubmitted;
  } else if (status == Status::kResources) {
    record.state = State::kFull;
  } else {
    buffers_->release(record);
  }
  return status;
}

bool PeerDatabase::on_storage_event(pm_evt& event, bool buffered) {
  if (event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    // The medium works.
    wake(State::kDelayed);
  }
  return !buffered || on_buffer_written(event);
}

void PeerDatabase::wake(State state) {
  for (Record& record : buffers_->records()) {
    if (record.state == state) {
      record.state = State::kWaiting;
    }
  }
}

void PeerDatabase::repeat_delayed() {
  wake(State::kDelayed);
  // Also those that found the queue full: of others' operations, perhaps, whose end nobody tells.
  resubmit();
  storage_->go_on_cleaning();
}

bool PeerDatabase::on_buffer_written(pm_evt& event) {
  // One token for one record.
  const RecordKey key{event.peer_data_update_succeeded.token};
  const PeerId peer = peer_of(key);
  Record& record = *buffers_->submitted(key);
  bool is_told = true;
  if (event.evt_id != PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    // Else a newer value waits, or nobody wants it any more.
    is_told = buffers_->pending(key) == nullptr && pool_->is_active(peer);
    if (is_told && event.peer_data_update_failed.error == NRF_ERROR_RESOURCES) {
      record.state = State::kFull;
      event = make_event(PM_EVT_STORAGE_FULL, peer);
      return true;
    }
    if (is_told && ++record.failures < kMaxWriteFailures) {
      record.state = record.failures <= kImmediateRepetitions ? State::kWaiting : State::kDelayed;
      return false;
    }
  }
  buffers_->release(record);
  return is_told;
}

void PeerDatabase::resubmit() {
  for (Record& record : buffers_->records()) {
    if (record.state != State::kWaiting) {
      continue;
    }
    const PeerId peer = peer_of(record.key);
    const Status status = submit(record);
    if (ok(status)) {
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
