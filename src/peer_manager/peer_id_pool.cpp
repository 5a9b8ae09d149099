// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/peer_id_pool.hpp"

#include <bit>

namespace pm {

void PeerIdPool::reset() {
  used_.fill(0);
  deleting_.fill(0);
}

bool PeerIdPool::get(const Bitmap& map, PeerId peer) {
  const unsigned id = to_number(peer);
  return is_peer_id(peer) && (map[id / 32] >> (id % 32) & 1u) != 0;
}

void PeerIdPool::set(Bitmap& map, PeerId peer, bool value) {
  if (!is_peer_id(peer)) {
    return;
  }
  const unsigned id = to_number(peer);
  const uint32_t bit = 1u << (id % 32);
  map[id / 32] = value ? map[id / 32] | bit : map[id / 32] & ~bit;
}

PeerId PeerIdPool::allocate() {
  for (size_t word = 0; word < used_.size(); ++word) {
    const uint32_t taken = used_[word] | deleting_[word];
    const int bit = std::countr_one(taken);
    if (bit < 32) {
      const PeerId peer{static_cast<uint16_t>(word * 32 + bit)};
      claim(peer);
      return peer;
    }
  }
  return kInvalidPeer;
}

void PeerIdPool::release(PeerId peer) {
  set(used_, peer, false);
  set(deleting_, peer, false);
}

bool PeerIdPool::begin_deletion(PeerId peer) {
  if (!is_active(peer)) {
    return false;
  }
  set(deleting_, peer, true);
  return true;
}

PeerId PeerIdPool::first(uint32_t id, const Bitmap& map, const Bitmap& except) {
  while (id < kPeerIds) {
    const uint32_t rest = (map[id / 32] & ~except[id / 32]) >> (id % 32);
    if (rest != 0) {
      return PeerId{static_cast<uint16_t>(id + std::countr_zero(rest))};
    }
    id = (id / 32 + 1) * 32;
  }
  return kInvalidPeer;
}

PeerId PeerIdPool::next(PeerId previous) const {
  return first(previous == kInvalidPeer ? 0u : to_number(previous) + 1u, used_, deleting_);
}

PeerId PeerIdPool::next_to_clean(uint16_t first_orphan) const {
  for (size_t word = 0; word < used_.size(); ++word) {
    if (const uint32_t peers = used_[word] & deleting_[word]; peers != 0) {
      return PeerId{static_cast<uint16_t>(word * 32 + std::countr_zero(peers))};
    }
  }
  return first(first_orphan, deleting_, used_);
}

uint32_t PeerIdPool::count() const {
  uint32_t count = 0;
  // Bit by bit: std::popcount brings a table of 256 octets on targets without the instruction.
  for (uint32_t word : used_) {
    for (; word != 0; word &= word - 1) {
      ++count;
    }
  }
  return count;
}

}  // namespace pm
