// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/identity_index.hpp"

#include "pm/base/bytes.hpp"

namespace pm {

void IdentityIndex::reset() {
  wipe(entries_.data(), entries_.size() * sizeof(Entry));
  size_ = 0;
}

size_t IdentityIndex::index_of(PeerId peer) const {
  size_t at = 0;
  while (at < size_ && entries_[at].peer != peer) {
    ++at;
  }
  return at;
}

const ble_gap_id_key_t* IdentityIndex::find(PeerId peer) const {
  const size_t at = index_of(peer);
  return at < size_ ? &entries_[at].identity : nullptr;
}

void IdentityIndex::put(PeerId peer, const ble_gap_id_key_t& identity) {
  if constexpr (config::kIdentityIndexSize > 0) {
    const size_t at = index_of(peer);
    if (at == entries_.size()) {
      return;
    }
    if (at == size_) {
      ++size_;
    }
    entries_[at].peer = peer;
    copy_octets(&entries_[at].identity, &identity, sizeof identity);
  }
}

void IdentityIndex::remove(PeerId peer) {
  const size_t at = index_of(peer);
  if (at == size_) {
    return;
  }
  Entry& last = entries_[--size_];
  copy_octets(&entries_[at], &last, sizeof last);
  wipe(&last, sizeof last);
}

}  // namespace pm
