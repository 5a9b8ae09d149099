// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/bytes.hpp"
#include "pm/base/config.hpp"
#include "pm/base/types.hpp"

namespace pm {

/// Owner of a buffer for a pairing that has no peer ID yet: no peer.
constexpr PeerId temporary_owner(int link_index) {
  return PeerId{static_cast<uint16_t>(0x8000 | link_index)};
}

/// Pool of memory for records on their way to the store: config::kFlashBuffers blocks of 80 octets,
/// 4-byte aligned. A buffer that is given back is wiped: it may have held keys.
class WriteBuffers {
 public:
  enum class State : uint8_t {
    kFree,
    kFilling,    ///< handed out
    kWaiting,    ///< complete; the store had no time for it yet
    kDelayed,    ///< complete; its write failed several times
    kFull,       ///< complete; the store had no space for it
    kSubmitted,  ///< the store reads it: not to be touched
  };

  struct Record {
    RecordKey key;
    /// Its place in the order of the store's operations, from 1 on; 0: it has none yet.
    uint32_t place;
    State state;
    uint8_t blocks;
    uint8_t failures;
  };

  /// Buffer of `blocks` adjacent blocks under a key. One that has not been submitted is reused: a
  /// record that waits takes the newest value. nullptr: none free.
  void* acquire(RecordKey key, size_t blocks);
  /// The record under a key that has not been submitted, or nullptr.
  Record* pending(RecordKey key) { return find(key, false); }
  /// The record under a key that the store is writing, or nullptr.
  Record* submitted(RecordKey key) { return find(key, true); }
  /// Where a record has its content; of nullptr: nullptr. Not inlined: smaller.
  [[gnu::noinline]] uint8_t* memory(const Record* record);
  void release(Record& record);
  /// Releases everything of an owner that has not been submitted; kInvalidPeer: of all.
  void release_pending(PeerId owner);

  std::array<Record, config::kFlashBuffers>& records() { return records_; }

 private:
  // Not inlined: that would make two of it.
  [[gnu::noinline]] Record* find(RecordKey key, bool is_submitted);

  /// Each in the place of its first block; those of its other blocks are free.
  std::array<Record, config::kFlashBuffers> records_{};
  alignas(4) std::array<uint8_t, config::kFlashBuffers * config::kFlashBufferSize> memory_{};
};
static_assert(config::kFlashBuffers <= 255);
static_assert(config::kFlashBufferSize % 4 == 0, "each block is aligned as the store wants it");

}  // namespace pm
