// SPDX-License-Identifier: Apache-2.0
#include "key_places.hpp"

#include <algorithm>

#include "decode.hpp"

namespace peerctl {
namespace {

/// Octets of a bond that are a key: IRK, the peer's LTK, our own.
struct Part {
  uint64_t first;
  uint64_t end;
};
constexpr Part kKeys[] = {{1, 17}, {24, 40}, {52, 68}};

}  // namespace

KeyPlaces::KeyPlaces(const Store& store) : image_(store.image) {
  const Geometry& geometry = store.geometry;
  for (uint32_t sector = 0; sector < geometry.sector_count; ++sector) {
    const Sector& state = store.sectors[sector];
    for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
      const Entry entry = store.entry_at(sector, slot);
      const bool counts = state.use == SectorUse::kUnused || entry.cycle() == state.cycle;
      if (counts && entry.is_large() && data_of(entry.key()) == data_id::kBonding &&
          entry.crc_ok()) {
        note(uint64_t{geometry.address(sector, 0)} + entry.offset());
      }
    }
  }
}

void KeyPlaces::note(uint64_t start) {
  if (start <= image_.size() && kBondingOctets <= image_.size() - start &&
      is_bonding(data_id::kBonding, image_.subspan(start, kBondingOctets))) {
    bonds_.insert(start);
  }
}

bool KeyPlaces::touch(Octets octets, bool own) const {
  const auto begin = static_cast<uint64_t>(octets.data() - image_.data());
  const uint64_t end = begin + octets.size();
  auto bond = bonds_.lower_bound(begin - std::min<uint64_t>(begin, kBondingOctets));
  for (; bond != bonds_.end() && *bond < end; ++bond) {
    const bool is_touched = std::any_of(std::begin(kKeys), std::end(kKeys), [&](const Part& key) {
      return *bond + key.first < end && begin < *bond + key.end;
    });
    if (is_touched && !(own && *bond == begin)) {
      return true;
    }
  }
  return false;
}

}  // namespace peerctl
