// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/sim_flash.hpp"

#include <algorithm>

namespace pm::sim {

SimFlash::SimFlash(Timers& timers, const FlashGeometry& geometry, uint64_t latency_us)
    : timers_(timers),
      geometry_(geometry),
      latency_us_(latency_us),
      memory_(geometry.size, geometry.erase_value),
      words_((geometry.size + geometry.program_unit - 1) / geometry.program_unit) {
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
  for_each_word(offset, out.size(), [this](size_t word) { ++words_[word].reads; });
  if (read_failure_ && *read_failure_ == number) {
    read_failure_.reset();
    return Status::kInternal;
  }
  std::copy_n(memory_.begin() + offset, out.size(), out.begin());
  for (auto it = stuck_.lower_bound(offset); it != stuck_.end() && it->first - offset < out.size();
       ++it) {
    const auto [mask, value] = it->second;
    uint8_t& octet = out[it->first - offset];
    octet = static_cast<uint8_t>((octet & ~mask) | value);
  }
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
  const size_t count = octets >= data_.size() ? data_.size() : whole;
  std::copy_n(data_.begin(), count, memory_.begin() + offset_);
  for_each_word(offset_, count, [this](size_t word) {
    const auto begin = memory_.begin() + static_cast<std::ptrdiff_t>(word * geometry_.program_unit);
    const auto end =
        begin + std::min<std::ptrdiff_t>(geometry_.program_unit, memory_.end() - begin);
    const bool is_blank =
        std::all_of(begin, end, [this](uint8_t octet) { return octet == geometry_.erase_value; });
    ++words_[word].programs;
    words_[word].erases += is_blank ? 1 : 0;
  });
}

template <class Count>
void SimFlash::for_each_word(uint32_t offset, size_t size, Count count) {
  const size_t unit = geometry_.program_unit;
  for (size_t word = offset / unit; size != 0 && word * unit < offset + size; ++word) {
    count(word);
  }
}

void SimFlash::reset_counts() {
  counts_ = {};
  std::fill(words_.begin(), words_.end(), WordCounts());
}

void SimFlash::stick_bits(uint32_t offset, uint8_t mask, uint8_t value) {
  StuckBits& stuck = stuck_[offset];
  stuck.value = static_cast<uint8_t>((stuck.value & ~mask) | (value & mask));
  stuck.mask |= mask;
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
