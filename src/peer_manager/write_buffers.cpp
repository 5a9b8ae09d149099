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
  int run = 0;
  for (Record& record : records_) {
    if (record.state != State::kFree && &record != existing) {
      run = -record.blocks;
    }
    if (++run == static_cast<int>(blocks)) {
      if (existing != nullptr) {
        release(*existing);
      }
      Record* first = &record + 1 - blocks;
      first->key = key;
      first->state = State::kFilling;
      first->blocks = static_cast<uint8_t>(blocks);
      return memory(first);
    }
  }
  return nullptr;
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
  return record != nullptr
             ? &memory_[static_cast<size_t>(record - records_.data()) * config::kFlashBufferSize]
             : nullptr;
}

}  // namespace pm
