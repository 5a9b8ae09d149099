// SPDX-License-Identifier: Apache-2.0
//
// Closing the current sector, and collecting: the sector after the next gives its live entries to
// the next and is emptied.
#include "zms/medium.hpp"

namespace pm::zms {

void Store::collect_step() {
  switch (step_) {
    case Step::kVacate:
      return vacate_next();
    case Step::kJunk:
      return close_current();
    case Step::kClose:
      step_ = Step::kOpenNext;
      return put_ate(head_.sector, layout_.close_slot(),
                     Ate::close(head_.cycle, head_.slot + layout_.slot_size), head_.cycle);
    case Step::kOpenNext:
      return open_next();
    case Step::kEnterNext:
      return enter_next();
    case Step::kFindLive:
      return find_live();
    case Step::kMoveData:
      return move_data();
    case Step::kMoveEntry: {
      Ate ate;
      std::memcpy(ate.raw().data(), moving_ate_.data(), moving_ate_.size());
      step_ = Step::kMoved;
      return put_ate(head_.sector, head_.slot, ate.moved(head_.cycle, head_.data), head_.cycle);
    }
    case Step::kMoved: {
      const uint32_t length = load_le16(&moving_ate_[2]);
      index_.set(load_le32(&moving_ate_[4]), place_of(head_.sector, head_.slot));
      head_.slot -= layout_.slot_size;
      head_.data += length > kInlineOctets ? layout_.padded(length) : 0;
      step_ = Step::kFindLive;
      return;
    }
    case Step::kCollected:
      return end_collection();
    case Step::kErase:
      step_ = Step::kErased;
      return empty_sector(source_.sector);
    default:
      ++collections_;
      // A recovery begins again, so that it leaves what the next mount would find: where sectors
      // contradict one another, the emptied one may have held more than was collected.
      step_ = needs_recovery_ || !mounted() ? Step::kLocate : Step::kFit;
      return;
  }
}

// Whether the operation can fit at all: each collection fills a fresh sector with the live entries
// of exactly one other, so counting these entries tells the outcome without rewriting anything.
Status Store::can_make_room(bool& possible) {
  const uint32_t slot_size = layout_.slot_size;
  uint32_t source = layout_.after(layout_.after(head_.sector));
  possible = false;
  for (uint32_t i = 1; i < layout_.sector_count && !possible; ++i) {
    uint32_t entries = 0;
    uint32_t data = 0;
    PM_TRY(measure(source, entries, data));
    const uint32_t used = (entries + 1) * slot_size;  // and the mark of the collection's end
    possible = fits(layout_.first_slot() - used, data);
    source = layout_.after(source);
  }
  return Status::kOk;
}

Status Store::measure(uint32_t sector, uint32_t& entries, uint32_t& data) {
  const Medium medium(flash_, layout_);
  SectorState state;
  if (sector == head_.sector) {
    state.cycle = head_.cycle;
    state.newest_slot = head_.slot + layout_.slot_size;
  } else {
    PM_TRY(medium.state(sector, state));
    if (!state.closed) {
      return Status::kOk;
    }
  }
  SectorWalk walk(medium, sector, state.newest_slot, state.cycle);
  Ate ate;
  uint32_t slot = 0;
  for (;;) {
    const Status status = walk.next(ate, slot);
    if (status == Status::kNotFound) {
      return Status::kOk;
    }
    PM_TRY(status);
    bool live = false;
    PM_TRY(is_live(ate, sector, slot, live));
    if (live &&
        value_fits(layout_.first_slot() - entries * layout_.slot_size, data, ate.length())) {
      ++entries;
      data += ate.is_large() ? layout_.padded(ate.length()) : 0;
    }
  }
}

Status Store::is_live(const Ate& ate, uint32_t sector, uint32_t slot, bool& live) {
  live = false;
  if (ate.length() == 0) {
    return Status::kOk;
  }
  const uint32_t key = ate.key();
  uint32_t place = 0;
  const Index::Answer answer = index_.find(key, place);
  if (answer != Index::Answer::kUnknown) {
    live = answer == Index::Answer::kFound && place == place_of(sector, slot);
    return Status::kOk;
  }
  const Medium medium(flash_, layout_);
  StoreWalk walk(medium, head_);
  Ate newest;
  uint32_t newest_sector = 0;
  uint32_t newest_slot = 0;
  PM_TRY(walk.next(newest, newest_sector, newest_slot, &key));
  live = newest_sector == sector && newest_slot == slot;
  return Status::kOk;
}

// The next sector is empty. Where a damaged Close ATE made it the next one it is not, and what it
// holds would come back as soon as this one is closed.
void Store::vacate_next() {
  const Medium medium(flash_, layout_);
  const uint32_t next = layout_.after(head_.sector);
  SectorState state;
  if (!ok(medium.state(next, state))) {
    return fail();
  }
  Ate ate;
  uint32_t slot = 0;
  const Status status = SectorWalk(medium, next, layout_.slot_size, state.cycle).next(ate, slot);
  if (status == Status::kInternal) {
    return fail();
  }
  step_ = Step::kJunk;
  if (state.has_empty && ok(status)) {
    empty_sector(next);
  }
}

void Store::close_current() {
  step_ = Step::kClose;
  if (head_.slot == 0 || head_.slot <= head_.data) {
    return;
  }
  put_ate(head_.sector, head_.slot, Ate::junk(geometry_.erase_value), head_.cycle);
  head_.slot -= layout_.slot_size;
}

void Store::open_next() {
  SectorState state;
  const uint32_t next = layout_.after(head_.sector);
  if (!ok(Medium(flash_, layout_).state(next, state))) {
    return fail();
  }
  step_ = Step::kEnterNext;
  if (!state.has_empty) {
    empty_sector(next);
  }
}

void Store::enter_next() {
  SectorState state;
  const uint32_t next = layout_.after(head_.sector);
  if (!ok(Medium(flash_, layout_).state(next, state)) ||
      !ok(start_collection(layout_.after(next)))) {
    return fail();
  }
  head_ = {.sector = next, .slot = layout_.first_slot(), .data = 0, .cycle = state.cycle};
  step_ = Step::kFindLive;
}

Status Store::start_collection(uint32_t source) {
  SectorState state;
  PM_TRY(Medium(flash_, layout_).state(source, state));
  source_ = {.sector = source,
             .next_slot = state.closed ? state.newest_slot : layout_.close_slot(),
             .copied = 0,
             .cycle = state.cycle};
  return Status::kOk;
}

// The live entries of one sector and the mark of the end fit into another. Where they do not, the
// source is damaged: entries claim the same octets. One that finds no room then stays behind, since
// a collection that gave up would give up for ever, and nothing could be written or removed.
void Store::find_live() {
  const Medium medium(flash_, layout_);
  SectorWalk walk(medium, source_.sector, source_.next_slot, source_.cycle);
  Ate ate;
  uint32_t slot = 0;
  bool live = false;
  while (!live) {
    const Status status = walk.next(ate, slot);
    if (status == Status::kNotFound) {
      step_ = Step::kCollected;
      return;
    }
    if (!ok(status) || !ok(is_live(ate, source_.sector, slot, live))) {
      return fail();
    }
    live = live && value_fits(head_.slot, head_.data, ate.length());
  }
  std::memcpy(moving_ate_.data(), ate.raw().data(), moving_ate_.size());
  source_.next_slot = slot + layout_.slot_size;
  source_.copied = 0;
  step_ = ate.is_large() ? Step::kMoveData : Step::kMoveEntry;
}

void Store::move_data() {
  const Medium medium(flash_, layout_);
  const uint32_t length = load_le16(&moving_ate_[2]);
  const uint32_t from = load_le32(&moving_ate_[8]) + source_.copied;
  const uint32_t to = head_.data + source_.copied;
  const uint32_t rest = length - source_.copied;
  const uint32_t part = rest < kBlockOctets ? rest : kBlockOctets;
  const uint32_t size = layout_.padded(part);
  // What lies beyond the value keeps its octets.
  const uint32_t tail = size - layout_.write_unit;
  if (!ok(medium.read(head_.sector, to + tail, MutableBytes(&block_[tail], layout_.write_unit))) ||
      !ok(medium.read(source_.sector, from, MutableBytes(block_.data(), part)))) {
    return fail();
  }
  source_.copied += part;
  step_ = source_.copied == length ? Step::kMoveEntry : Step::kMoveData;
  submit(medium.address(head_.sector, to), Bytes(block_.data(), size));
}

void Store::end_collection() {
  step_ = Step::kErase;
  put_ate(head_.sector, head_.slot, Ate::collection_done(head_.cycle, head_.data), head_.cycle);
  head_.slot -= layout_.slot_size;
}

// "Erasing" a sector is one write: a new cycle makes all it holds invalid.
void Store::empty_sector(uint32_t sector) {
  uint8_t cycle = 0;
  if (!ok(Medium(flash_, layout_).next_cycle(sector, cycle))) {
    return fail();
  }
  put_ate(sector, layout_.empty_slot(), Ate::empty(cycle), cycle);
}

}  // namespace pm::zms
