// SPDX-License-Identifier: Apache-2.0
//
// Flash in memory, with the faults that real memory has: power cuts that tear a write, failing
// reads and writes, stuck bits, latency; and with its wear.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
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

/// What one word, a program unit of the medium, has been through.
struct WordCounts {
  /// Reads that took at least one octet of it.
  uint32_t reads = 0;
  uint32_t programs = 0;
  /// Programs after which it was as never used: memory that is overwritten in place has no other
  /// way to be erased.
  uint32_t erases = 0;

  friend bool operator==(const WordCounts&, const WordCounts&) = default;
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
  /// One for each word, in the order of addresses.
  const std::vector<WordCounts>& word_counts() const { return words_; }
  /// Also those of the words.
  void reset_counts();
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
  /// From now on the octet at `offset` reads `value` in the bits of `mask`, whatever is written
  /// there. Restarts do not heal it; memory() has what was written.
  void stick_bits(uint32_t offset, uint8_t mask, uint8_t value);
  /// From now on every write fails, until called with false.
  void fail_all_writes(bool fail) { fail_all_writes_ = fail; }

  /// Sees each non-empty write as it reaches the memory whole.
  std::function<void(uint32_t offset, Bytes data)> on_written;

 private:
  struct Plan {
    uint64_t at;
    uint32_t octets;
  };

  struct StuckBits {
    uint8_t mask;
    uint8_t value;
  };

  static void expired(void* context);
  void complete();
  void arrive(uint32_t octets);
  /// Calls `count(word)` for each word that `size` octets at `offset` touch.
  template <class Count>
  void for_each_word(uint32_t offset, size_t size, Count count);

  Timers& timers_;
  FlashGeometry geometry_;
  uint64_t latency_us_;
  Timer timer_;
  FlashSink* sink_ = nullptr;
  std::vector<uint8_t> memory_;
  std::map<uint32_t, StuckBits> stuck_;
  FlashCounts counts_;
  std::vector<WordCounts> words_;
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
