// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_storage.hpp"

#include <atomic>
#include <cerrno>

#include "adapters/nordic/work.hpp"
#include "bm/softdevice_handler/nrf_sdh.h"
#include "pm/adapters/nordic/bm_zms_visit.h"
#include "zephyr/kernel.h"

namespace pm::adapters {

namespace {

constexpr uint32_t kPollUs = 100;
constexpr uint32_t kMountLimitUs = 10'000'000;

Status to_status(ssize_t accepted) {
  if (accepted >= 0) {
    return Status::kOk;
  }
  return accepted == -ENOMEM ? Status::kBusy : Status::kInternal;
}

}  // namespace

Status NordicStorage::init(StorageUser& sink) {
  sink_.set(sink);
  mount_failed_ = false;
  if (fs_.init_flags.initialized || fs_.init_flags.initializing) {
    return Status::kOk;
  }
  return bm_zms_mount(&fs_, &*config_) == 0 ? Status::kOk : Status::kInternal;
}

Status NordicStorage::wait_ready() {
  // The processor must not sleep here: the completion may have come just before.
  for (uint32_t polls = kMountLimitUs / kPollUs; polls != 0 && !mount_failed_; --polls) {
    if (fs_.init_flags.initialized) {
      return Status::kOk;
    }
    nrf_sdh_evts_poll();
    k_busy_wait(kPollUs);
  }
  return Status::kInternal;
}

Status NordicStorage::read(uint32_t key, MutableBytes out, size_t& stored_length) {
  // The history function alone tells the whole length, also of what does not fit.
  const ssize_t length = bm_zms_read_hist(&fs_, key, out.data(), out.size(), 0);
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
  return to_status(bm_zms_write(&fs_, key, data.data(), data.size()));
}

Status NordicStorage::remove(uint32_t key) { return to_status(bm_zms_delete(&fs_, key)); }

void NordicStorage::on_event(const bm_zms_evt& event) {
  if (event.evt_type == BM_ZMS_EVT_MOUNT) {
    mount_failed_ = event.result != 0;
    return;
  }
  const uint16_t place = end_;
  // Of an operation that is not ours, or more than were accepted.
  if ((event.evt_type != BM_ZMS_EVT_WRITE && event.evt_type != BM_ZMS_EVT_DELETE) ||
      after(place) == first_) {
    return;
  }
  const Status result = event.result == 0         ? Status::kOk
                        : event.result == -ENOSPC ? Status::kResources
                                                  : Status::kInternal;
  deferred_[place] = static_cast<uint8_t>(result);
  // A timer that interrupts this takes what is complete.
  std::atomic_signal_fence(std::memory_order_release);
  end_ = after(place);
  if (context_->is_busy() || place != first_) {
    timers_->end_step_soon();
    return;
  }
  const Work work(*context_);
  deliver_deferred();
}

// Those that come meanwhile wait for a turn of their own.
void NordicStorage::deliver_deferred() {
  const uint16_t end = end_;
  while (first_ != end) {
    const Status result{deferred_[first_]};
    first_ = after(first_);
    sink_.tell({StorageEvent::Kind::kWrite, 0, result});
  }
}

}  // namespace pm::adapters
