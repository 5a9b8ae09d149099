// SPDX-License-Identifier: Apache-2.0
//
// Stores a record with the installed store, mounts again and finds it; links the installed core.
#include <algorithm>
#include <array>
#include <cstdio>

#include "pm/peer_manager/peer_manager.hpp"
#include "pm/ports/log.hpp"
#include "pm/zms/store.hpp"

extern "C" {
void pm_log_write(int, const char*, const char*, ...) {}
void pm_trace_event(const pm_evt*) {}
void pm_assert_failed(const char* file, int line) { std::fprintf(stderr, "%s:%d\n", file, line); }
}

namespace {

class MemoryFlash final : public pm::Flash {
 public:
  MemoryFlash() { memory_.fill(0xFF); }
  pm::FlashGeometry geometry() const override { return {sizeof(memory_), 4, 16, 0xFF}; }
  void attach(pm::FlashSink* sink) override { sink_ = sink; }
  pm::Status read(uint32_t offset, pm::MutableBytes out) override {
    std::copy_n(memory_.begin() + offset, out.size(), out.begin());
    return pm::Status::kOk;
  }
  pm::Status write(uint32_t offset, pm::Bytes data) override {
    std::copy(data.begin(), data.end(), memory_.begin() + offset);
    written_ = true;
    return pm::Status::kOk;
  }
  bool pump() override {
    if (!written_) {
      return false;
    }
    written_ = false;
    sink_->on_flash_written(pm::Status::kOk);
    return true;
  }

 private:
  std::array<uint8_t, 4096> memory_{};
  pm::FlashSink* sink_ = nullptr;
  bool written_ = false;
};

class Completions final : public pm::StorageSink {
 public:
  void on_storage_event(const pm::StorageEvent& event) override { stored = pm::ok(event.result); }
  bool stored = false;
};

bool check(bool fact, const char* what) {
  if (!fact) {
    std::fprintf(stderr, "consumer: %s\n", what);
  }
  return fact;
}

}  // namespace

int main() {
  constexpr uint32_t kKey = 0x00070000;
  alignas(4) constexpr std::array<uint8_t, 12> kRecord = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  MemoryFlash flash;
  Completions completions;
  {
    pm::zms::Store store(flash, {.sector_size = 1024});
    if (!check(pm::ok(store.init(completions)) && pm::ok(store.wait_ready()), "no mount") ||
        !check(pm::ok(store.write(kKey, kRecord)), "write refused")) {
      return 1;
    }
    while (flash.pump()) {
    }
    if (!check(completions.stored, "write not completed")) {
      return 1;
    }
  }
  pm::zms::Store store(flash, {.sector_size = 1024});
  std::array<uint8_t, 12> found{};
  size_t length = 0;
  const bool same = pm::ok(store.init(completions)) && pm::ok(store.wait_ready()) &&
                    pm::ok(store.read(kKey, found, length)) && length == kRecord.size() &&
                    found == kRecord;
  if (!check(same, "the record is not what was written")) {
    return 1;
  }
  std::printf("consumer: record found after a new mount; a Peer Manager takes %zu octets\n",
              sizeof(pm::PeerManager));
  return 0;
}
