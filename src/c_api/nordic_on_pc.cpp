// SPDX-License-Identifier: Apache-2.0
//
// The Nordic home on a PC: its store is our bm_zms over the device's flash, its SoftDevice is the
// host. In place of globals.cpp.
#include <psa/crypto.h>

#include <cerrno>

#include "bm/storage/bm_storage_backends.h"
#include "c_api/globals.hpp"
#include "pm/c_api/runtime.hpp"

namespace pm::c_api {

namespace {

Runtime* the_runtime = nullptr;

/// The device's flash as a back end; one write at a time, as a bm_zms has it.
class BackEnd final : public FlashSink {
 public:
  int init(bm_storage& storage) {
    const FlashGeometry geometry = flash().geometry();
    if (storage.addr > geometry.size || storage.size > geometry.size - storage.addr) {
      return -EINVAL;
    }
    info_ = {.program_unit = geometry.program_unit,
             .erase_unit = geometry.write_unit,
             .wear_unit = geometry.write_unit,
             .erase_value = geometry.erase_value,
             .is_erase_before_write = false};
    storage.nvm_info = &info_;
    flash().attach(this);
    return 0;
  }

  int read(uint32_t address, MutableBytes out) { return ok(flash().read(address, out)) ? 0 : -EIO; }

  int write(const bm_storage& storage, const bm_storage_evt& when_done) {
    storage_ = &storage;
    event_ = when_done;
    const auto* data = static_cast<const uint8_t*>(when_done.src);
    switch (flash().write(storage.addr + when_done.addr, Bytes(data, when_done.len))) {
      case Status::kOk:
        is_writing_ = true;
        return 0;
      case Status::kBusy:
        return -EBUSY;
      default:
        return -EIO;
    }
  }

  bool is_writing() const { return is_writing_; }

  void on_flash_written(Status result) override {
    is_writing_ = false;
    event_.result = ok(result) ? 0 : -EIO;
    bm_storage_evt_dispatch(storage_, &event_);
  }

 private:
  static Flash& flash() { return the_runtime->flash(); }

  bm_storage_info info_{};
  const bm_storage* storage_ = nullptr;
  bm_storage_evt event_{};
  bool is_writing_ = false;
};

constinit BackEnd back_end;

/// A device that is killed gives nothing back, but here the process lives on.
[[gnu::destructor]] void unload() { mbedtls_psa_crypto_free(); }

}  // namespace

Runtime* runtime() { return the_runtime; }

void boot(Runtime& runtime) { the_runtime = &runtime; }

}  // namespace pm::c_api

using pm::c_api::back_end;

extern "C" {

const struct bm_storage_api bm_storage_sd_api = {
    .init = [](bm_storage* storage, const bm_storage_config*) { return back_end.init(*storage); },
    .uninit = [](bm_storage*) { return 0; },
    .read =
        [](const bm_storage* storage, uint32_t src, void* dest, uint32_t len) {
          return back_end.read(storage->addr + src,
                               pm::MutableBytes(static_cast<uint8_t*>(dest), len));
        },
    .write =
        [](const bm_storage* storage, uint32_t dest, const void* src, uint32_t len, void* ctx) {
          return back_end.write(*storage, {.id = BM_STORAGE_EVT_WRITE_RESULT,
                                           .is_async = true,
                                           .result = 0,
                                           .addr = dest,
                                           .src = src,
                                           .len = len,
                                           .ctx = ctx});
        },
    // Memory that is overwritten in place need not be erased.
    .erase = [](const bm_storage*, uint32_t, uint32_t, void*) { return -ENOTSUP; },
    .is_busy = [](const bm_storage*) { return back_end.is_writing(); },
};

}  // extern "C"
