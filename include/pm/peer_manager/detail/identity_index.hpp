// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "ble_gap.h"
#include "pm/base/config.hpp"
#include "pm/base/types.hpp"

namespace pm {

/// Identities of bonded peers in RAM, in ascending order of peer ID, so that identifying a
/// connection reads no storage. Bonds beyond its capacity are simply not in it.
class IdentityIndex {
 public:
  void reset();
  /// Adds or replaces; without effect when full.
  void put(PeerId peer, const ble_gap_id_key_t& identity);
  void remove(PeerId peer);
  bool is_full() const { return size_ == entries_.size(); }
  /// nullptr: not in the index.
  const ble_gap_id_key_t* find(PeerId peer) const;

 private:
  struct Entry {
    PeerId peer;
    ble_gap_id_key_t identity;
  };
  size_t lower_bound(PeerId peer) const;

  std::array<Entry, config::kIdentityIndexSize> entries_{};
  uint16_t size_ = 0;
};

}  // namespace pm
