// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/nordic/nordic_storage.hpp"

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
  for (uint32_t polls = 0;
       !fs_.init_flags.initialized && !mount_failed_ && polls < kMountLimitUs / kPollUs; ++polls) {
    nrf_sdh_evts_poll();
    k_busy_wait(kPollUs);
  }
  return fs_.init_flags.initialized && !mount_failed_ ? Status::kOk : Status::kInternal;
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
  return to_status(bm_zms_write(&fs_, key, data.data(), data.size()));
}

Status NordicStorage::remove(uint32_t key) { return to_status(bm_zms_delete(&fs_, key)); }

void NordicStorage::on_event(const bm_zms_evt& event) {
  if (event.evt_type == BM_ZMS_EVT_MOUNT) {
    mount_failed_ = event.result != 0;
    return;
  }
  if (event.evt_type != BM_ZMS_EVT_WRITE && event.evt_type != BM_ZMS_EVT_DELETE) {
    return;
  }
  const Status result = event.result == 0         ? Status::kOk
                        : event.result == -ENOSPC ? Status::kResources
                                                  : Status::kInternal;
  const Place end = end_.load(std::memory_order_relaxed);
  const bool must_wait = context_->is_busy() || end != first_.load(std::memory_order_relaxed);
  const Work work(*context_);
  deferred_[end] = static_cast<uint8_t>(result);
  end_.store(after(end), std::memory_order_relaxed);
  if (must_wait) {
    later_.expired = &NordicStorage::deliver_deferred;
    later_.context = this;
    timers_->start_ms(later_, 0);
    return;
  }
  deliver_deferred(this);
}

// Those that come meanwhile wait for a turn of their own.
void NordicStorage::deliver_deferred(void* self) {
  auto& storage = *static_cast<NordicStorage*>(self);
  const Place end = storage.end_.load(std::memory_order_relaxed);
  for (Place first = storage.first_.load(std::memory_order_relaxed); first != end;) {
    const Status result{storage.deferred_[first]};
    first = after(first);
    storage.first_.store(first, std::memory_order_relaxed);
    storage.sink_.tell({StorageEvent::Kind::kWrite, 0, result});
  }
}

}  // namespace pm::adapters
