// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "ble_gap.h"
#include "pm/base/config.hpp"
#include "pm/base/types.hpp"

namespace pm {

/// What each connection of a bonded peer asks for.
struct PeerFlags {
  uint8_t service_changed_pending : 1;
  /// Whether there is a record, not what it says.
  uint8_t address_resolution_stored : 1;
};

/// Identities and flags of bonded peers in RAM, so that identifying a connection reads no storage.
/// Bonds beyond its capacity are simply not in it.
class IdentityIndex {
 public:
  struct Entry {
    PeerId peer;
    PeerFlags flags;
    ble_gap_id_key_t identity;
  };

  void reset();
  /// Adds or replaces; without effect when there is no place.
  void put(PeerId peer, const ble_gap_id_key_t& identity, PeerFlags flags);
  void remove(PeerId peer);
  bool has_place_for(PeerId peer) const {
    return size_ < config::kIdentityIndexSize || find(peer) != nullptr;
  }
  /// nullptr: not in the index.
  const Entry* find(PeerId peer) const;
  /// By ascending peer ID.
  std::span<const Entry> entries() const { return std::span(entries_).first(size_); }

 private:
  /// Of the first entry whose peer ID is not lower.
  size_t place_of(PeerId peer) const;
  const Entry* end() const { return entries_.data() + size_; }
  bool is_at(const Entry* entry, PeerId peer) const {
    return entry != end() && entry->peer == peer;
  }
  size_t octets_from(const Entry* entry) const {
    return static_cast<size_t>(end() - entry) * sizeof(Entry);
  }

  uint16_t size_ = 0;
  std::array<Entry, config::kIdentityIndexSize> entries_{};
};

}  // namespace pm
