// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "check_sectors.hpp"
#include "decode.hpp"
#include "key_places.hpp"

namespace peerctl {
namespace {

/// Goes through one sector in use in the order of writing.
class SectorCheck {
 public:
  SectorCheck(const Store& store, const KeyPlaces& places, uint32_t sector, Findings& findings)
      : store_(store),
        places_(places),
        geometry_(store.geometry),
        sector_(sector),
        state_(store.sectors[sector]),
        findings_(findings) {}

  /// `lowest`: the lowest slot that readers look at.
  void run(uint32_t lowest) {
    find_end_of_moved(lowest);
    bool gap = false;
    for (uint32_t slot = geometry_.first_slot(); slot >= lowest && slot > 0;
         slot -= geometry_.slot_size) {
      const Entry entry = store_.entry_at(sector_, slot);
      // Below the end of a value are octets of values, whatever they look like.
      if (slot < data_end_) {
        break;
      }
      if (store_.is_valid(entry, slot, state_.cycle)) {
        if (gap) {
          report_stale(slot, entry);
          continue;
        }
        report_damaged();
        check_entry(slot, entry);
        continue;
      }
      if (entry.crc_ok() && entry.cycle() == state_.cycle) {
        report_outside(slot, entry);
        continue;
      }
      if (entry.is_blank() || entry.crc_ok()) {
        gap = true;
        continue;
      }
      suspects_.push_back(slot);
    }
  }

 private:
  /// Moved values come before the mark of the collection's end.
  void find_end_of_moved(uint32_t lowest) {
    for (uint32_t slot = geometry_.first_slot(); slot >= lowest && slot > 0;
         slot -= geometry_.slot_size) {
      const Entry entry = store_.entry_at(sector_, slot);
      if (!store_.is_valid(entry, slot, state_.cycle)) {
        return;
      }
      if (entry.key() == kSpecialKey && entry.length() == 0) {
        end_of_moved_ = slot;
        return;
      }
    }
  }

  /// Slots whose CRC-8 is wrong matter when a valid entry follows: they were entries.
  void report_damaged() {
    for (const uint32_t slot : suspects_) {
      const Entry entry = store_.entry_at(sector_, slot);
      findings_.damage("damaged_entry", sector_, slot, std::nullopt,
                       places_.touch(entry.octets)
                           ? "an entry whose CRC-8 is wrong: a bond was written over it"
                           : fmt::format("an entry whose CRC-8 is wrong; its key may have been {}",
                                         key_text(entry.key())));
    }
    suspects_.clear();
  }

  void check_entry(uint32_t slot, const Entry& entry) {
    if (entry.key() == kSpecialKey) {
      check_mark(slot, entry);
      return;
    }
    if (!entry.is_large()) {
      return;
    }
    const uint32_t start = entry.offset();
    if (start < data_end_) {
      findings_.damage("overlap", sector_, slot, entry.key(),
                       fmt::format("the value of {} starts at 0x{:x}, inside an earlier one that "
                                   "ends at 0x{:x}",
                                   key_text(entry.key()), start, data_end_));
    } else {
      check_sum(slot, entry);
    }
    check_gap(slot, start);
    if (start % geometry_.write_unit != 0) {
      findings_.damage("unaligned", sector_, slot, entry.key(),
                       fmt::format("the value of {} starts at 0x{:x}, no multiple of {}",
                                   key_text(entry.key()), start, geometry_.write_unit));
    }
    data_end_ = std::max(data_end_, start + geometry_.padded(entry.length()));
  }

  void check_mark(uint32_t slot, const Entry& entry) {
    if (entry.length() != 0) {
      findings_.damage("reserved_key", sector_, slot, entry.key(),
                       "a record under the key that the format keeps for itself");
      return;
    }
    check_gap(slot, entry.offset());
  }

  void check_gap(uint32_t slot, uint32_t start) {
    if (slot >= end_of_moved_ && start > data_end_ && data_end_ != 0) {
      findings_.note("stride_gap", sector_, slot, std::nullopt,
                     fmt::format("{} unused octets between moved values, from 0x{:x} on",
                                 start - data_end_, data_end_));
    }
  }

  void check_sum(uint32_t slot, const Entry& entry) {
    if (!geometry_.data_crc) {
      return;
    }
    const Octets value =
        store_.image.subspan(geometry_.address(sector_, entry.offset()), entry.length());
    if (crc32(value) != entry.data_crc()) {
      // The sums themselves would tell of a key.
      findings_.damage("data_crc", sector_, slot, entry.key(),
                       fmt::format("the value of {} at 0x{:x} has another CRC-32 than its entry "
                                   "says: it cannot be read",
                                   key_text(entry.key()), entry.offset()));
    }
  }

  void report_stale(uint32_t slot, const Entry& entry) {
    findings_.damage("stale_entry", sector_, slot, entry.key(),
                     fmt::format("{} stands below a free slot: it is 256 or more cycles old and "
                                 "counts again because the cycle counter has come round to {}",
                                 key_text(entry.key()), state_.cycle));
  }

  void report_outside(uint32_t slot, const Entry& entry) {
    findings_.damage("value_outside", sector_, slot, entry.key(),
                     fmt::format("the value of {}, {} octets at 0x{:x}, does not end below its own "
                                 "entry: the record is not read",
                                 key_text(entry.key()), entry.length(), entry.offset()));
  }

  const Store& store_;
  const KeyPlaces& places_;
  const Geometry& geometry_;
  uint32_t sector_;
  const Sector& state_;
  Findings& findings_;
  uint32_t data_end_ = 0;
  uint32_t end_of_moved_ = 0xFFFFFFFF;
  std::vector<uint32_t> suspects_;
};

bool is_any_closed(const Store& store) {
  return std::any_of(store.sectors.begin(), store.sectors.end(),
                     [](const Sector& sector) { return sector.use == SectorUse::kClosed; });
}

/// Clearing empties the sector in use last: a cut before that leaves no closed sector, and one that
/// is in use by chance. A damaged Close ATE leaves its octets.
bool may_be_half_cleared(const Store& store) {
  const Entry close = store.entry_at(store.current, store.geometry.close_slot());
  return !is_any_closed(store) && (close.is_blank() || close.crc_ok());
}

/// A sector that was emptied must hold nothing of its new cycle.
void check_emptied(const Store& store, uint32_t sector, Findings& findings) {
  const Geometry& geometry = store.geometry;
  const uint8_t cycle = store.sectors[sector].cycle;
  if (!chain_of(store, sector, cycle).empty()) {
    if (may_be_half_cleared(store)) {
      findings.note("interrupted_clear", sector, geometry.first_slot(), std::nullopt,
                    "entries of this sector's cycle, yet no sector is closed: power was cut while "
                    "the store was cleared; they are not read, and go when the sector is used");
      return;
    }
    // Written as the sector in use, which it is no longer.
    if (!findings.has("overrun", geometry.before(sector))) {
      findings.damage(
          "not_current", sector, geometry.first_slot(), std::nullopt,
          "entries of this sector's cycle, yet the sector is neither closed nor the one "
          "in use: they are not read");
    }
    return;
  }
  for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
    const Entry entry = store.entry_at(sector, slot);
    if (store.is_valid(entry, slot, cycle) && (entry.key() != kSpecialKey || entry.length() == 0)) {
      findings.damage("stale_entry", sector, slot, entry.key(),
                      fmt::format("{} has the cycle {} of the emptied sector: it will count again "
                                  "when the sector is used",
                                  key_text(entry.key()), cycle));
    }
  }
}

/// After a cut between the mark of a collection's end and the new header of the collected sector,
/// the reference writes with the cycle that the collected sector had.
void check_after_mark(const Store& store, Findings& findings) {
  const Geometry& geometry = store.geometry;
  const Sector& current = store.sectors[store.current];
  const uint32_t slot = store.next_slot;
  if (!is_any_closed(store) || slot == 0 || slot >= geometry.first_slot()) {
    return;
  }
  const Entry newest = store.entry_at(store.current, slot + geometry.slot_size);
  const Entry entry = store.entry_at(store.current, slot);
  const Sector& collected = store.sectors[geometry.after(store.current)];
  const auto former = static_cast<uint8_t>(collected.cycle - 1);
  if (!newest.is_special() || newest.cycle() != current.cycle || !entry.crc_ok() ||
      entry.cycle() == current.cycle || entry.cycle() != former || entry.key() == kSpecialKey ||
      store.records.contains(entry.key()) || !Store::is_inside(entry, slot) ||
      (entry.is_large() && entry.offset() != store.next_data)) {
    return;
  }
  const std::string what = fmt::format(
      "{} follows the end of a collection with cycle {} instead of {}: it was "
      "acknowledged and is lost, or removed before that; the image cannot tell",
      key_text(entry.key()), entry.cycle(), current.cycle);
  if (entry.is_large()) {
    findings.damage("wrong_cycle", store.current, slot, entry.key(), what);
    return;
  }
  // Nothing but the slot speaks for it.
  findings.note("wrong_cycle", store.current, slot, entry.key(), what);
}

}  // namespace

void check_entries(const Store& store, Findings& findings) {
  const Geometry& geometry = store.geometry;
  const KeyPlaces places(store);
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    const Sector& sector = store.sectors[i];
    if (sector.use == SectorUse::kUnused) {
      continue;
    }
    if (i == store.current) {
      SectorCheck(store, places, i, findings).run(geometry.slot_size);
      continue;
    }
    if (sector.use == SectorUse::kClosed) {
      if (sector.close_offset <= geometry.first_slot()) {
        SectorCheck(store, places, i, findings)
            .run(std::max(sector.close_offset, geometry.slot_size));
      }
      continue;
    }
    check_emptied(store, i, findings);
  }
  if (store.sectors[store.current].use != SectorUse::kUnused) {
    check_after_mark(store, findings);
  }
}

}  // namespace peerctl
