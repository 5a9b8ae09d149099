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

bool is_buffered_kind(DataId data) { return data == kBondingData || data == kGattLocalData; }

Status check_record(PeerId peer, DataId data) {
  return is_peer_id(peer) && is_valid_data_id(data) ? Status::kOk : Status::kInvalidParam;
}

Bytes bytes_of(const uint32_t& word) {
  return Bytes(reinterpret_cast<const uint8_t*>(&word), sizeof word);
}

}  // namespace

// What is stored under an unused ID is an orphan, which belongs to nobody.
Status PeerDatabase::load(PeerId peer, DataId data, MutableBytes out, size_t& stored_length) const {
  PM_TRY(check_record(peer, data));
  return pool_.is_used(peer) ? storage_.read(peer, data, out, stored_length) : Status::kNotFound;
}

// Another stored length is kInternal.
Status PeerDatabase::load_fixed(PeerId peer, DataId data, void* out, size_t size) const {
  size_t stored_length = 0;
  PM_TRY(load(peer, data, MutableBytes(static_cast<uint8_t*>(out), size), stored_length));
  return stored_length == size ? Status::kOk : Status::kInternal;
}

Status PeerDatabase::write(PeerId peer, DataId data, Bytes bytes, PeerDataStorage::Origin origin) {
  PM_TRY(check_record(peer, data));
  return pool_.is_active(peer) ? storage_.write(peer, data, bytes, origin) : Status::kNotFound;
}

Status PeerDatabase::store(PeerId peer, DataId data, Bytes bytes) {
  return write(peer, data, bytes, PeerDataStorage::Origin::kDirect);
}

Status PeerDatabase::store_rank(PeerId peer, const uint32_t& rank) {
  return write(peer, kRankData, bytes_of(rank), PeerDataStorage::Origin::kRank);
}

Status PeerDatabase::store_flag(PeerId peer, DataId data, bool value) {
  return store(peer, data, bytes_of(kFlagWords[value ? 1 : 0]));
}

Status PeerDatabase::erase(PeerId peer, DataId data) {
  // What is under way tells whether there is a record, else storage does.
  switch (storage_.outlook(peer, data)) {
    case PeerDataStorage::Outlook::kRemoved:
      return Status::kNotFound;
    case PeerDataStorage::Outlook::kUnchanged: {
      size_t length = 0;
      PM_TRY(load(peer, data, {}, length));
      break;
    }
    case PeerDataStorage::Outlook::kWritten:
      break;
  }
  return write(peer, data, {}, PeerDataStorage::Origin::kErase);
}

bool PeerDatabase::has_bond(PeerId peer) const {
  if (unstored_bond(peer) != nullptr) {
    return true;
  }
  const auto outlook = storage_.outlook(peer, kBondingData);
  size_t length = 0;
  return outlook != PeerDataStorage::Outlook::kUnchanged
             ? outlook == PeerDataStorage::Outlook::kWritten
             : storage_.read(peer, kBondingData, {}, length) != Status::kNotFound;
}

Status PeerDatabase::delete_peer(PeerId peer) {
  if (!pool_.is_active(peer)) {
    return Status::kInvalidParam;
  }
  buffers_.release_pending(owner_of(peer));
  return storage_.delete_peer(peer);
}

MutableBytes PeerDatabase::pending_buffer(BufferOwner owner, DataId data) {
  const Record* record = buffers_.pending(owner, data);
  return record != nullptr ? buffers_.memory(*record) : MutableBytes();
}

Bytes PeerDatabase::submitted_buffer(BufferOwner owner, DataId data) {
  const Record* record = buffers_.submitted(owner, data);
  return record != nullptr ? content(*record) : Bytes();
}

Bytes PeerDatabase::unstored_local_db(PeerId peer) const {
  const BufferOwner owner = owner_of(peer);
  const Record* record = buffers_.pending(owner, kGattLocalData);
  if (record == nullptr || record->state == State::kFilling) {
    record = buffers_.submitted(owner, kGattLocalData);
  }
  return record != nullptr ? content(*record) : Bytes();
}

const pm_peer_data_bonding* PeerDatabase::unstored_bond(PeerId peer) const {
  const BufferOwner owner = owner_of(peer);
  const Record* record = buffers_.pending(owner, kBondingData);
  if (record == nullptr) {
    record = buffers_.submitted(owner, kBondingData);
  }
  return record != nullptr
             ? reinterpret_cast<const pm_peer_data_bonding*>(buffers_.memory(*record).data())
             : nullptr;
}

bool PeerDatabase::release_buffer(BufferOwner owner, DataId data) {
  Record* record = buffers_.pending(owner, data);
  if (record == nullptr) {
    return false;
  }
  buffers_.release(*record);
  return true;
}

// The octets of a buffer that are stored: the local database tells its length itself.
Bytes PeerDatabase::content(const Record& record) const {
  const Bytes memory = buffers_.memory(record);
  if (record.data == kBondingData) {
    return memory.first(sizeof(pm_peer_data_bonding));
  }
  const size_t length = load_le16(memory.data() + offsetof(pm_peer_data_local_gatt_db, len)) +
                        PM_LOCAL_DB_LEN_OVERHEAD_BYTES;
  return memory.first(length < memory.size() ? length : memory.size());
}

Status PeerDatabase::store_buffer(BufferOwner owner, DataId data, PeerId peer) {
  if (!pool_.is_active(peer) || !is_buffered_kind(data)) {
    return Status::kInvalidParam;
  }
  Record* record = buffers_.pending(owner, data);
  if (record == nullptr) {
    return Status::kNotFound;
  }
  if (Record* older = buffers_.pending(owner_of(peer), data); older != nullptr && older != record) {
    buffers_.release(*older);
  }
  record->owner = owner_of(peer);
  const Status status = submit(*record);
  return status == Status::kBusy ? Status::kOk : status;
}

// kBusy: the record waits. kResources: it waits for space. kInternal: it is given up.
Status PeerDatabase::submit(Record& record) {
  record.state = State::kWaiting;
  const PeerId peer{static_cast<uint16_t>(record.owner)};
  // One write of a record at a time, so that a completion has one meaning. A local database
  // moreover waits for what was accepted before it, and no longer: meanwhile it takes newer values
  // instead of being written twice.
  if (!record.has_place) {
    record.has_place = true;
    record.place = storage_.accepted();
  }
  const bool is_first = static_cast<int32_t>(storage_.completed() - record.place) >= 0;
  const bool has_to_wait = buffers_.submitted(record.owner, record.data) != nullptr ||
                           (record.data == kGattLocalData && !is_first);
  if (has_to_wait) {
    return Status::kBusy;
  }
  const Status status =
      storage_.write(peer, record.data, content(record), PeerDataStorage::Origin::kBuffer);
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
  storage_.go_on_cleaning();
}

bool PeerDatabase::on_buffer_written(pm_evt& event) {
  const auto& update = event.peer_data_update_succeeded;
  const BufferOwner owner = owner_of(PeerId{event.peer_id});
  const DataId data{static_cast<uint16_t>(update.data_id)};
  Record* record = buffers_.submitted(owner, data);
  if (record == nullptr) {
    return true;
  }
  if (event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    buffers_.release(*record);
    return true;
  }
  const bool is_full = event.peer_data_update_failed.error == NRF_ERROR_RESOURCES;
  if (buffers_.pending(owner, data) != nullptr || !pool_.is_active(PeerId{event.peer_id})) {
    // A newer value waits, or nobody wants it any more.
    buffers_.release(*record);
    return false;
  }
  if (is_full) {
    record->state = State::kFull;
    pm_evt full = make_event(PM_EVT_STORAGE_FULL, PeerId{event.peer_id});
    router_.from_peer_database(full);
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
    const PeerId peer{static_cast<uint16_t>(record.owner)};
    const Status status = submit(record);
    if (ok(status) || status == Status::kBusy) {
      continue;
    }
    pm_evt event = make_event(
        status == Status::kResources ? PM_EVT_STORAGE_FULL : PM_EVT_ERROR_UNEXPECTED, peer);
    if (status != Status::kResources) {
      event.error_unexpected.error = to_code(status);
    }
    router_.from_peer_database(event);
    return;
  }
}

}  // namespace pm
