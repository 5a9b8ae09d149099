// SPDX-License-Identifier: Apache-2.0
//
// What is on the medium: slots, sectors, entries from the newest to the oldest. Reads only, keeps
// nothing.
#pragma once

#include "pm/ports/flash.hpp"
#include "pm/zms/store.hpp"
#include "zms/ate.hpp"

namespace pm::zms {

/// What the two header slots of a sector say.
struct SectorState {
  bool has_empty = false;
  /// Empty and Close ATE of the same cycle.
  bool closed = false;
  /// Of the Empty ATE; 0 when there is none.
  uint8_t cycle = 0;
  /// The Empty ATE names another format or version. In an open sector it then counts as none: it
  /// may be torn.
  bool foreign = false;
  uint8_t magic = 0;
  uint8_t version = 0;
  /// Of a closed sector: where its walk starts. It may name a free slot below the last entry.
  uint32_t newest_slot = 0;
};

/// Decides whether `ate`, found in `slot` of a sector in `cycle`, is an entry: an ATE whose value
/// would reach into its own slot cannot have been written there.
bool is_entry(const Ate& ate, uint32_t slot, uint8_t cycle);

class Medium {
 public:
  Medium(Flash& flash, const Layout& layout) : flash_(flash), layout_(layout) {}

  const Layout& layout() const { return layout_; }
  uint32_t address(uint32_t sector, uint32_t offset) const {
    return sector * layout_.sector_size + offset;
  }

  Status read(uint32_t sector, uint32_t offset, MutableBytes out) const {
    return flash_.read(address(sector, offset), out);
  }
  Status read_ate(uint32_t sector, uint32_t slot, Ate& out) const {
    return read(sector, slot, out.raw());
  }
  Status state(uint32_t sector, SectorState& out) const;

  /// The cycle that makes everything now in `sector` invalid, also what earlier cycles left behind:
  /// the counter wraps, and an old ATE further down would come back to life.
  Status next_cycle(uint32_t sector, uint8_t& out) const;

  /// True iff the `size` octets at `address` all have the erase value.
  Status is_blank(uint32_t address, uint32_t size, uint8_t erase_value, bool& out) const;

 private:
  Flash& flash_;
  const Layout& layout_;
};

/// Goes through the entries of one sector, newest first, header slots excluded.
class SectorWalk {
 public:
  SectorWalk(const Medium& medium, uint32_t sector, uint32_t newest_slot, uint8_t cycle)
      : medium_(&medium),
        sector_(sector),
        // Slot 0 is never used, yet a Close ATE may name it.
        next_(newest_slot == 0 ? medium.layout().slot_size : newest_slot),
        cycle_(cycle) {}

  /// The next entry; with `key`, the next one of that key. kNotFound: no more. kInternal: the
  /// medium failed.
  Status next(Ate& ate, uint32_t& slot, const uint32_t* key = nullptr);

 private:
  const Medium* medium_;
  uint32_t sector_;
  uint32_t next_;
  uint8_t cycle_;
};

/// Goes through the entries of the whole store, newest first (format, "Walking and lookup").
class StoreWalk {
 public:
  StoreWalk(const Medium& medium, const Head& head);

  /// As SectorWalk::next(); `sector` and `slot` say where.
  Status next(Ate& ate, uint32_t& sector, uint32_t& slot, const uint32_t* key = nullptr);

 private:
  const Medium& medium_;
  SectorWalk walk_;
  uint32_t start_sector_;
  uint32_t sector_;
  bool ended_ = false;
};

}  // namespace pm::zms
