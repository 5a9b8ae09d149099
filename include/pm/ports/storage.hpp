// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

/// Completion of one accepted write or removal.
struct StorageEvent {
  enum class Kind : uint8_t { kWrite, kRemove };
  Kind kind;
  uint32_t key;
  /// kOk, kResources (no space), or kInternal (the medium failed).
  Status result;
};

class StorageSink {
 public:
  virtual void on_storage_event(const StorageEvent& event) = 0;

 protected:
  ~StorageSink() = default;
};

/// A store of records by 32-bit key. Implemented by ZMS, and by the SDK's bm_zms_* on the target.
///
/// Writes and removals run one after another in the order accepted. Completion comes in a later
/// turn of the loop, never inside the call, so that the caller knows what it waits for.
class Storage {
 public:
  /// Starts mounting and names the receiver of completions. kInternal: refused.
  virtual Status init(StorageSink& sink) = 0;
  /// Returns when the store is mounted, pumping whatever its back end needs. kInternal: the mount
  /// failed.
  virtual Status wait_ready() = 0;

  /// Reads the last completed version of a record. `stored_length` gets its full length; `out` gets
  /// the first min(stored length, out.size()) octets; an empty `out` only asks for the length.
  /// kNotFound: absent or removed. kInternal: the medium failed.
  virtual Status read(uint32_t key, MutableBytes out, size_t& stored_length) = 0;

  /// Calls `visit(context, key)` for at least each key that has a record; keys of removed records,
  /// and the same key more than once, may appear too. kNotSupported: cannot list keys, nothing was
  /// visited.
  virtual Status visit_keys(void (*visit)(void* context, uint32_t key), void* context) {
    static_cast<void>(visit);
    static_cast<void>(context);
    return Status::kNotSupported;
  }

  /// Accepts a write. `data` must be 4-byte aligned, not empty, and stay unchanged until the
  /// completion. kBusy: queue full. kInvalidParam: empty or too long for the medium. kInvalidState:
  /// not mounted.
  virtual Status write(uint32_t key, Bytes data) = 0;

  /// Accepts a removal; removing an absent record completes with kOk. Refusals as write().
  virtual Status remove(uint32_t key) = 0;

 protected:
  ~Storage() = default;
};

}  // namespace pm
