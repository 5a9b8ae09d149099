// SPDX-License-Identifier: Apache-2.0
#include "zms/medium.hpp"

#include <cstring>

namespace pm::zms {

bool is_entry(const Ate& ate, uint32_t slot, uint8_t cycle) {
  if (ate.cycle() != cycle || !ate.crc_ok()) {
    return false;
  }
  return !ate.is_large() || (ate.offset() <= slot && ate.length() <= slot - ate.offset());
}

Status Medium::state(uint32_t sector, SectorState& out) const {
  out = {};
  // Both in one read: they are neighbours.
  std::array<uint8_t, 64> headers{};
  PM_TRY(read(sector, layout_.close_slot(),
              MutableBytes(headers.data(), size_t{2} * layout_.slot_size)));
  Ate ate;
  std::memcpy(ate.raw().data(), &headers[layout_.slot_size], kAteOctets);
  if (!ate.is_empty_ate()) {
    return Status::kOk;
  }
  out.has_empty = true;
  out.cycle = ate.cycle();
  out.magic = ate.magic();
  out.version = ate.version();

  std::memcpy(ate.raw().data(), headers.data(), kAteOctets);
  const uint32_t newest = ate.offset();
  if (ate.is_special() && ate.cycle() == out.cycle && newest < layout_.sector_size &&
      (layout_.sector_size - newest) % layout_.slot_size == 0) {
    out.closed = true;
    out.newest_slot = newest;
  }
  out.foreign = out.magic != kFormatMagic || out.version != kFormatVersion;
  if (out.foreign && !out.closed) {
    out.has_empty = false;
    out.cycle = 0;
  }
  return Status::kOk;
}

Status Medium::next_cycle(uint32_t sector, uint8_t& out) const {
  SectorState now;
  PM_TRY(state(sector, now));

  std::array<uint32_t, 8> taken{};
  const auto take = [&taken](uint8_t cycle) { taken[cycle / 32] |= 1u << (cycle % 32); };
  Ate ate;
  PM_TRY(read_ate(sector, layout_.close_slot(), ate));
  take(ate.cycle());
  for (uint32_t slot = layout_.first_slot(); slot > 0; slot -= layout_.slot_size) {
    PM_TRY(read_ate(sector, slot, ate));
    if (ate.crc_ok()) {
      take(ate.cycle());
    }
  }
  out = static_cast<uint8_t>(now.cycle + 1);
  for (int tries = 0; tries < 255 && (taken[out / 32] & (1u << (out % 32))) != 0; ++tries) {
    ++out;
  }
  return Status::kOk;
}

Status Medium::is_blank(uint32_t address, uint32_t size, uint8_t erase_value, bool& out) const {
  std::array<uint8_t, 32> block;
  out = true;
  while (size > 0 && out) {
    const uint32_t part = size < block.size() ? size : static_cast<uint32_t>(block.size());
    PM_TRY(flash_.read(address, MutableBytes(block.data(), part)));
    for (uint32_t i = 0; i < part; ++i) {
      out = out && block[i] == erase_value;
    }
    address += part;
    size -= part;
  }
  return Status::kOk;
}

Status SectorWalk::next(Ate& ate, uint32_t& slot, const uint32_t* key) {
  const Layout& layout = medium_->layout();
  while (next_ <= layout.first_slot()) {
    slot = next_;
    next_ += layout.slot_size;
    PM_TRY(medium_->read_ate(sector_, slot, ate));
    if ((key == nullptr || ate.key() == *key) && is_entry(ate, slot, cycle_)) {
      return Status::kOk;
    }
  }
  return Status::kNotFound;
}

StoreWalk::StoreWalk(const Medium& medium, const Head& head)
    : medium_(medium),
      // The slot at head.slot is free and may lie in the data area already: not an entry, whatever
      // it looks like.
      walk_(medium, head.sector, head.slot + medium.layout().slot_size, head.cycle),
      start_sector_(head.sector),
      sector_(head.sector) {}

Status StoreWalk::next(Ate& ate, uint32_t& sector, uint32_t& slot, const uint32_t* key) {
  while (!ended_) {
    sector = sector_;
    const Status status = walk_.next(ate, slot, key);
    if (status != Status::kNotFound) {
      return status;
    }
    sector_ = medium_.layout().before(sector_);
    SectorState state;
    if (sector_ != start_sector_) {
      PM_TRY(medium_.state(sector_, state));
    }
    ended_ = !state.closed;
    walk_ = SectorWalk(medium_, sector_, state.newest_slot, state.cycle);
  }
  return Status::kNotFound;
}

}  // namespace pm::zms
