// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/write_buffers.hpp"

namespace pm {

WriteBuffers::Record* WriteBuffers::find(RecordKey key, bool is_submitted) {
  for (Record& record : records_) {
    // What is free has the key 0, which is not that of a bond or a local database.
    if (record.key == key && (record.state == State::kSubmitted) == is_submitted) {
      return &record;
    }
  }
  return nullptr;
}

void* WriteBuffers::acquire(RecordKey key, size_t blocks) {
  Record* existing = pending(key);
  if (existing != nullptr && existing->blocks == blocks) {
    existing->state = State::kFilling;
    return memory(existing);
  }
  // One that waits with an older value is replaced by the newer one, if that finds a place.
  size_t first = 0;
  for (size_t end = 0; end != first + blocks; ++end) {
    if (end == records_.size()) {
      return nullptr;
    }
    const Record& record = records_[end];
    if (record.state != State::kFree && &record != existing) {
      first = end + record.blocks;
    }
  }
  if (existing != nullptr) {
    release(*existing);
  }
  Record& record = records_[first];
  record.key = key;
  record.state = State::kFilling;
  record.first_block = static_cast<uint8_t>(first);
  record.blocks = static_cast<uint8_t>(blocks);
  return memory(&record);
}

void WriteBuffers::release(Record& record) {
  wipe(memory(&record), record.blocks * config::kFlashBufferSize);
  record = {};
}

void WriteBuffers::release_pending(PeerId owner) {
  for (Record& record : records_) {
    if (record.state != State::kSubmitted &&
        (owner == kInvalidPeer || peer_of(record.key) == owner)) {
      release(record);
    }
  }
}

uint8_t* WriteBuffers::memory(const Record* record) {
  return record != nullptr ? &memory_[record->first_block * config::kFlashBufferSize] : nullptr;
}

}  // namespace pm
