// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/identity_index.hpp"

#include "pm/base/bytes.hpp"
#include "pm/peer_manager/detail/peer_id_pool.hpp"

namespace pm {

void IdentityIndex::reset() {
  // All ones is kInvalidPeer.
  std::memset(entries_.data(), 0xFF, sizeof entries_);
  recent_ = entries_.data();
}

// Starts at the last place asked for: often it is the same again, or that of the next peer. Out of
// line: all searches are this one.
[[gnu::noinline]] IdentityIndex::Entry* IdentityIndex::place_of(PeerId peer) {
  Entry* entry = recent_->peer <= peer ? recent_ : entries_.data();
  while (entry->peer < peer) {
    ++entry;
  }
  recent_ = entry;
  return entry;
}

IdentityIndex::Entry* IdentityIndex::find(PeerId peer) {
  Entry* const entry = place_of(peer);
  return entry->peer == peer ? entry : nullptr;
}

IdentityIndex::Entry* IdentityIndex::add(PeerId peer) {
  Entry* const entry = place_of(peer);
  if (entry == end()) {
    return nullptr;
  }
  if (is_peer_id(entry->peer) && entry->peer != peer) {
    move(entry + 1, entry, end() - 1 - entry);
  }
  entry->peer = peer;
  return entry;
}

void IdentityIndex::remove(PeerId peer) {
  if (Entry* const entry = find(peer); entry != nullptr) {
    // With the last one goes a free one.
    move(entry, entry + 1, end() - entry);
  }
}

void IdentityIndex::move(Entry* to, const Entry* from, ptrdiff_t count) {
  copy_octets(to, from, static_cast<size_t>(count) * sizeof(Entry));
}

}  // namespace pm
