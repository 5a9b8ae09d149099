// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: the store of bonds.
#pragma once

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

/// Completion of one accepted write or removal.
struct StorageEvent {
  /// What was accepted.
  enum class Kind : uint8_t { kWrite, kRemove };
  /// Which of the two has ended.
  Kind kind;
  /// Of the record. A store that is not told it (the SDK's) says kWrite and 0: what has ended is
  /// known from the order.
  uint32_t key;
  /// kOk: durable. kResources: no space. kInternal: the medium failed. Otherwise than with kOk the
  /// record is as it was before.
  Status result;
};

/// Receiver of completions.
class StorageSink {
 public:
  /// Exactly one call for each operation accepted, in the order accepted. May call the store again.
  virtual void on_storage_event(const StorageEvent& event) = 0;

 protected:
  ~StorageSink() = default;
};

/// A store of records by 32-bit key. Implemented by ZMS, and by the SDK's bm_zms_* on the target.
///
/// Writes and removals run one after another in the order accepted. Completion comes in a later
/// turn of the loop, never inside the call, so that the caller knows what it waits for. Power may
/// fail at any time: afterwards each record reads as its old or its new value, and nothing that was
/// completed with kOk is lost.
///
/// Keys are peer ID << 16 | data ID. Records of up to 65535 octets, as far as the medium has room;
/// 80 octets is the least that must fit.
class StoragePort {
 public:
  /// Starts mounting and names the receiver of completions. Called again only when nothing is
  /// outstanding. kInternal: refused.
  virtual Status init(StorageSink& sink) = 0;
  /// Returns when the store is mounted, pumping whatever its back end needs. kInternal: the mount
  /// failed.
  virtual Status wait_ready() = 0;

  /// Reads the last completed version of a record. `stored_length` gets its full length; `out` gets
  /// the first min(stored length, out.size()) octets; an empty `out` only asks for the length.
  /// kNotFound: absent or removed. kInternal: the medium failed, or nothing is mounted.
  virtual Status read(uint32_t key, MutableBytes out, size_t& stored_length) = 0;

  /// Calls `visit(context, key)` for at least each key that has a record; keys of removed records,
  /// and the same key more than once, may appear too. kNotSupported: cannot list keys, nothing was
  /// visited. kInternal: the medium failed. Called during initialisation only; `visit` calls
  /// nothing of the store.
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
  ~StoragePort() = default;
};

#ifdef PM_ONE_DEVICE
namespace adapters {
class NordicStorage;
}
/// On the target the port is its one implementation, so that calls are direct.
using Storage = adapters::NordicStorage;
/// What it derives from: nothing.
struct StorageBase {};
/// The one receiver of its completions, bound where the objects are (src/c_api).
struct StorageUser {
  static void on_storage_event(const StorageEvent& event);
};
/// What a store keeps of it: nothing.
struct StorageUserLink {
  void set(StorageUser&) {}
  void tell(const StorageEvent& event) { StorageUser::on_storage_event(event); }
};
#else
/// What the core sees of it.
using Storage = StoragePort;
/// What the target's implementation derives from.
using StorageBase = StoragePort;
/// Who receives completions.
using StorageUser = StorageSink;
/// What the target's implementation keeps of it.
class StorageUserLink {
 public:
  /// Who is told from now on; outlives this.
  void set(StorageUser& user) { user_ = &user; }
  /// Tells one completion; after set().
  void tell(const StorageEvent& event) { user_->on_storage_event(event); }

 private:
  StorageUser* user_ = nullptr;
};
#endif

}  // namespace pm
