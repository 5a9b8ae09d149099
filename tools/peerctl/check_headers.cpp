// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "check_sectors.hpp"
#include "decode.hpp"

namespace peerctl {
namespace {

/// Entries in a sector that no header vouches for. Their sums are right and they start at the first
/// slot, so somebody wrote them, in the cycle of the first one.
struct Unvouched {
  std::vector<Written> entries;
  /// Values of moved entries that reach into slots, headers or the next sector.
  std::vector<Written> overrunning;
};

bool is_plausible(const Geometry& geometry, const Entry& entry) {
  if (entry.key() == kSpecialKey) {
    return entry.length() == 0;
  }
  return entry.length() <= geometry.max_value() &&
         (!entry.is_large() || entry.offset() < 2 * geometry.sector_size);
}

Unvouched find_unvouched(const Store& store, uint32_t sector) {
  Unvouched found;
  const Geometry& geometry = store.geometry;
  const Entry first = store.entry_at(sector, geometry.first_slot());
  if (!first.crc_ok() || !is_plausible(geometry, first)) {
    return found;
  }
  for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
    const Entry entry = store.entry_at(sector, slot);
    if (!entry.crc_ok() || entry.cycle() != first.cycle() || !is_plausible(geometry, entry)) {
      continue;
    }
    found.entries.push_back({.slot = slot, .entry = entry});
    if (!Store::is_inside(entry, slot)) {
      found.overrunning.push_back(found.entries.back());
    }
  }
  return found;
}

/// What the collected sector held that is nowhere now.
void report_lost_sources(const Store& store, uint32_t sector, Findings& findings) {
  const Geometry& geometry = store.geometry;
  std::set<uint32_t> told;
  for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
    const Entry entry = store.entry_at(sector, slot);
    if (!entry.crc_ok() || entry.key() == kSpecialKey || entry.length() == 0 ||
        entry.cycle() == store.sectors[sector].cycle || !Store::is_inside(entry, slot) ||
        store.records.contains(entry.key()) || !told.insert(entry.key()).second) {
      continue;
    }
    findings.damage("overrun", sector, slot, entry.key(),
                    fmt::format("a collection that ran past the end of its sector was to keep "
                                "{}; this is what is left of it",
                                key_text(entry.key())));
  }
}

void report_overrun(const Store& store, uint32_t sector, const Unvouched& found,
                    Findings& findings) {
  const Geometry& geometry = store.geometry;
  for (const auto& [slot, entry] : found.overrunning) {
    findings.damage("overrun", sector, slot, entry.key(),
                    fmt::format("{} was moved to offset 0x{:x} with {} octets, over entries, "
                                "headers or the next sector",
                                key_text(entry.key()), entry.offset(), entry.length()));
  }
  findings.damage("overrun", sector, geometry.empty_slot(), std::nullopt,
                  "a moved value stands where the sector's header (Empty ATE) was: nothing in this "
                  "sector counts any more");
  for (const auto& [slot, entry] : found.entries) {
    if (entry.key() != kSpecialKey && entry.length() != 0 && Store::is_inside(entry, slot)) {
      findings.damage("overrun", sector, slot, entry.key(),
                      fmt::format("{} is in a sector that lost its header", key_text(entry.key())));
    }
  }
  const auto gap = [&](const Written& one) {
    return one.entry.is_large() && one.entry.length() > 32;
  };
  if (std::any_of(found.entries.begin(), found.entries.end(), gap)) {
    findings.note("stride_gap", sector, geometry.first_slot(), std::nullopt,
                  "values were moved with gaps between them, which is why they did not fit");
  }
  report_lost_sources(store, geometry.after(sector), findings);
}

void report_headless(const Store& store, uint32_t sector, const Unvouched& found,
                     Findings& findings) {
  findings.damage("no_empty_ate", sector, store.geometry.empty_slot(), std::nullopt,
                  "entries were written into a sector that has no header (Empty ATE): none of them "
                  "counts");
  for (const auto& [slot, entry] : found.entries) {
    if (entry.key() != kSpecialKey) {
      findings.damage("wrong_cycle", sector, slot, entry.key(),
                      fmt::format("{} was written with cycle {}, which no header names: it was "
                                  "acknowledged and is lost",
                                  key_text(entry.key()), entry.cycle()));
    }
  }
}

void check_headless(const Store& store, uint32_t sector, Findings& findings) {
  const Unvouched found = find_unvouched(store, sector);
  const Geometry& geometry = store.geometry;
  if (!found.overrunning.empty()) {
    return report_overrun(store, sector, found, findings);
  }
  if (!found.entries.empty()) {
    return report_headless(store, sector, found, findings);
  }
  const Octets octets = store.image.subspan(geometry.address(sector, 0), geometry.sector_size);
  if (std::any_of(octets.begin(), octets.end(),
                  [](uint8_t octet) { return octet != kEraseValue; })) {
    findings.note("foreign_octets", sector, geometry.empty_slot(), std::nullopt,
                  "the sector has no header and holds something else; it counts as never used");
  }
}

void check_version(const Store& store, uint32_t number, Findings& findings) {
  const Sector& sector = store.sectors[number];
  const uint32_t offset = store.geometry.empty_slot();
  if (sector.magic != kMagic) {
    findings.damage("foreign_header", number, offset, std::nullopt,
                    fmt::format("the header says 0x{:02x} instead of 0x{:02x}: not this format, a "
                                "mount refuses it",
                                sector.magic, kMagic));
    return;
  }
  if (sector.version != kVersion) {
    findings.damage(
        "version", number, offset, std::nullopt,
        fmt::format("version {} instead of {}: a mount refuses it", sector.version, kVersion));
  }
}

void check_close(const Store& store, uint32_t number, Findings& findings) {
  const Geometry& geometry = store.geometry;
  const Sector& sector = store.sectors[number];
  const uint32_t slot = sector.close_offset;
  if (slot > geometry.first_slot()) {
    findings.damage(
        "close_offset", number, geometry.close_slot(), std::nullopt,
        fmt::format("the Close ATE names 0x{:x}, a header: the sector reads as empty", slot));
    return;
  }
  uint32_t data_end = 0;
  uint32_t lowest = sector.close_offset;
  for (uint32_t at = geometry.first_slot(); at > 0; at -= geometry.slot_size) {
    const Entry entry = store.entry_at(number, at);
    if (at < data_end) {
      break;
    }
    if (store.is_valid(entry, at, sector.cycle)) {
      lowest = at;
      data_end = entry.is_large()
                     ? std::max(data_end, entry.offset() + geometry.padded(entry.length()))
                     : data_end;
    }
  }
  if (lowest < slot) {
    findings.damage(
        "close_offset", number, geometry.close_slot(), std::nullopt,
        fmt::format("the Close ATE names 0x{:x}, yet valid entries stand below it, down "
                    "to 0x{:x}: they are not read",
                    slot, lowest));
    return;
  }
  if (lowest == slot + geometry.slot_size && slot <= data_end) {
    findings.note("close_offset_low", number, geometry.close_slot(), std::nullopt,
                  fmt::format("the Close ATE names the free slot 0x{:x} below the last entry; "
                              "readers skip it",
                              slot));
  }
}

}  // namespace

void check_headers(const Store& store, Findings& findings) {
  const Geometry& geometry = store.geometry;
  for (uint32_t i = 0; i < geometry.sector_count; ++i) {
    const Sector& sector = store.sectors[i];
    if (sector.use == SectorUse::kUnused) {
      check_headless(store, i, findings);
      continue;
    }
    check_version(store, i, findings);
    if (sector.use == SectorUse::kClosed) {
      check_close(store, i, findings);
    }
  }
  const uint32_t slot = geometry.empty_slot();
  if (store.mount == Mount::kContradicts) {
    findings.damage("all_closed", store.current, slot, std::nullopt,
                    "every sector is closed: the format does not say which one is in use");
  }
  if (store.is_ambiguous) {
    findings.damage("two_current", store.current, slot, std::nullopt,
                    "more than one sector could be the one in use; the first one is taken");
  }
  if (store.mount == Mount::kRecovers) {
    findings.note("interrupted_collection", geometry.after(store.current), slot, std::nullopt,
                  "power was cut during a collection; the next mount finishes or repeats it");
  }
}

}  // namespace peerctl
