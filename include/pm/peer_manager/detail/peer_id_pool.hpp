// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/base/types.hpp"

namespace pm {

inline constexpr uint16_t kPeerIds = PM_PEER_ID_N_AVAILABLE_IDS;

/// Not kInvalidPeer, if it comes from one of us: shorter than that comparison.
constexpr bool is_peer_id(PeerId peer) { return to_number(peer) < kPeerIds; }

/// Which peer IDs exist. An ID is free, used, used and being deleted, or unused with orphaned data
/// that is being removed; the last kind is not given out.
class PeerIdPool {
 public:
  void reset() { states_.fill(0); }

  /// Lowest free ID; kInvalidPeer when there is none.
  PeerId first_free() const { return first(0, kFree); }
  /// Makes an ID used: given out, or found in storage.
  void claim(PeerId peer) { set(peer, kUsed); }
  /// The ID is free again.
  void release(PeerId peer) { set(peer, kFree); }
  /// A used ID is being deleted from now on; an unused one is one with orphaned data.
  void begin_deletion(PeerId peer) { set(peer, get(peer) | kDeleting); }
  /// The peer stays; it can be deleted again later.
  void abort_deletion(PeerId peer) { claim(peer); }

  bool is_used(PeerId peer) const { return (get(peer) & kUsed) != 0; }
  bool is_deleting(PeerId peer) const { return (get(peer) & kDeleting) != 0; }
  /// Used, and not being deleted.
  bool is_active(PeerId peer) const { return get(peer) == kUsed; }

  /// Next higher active ID; kInvalidPeer as argument starts at the lowest, as result means none.
  PeerId next(PeerId previous) const;
  /// Lowest used ID that is being deleted, else lowest orphaned ID from `first_orphan` on, else
  /// kInvalidPeer.
  PeerId next_to_clean(uint16_t first_orphan) const;
  /// Used IDs, including those being deleted.
  uint32_t count() const;

 private:
  // The state of an ID: bits of these. kDeleting alone: orphaned.
  static constexpr unsigned kFree = 0;
  static constexpr unsigned kUsed = 1;
  static constexpr unsigned kDeleting = 2;
  static constexpr unsigned kIdsPerWord = 16;

  unsigned get(PeerId peer) const;
  /// The state of an ID in the lowest bits, above it those of the next ones in the word.
  uint32_t from(unsigned id) const { return states_[id / kIdsPerWord] >> (id % kIdsPerWord * 2); }
  void set(PeerId peer, unsigned state);
  /// The first ID from `id` on in this state.
  PeerId first(unsigned id, unsigned state) const;

  // Two bits for each ID.
  std::array<uint32_t, kPeerIds / kIdsPerWord> states_{};
};

}  // namespace pm
