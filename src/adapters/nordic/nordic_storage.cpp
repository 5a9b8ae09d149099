// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_storage.hpp"

#include <cerrno>

#include "bm/softdevice_handler/nrf_sdh.h"
#include "pm/adapters/nordic/bm_zms_visit.h"
#include "zephyr/kernel.h"

namespace pm::adapters {

namespace {

constexpr uint32_t kPollUs = 100;
constexpr uint32_t kMountLimitUs = 10'000'000;

Status to_status(ssize_t refusal) {
  switch (refusal) {
    case -ENOMEM:
      return Status::kBusy;
    case -EINVAL:
      return Status::kInvalidParam;
    case -EACCES:
      return Status::kInvalidState;
    default:
      return refusal < 0 ? Status::kInternal : Status::kOk;
  }
}

}  // namespace

Status NordicStorage::init(StorageUser& sink) {
  sink_ = &sink;
  mount_failed_ = false;
  if (fs_.init_flags.initialized || fs_.init_flags.initializing) {
    return Status::kOk;
  }
  return bm_zms_mount(&fs_, &*config_) == 0 ? Status::kOk : Status::kInternal;
}

Status NordicStorage::wait_ready() {
  // The processor must not sleep here: the completion may have come just before.
  for (uint32_t waited_us = 0; !fs_.init_flags.initialized; waited_us += kPollUs) {
    if (mount_failed_ || waited_us >= kMountLimitUs) {
      return Status::kInternal;
    }
    nrf_sdh_evts_poll();
    k_busy_wait(kPollUs);
  }
  return mount_failed_ ? Status::kInternal : Status::kOk;
}

Status NordicStorage::read(uint32_t key, MutableBytes out, size_t& stored_length) {
  // The history function alone tells the whole length, also of what does not fit.
  const ssize_t length =
      bm_zms_read_hist(&fs_, key, out.empty() ? nullptr : out.data(), out.size(), 0);
  if (length < 0) {
    return length == -ENOENT ? Status::kNotFound : Status::kInternal;
  }
  stored_length = static_cast<size_t>(length);
  return Status::kOk;
}

Status NordicStorage::visit_keys(void (*visit)(void* context, uint32_t key), void* context) {
  if (pm_bm_zms_visit == nullptr || pm_bm_zms_visit(&fs_, visit, context) != 0) {
    return Status::kNotSupported;
  }
  return Status::kOk;
}

Status NordicStorage::write(uint32_t key, Bytes data) {
  if (data.empty()) {
    return Status::kInvalidParam;
  }
  is_calling_ = true;
  const ssize_t accepted = bm_zms_write(&fs_, key, data.data(), data.size());
  is_calling_ = false;
  return to_status(accepted);
}

Status NordicStorage::remove(uint32_t key) {
  is_calling_ = true;
  const int accepted = bm_zms_delete(&fs_, key);
  is_calling_ = false;
  return to_status(accepted);
}

void NordicStorage::on_event(const bm_zms_evt& event) {
  if (event.evt_type == BM_ZMS_EVT_MOUNT) {
    mount_failed_ = event.result != 0;
    return;
  }
  if (event.evt_type != BM_ZMS_EVT_WRITE && event.evt_type != BM_ZMS_EVT_DELETE) {
    return;
  }
  const Completion completion = event.result == 0         ? Completion::kDone
                                : event.result == -ENOSPC ? Completion::kNoSpace
                                                          : Completion::kFailed;
  if (is_calling_ || context_->is_busy() || first_ != end_) {
    defer(completion);
    return;
  }
  const NordicContext::Work work(*context_);
  deliver(completion);
}

void NordicStorage::defer(Completion completion) {
  const auto next = static_cast<uint16_t>((end_ + 1) % deferred_.size());
  if (next == first_) {
    // More than were accepted: not ours.
    return;
  }
  deferred_[end_] = completion;
  end_ = next;
  if (!later_.running) {
    later_.expired = &NordicStorage::deliver_deferred;
    later_.context = this;
    timers_->start(later_, 0);
  }
}

// Those that come meanwhile wait for a turn of their own.
void NordicStorage::deliver_deferred(void* self) {
  auto& storage = *static_cast<NordicStorage*>(self);
  const uint16_t end = storage.end_;
  while (storage.first_ != end) {
    const Completion completion = storage.deferred_[storage.first_];
    storage.first_ = static_cast<uint16_t>((storage.first_ + 1) % storage.deferred_.size());
    storage.deliver(completion);
  }
}

void NordicStorage::deliver(Completion completion) {
  const Status result = completion == Completion::kDone      ? Status::kOk
                        : completion == Completion::kNoSpace ? Status::kResources
                                                             : Status::kInternal;
  sink_->on_storage_event({StorageEvent::Kind::kWrite, 0, result});
}

}  // namespace pm::adapters
