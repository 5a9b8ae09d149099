// SPDX-License-Identifier: Apache-2.0
//
// One operation: value first, entry last, so that a power cut leaves the old version in force.
#include <algorithm>

#include "zms/medium.hpp"

namespace pm::zms {

void Store::write_step() {
  switch (step_) {
    case Step::kBegin:
      return begin();
    case Step::kFit:
      return make_fit();
    case Step::kData:
      return put_data();
    case Step::kTail:
      return put_tail();
    case Step::kEntry:
      return put_entry();
    case Step::kStored:
      if (op_.kind == Kind::kRemove) {
        index_.remove(op_.key);
      } else {
        index_.set(op_.key, place_of(head_.sector, head_.slot));
      }
      head_.slot -= layout_.slot_size;
      if (op_.data.size() > kInlineOctets) {
        head_.data += layout_.padded(static_cast<uint32_t>(op_.data.size()));
      }
      return finish(Status::kOk);
    case Step::kClearSector:
      return clear_sector();
    case Step::kCleared:
      if (clear_sector_ == head_.sector) {
        state_ = State::kUnmounted;
        return finish(Status::kOk);
      }
      index_.forget();
      clear_sector_ = layout_.after(clear_sector_);
      step_ = Step::kClearSector;
      return;
    default:
      return deliver();
  }
}

void Store::begin() {
  if (!mounted()) {
    return finish(Status::kInternal);
  }
  if (needs_recovery_) {
    step_ = Step::kLocate;
    return;
  }
  if (op_.kind == Kind::kClear) {
    // Oldest sector first: a clear that is cut never brings an older version back.
    clear_sector_ = layout_.after(head_.sector);
    step_ = Step::kClearSector;
    return;
  }
  bool same = false;
  if (!ok(is_stored(same))) {
    return fail();
  }
  if (same) {
    return finish(Status::kOk);
  }
  step_ = Step::kFit;
}

void Store::make_fit() {
  if (fits(head_.slot, head_.data)) {
    step_ = op_.data.size() > kInlineOctets ? Step::kData : Step::kEntry;
    return;
  }
  bool possible = true;
  if (collections_ == 0 && !ok(can_make_room(possible))) {
    return fail();
  }
  if (!possible || collections_ == layout_.sector_count - 1) {
    return finish(Status::kResources);
  }
  step_ = Step::kVacate;
}

// The slot at offset 0 is never used, the one above it is for a removal only: a full store can
// always remove.
bool Store::fits(uint32_t slot, uint32_t data) const {
  if (op_.kind == Kind::kRemove) {
    return slot != 0 && slot >= data;
  }
  return value_fits(slot, data, static_cast<uint32_t>(op_.data.size()));
}

bool Store::value_fits(uint32_t slot, uint32_t data, uint32_t length) const {
  const uint32_t value = length > kInlineOctets ? layout_.padded(length) : 0;
  return slot > layout_.slot_size && slot >= data + value + layout_.slot_size;
}

Status Store::is_stored(bool& same) {
  const Medium medium(flash_, layout_);
  Ate ate;
  uint32_t sector = 0;
  uint32_t slot = 0;
  same = false;
  const Status status = find_newest(op_.key, ate, sector, slot);
  if (status == Status::kNotFound) {
    same = op_.kind == Kind::kRemove;
    return Status::kOk;
  }
  PM_TRY(status);
  if (ate.length() != op_.data.size()) {
    return Status::kOk;
  }
  if (!ate.is_large()) {
    const Bytes stored = ate.inline_value();
    same = std::equal(stored.begin(), stored.end(), op_.data.begin());
    return Status::kOk;
  }
  if (options_.data_crc) {
    // A value stored with a CRC that is missing or wrong could not be read back.
    Crc32 crc;
    crc.add(op_.data);
    if (crc.value() != ate.data_crc()) {
      return Status::kOk;
    }
  }
  for (uint32_t done = 0; done < ate.length();) {
    const uint32_t rest = ate.length() - done;
    const uint32_t part = rest < kBlockOctets ? rest : kBlockOctets;
    PM_TRY(medium.read(sector, ate.offset() + done, MutableBytes(block_.data(), part)));
    if (std::memcmp(block_.data(), op_.data.data() + done, part) != 0) {
      return Status::kOk;
    }
    done += part;
  }
  same = true;
  return Status::kOk;
}

// Octets of a value that are written from where it is. The rest, or all of what fits into a block,
// follows with what lies beyond it.
uint32_t Store::direct_octets() const {
  const auto length = static_cast<uint32_t>(op_.data.size());
  const uint32_t whole = length - length % layout_.write_unit;
  return whole != length && layout_.padded(length) <= kBlockOctets ? 0 : whole;
}

void Store::put_data() {
  step_ = Step::kTail;
  if (const uint32_t direct = direct_octets(); direct != 0) {
    submit(Medium(flash_, layout_).address(head_.sector, head_.data), op_.data.first(direct));
  }
}

// What lies beyond the value keeps its octets.
void Store::put_tail() {
  step_ = Step::kEntry;
  const Bytes rest = op_.data.subspan(direct_octets());
  if (rest.empty()) {
    return;
  }
  const uint32_t address =
      Medium(flash_, layout_).address(head_.sector, head_.data + direct_octets());
  const MutableBytes block(block_.data(), layout_.padded(static_cast<uint32_t>(rest.size())));
  const MutableBytes last = block.last(layout_.write_unit);
  const uint32_t last_address = address + static_cast<uint32_t>(block.size() - last.size());
  if (!ok(flash_.read(last_address, last))) {
    return fail();
  }
  std::memcpy(block.data(), rest.data(), rest.size());
  submit(address, block);
}

void Store::put_entry() {
  step_ = Step::kStored;
  if (op_.data.size() <= kInlineOctets) {
    const Ate ate = Ate::small_value(head_.cycle, op_.key, op_.data);
    return put_ate(head_.sector, head_.slot, ate, head_.cycle);
  }
  Crc32 crc;
  if (options_.data_crc) {
    crc.add(op_.data);
  }
  put_ate(head_.sector, head_.slot,
          Ate::large_value(head_.cycle, op_.key, static_cast<uint16_t>(op_.data.size()), head_.data,
                           options_.data_crc ? crc.value() : 0),
          head_.cycle);
}

void Store::clear_sector() {
  step_ = Step::kCleared;
  empty_sector(clear_sector_);
}

}  // namespace pm::zms
