// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/sim_flash.hpp"

#include <algorithm>

namespace pm::sim {

SimFlash::SimFlash(Timers& timers, const FlashGeometry& geometry, uint64_t latency_us)
    : timers_(timers),
      geometry_(geometry),
      latency_us_(latency_us),
      memory_(geometry.size, geometry.erase_value) {
  timer_.expired = &SimFlash::expired;
  timer_.context = this;
}

SimFlash::~SimFlash() { timers_.stop(timer_); }

Status SimFlash::read(uint32_t offset, MutableBytes out) {
  if (offset > geometry_.size || out.size() > geometry_.size - offset) {
    return Status::kInvalidParam;
  }
  if (!powered_) {
    return Status::kInternal;
  }
  ++counts_.reads;
  const uint64_t number = read_number_++;
  counts_.read_octets += out.size();
  if (read_failure_ && *read_failure_ == number) {
    read_failure_.reset();
    return Status::kInternal;
  }
  std::copy_n(memory_.begin() + offset, out.size(), out.begin());
  return Status::kOk;
}

Status SimFlash::write(uint32_t offset, Bytes data) {
  if (offset > geometry_.size || data.size() > geometry_.size - offset ||
      offset % geometry_.write_unit != 0 || data.size() % geometry_.write_unit != 0) {
    return Status::kInvalidParam;
  }
  if (!powered_) {
    return Status::kOk;
  }
  if (busy_) {
    return Status::kBusy;
  }
  busy_ = true;
  offset_ = offset;
  data_ = data;
  timers_.start(timer_, latency_us_);
  return Status::kOk;
}

bool SimFlash::pump() {
  if (!busy_) {
    return false;
  }
  timers_.stop(timer_);
  complete();
  return true;
}

void SimFlash::expired(void* context) { static_cast<SimFlash*>(context)->complete(); }

void SimFlash::complete() {
  busy_ = false;
  Status result = Status::kOk;
  if (!data_.empty()) {
    ++counts_.writes;
    const uint64_t number = write_number_++;
    counts_.written_octets += data_.size();
    if (cut_ && cut_->at == number) {
      arrive(cut_->octets);
      power_off();
      return;
    }
    const bool planned = failure_ && failure_->at == number;
    const bool fails = planned || fail_all_writes_;
    const uint32_t torn = planned ? failure_->octets : 0;
    arrive(fails ? torn : geometry_.size);
    if (planned) {
      failure_.reset();
    }
    if (fails) {
      result = Status::kInternal;
    } else if (on_written) {
      on_written(offset_, data_);
    }
  }
  if (sink_ != nullptr) {
    sink_->on_flash_written(result);
  }
}

void SimFlash::arrive(uint32_t octets) {
  const uint32_t whole = octets - octets % geometry_.program_unit;
  const size_t count = std::min<size_t>(whole, data_.size());
  std::copy_n(data_.begin(), octets >= data_.size() ? data_.size() : count,
              memory_.begin() + offset_);
}

void SimFlash::cut_power_at(uint64_t writes, uint32_t octets) {
  cut_ = Plan{.at = write_number_ + writes, .octets = octets};
}

void SimFlash::power_off() {
  powered_ = false;
  busy_ = false;
  timers_.stop(timer_);
}

void SimFlash::power_on() {
  timers_.stop(timer_);
  powered_ = true;
  busy_ = false;
  sink_ = nullptr;
  cut_.reset();
  failure_.reset();
  read_failure_.reset();
  fail_all_writes_ = false;
}

void SimFlash::fail_write_at(uint64_t writes, uint32_t octets) {
  failure_ = Plan{.at = write_number_ + writes, .octets = octets};
}

void SimFlash::fail_read_at(uint64_t reads) { read_failure_ = read_number_ + reads; }

}  // namespace pm::sim
