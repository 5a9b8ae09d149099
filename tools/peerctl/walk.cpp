// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include <algorithm>

namespace peerctl {
namespace {

Sector read_sector(const Store& store, uint32_t number) {
  const Geometry& geometry = store.geometry;
  Sector sector;
  const Entry empty = store.entry_at(number, geometry.empty_slot());
  if (!empty.is_empty_ate()) {
    return sector;
  }
  sector = {.use = SectorUse::kOpen,
            .cycle = empty.cycle(),
            .magic = empty.magic(),
            .version = empty.version()};
  const Entry close = store.entry_at(number, geometry.close_slot());
  if (close.is_special() && close.cycle() == sector.cycle &&
      close.offset() < geometry.sector_size &&
      (geometry.sector_size - close.offset()) % geometry.slot_size == 0) {
    sector.use = SectorUse::kClosed;
    sector.close_offset = close.offset();
  }
  return sector;
}

/// Which sector is in use (format, "Mount").
void choose_current(Store& store) {
  const Geometry& geometry = store.geometry;
  uint32_t candidates = 0;
  uint32_t closed = 0;
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    const bool is_closed = store.sectors[i].use == SectorUse::kClosed;
    closed += is_closed ? 1 : 0;
    if (is_closed && store.sectors[geometry.after(i)].use != SectorUse::kClosed &&
        candidates++ == 0) {
      store.current = geometry.after(i);
    }
  }
  store.is_ambiguous = candidates > 1;
  if (candidates != 0) {
    return;
  }
  const uint32_t last = geometry.sector_count - 1;
  const Sector& end = store.sectors[last];
  const bool last_is_used =
      end.use != SectorUse::kUnused &&
      store.is_valid(store.entry_at(last, geometry.first_slot()), geometry.first_slot(), end.cycle);
  store.current = last_is_used ? last : 0;
  if (closed != 0) {
    store.mount = Mount::kContradicts;
  }
}

/// The lowest entry and the highest end of a value decide where writing goes on.
void find_positions(Store& store) {
  const Geometry& geometry = store.geometry;
  const Sector& current = store.sectors[store.current];
  store.next_slot = geometry.first_slot();
  store.next_data = 0;
  if (current.use == SectorUse::kUnused) {
    store.mount = Mount::kPrepares;
    return;
  }
  for (uint32_t slot = geometry.first_slot(); slot > store.next_data; slot -= geometry.slot_size) {
    const Entry entry = store.entry_at(store.current, slot);
    if (!store.is_valid(entry, slot, current.cycle)) {
      continue;
    }
    store.next_slot = slot;
    if (entry.is_large()) {
      store.next_data = std::max(store.next_data, entry.offset() + geometry.padded(entry.length()));
    }
  }
  while (store.next_slot > 0 && store.next_slot >= store.next_data &&
         store.is_valid(store.entry_at(store.current, store.next_slot), store.next_slot,
                        current.cycle)) {
    store.next_slot -= geometry.slot_size;
  }
  if (store.sectors[geometry.after(store.current)].use == SectorUse::kClosed &&
      store.mount == Mount::kReady) {
    store.mount = Mount::kRecovers;
  } else if (store.next_slot == geometry.first_slot() && store.mount == Mount::kReady) {
    store.mount = Mount::kPrepares;
  }
}

void read_entries(Store& store, uint32_t sector, uint32_t newest_slot) {
  const Geometry& geometry = store.geometry;
  // The slot at 0 is never used, yet a Close ATE may name it.
  uint32_t slot = newest_slot == 0 ? geometry.slot_size : newest_slot;
  for (; slot <= geometry.first_slot(); slot += geometry.slot_size) {
    const Entry entry = store.entry_at(sector, slot);
    if (!store.is_valid(entry, slot, store.sectors[sector].cycle) || entry.key() == kSpecialKey) {
      continue;
    }
    Octets value;
    if (entry.is_large()) {
      value = store.image.subspan(geometry.address(sector, entry.offset()), entry.length());
    } else {
      value = entry.inline_value();
    }
    store.records[entry.key()].push_back(
        {.sector = sector, .slot = slot, .entry = entry, .value = value});
  }
}

}  // namespace

const Version* Store::live(uint32_t key) const {
  const auto found = records.find(key);
  if (found == records.end() || found->second.front().is_removal()) {
    return nullptr;
  }
  return &found->second.front();
}

Store walk(Octets image, const Geometry& geometry) {
  Store store{.image = image, .geometry = geometry};
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    store.sectors.push_back(read_sector(store, i));
  }
  choose_current(store);
  find_positions(store);
  if (store.sectors[store.current].use != SectorUse::kUnused) {
    read_entries(store, store.current, store.next_slot + geometry.slot_size);
  }
  for (uint32_t i = geometry.before(store.current);
       i != store.current && store.sectors[i].use == SectorUse::kClosed; i = geometry.before(i)) {
    read_entries(store, i, store.sectors[i].close_offset);
  }
  return store;
}

FreeSpace measure(const Store& store) {
  const Geometry& geometry = store.geometry;
  const int64_t slot = geometry.slot_size;
  const int64_t total =
      (int64_t{geometry.sector_count} - 1) * (int64_t{geometry.sector_size} - 4 * slot);
  FreeSpace free{.by_live_values = total, .as_reference = total};
  for (const auto& [key, versions] : store.records) {
    const Version& newest = versions.front();
    if (newest.is_removal()) {
      continue;
    }
    const int64_t used =
        slot +
        (newest.entry.is_large() ? int64_t{geometry.padded(newest.entry.length())} : int64_t{0});
    free.by_live_values -= used;
    free.as_reference -= versions.size() == 1 ? used : 0;
  }
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    uint32_t lowest = geometry.first_slot();
    if (i == store.current) {
      lowest = store.next_slot + geometry.slot_size;
    } else if (store.sectors[i].use == SectorUse::kClosed) {
      lowest = store.sectors[i].close_offset;
    }
    // The slot kept for a removal is in use.
    if (lowest <= 2 * geometry.slot_size) {
      free.by_live_values -= slot;
      free.as_reference -= slot;
    }
  }
  free.active_sector = int64_t{store.next_slot} - int64_t{store.next_data} - slot;
  return free;
}

}  // namespace peerctl
