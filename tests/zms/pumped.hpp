// SPDX-License-Identifier: Apache-2.0
//
// A store on a flash whose writes complete when they are asked to, without a clock: for tests of
// millions of operations.
#pragma once

#include <optional>
#include <vector>

#include "pm/sim/sim_flash.hpp"
#include "pm/zms/store.hpp"

namespace pm::zms {

using Value = std::vector<uint8_t>;

/// Time stands still: whoever waits is pumped.
class NoTimers final : public Timers {
 public:
  uint64_t now_us() const override { return 0; }
  void start(Timer& timer, uint64_t) override { timer.running = true; }
  void stop(Timer& timer) override { timer.running = false; }
};

/// One write as the medium saw it.
struct Written {
  uint32_t offset;
  Value data;
};

class Pumped : public StorageSink, public LifecycleSink {
 public:
  Pumped(const FlashGeometry& geometry, const Options& store_options)
      : options(store_options), flash(timers, geometry) {}

  /// Starts afresh on what the flash holds, as after a reset.
  Status boot() {
    off();
    flash.power_on();
    return start();
  }
  void off() { store.reset(); }
  /// Mounts what the flash holds, with whatever faults are planned.
  Status start() {
    store.emplace(flash, options);
    store->set_lifecycle_sink(this);
    const Status started = store->init(*this);
    return ok(started) ? store->wait_ready() : started;
  }
  Status put(uint32_t key, Bytes value) { return finish(store->write(key, value)); }
  Status drop(uint32_t key) { return finish(store->remove(key)); }
  Status clear() { return finish(store->clear()); }

  /// Into `value`, whose memory is used again. kNotFound: absent, and `value` is empty.
  Status get(uint32_t key, Value& value) {
    value.resize(options.sector_size);
    size_t length = 0;
    const Status status = store->read(key, value, length);
    value.resize(ok(status) ? length : 0);
    return status;
  }

  /// From now on each write is kept in `written`.
  void record() {
    flash.on_written = [this](uint32_t offset, Bytes data) {
      written.push_back({offset, Value(data.begin(), data.end())});
    };
  }

  void on_storage_event(const StorageEvent& event) override { result = event.result; }
  void on_store_mounted(MountError) override {}
  void on_store_cleared(Status status) override { result = status; }

  Options options;
  NoTimers timers;
  sim::SimFlash flash;
  std::optional<Store> store;
  std::vector<Written> written;
  /// Of the completion that came last.
  std::optional<Status> result;

 private:
  /// kBusy: the power went before the completion.
  Status finish(Status accepted) {
    if (!ok(accepted)) {
      return accepted;
    }
    result.reset();
    while (!result && flash.pump()) {
    }
    return result.value_or(Status::kBusy);
  }
};

}  // namespace pm::zms
