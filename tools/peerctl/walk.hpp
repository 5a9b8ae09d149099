// SPDX-License-Identifier: Apache-2.0
//
// A store as a mount would find it, without one write: sectors, write positions, records.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "image.hpp"

namespace peerctl {

enum class SectorUse : uint8_t { kUnused, kOpen, kClosed };

struct Sector {
  SectorUse use = SectorUse::kUnused;
  /// Of the header; 0 when there is none.
  uint8_t cycle = 0;
  uint8_t magic = 0;
  uint8_t version = 0;
  /// Of a closed sector: the slot that its Close ATE names.
  uint32_t close_offset = 0;
};

/// One version of a record, where it stands.
struct Version {
  uint32_t sector = 0;
  uint32_t slot = 0;
  Entry entry;
  /// Empty for a removal.
  Octets value;

  bool is_removal() const { return entry.length() == 0; }
};

/// What a mount would do before the store is in use.
enum class Mount : uint8_t {
  kReady,
  /// Writes the header, or the first mark, of the current sector.
  kPrepares,
  /// A collection was interrupted; it is finished or repeated.
  kRecovers,
  /// Sectors all closed: not defined by the format.
  kContradicts,
};

struct Store {
  Octets image;
  Geometry geometry;
  std::vector<Sector> sectors{};
  Mount mount = Mount::kReady;
  /// More than one sector could be the one in use.
  bool is_ambiguous = false;
  uint32_t current = 0;
  /// Where the next entry and the next value go in the current sector. The slot is 0 when full.
  uint32_t next_slot = 0;
  uint32_t next_data = 0;
  /// By key, newest version first; removals included.
  std::map<uint32_t, std::vector<Version>> records{};

  Entry entry_at(uint32_t sector, uint32_t slot) const {
    return {image.subspan(geometry.address(sector, slot), kEntryOctets)};
  }
  /// Whether `entry`, in a slot, counts in a sector of that cycle: its value must end below it.
  bool is_valid(const Entry& entry, uint32_t slot, uint8_t cycle) const {
    return entry.cycle() == cycle && entry.crc_ok() && is_inside(entry, slot);
  }
  static bool is_inside(const Entry& entry, uint32_t slot) {
    return !entry.is_large() || (entry.offset() <= slot && entry.length() <= slot - entry.offset());
  }
  /// The version in force; nullptr when absent or removed.
  const Version* live(uint32_t key) const;
};

Store walk(Octets image, const Geometry& geometry);

struct FreeSpace {
  /// Each live record counted once, with its entry.
  int64_t by_live_values = 0;
  /// As the reference reports it: records with more than one valid entry are left out.
  int64_t as_reference = 0;
  /// Until the current sector is closed; below 0 when the areas have met.
  int64_t active_sector = 0;
};

FreeSpace measure(const Store& store);

}  // namespace peerctl
