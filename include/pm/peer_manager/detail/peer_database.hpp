// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/peer_data_storage.hpp"
#include "pm/peer_manager/detail/write_buffers.hpp"

namespace pm {

/// All that is kept of peers. Two ways to write: directly from memory that its owner keeps, and
/// through write buffers, whose writes are repeated until they succeed.
class PeerDatabase {
  using Record = WriteBuffers::Record;
  using State = WriteBuffers::State;

 public:
  constexpr PeerDatabase(PeerDataStorage& storage, WriteBuffers& buffers, PeerIdPool& pool,
                         EventRouter& router)
      : storage_(storage), buffers_(buffers), pool_(pool), router_(router) {}
  PeerDatabase(const PeerDatabase&) = delete;
  PeerDatabase& operator=(const PeerDatabase&) = delete;

  /// Drops what waits to be written. What the store is writing stays.
  void reset() { buffers_->release_pending(kInvalidPeer); }
  /// As PeerDataStorage::allocate().
  PeerId allocate_peer() { return storage_->allocate(); }

  /// `length`: room in `out`, then the whole stored length. kInvalidParam: no such peer ID or kind.
  /// kNotFound. kInternal.
  Status load(RecordKey key, void* out, size_t& length) const;
  Status load_bonding(PeerId peer, pm_peer_data_bonding& out) const {
    return load_fixed(key_of(peer, kBondingData), &out, sizeof out);
  }
  /// A record of one 32-bit word.
  Status load_word(RecordKey key, uint32_t& out) const { return load_fixed(key, &out, sizeof out); }

  /// kInvalidParam, kNotFound: the peer is not in use. Then as PeerDataStorage::write().
  Status store(RecordKey key, const void* data, size_t size);
  /// Stores a rank of our own, of an active peer; its event has no token. `rank` stays unchanged
  /// until then.
  Status store_rank(PeerId peer, const uint32_t& rank);
  /// Stores a yes or no. Not inlined: smaller.
  [[gnu::noinline]] Status store_flag(RecordKey key, bool value);
  /// kInvalidParam, kNotFound: no such record. Then as PeerDataStorage::write().
  Status erase(RecordKey key);
  /// Whether a peer has a bond, stored or on its way to the store.
  bool has_bond(PeerId peer) const;
  /// As PeerDataStorage::delete_peer(); drops what waits to be written for the peer.
  Status delete_peer(PeerId peer);

  // Write buffers. BONDING and GATT_LOCAL only.
  /// As WriteBuffers::acquire().
  void* acquire_buffer(RecordKey key, size_t blocks) { return buffers_->acquire(key, blocks); }
  /// Memory under a key that has not been submitted; nullptr when there is none.
  void* pending_buffer(RecordKey key) { return buffers_->memory(buffers_->pending(key)); }
  /// What the store is writing under a key; nullptr when there is none.
  const void* submitted_buffer(RecordKey key) const {
    return buffers_->memory(buffers_->submitted(key));
  }
  /// The newest local database of a peer that is not stored yet; nullptr when there is none.
  const pm_peer_data_local_gatt_db* unstored_local_db(RecordKey key) const {
    return static_cast<const pm_peer_data_local_gatt_db*>(unstored(key));
  }
  /// The newest bond of a peer that is not stored yet; nullptr when there is none.
  const pm_peer_data_bonding* unstored_bond(PeerId peer) const {
    return static_cast<const pm_peer_data_bonding*>(unstored(key_of(peer, kBondingData)));
  }
  /// False: there was none.
  bool release_buffer(RecordKey key);
  /// Hands a filled buffer over, to be written for `peer`. It waits while the store is busy, which
  /// is kOk; a local database waits for all that was accepted before it, so that several changes
  /// become one write. kInvalidParam: not an active peer. kNotFound: no buffer. kResources: waits
  /// for space. kInternal: given up.
  Status store_buffer(RecordKey key, PeerId peer);

  /// True: the event concerns others too, as it is then: a write that found no space becomes
  /// STORAGE_FULL.
  bool on_storage_event(pm_evt& event, bool buffered);
  /// Submits what waits.
  void resubmit();
  /// What waits for space may be tried again.
  void on_space_freed() { wake(State::kFull); }
  /// Something else has happened meanwhile: repeats the writes that failed several times, and what
  /// the store had no place for.
  void repeat_delayed();

 private:
  Status load_fixed(RecordKey key, void* out, size_t size) const;
  Status check_active(RecordKey key) const;
  Status write(RecordKey key, const void* data, size_t size, PeerDataStorage::Origin origin);
  bool on_buffer_written(pm_evt& event);
  void wake(State state);
  Status submit(Record& record);
  const void* unstored(RecordKey key) const;

  [[no_unique_address]] Ref<PeerDataStorage> storage_;
  [[no_unique_address]] Ref<WriteBuffers> buffers_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<EventRouter> router_;
};

}  // namespace pm
