// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/identity_index.hpp"

#include "pm/base/bytes.hpp"

namespace pm {

void IdentityIndex::reset() {
  wipe(entries_.data(), size_ * sizeof(Entry));
  size_ = 0;
}

size_t IdentityIndex::place_of(PeerId peer) const {
  size_t first = 0;
  size_t end = size_;
  while (first < end) {
    const size_t middle = (first + end) / 2;
    if (entries_[middle].peer < peer) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return first;
}

const IdentityIndex::Entry* IdentityIndex::find(PeerId peer) const {
  const Entry* const entry = entries_.data() + place_of(peer);
  return is_at(entry, peer) ? entry : nullptr;
}

void IdentityIndex::put(PeerId peer, const ble_gap_id_key_t& identity, PeerFlags flags) {
  if constexpr (config::kIdentityIndexSize > 0) {
    Entry* const entry = entries_.data() + place_of(peer);
    if (!is_at(entry, peer)) {
      if (size_ == entries_.size()) {
        return;
      }
      copy_octets(entry + 1, entry, octets_from(entry));
      ++size_;
    }
    entry->peer = peer;
    entry->flags = flags;
    copy_octets(&entry->identity, &identity, sizeof identity);
  }
}

void IdentityIndex::remove(PeerId peer) {
  Entry* const entry = entries_.data() + place_of(peer);
  if (!is_at(entry, peer)) {
    return;
  }
  --size_;
  copy_octets(entry, entry + 1, octets_from(entry));
  wipe(entries_.data() + size_, sizeof(Entry));
}

}  // namespace pm
