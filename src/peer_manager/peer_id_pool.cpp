// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_id_pool.hpp"

namespace pm {

unsigned PeerIdPool::get(PeerId peer) const {
  const unsigned id = to_number(peer);
  return id < kPeerIds ? from(id) & 3u : kFree;
}

void PeerIdPool::set(PeerId peer, unsigned state) {
  const unsigned id = to_number(peer);
  const unsigned shift = id % kIdsPerWord * 2;
  uint32_t& word = states_[id / kIdsPerWord];
  word = (word & ~(3u << shift)) | state << shift;
}

PeerId PeerIdPool::first(unsigned id, unsigned state) const {
  for (; id < kPeerIds; ++id) {
    const uint32_t rest = from(id);
    if ((rest & 3u) == state) {
      return PeerId{static_cast<uint16_t>(id)};
    }
    // Most IDs are free: those up to the end of the word are passed over at once.
    if (rest == 0) {
      id |= kIdsPerWord - 1;
    }
  }
  return kInvalidPeer;
}

PeerId PeerIdPool::next(PeerId previous) const {
  // What follows kInvalidPeer is 0.
  return first(static_cast<uint16_t>(to_number(previous) + 1), kUsed);
}

PeerId PeerIdPool::next_to_clean(uint16_t first_orphan) const {
  const PeerId peer = first(0, kUsed | kDeleting);
  return is_peer_id(peer) ? peer : first(first_orphan, kDeleting);
}

uint32_t PeerIdPool::count() const {
  uint32_t count = 0;
  for (const uint32_t word : states_) {
    for (uint32_t used = word & (kUsed * 0x55555555u); used != 0; used &= used - 1) {
      ++count;
    }
  }
  return count;
}

}  // namespace pm
