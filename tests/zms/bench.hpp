// SPDX-License-Identifier: Apache-2.0
//
// What every suite of the store needs: a flash in virtual time, a store on it, and its completions.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pm/sim/sim_flash.hpp"
#include "pm/sim/virtual_clock.hpp"
#include "pm/zms/store.hpp"

namespace pm::zms {

using Value = std::vector<uint8_t>;
/// Key to value; nullopt: absent.
using Records = std::map<uint32_t, std::optional<Value>>;

inline Value filled(size_t size, uint8_t first) {
  Value value(size);
  for (size_t i = 0; i < size; ++i) {
    value[i] = static_cast<uint8_t>(first + i);
  }
  return value;
}

/// One powered device: clock, flash, and the store that a boot makes.
class Device : public StorageSink, public LifecycleSink {
 public:
  explicit Device(const FlashGeometry& geometry = sim::nrf54l_geometry(4096),
                  const Options& store_options = {.sector_size = 1024})
      : options(store_options), flash(clock, geometry) {}

  /// Starts afresh on what the flash holds, as after a reset.
  Status boot() {
    store.reset();
    flash.power_on();
    events.clear();
    lifecycle.clear();
    store = std::make_unique<Store>(flash, options);
    store->set_lifecycle_sink(this);
    const Status started = store->init(*this);
    return started == Status::kOk ? store->wait_ready() : started;
  }

  /// Writes and waits. kBusy when no completion came, because the power is gone.
  Status put(uint32_t key, const Value& value) { return complete(store->write(key, value)); }
  Status drop(uint32_t key) { return complete(store->remove(key)); }

  std::optional<Value> get(uint32_t key) { return get_version(key, 0); }
  std::optional<Value> get_version(uint32_t key, uint32_t age) {
    size_t length = 0;
    last_read = store->read_history(key, age, {}, length);
    if (last_read != Status::kOk) {
      return std::nullopt;
    }
    Value value(length);
    size_t again = 0;
    last_read = store->read_history(key, age, value, again);
    EXPECT_EQ(again, length);
    return last_read == Status::kOk ? std::optional(value) : std::nullopt;
  }

  void on_storage_event(const StorageEvent& event) override { events.push_back(event); }
  void on_store_mounted(MountError error) override {
    lifecycle.push_back("mounted " + std::to_string(static_cast<int>(error)));
  }
  void on_store_cleared(Status result) override {
    lifecycle.push_back("cleared " + std::to_string(to_code(result)));
  }

  Options options;
  sim::VirtualClock clock;
  sim::SimFlash flash;
  std::unique_ptr<Store> store;
  std::vector<StorageEvent> events;
  std::vector<std::string> lifecycle;
  Status last_read = Status::kOk;

 private:
  Status complete(Status accepted) {
    if (accepted != Status::kOk) {
      return accepted;
    }
    const size_t before = events.size();
    clock.run_until_idle();
    return events.size() > before ? events.back().result : Status::kBusy;
  }
};

}  // namespace pm::zms
