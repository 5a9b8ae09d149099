// SPDX-License-Identifier: Apache-2.0
//
// Finding the current sector and its write positions, and finishing what a power cut interrupted.
// The same steps run before the operation that follows a failure of the medium.
#include "zms/medium.hpp"

namespace pm::zms {

void Store::mount_step() {
  switch (step_) {
    case Step::kLocate:
      return locate(true);
    case Step::kOpened:
      return locate(false);
    case Step::kRecover:
      return recover();
    case Step::kRestartCollection:
      head_ = {
          .sector = head_.sector, .slot = layout_.first_slot(), .data = 0, .cycle = new_cycle_};
      step_ = Step::kFindLive;
      if (!ok(index_older_sectors()) || !ok(start_collection(layout_.after(head_.sector)))) {
        fail();
      }
      return;
    case Step::kSeal:
      return seal();
    default:
      return end_mount();
  }
}

// Until the whole head is known the former one stays: reads after a failure go on with it.
void Store::locate(bool may_open) {
  uint32_t current = 0;
  MountError error = MountError::kNone;
  SectorState state;
  if (!ok(choose_current(current, error)) || !ok(Medium(flash_, layout_).state(current, state))) {
    return fail();
  }
  if (error != MountError::kNone) {
    return mount_failed(error);
  }
  if (!state.has_empty) {
    // Cut between the Close ATE and the Empty ATE that follows it, or never used. Entries count
    // only in a sector that has a cycle.
    step_ = Step::kOpened;
    return may_open ? empty_sector(current) : fail();
  }
  const Head former = head_;
  head_ = {.sector = current, .slot = layout_.first_slot(), .data = 0, .cycle = state.cycle};
  step_ = Step::kRecover;
  if (!ok(index_older_sectors()) || !ok(recover_head())) {
    head_ = former;
    fail();
  }
}

Status Store::choose_current(uint32_t& current, MountError& error) {
  const Medium medium(flash_, layout_);
  bool any_ours = false;
  MountError foreign = MountError::kNone;
  uint32_t closed = 0;
  bool found = false;
  SectorState first;
  PM_TRY(medium.state(0, first));
  SectorState state = first;
  for (uint32_t sector = 0; sector < layout_.sector_count; ++sector) {
    const bool is_last = sector + 1 == layout_.sector_count;
    SectorState next = first;
    if (!is_last) {
      PM_TRY(medium.state(sector + 1, next));
    }
    if (state.foreign) {
      foreign = state.magic == kFormatMagic ? MountError::kVersion : MountError::kNotThisFormat;
      if (state.closed) {
        error = foreign;
        return Status::kOk;
      }
    }
    any_ours = any_ours || state.has_empty;
    closed += state.closed ? 1 : 0;
    if (state.closed && !next.closed && !found) {
      found = true;
      current = layout_.after(sector);
    }
    if (!is_last) {
      state = next;
    }
  }
  if (found) {
    return Status::kOk;
  }
  if (closed != 0) {
    error = MountError::kBadSector;
    return Status::kOk;
  }
  if (any_ours) {
    // `state` is the last sector's.
    const uint32_t last = layout_.sector_count - 1;
    Ate ate;
    PM_TRY(medium.read_ate(last, layout_.first_slot(), ate));
    current = state.has_empty && is_entry(ate, layout_.first_slot(), state.cycle) ? last : 0;
    return Status::kOk;
  }
  if (foreign != MountError::kNone) {
    error = foreign;
    return Status::kOk;
  }
  current = 0;
  bool untouched = options_.overwrite_foreign;
  if (!untouched) {
    PM_TRY(is_untouched(untouched));
  }
  error = untouched ? MountError::kNone : MountError::kNotThisFormat;
  return Status::kOk;
}

// Never used memory is ours to format, also with whatever a cut left in the slot that formatting
// writes first; anything else belongs to somebody.
Status Store::is_untouched(bool& untouched) {
  const Medium medium(flash_, layout_);
  const uint32_t slot = layout_.empty_slot();
  PM_TRY(medium.is_blank(0, slot, geometry_.erase_value, untouched));
  if (!untouched) {
    return Status::kOk;
  }
  return medium.is_blank(slot + kAteOctets, geometry_.size - slot - kAteOctets,
                         geometry_.erase_value, untouched);
}

void Store::recover() {
  const Medium medium(flash_, layout_);
  const uint32_t next = layout_.after(head_.sector);
  SectorState state;
  if (!ok(medium.state(next, state))) {
    return fail();
  }
  if (!state.closed) {
    step_ = Step::kSeal;
    return;
  }
  // A collection was interrupted. With its end marked, only the collected sector is left to be
  // emptied; else it starts over, and the copies made so far become invalid with the cycle of the
  // current sector.
  SectorWalk walk(medium, head_.sector, head_.slot + layout_.slot_size, head_.cycle);
  Ate ate;
  uint32_t slot = 0;
  const Status marked = walk.next(ate, slot, &kSpecialKey);
  if (marked == Status::kInternal) {
    return fail();
  }
  if (ok(marked)) {
    source_.sector = next;
    step_ = Step::kErase;
    return;
  }
  step_ = Step::kRestartCollection;
  index_.forget();
  empty_sector(head_.sector);
}

// The lowest entry and the highest end of a value decide. The bound never falls: below it are
// values, not slots, however much their octets look like entries.
Status Store::recover_head() {
  const Medium medium(flash_, layout_);
  const uint32_t step = layout_.slot_size;
  Ate ate;
  head_.slot = layout_.first_slot();
  head_.data = 0;
  for (uint32_t slot = head_.slot; slot > head_.data; slot -= step) {
    PM_TRY(medium.read_ate(head_.sector, slot, ate));
    if (!is_entry(ate, slot, head_.cycle)) {
      continue;
    }
    note(ate, head_.sector, slot);
    head_.slot = slot;
    const uint32_t end = ate.is_large() ? layout_.padded(ate.offset() + ate.length()) : 0;
    head_.data = end > head_.data ? end : head_.data;
  }
  while (head_.slot > 0 && head_.slot >= head_.data) {
    PM_TRY(medium.read_ate(head_.sector, head_.slot, ate));
    if (!is_entry(ate, head_.slot, head_.cycle)) {
      return Status::kOk;
    }
    note(ate, head_.sector, head_.slot);
    head_.slot -= step;
  }
  return Status::kOk;
}

// Oldest entry first, so that removed and replaced versions leave the index as they left the store.
Status Store::index_older_sectors() {
  const Medium medium(flash_, layout_);
  index_.start();
  uint32_t oldest = head_.sector;
  for (SectorState state; layout_.before(oldest) != head_.sector;) {
    PM_TRY(medium.state(layout_.before(oldest), state));
    if (!state.closed) {
      break;
    }
    oldest = layout_.before(oldest);
  }
  for (uint32_t sector = oldest; sector != head_.sector; sector = layout_.after(sector)) {
    SectorState state;
    PM_TRY(medium.state(sector, state));
    Ate ate;
    for (uint32_t slot = layout_.first_slot(); slot != 0 && slot >= state.newest_slot;
         slot -= layout_.slot_size) {
      PM_TRY(medium.read_ate(sector, slot, ate));
      if (is_entry(ate, slot, state.cycle)) {
        note(ate, sector, slot);
      }
    }
  }
  return Status::kOk;
}

void Store::note(const Ate& ate, uint32_t sector, uint32_t slot) {
  if (ate.key() == kSpecialKey) {
    return;
  }
  if (ate.length() == 0) {
    index_.remove(ate.key());
  } else {
    index_.set(ate.key(), place_of(sector, slot));
  }
}

void Store::seal() {
  step_ = Step::kSealed;
  if (head_.slot != layout_.first_slot()) {
    return;
  }
  put_ate(head_.sector, head_.slot, Ate::collection_done(head_.cycle, head_.data), head_.cycle);
  head_.slot -= layout_.slot_size;
}

void Store::mount_failed(MountError error) {
  if (op_active_) {
    return finish(Status::kInternal);
  }
  mount_error_ = error;
  state_ = State::kFailed;
  step_ = Step::kIdle;
  if (lifecycle_ != nullptr) {
    lifecycle_->on_store_mounted(error);
  }
}

void Store::end_mount() {
  needs_recovery_ = false;
  if (op_active_) {
    step_ = Step::kBegin;
    return;
  }
  state_ = State::kMounted;
  step_ = Step::kIdle;
  if (lifecycle_ != nullptr) {
    lifecycle_->on_store_mounted(MountError::kNone);
  }
}

}  // namespace pm::zms
