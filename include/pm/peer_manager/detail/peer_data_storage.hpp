// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/peer_id_pool.hpp"
#include "pm/ports/storage.hpp"

namespace pm {

inline constexpr DataId kServiceChangedPendingData{PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING};
inline constexpr DataId kApplicationData{PM_PEER_DATA_ID_APPLICATION};
inline constexpr DataId kGattRemoteData{PM_PEER_DATA_ID_GATT_REMOTE};
inline constexpr DataId kRankData{PM_PEER_DATA_ID_PEER_RANK};
inline constexpr DataId kBondingData{PM_PEER_DATA_ID_BONDING};
inline constexpr DataId kGattLocalData{PM_PEER_DATA_ID_GATT_LOCAL};
inline constexpr DataId kCentralAddrResData{PM_PEER_DATA_ID_CENTRAL_ADDR_RES};

/// True for the kinds of record that exist; the obsolete ones do not.
constexpr bool is_valid_data_id(DataId data) {
  constexpr uint32_t kValid = 1u << PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING |
                              1u << PM_PEER_DATA_ID_APPLICATION |
                              1u << PM_PEER_DATA_ID_GATT_REMOTE | 1u << PM_PEER_DATA_ID_PEER_RANK |
                              1u << PM_PEER_DATA_ID_BONDING | 1u << PM_PEER_DATA_ID_GATT_LOCAL |
                              1u << PM_PEER_DATA_ID_CENTRAL_ADDR_RES;
  return to_number(data) < 32 && (kValid >> to_number(data) & 1u) != 0;
}

/// Between records of peers and the store: keys, completions, discovery of the peers that exist,
/// deletion of whole peers.
///
/// The store completes operations in the order it accepted them, so what a completion belongs to is
/// known from a queue of our own here, and not from the completion.
class PeerDataStorage final : public StorageUser {
 public:
  /// Who asked for an operation, and so who hears of its end.
  enum class Origin : uint8_t { kDirect, kRank, kBuffer, kErase, kPeerDeletion };

  constexpr PeerDataStorage(Storage& storage, PeerIdPool& pool, EventRouter& router)
      : storage_(storage), pool_(pool), router_(router) {}
  PeerDataStorage(const PeerDataStorage&) = delete;
  PeerDataStorage& operator=(const PeerDataStorage&) = delete;

  /// Mounts the store, blocking, unless operations of an earlier init() are under way, which go on;
  /// fills the pool; tells the bonds; starts the removal of orphaned data, if the store lists it.
  Status init();

  /// As PeerIdPool::allocate(), but an ID under which there is orphaned data has it removed first,
  /// and is not given out now. kInvalidPeer also when storage cannot be read.
  PeerId allocate();

  /// `length`: room in `out`, then the whole stored length, whatever of it fitted. kNotFound.
  /// kInternal.
  Status read(RecordKey key, void* out, size_t& length) const {
    return storage_->read(to_number(key), MutableBytes(static_cast<uint8_t*>(out), length), length);
  }

  /// Accepts a write; the octets stay unchanged until its end. None remove the record, told as an
  /// update. kBusy: queue full. kInternal: refused.
  Status write(RecordKey key, const void* data, size_t size, Origin origin);

  /// Starts the deletion of an active peer, which PEER_DELETE_SUCCEEDED or PEER_DELETE_FAILED ends.
  /// kInternal: refused at once; no event follows.
  Status delete_peer(PeerId peer);

  /// Looks for orphaned data under all unused IDs, if the store did not list it, and removes it.
  void remove_orphans();

  /// Repeats a step of a deletion that found the store's queue full.
  void go_on_cleaning() {
    if (cleaning_ && !has_outstanding()) {
      clean();
    }
  }

  /// True while accepted operations have not completed.
  bool has_outstanding() const { return count_ > 0; }
  /// The operations are numbered from 1: what the next to be accepted will have, and what the next
  /// to complete has, or will have.
  uint32_t next_accepted() const { return completed_ + 1 + count_; }
  uint32_t next_completed() const { return completed_ + 1; }
  /// Whether there will be a record when the operations under way have ended. kNotFound. kInternal.
  Status foresee(RecordKey key) const;
  /// True inside the events that the store causes.
  bool is_reporting() const { return reporting_; }

  // NOLINTNEXTLINE(modernize-use-override): on the target there is nothing to override.
  void on_storage_event(const StorageEvent& event);

 private:
  struct Operation {
    // Of a peer, and so below 2^24.
    RecordKey key : 24;
    Origin origin : 7;
    bool is_removal : 1;
  };
  static_assert(sizeof(Operation) == 4 && kPeerIds <= 256);

  bool has_outstanding(PeerId peer) const;
  void discover();
  void seek_orphans();
  Status seek_orphan(PeerId peer);
  /// The next record in the order of deletion, from `step` on. kNotFound: there is none.
  Status find_record(PeerId peer, uint8_t& step) const;
  void complete(const StorageEvent& completion);
  void clean();
  Status clean_next_record();
  void finish_cleaning(bool is_clean);
  void report(const Operation& operation, Status result);

  [[no_unique_address]] Ref<Storage> storage_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<EventRouter> router_;

  bool reporting_ = false;
  bool orphans_are_known_ = false;
  // Inside delete_peer(): whose refusal is told by its result.
  PeerId starting_{};

  // The peer being cleaned, and the place in the deletion order.
  bool cleaning_ = false;
  uint8_t clean_step_ = 0;
  uint16_t first_orphan_ = 0;
  PeerId cleaned_{};

  uint16_t count_ = 0;
  uint32_t completed_ = 0;
  // What the store has accepted, in its order: the first count_ of these.
  std::array<Operation, config::kStorageOperations> operations_{};
};

}  // namespace pm
