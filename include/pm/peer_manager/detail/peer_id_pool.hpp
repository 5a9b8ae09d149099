// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/base/types.hpp"

namespace pm {

inline constexpr uint16_t kPeerIds = PM_PEER_ID_N_AVAILABLE_IDS;

constexpr bool is_peer_id(PeerId peer) { return to_number(peer) < kPeerIds; }

/// Which peer IDs exist. An ID is free, used, used and being deleted, or unused with orphaned data
/// that is being removed; the last kind is not given out.
class PeerIdPool {
 public:
  void reset();

  /// Lowest free ID, from now on used; kInvalidPeer when there is none.
  PeerId allocate();
  /// Makes an ID used that was found in storage.
  void claim(PeerId peer) { set(used_, peer, true); }
  /// The ID is free again.
  void release(PeerId peer);
  /// Marks an unused ID under which storage still has data.
  void mark_orphaned(PeerId peer) { set(deleting_, peer, true); }
  /// False when the ID is unused or is being deleted already.
  bool begin_deletion(PeerId peer);
  /// The peer stays; it can be deleted again later.
  void abort_deletion(PeerId peer) { set(deleting_, peer, false); }

  bool is_used(PeerId peer) const { return get(used_, peer); }
  bool is_deleting(PeerId peer) const { return get(deleting_, peer); }
  /// Used, and not being deleted.
  bool is_active(PeerId peer) const { return is_used(peer) && !is_deleting(peer); }

  /// Next higher active ID; kInvalidPeer as argument starts at the lowest, as result means none.
  PeerId next(PeerId previous) const;
  /// Lowest used ID that is being deleted, else lowest orphaned ID from `first_orphan` on, else
  /// kInvalidPeer.
  PeerId next_to_clean(uint16_t first_orphan) const;
  /// Used IDs, including those being deleted.
  uint32_t count() const;

 private:
  using Bitmap = std::array<uint32_t, kPeerIds / 32>;
  static bool get(const Bitmap& map, PeerId peer);
  static void set(Bitmap& map, PeerId peer, bool value);
  /// The first ID from `id` on that is in one of the two and not in the other.
  static PeerId first(uint32_t id, const Bitmap& map, const Bitmap& except);

  Bitmap used_{};
  Bitmap deleting_{};
};

}  // namespace pm
