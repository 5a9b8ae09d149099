// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "ble_gap.h"
#include "pm/base/config.hpp"
#include "pm/base/types.hpp"

namespace pm {

/// What each connection of a bonded peer asks for.
struct PeerFlags {
  uint8_t service_changed_pending : 1;
  /// Whether there is a record, not what it says.
  uint8_t address_resolution_stored : 1;
  /// Storage could not say.
  uint8_t is_unreadable : 1;
};

/// Identities and flags of bonded peers in RAM, so that identifying a connection reads no storage.
/// Bonds beyond its capacity are simply not in it: those of the highest peer IDs.
class IdentityIndex {
 public:
  struct Entry {
    PeerId peer;
    PeerFlags flags;
    ble_gap_id_key_t identity;
  };

  /// Before everything else.
  void reset();
  /// The entry of a peer, known or new; nullptr when there is no place.
  Entry* add(PeerId peer);
  void remove(PeerId peer);
  /// nullptr: not in the index.
  Entry* find(PeerId peer);
  /// By ascending peer ID; behind the last is one of kInvalidPeer.
  const Entry* first() const { return entries_.data(); }

 private:
  /// The first entry whose peer ID is not lower.
  Entry* place_of(PeerId peer);
  static void move(Entry* to, const Entry* from, ptrdiff_t count);
  /// Always free.
  Entry* end() { return &entries_.back(); }

  std::array<Entry, config::kIdentityIndexSize + 1> entries_{};
  Entry* recent_ = nullptr;
};

}  // namespace pm
