// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/identity_index.hpp"

#include "pm/base/bytes.hpp"

namespace pm {

void IdentityIndex::reset() {
  wipe(entries_.data(), entries_.size() * sizeof(Entry));
  size_ = 0;
}

size_t IdentityIndex::lower_bound(PeerId peer) const {
  size_t low = 0;
  size_t high = size_;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (to_number(entries_[middle].peer) < to_number(peer)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

const ble_gap_id_key_t* IdentityIndex::find(PeerId peer) const {
  const size_t at = lower_bound(peer);
  return at < size_ && entries_[at].peer == peer ? &entries_[at].identity : nullptr;
}

void IdentityIndex::put(PeerId peer, const ble_gap_id_key_t& identity) {
  if constexpr (config::kIdentityIndexSize > 0) {
    const size_t at = lower_bound(peer);
    if (at < size_ && entries_[at].peer == peer) {
      entries_[at].identity = identity;
      return;
    }
    if (size_ == entries_.size()) {
      return;
    }
    for (size_t i = size_; i > at; --i) {
      entries_[i] = entries_[i - 1];
    }
    entries_[at] = {peer, identity};
    ++size_;
  }
}

void IdentityIndex::remove(PeerId peer) {
  const size_t at = lower_bound(peer);
  if (at >= size_ || entries_[at].peer != peer) {
    return;
  }
  for (size_t i = at; i + 1 < size_; ++i) {
    entries_[i] = entries_[i + 1];
  }
  --size_;
  wipe(&entries_[size_], sizeof(Entry));
}

}  // namespace pm
