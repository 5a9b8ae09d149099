// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "image.hpp"

namespace peerctl {
namespace {

/// Of the Peer Manager's partition, where nothing else is known.
constexpr uint32_t kUsualSector = 1024;
constexpr uint32_t kMinSlots = 5;

Entry entry_at(Octets image, size_t address) { return {image.subspan(address, kEntryOctets)}; }

bool is_header(Octets image, size_t address) {
  const Entry entry = entry_at(image, address);
  return entry.is_empty_ate() && entry.magic() == kMagic;
}

/// Which 16-octet places hold the header of a sector.
std::vector<bool> find_headers(Octets image) {
  std::vector<bool> headers(image.size() / kEntryOctets);
  for (size_t i = 0; i < headers.size(); ++i) {
    headers[i] = is_header(image, i * kEntryOctets);
  }
  return headers;
}

struct Guess {
  uint32_t sector = 0;
  uint32_t slot = 0;
  int64_t score = 0;
};

/// Sectors with a header count for a geometry; those without one, before the last that has one,
/// count against it. A store is filled from its first sector on.
int64_t score(const std::vector<bool>& headers, uint64_t size, uint32_t sector, uint32_t slot) {
  int64_t found = 0;
  int64_t missing = 0;
  int64_t missing_to_here = 0;
  for (uint64_t end = sector; end <= size; end += sector) {
    if (headers[(end - slot) / kEntryOctets]) {
      ++found;
      missing += missing_to_here;
      missing_to_here = 0;
    } else {
      ++missing_to_here;
    }
  }
  return found == 0 ? 0 : 2 * found - missing;
}

bool is_sector_size(uint64_t size, uint32_t sector, uint32_t slot) {
  return sector != 0 && sector % slot == 0 && sector / slot >= kMinSlots && size / sector >= 2;
}

/// The best of all sector sizes; of equals the largest one.
Guess find_sectors(const std::vector<bool>& headers, uint64_t size, bool whole,
                   const Forced& forced) {
  Guess best;
  for (const uint32_t slot : {16u, 32u}) {
    if (forced.write_unit && (*forced.write_unit == 32) != (slot == 32)) {
      continue;
    }
    for (uint32_t sector = slot * kMinSlots; is_sector_size(size, sector, slot); sector += slot) {
      if ((whole && size % sector != 0) || (forced.sector_size && *forced.sector_size != sector)) {
        continue;
      }
      const int64_t points = score(headers, size, sector, slot);
      if (points > best.score || (points == best.score && points > 0 && sector > best.sector)) {
        best = {.sector = sector, .slot = slot, .score = points};
      }
    }
  }
  return best;
}

struct Evidence {
  uint32_t values = 0;
  uint32_t alignment = 32;
  uint32_t sums_right = 0;
  uint32_t sums_absent = 0;
};

/// Values above 8 octets tell what their starts are aligned to, and whether they carry a sum.
Evidence examine_values(Octets image, const Geometry& geometry) {
  Evidence evidence;
  for (uint32_t sector = 0; sector < geometry.sector_count; ++sector) {
    const Entry header = entry_at(image, geometry.address(sector, geometry.empty_slot()));
    if (!header.is_empty_ate()) {
      continue;
    }
    // The octets of values cost time once only, however many entries point at the same ones.
    uint64_t budget = uint64_t{4} * geometry.sector_size;
    for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
      const Entry entry = entry_at(image, geometry.address(sector, slot));
      if (entry.cycle() != header.cycle() || !entry.is_large() || entry.length() > budget ||
          entry.offset() > slot || entry.length() > slot - entry.offset() || !entry.crc_ok()) {
        continue;
      }
      budget -= entry.length();
      ++evidence.values;
      while (entry.offset() % evidence.alignment != 0) {
        evidence.alignment /= 2;
      }
      const Octets value = image.subspan(geometry.address(sector, entry.offset()), entry.length());
      evidence.sums_absent += entry.data_crc() == 0 ? 1 : 0;
      evidence.sums_right += entry.data_crc() == crc32(value) ? 1 : 0;
    }
  }
  return evidence;
}

void find_options(Octets image, const Forced& forced, Geometry& geometry) {
  const Evidence evidence = examine_values(image, geometry);
  const bool narrow = evidence.alignment < kEntryOctets && geometry.slot_size == kEntryOctets;
  geometry.write_unit = geometry.slot_size;
  if (narrow) {
    geometry.write_unit = std::max(evidence.alignment, 1u);
  }
  // Values that all start at multiples of 8 could have been placed by a smaller unit, too.
  geometry.write_unit_assumed = evidence.alignment >= 8 && geometry.slot_size == kEntryOctets;
  geometry.data_crc = evidence.sums_right > evidence.sums_absent;
  geometry.data_crc_assumed = evidence.values == 0;
  if (forced.write_unit) {
    geometry.write_unit = *forced.write_unit;
    geometry.write_unit_assumed = false;
  }
  if (forced.data_crc) {
    geometry.data_crc = *forced.data_crc;
    geometry.data_crc_assumed = false;
  }
}

std::string no_image(uint64_t size, const std::vector<bool>& headers, const Forced& forced) {
  if (forced.sector_size && size % *forced.sector_size != 0) {
    return fmt::format(
        "{} octets are no whole number of sectors of {}: the file is truncated or is no image; "
        "read the whole partition again",
        size, *forced.sector_size);
  }
  if (forced.sector_size || forced.write_unit) {
    return "no header of a sector stands where this geometry has one; leave --sector-size and "
           "--write-unit away to have it found";
  }
  // The file alone, without a whole number of sectors, may still show what they were.
  const Guess guess = find_sectors(headers, size, false, forced);
  if (guess.score > 0) {
    return fmt::format(
        "{} octets are no whole number of sectors, which seem to have {}: the file is truncated; "
        "read the whole partition again",
        size, guess.sector);
  }
  return "no header of a sector in it: this is no image of a bond store, or of another format; "
         "name the right file, or state --sector-size and --write-unit";
}

}  // namespace

std::optional<Geometry> find_geometry(Octets image, const Forced& forced, std::string& error) {
  const uint64_t size = image.size();
  if (size < 2 * kMinSlots * kEntryOctets) {
    error = fmt::format("{} octets are too few for a store; read the whole partition again", size);
    return std::nullopt;
  }
  const std::vector<bool> headers = find_headers(image);
  Guess guess = find_sectors(headers, size, true, forced);
  Geometry geometry;
  if (guess.score <= 0) {
    const bool blank =
        std::all_of(image.begin(), image.end(), [](uint8_t octet) { return octet == kEraseValue; });
    const uint32_t sector = forced.sector_size.value_or(kUsualSector);
    const uint32_t slot = forced.write_unit == 32u ? 32 : kEntryOctets;
    if (!blank || size % sector != 0 || !is_sector_size(size, sector, slot)) {
      error = no_image(size, headers, forced);
      return std::nullopt;
    }
    guess = {.sector = sector, .slot = slot};
    geometry.sector_size_assumed = !forced.sector_size;
  }
  geometry.sector_size = guess.sector;
  geometry.sector_count = static_cast<uint32_t>(size / guess.sector);
  geometry.slot_size = guess.slot;
  find_options(image, forced, geometry);
  return geometry;
}

}  // namespace peerctl
