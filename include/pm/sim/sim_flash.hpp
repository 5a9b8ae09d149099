// SPDX-License-Identifier: Apache-2.0
//
// Flash in memory, with the faults that real memory has: power cuts that tear a write, failing
// reads and writes, latency.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pm/ports/flash.hpp"
#include "pm/ports/timers.hpp"

namespace pm::sim {

/// RRAM of the nRF54L: 4 octets are written as one, writes are lines of 16.
constexpr FlashGeometry nrf54l_geometry(uint32_t size) {
  return {.size = size, .program_unit = 4, .write_unit = 16, .erase_value = 0xFF};
}

/// What was asked of the medium. Empty writes do not count.
struct FlashCounts {
  uint64_t reads = 0;
  uint64_t read_octets = 0;
  uint64_t writes = 0;
  uint64_t written_octets = 0;
};

/// Contents survive power_off(); everything else about a write under way is lost. A write reaches
/// the memory when it completes, so that a caller that changes its data too early is found out.
class SimFlash final : public Flash {
 public:
  static constexpr uint64_t kDefaultLatencyUs = 20;

  /// Never used memory. `geometry.size` is a multiple of its write unit, which is one of the
  /// program unit or a divisor.
  SimFlash(Timers& timers, const FlashGeometry& geometry, uint64_t latency_us = kDefaultLatencyUs);
  ~SimFlash();
  SimFlash(const SimFlash&) = delete;
  SimFlash& operator=(const SimFlash&) = delete;

  FlashGeometry geometry() const override { return geometry_; }
  void attach(FlashSink* sink) override { sink_ = sink; }
  /// kInternal also: the power is off.
  Status read(uint32_t offset, MutableBytes out) override;
  /// While the power is off writes are accepted and never complete: nobody is there to see it.
  Status write(uint32_t offset, Bytes data) override;
  bool pump() override;

  /// The contents; also to change them, or to keep a copy.
  std::vector<uint8_t>& memory() { return memory_; }
  const std::vector<uint8_t>& memory() const { return memory_; }
  const FlashCounts& counts() const { return counts_; }
  void reset_counts() { counts_ = {}; }
  /// For the writes to come, in microseconds.
  void set_latency(uint64_t latency_us) { latency_us_ = latency_us; }

  /// Cuts the power in write number `writes` from now (0: the next one), after `octets` of it have
  /// arrived, rounded down to program units. More octets than the write has: it arrives, but is not
  /// acknowledged.
  void cut_power_at(uint64_t writes, uint32_t octets = 0);
  void power_off();
  /// Power is back; nothing is under way and no fault is planned. Whoever was attached is detached.
  void power_on();
  bool powered() const { return powered_; }

  /// Makes write number `writes` from now fail with kInternal after `octets` of it have arrived.
  void fail_write_at(uint64_t writes, uint32_t octets = 0);
  /// Makes read number `reads` from now fail with kInternal.
  void fail_read_at(uint64_t reads);
  /// From now on every write fails, until called with false.
  void fail_all_writes(bool fail) { fail_all_writes_ = fail; }

  /// Sees each non-empty write as it reaches the memory whole.
  std::function<void(uint32_t offset, Bytes data)> on_written;

 private:
  struct Plan {
    uint64_t at;
    uint32_t octets;
  };

  static void expired(void* context);
  void complete();
  void arrive(uint32_t octets);

  Timers& timers_;
  FlashGeometry geometry_;
  uint64_t latency_us_;
  Timer timer_;
  FlashSink* sink_ = nullptr;
  std::vector<uint8_t> memory_;
  FlashCounts counts_;
  /// Since construction: what the plans below count in.
  uint64_t read_number_ = 0;
  uint64_t write_number_ = 0;
  bool powered_ = true;
  bool fail_all_writes_ = false;
  std::optional<Plan> cut_;
  std::optional<Plan> failure_;
  std::optional<uint64_t> read_failure_;
  bool busy_ = false;
  uint32_t offset_ = 0;
  Bytes data_;
};

}  // namespace pm::sim
