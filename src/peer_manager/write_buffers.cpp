// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/write_buffers.hpp"

#include <utility>

namespace pm {

void WriteBuffers::reset() {
  for (Record& record : records_) {
    if (record.state != State::kSubmitted) {
      release(record);
    }
  }
}

const WriteBuffers::Record* WriteBuffers::find(RecordKey key, bool is_submitted) const {
  for (const Record& record : records_) {
    if (record.state != State::kFree && (record.state == State::kSubmitted) == is_submitted &&
        record.key == key) {
      return &record;
    }
  }
  return nullptr;
}

WriteBuffers::Record* WriteBuffers::pending(RecordKey key) {
  return const_cast<Record*>(std::as_const(*this).find(key, false));
}

WriteBuffers::Record* WriteBuffers::submitted(RecordKey key) {
  return const_cast<Record*>(std::as_const(*this).find(key, true));
}

bool WriteBuffers::is_taken(size_t block, const Record* except) const {
  for (const Record& record : records_) {
    if (&record != except && record.state != State::kFree && block >= record.first_block &&
        block < static_cast<size_t>(record.first_block) + record.blocks) {
      return true;
    }
  }
  return false;
}

bool WriteBuffers::find_adjacent(size_t blocks, const Record* except, size_t& first) const {
  size_t run = 0;
  for (size_t block = 0; block < config::kFlashBuffers; ++block) {
    run = is_taken(block, except) ? 0 : run + 1;
    if (run == blocks) {
      first = block + 1 - blocks;
      return true;
    }
  }
  return false;
}

Status WriteBuffers::acquire(RecordKey key, size_t blocks, MutableBytes& memory) {
  if (blocks < 1 || blocks > config::kFlashBuffers) {
    return Status::kInvalidParam;
  }
  Record* existing = pending(key);
  if (existing != nullptr) {
    if (existing->blocks == blocks) {
      existing->state = State::kFilling;
      memory = this->memory(*existing);
      return Status::kOk;
    }
    if (existing->state == State::kFilling) {
      return Status::kForbidden;
    }
  }
  // One that waits with an older value is replaced by the newer one, if that finds a place.
  size_t first = 0;
  if (!find_adjacent(blocks, existing, first)) {
    return Status::kBusy;
  }
  if (existing != nullptr) {
    release(*existing);
  }
  for (Record& record : records_) {
    if (record.state == State::kFree) {
      record = {
          key, State::kFilling, static_cast<uint8_t>(first), static_cast<uint8_t>(blocks), 0, false,
          0};
      memory = this->memory(record);
      return Status::kOk;
    }
  }
  return Status::kBusy;
}

void WriteBuffers::release(Record& record) {
  wipe(memory(record));
  record = {};
}

void WriteBuffers::release_pending(PeerId owner) {
  for (Record& record : records_) {
    const bool is_pending = record.state != State::kFree && record.state != State::kSubmitted;
    if (is_pending && peer_of(record.key) == owner) {
      release(record);
    }
  }
}

Bytes WriteBuffers::memory(const Record& record) const {
  return Bytes(memory_).subspan(record.first_block * config::kFlashBufferSize,
                                record.blocks * config::kFlashBufferSize);
}

MutableBytes WriteBuffers::memory(const Record& record) {
  return MutableBytes(memory_).subspan(record.first_block * config::kFlashBufferSize,
                                       record.blocks * config::kFlashBufferSize);
}

}  // namespace pm
