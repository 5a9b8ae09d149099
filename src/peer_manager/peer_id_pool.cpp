// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_id_pool.hpp"

namespace pm {

unsigned PeerIdPool::get(PeerId peer) const {
  const unsigned id = to_number(peer);
  return id < kPeerIds ? states_[id / 4] >> (id % 4 * 2) & 3u : kFree;
}

void PeerIdPool::set(PeerId peer, unsigned state) {
  const unsigned id = to_number(peer);
  const unsigned shift = id % 4 * 2;
  uint8_t& four = states_[id / 4];
  four = static_cast<uint8_t>((four & ~(3u << shift)) | state << shift);
}

PeerId PeerIdPool::first(unsigned id, unsigned state) const {
  for (; id < kPeerIds; ++id) {
    const unsigned four = states_[id / 4];
    if (four == 0 && state != kFree) {
      // Most are free.
      id |= 3u;
    } else if ((four >> (id % 4 * 2) & 3u) == state) {
      return PeerId{static_cast<uint16_t>(id)};
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
  for (const uint8_t four : states_) {
    for (unsigned used = four & (kUsed * 0x55u); used != 0; used &= used - 1) {
      ++count;
    }
  }
  return count;
}

}  // namespace pm
