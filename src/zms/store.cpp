// SPDX-License-Identifier: Apache-2.0
//
// The queue, the loop that each completion of the medium drives on, and the writing of entries.
#include "pm/zms/store.hpp"

#include "zms/medium.hpp"

namespace pm::zms {
namespace {

bool is_supported(const FlashGeometry& geometry, const Options& options, const Layout& layout) {
  const uint32_t program = geometry.program_unit;
  const uint32_t write = geometry.write_unit;
  const bool units_fit = write != 0 && 32 % write == 0 && program >= 4 &&
                         (program >= kAteOctets || kAteOctets % program == 0);
  const uint32_t sector = options.sector_size;
  return units_fit && sector % layout.slot_size == 0 && sector / layout.slot_size >= 5 &&
         geometry.size % sector == 0 && layout.sector_count >= 2;
}

/// True iff a power cut during the write of `entry` over `old` could leave a third entry that is
/// valid. The order in which the program units arrive is the medium's business, so any mixture
/// counts.
bool is_mixture_valid(const Ate& old, const Ate& entry, uint32_t unit, uint8_t cycle) {
  const uint32_t units = kAteOctets / unit;
  for (uint32_t arrived = 1; arrived + 1 < (1u << units); ++arrived) {
    Ate mixture = old;
    for (uint32_t i = 0; i < kAteOctets; ++i) {
      if ((arrived & (1u << (i / unit))) != 0) {
        mixture.raw()[i] = entry.raw()[i];
      }
    }
    if (mixture == old || mixture == entry) {
      continue;
    }
    if (mixture.is_empty_ate() || (mixture.cycle() == cycle && mixture.crc_ok())) {
      return true;
    }
  }
  return false;
}

}  // namespace

Status Store::init(StorageSink& sink) {
  if (state_ == State::kMounting || pending() != 0 || options_.sector_size == 0) {
    return Status::kInternal;
  }
  geometry_ = flash_.geometry();
  const uint32_t unit = geometry_.write_unit;
  layout_ = {.sector_size = options_.sector_size,
             .sector_count = geometry_.size / options_.sector_size,
             .slot_size = unit > kAteOctets ? unit : kAteOctets,
             .write_unit = unit};
  if (!is_supported(geometry_, options_, layout_)) {
    return Status::kInternal;
  }
  flash_.attach(this);
  sink_ = &sink;
  state_ = State::kMounting;
  mount_error_ = MountError::kNone;
  needs_recovery_ = false;
  step_ = Step::kLocate;
  index_.forget();
  // Everything happens in a later turn, so that on_store_mounted() never comes from inside this
  // call.
  submit(0, {});
  advance();
  return Status::kOk;
}

Status Store::wait_ready() {
  while (state_ == State::kMounting) {
    if (!flash_.pump()) {
      mount_failed(MountError::kMedium);
    }
  }
  return mounted() ? Status::kOk : Status::kInternal;
}

Status Store::write(uint32_t key, Bytes data) {
  if (mounted() && (key == kSpecialKey || data.empty() || data.size() > layout_.max_value())) {
    return Status::kInvalidParam;
  }
  return enqueue({.kind = Kind::kWrite, .key = key, .data = data});
}

Status Store::remove(uint32_t key) {
  if (mounted() && key == kSpecialKey) {
    return Status::kInvalidParam;
  }
  return enqueue({.kind = Kind::kRemove, .key = key, .data = {}});
}

Status Store::clear() { return enqueue({.kind = Kind::kClear, .key = 0, .data = {}}); }

Status Store::enqueue(const Operation& operation) {
  if (!mounted()) {
    return Status::kInvalidState;
  }
  if (queued_ == kQueueSize) {
    return Status::kBusy;
  }
  queue_[(queue_first_ + queued_) % kQueueSize] = operation;
  ++queued_;
  advance();
  return Status::kOk;
}

bool Store::start_next() {
  if (queued_ == 0) {
    return false;
  }
  op_ = queue_[queue_first_];
  queue_first_ = (queue_first_ + 1) % kQueueSize;
  --queued_;
  op_active_ = true;
  turn_passed_ = false;
  collections_ = 0;
  step_ = Step::kBegin;
  return true;
}

void Store::on_flash_written(Status result) {
  if (!waiting_) {
    return;
  }
  waiting_ = false;
  turn_passed_ = true;
  failed_ = !ok(result);
  advance();
}

// The one loop. It runs until a write is under way or nothing is left to do; calls from event
// handlers only queue.
void Store::advance() {
  if (advancing_) {
    return;
  }
  advancing_ = true;
  while (!waiting_ && (step_ != Step::kIdle || start_next())) {
    perform();
  }
  advancing_ = false;
}

void Store::perform() {
  if (failed_) {
    return fail();
  }
  if (ate_stage_ != AteStage::kNone) {
    return continue_ate();
  }
  if (step_ >= Step::kVacate) {
    return collect_step();
  }
  if (step_ >= Step::kBegin) {
    return write_step();
  }
  mount_step();
}

void Store::submit(uint32_t address, Bytes data) {
  waiting_ = true;
  if (!ok(flash_.write(address, data))) {
    waiting_ = false;
    failed_ = true;
  }
}

// An entry torn by a power cut must not pass as another one. Its CRC-8 misses one mixture of old
// and new octets in 256, so where one of these mixtures is valid the slot is invalidated first,
// then filled, and its first unit (CRC, cycle) comes last; in all other cases one write does.
void Store::put_ate(uint32_t sector, uint32_t slot, const Ate& ate, uint8_t cycle) {
  const Medium medium(flash_, layout_);
  Ate old;
  if (!ok(medium.read_ate(sector, slot, old))) {
    return fail();
  }
  ate_address_ = medium.address(sector, slot);
  for (size_t i = 0; i < ate_.size(); ++i) {
    ate_[i] = ate.raw()[i];
  }
  new_cycle_ = cycle;
  const uint32_t unit = geometry_.program_unit;
  const bool staged = unit < kAteOctets && is_mixture_valid(old, ate, unit, cycle);
  ate_stage_ = staged ? AteStage::kInvalidate : AteStage::kWhole;
  continue_ate();
}

void Store::continue_ate() {
  const MutableBytes slot(block_.data(), layout_.slot_size);
  if (!ok(flash_.read(ate_address_, slot))) {
    return fail();
  }
  const uint32_t unit = geometry_.program_unit;
  switch (ate_stage_) {
    case AteStage::kInvalidate:
      for (uint32_t i = 0; i < unit; ++i) {
        slot[i] = 0;
      }
      slot[1] = static_cast<uint8_t>(~new_cycle_);
      ate_stage_ = AteStage::kRest;
      break;
    case AteStage::kRest:
      for (uint32_t i = unit; i < kAteOctets; ++i) {
        slot[i] = ate_[i];
      }
      ate_stage_ = AteStage::kWhole;
      break;
    case AteStage::kWhole:
    case AteStage::kNone:
      for (uint32_t i = 0; i < kAteOctets; ++i) {
        slot[i] = ate_[i];
      }
      ate_stage_ = AteStage::kNone;
      break;
  }
  submit(ate_address_, slot);
}

// One failure of the medium costs one operation.
void Store::fail() {
  failed_ = false;
  ate_stage_ = AteStage::kNone;
  if (step_ == Step::kDeliver) {
    return deliver();
  }
  if (!op_active_) {
    return mount_failed(MountError::kMedium);
  }
  needs_recovery_ = true;
  // What the failed write left is not known before the recovery.
  index_.forget();
  finish(Status::kInternal);
}

void Store::finish(Status result) {
  result_ = result;
  step_ = Step::kDeliver;
  if (!turn_passed_) {
    submit(0, {});
  }
}

void Store::deliver() {
  const Operation done = op_;
  op_active_ = false;
  step_ = Step::kIdle;
  if (done.kind != Kind::kClear) {
    sink_->on_storage_event({.kind = done.kind == Kind::kWrite ? StorageEvent::Kind::kWrite
                                                               : StorageEvent::Kind::kRemove,
                             .key = done.key,
                             .result = result_});
    return;
  }
  if (lifecycle_ != nullptr) {
    lifecycle_->on_store_cleared(result_);
  }
}

}  // namespace pm::zms
