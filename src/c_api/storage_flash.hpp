// SPDX-License-Identifier: Apache-2.0
//
// The store's flash port on a bm_storage instance.
#pragma once

#include <atomic>

#include "bm/storage/bm_storage.h"
#include "pm/ports/flash.hpp"

namespace pm::c_api {

/// A back end may complete a write inside the call, later, or in an interrupt: whatever it does,
/// the sink is told in deliver() only, which the one runner of the operations calls.
class StorageFlash final : public Flash {
 public:
  /// `storage` is set up. `wake` runs after each completion, in the context of the back end.
  StorageFlash(const bm_storage& storage, void (*wake)()) : storage_(storage), wake_(wake) {}

  FlashGeometry geometry() const override;
  void attach(FlashSink* sink) override { sink_ = sink; }
  Status read(uint32_t offset, MutableBytes out) override;
  Status write(uint32_t offset, Bytes data) override;
  bool pump() override;

  /// Tells the sink of a completion; false when there is none.
  bool deliver();

  /// The back end's last error, a negative errno; 0 when there was none since clear_error().
  int error() const { return error_; }
  void clear_error() { error_ = 0; }

  /// To be set up as the event handler of the bm_storage instance.
  static void on_event(bm_storage_evt* event);

 private:
  enum class Write : uint8_t { kNone, kUnderWay, kDone };

  const bm_storage& storage_;
  void (*wake_)();
  FlashSink* sink_ = nullptr;
  std::atomic<Write> write_{Write::kNone};
  int result_ = 0;
  int error_ = 0;
};

}  // namespace pm::c_api
