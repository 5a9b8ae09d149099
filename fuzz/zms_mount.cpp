// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer: mounts and uses arbitrary memory. The first octet chooses the geometry, the rest is
// the memory from its start.
#include <cstdlib>

#include "pm/ports/timers.hpp"
#include "pm/sim/sim_flash.hpp"
#include "pm/zms/store.hpp"

namespace {

class NoTimers final : public pm::Timers {
 public:
  uint64_t now_us() const override { return 0; }
  void start(pm::Timer& timer, uint64_t) override { timer.running = true; }
  void stop(pm::Timer& timer) override { timer.running = false; }
};

class Sink final : public pm::StorageSink {
 public:
  void on_storage_event(const pm::StorageEvent& event) override { result = event.result; }
  pm::Status result = pm::Status::kBusy;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const uint32_t unit = (data[0] & 1) != 0 ? 32 : 16;
  const uint32_t sector = (data[0] & 2) != 0 ? 1024 : 512;
  NoTimers timers;
  pm::sim::SimFlash flash(
      timers, {.size = 4 * sector, .program_unit = 4, .write_unit = unit, .erase_value = 0xFF});
  for (size_t i = 0; i < flash.memory().size() && i + 1 < size; ++i) {
    flash.memory()[i] = data[i + 1];
  }
  pm::zms::Store store(flash, {.sector_size = sector,
                               .data_crc = (data[0] & 4) != 0,
                               .overwrite_foreign = (data[0] & 8) != 0});
  Sink sink;
  if (!ok(store.init(sink)) || !ok(store.wait_ready())) {
    return 0;
  }
  alignas(4) uint8_t value[100];
  for (uint32_t i = 0; i < 40; ++i) {
    const uint32_t key = i % 5;
    const size_t length = i % 3 == 0 ? 4 : 70 + i % 30;
    for (size_t octet = 0; octet < length; ++octet) {
      value[octet] = static_cast<uint8_t>(i + octet);
    }
    sink.result = pm::Status::kBusy;
    if (!ok(i % 7 == 6 ? store.remove(key) : store.write(key, pm::Bytes(value, length)))) {
      std::abort();
    }
    while (flash.pump()) {
    }
    if (sink.result == pm::Status::kBusy) {
      std::abort();
    }
    uint8_t read[1024];
    size_t stored = 0;
    const pm::Status status = store.read(key, read, stored);
    const bool was_written = ok(sink.result) && i % 7 != 6;
    if (was_written && (!ok(status) || stored != length)) {
      std::abort();
    }
  }
  return 0;
}
