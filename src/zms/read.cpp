// SPDX-License-Identifier: Apache-2.0
#include "zms/medium.hpp"

namespace pm::zms {

Status Store::read(uint32_t key, MutableBytes out, size_t& stored_length) {
  return read_history(key, 0, out, stored_length);
}

Status Store::read_history(uint32_t key, uint32_t age, MutableBytes out, size_t& stored_length) {
  stored_length = 0;
  if (!mounted()) {
    return Status::kInternal;
  }
  if (key == kSpecialKey) {
    return Status::kNotFound;
  }
  const Medium medium(flash_, layout_);
  Ate ate;
  uint32_t sector = 0;
  uint32_t slot = 0;
  if (age == 0) {
    PM_TRY(find_newest(key, ate, sector, slot));
  } else {
    StoreWalk walk(medium, head_);
    for (uint32_t i = 0; i <= age; ++i) {
      PM_TRY(walk.next(ate, sector, slot, &key));
    }
  }
  if (ate.length() == 0) {
    return Status::kNotFound;
  }
  stored_length = ate.length();
  return copy_value(ate, sector, out);
}

uint32_t Store::place_of(uint32_t sector, uint32_t slot) const {
  return (sector * layout_.sector_size + slot) / layout_.slot_size;
}

// kNotFound: no version at all. A version of length 0 is a removal.
Status Store::find_newest(uint32_t key, Ate& ate, uint32_t& sector, uint32_t& slot) {
  const Medium medium(flash_, layout_);
  uint32_t place = 0;
  const Index::Answer answer = index_.find(key, place);
  if (answer == Index::Answer::kAbsent) {
    return Status::kNotFound;
  }
  if (answer == Index::Answer::kFound) {
    sector = place * layout_.slot_size / layout_.sector_size;
    slot = place * layout_.slot_size % layout_.sector_size;
    PM_TRY(medium.read_ate(sector, slot, ate));
    // An entry that decayed since the mount is looked for as if there were no index.
    if (ate.key() == key && is_entry(ate, slot, ate.cycle())) {
      return Status::kOk;
    }
  }
  return StoreWalk(medium, head_).next(ate, sector, slot, &key);
}

Status Store::visit_keys(void (*visit)(void* context, uint32_t key), void* context) {
  if (!mounted()) {
    return Status::kInternal;
  }
  if (index_.complete()) {
    for (uint32_t i = 0; i < index_.count(); ++i) {
      visit(context, index_.key(i));
    }
    return Status::kOk;
  }
  const Medium medium(flash_, layout_);
  StoreWalk walk(medium, head_);
  Ate ate;
  uint32_t sector = 0;
  uint32_t slot = 0;
  Status status = walk.next(ate, sector, slot);
  for (; ok(status); status = walk.next(ate, sector, slot)) {
    if (ate.key() != kSpecialKey) {
      visit(context, ate.key());
    }
  }
  return status == Status::kNotFound ? Status::kOk : status;
}

Status Store::copy_value(const Ate& ate, uint32_t sector, MutableBytes out) {
  const size_t size = out.size() < ate.length() ? out.size() : ate.length();
  if (size == 0) {
    return Status::kOk;
  }
  if (!ate.is_large()) {
    std::memcpy(out.data(), ate.inline_value().data(), size);
    return Status::kOk;
  }
  PM_TRY(Medium(flash_, layout_).read(sector, ate.offset(), out.first(size)));
  if (options_.data_crc && size == ate.length()) {
    Crc32 crc;
    crc.add(out.first(size));
    return crc.value() == ate.data_crc() ? Status::kOk : Status::kInternal;
  }
  return Status::kOk;
}

Status Store::free_space(uint32_t& octets) {
  octets = 0;
  if (!mounted()) {
    return Status::kInvalidState;
  }
  const Medium medium(flash_, layout_);
  const uint32_t slot_size = layout_.slot_size;
  uint32_t used = 0;
  for (uint32_t sector = 0; sector < layout_.sector_count; ++sector) {
    uint32_t entries = 0;
    uint32_t data = 0;
    PM_TRY(measure(sector, entries, data));
    SectorState state;
    PM_TRY(medium.state(sector, state));
    const uint32_t lowest = sector == head_.sector
                                ? head_.slot + slot_size
                                : (state.closed ? state.newest_slot : layout_.first_slot());
    // The slot kept for a removal is in use.
    const uint32_t reserve = lowest <= 2 * slot_size ? slot_size : 0;
    used += entries * slot_size + data + reserve;
  }
  const uint32_t total = (layout_.sector_count - 1) * (layout_.sector_size - 4 * slot_size);
  octets = used < total ? total - used : 0;
  return Status::kOk;
}

uint32_t Store::active_sector_free() const {
  const uint32_t used = head_.data + layout_.slot_size;
  return mounted() && head_.slot > used ? head_.slot - used : 0;
}

}  // namespace pm::zms
