// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "ble_gap.h"
#include "pm/base/config.hpp"
#include "pm/base/types.hpp"

namespace pm {

/// Identities of bonded peers in RAM, so that identifying a connection reads no storage. Bonds
/// beyond its capacity are simply not in it.
class IdentityIndex {
 public:
  void reset();
  /// Adds or replaces; without effect when full.
  void put(PeerId peer, const ble_gap_id_key_t& identity);
  void remove(PeerId peer);
  bool is_full() const { return size_ == config::kIdentityIndexSize; }
  /// nullptr: not in the index.
  const ble_gap_id_key_t* find(PeerId peer) const;

 private:
  struct Entry {
    PeerId peer;
    ble_gap_id_key_t identity;
  };
  /// The number of entries when there is none.
  size_t index_of(PeerId peer) const;

  uint16_t size_ = 0;
  std::array<Entry, config::kIdentityIndexSize> entries_{};
};

}  // namespace pm
