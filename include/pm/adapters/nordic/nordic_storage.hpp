// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "bm/fs/bm_zms.h"
#include "pm/adapters/nordic/context.hpp"
#include "pm/adapters/nordic/nordic_timers.hpp"
#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/ports/storage.hpp"

namespace pm::adapters {

/// A store of bm_zms: the SDK's, or ours.
///
/// A bm_zms may complete inside the call that it accepts, or in an interrupt; what cannot be told
/// at once is told a millisecond later. Completions have no keys of their own (those of the SDK's
/// may be another's): they come in the order of acceptance, with the key 0.
// NOLINTBEGIN(modernize-use-override): on the target there is nothing to override.
class NordicStorage final : public StorageBase {
 public:
  /// `config` outlives this; its event handler passes all events to on_event().
  constexpr NordicStorage(const bm_zms_fs_config& config, NordicContext& context,
                          NordicTimers& timers)
      : config_(config), context_(context), timers_(timers) {}
  NordicStorage(const NordicStorage&) = delete;
  NordicStorage& operator=(const NordicStorage&) = delete;

  /// Mounts once: the SDK's refuses an instance that is mounted.
  Status init(StorageUser& sink);
  /// Polls the SoftDevice's events, which the completion may be among, for 10 s at most.
  Status wait_ready();
  Status read(uint32_t key, MutableBytes out, size_t& stored_length);
  Status visit_keys(void (*visit)(void* context, uint32_t key), void* context);
  /// Both within a turn (NordicContext), so that nothing is told inside the call. A refusal is
  /// kBusy (queue full) or kInternal.
  Status write(uint32_t key, Bytes data);
  Status remove(uint32_t key);

  void on_event(const bm_zms_evt& event);
  /// For the timers: tells what had to wait.
  void deliver_deferred();

 private:
  // Results as octets, in a ring.
  using Deferred = std::array<uint8_t, config::kStorageOperations + 1>;
  static constexpr uint16_t after(uint16_t place) {
    return static_cast<uint16_t>(place + 1u == std::tuple_size_v<Deferred> ? 0 : place + 1u);
  }

  [[no_unique_address]] Ref<const bm_zms_fs_config> config_;
  [[no_unique_address]] Ref<NordicContext> context_;
  [[no_unique_address]] Ref<NordicTimers> timers_;
  [[no_unique_address]] StorageUserLink sink_;
  bool mount_failed_ = false;
  // One context puts, and may interrupt the other, which takes.
  uint16_t first_ = 0;
  uint16_t end_ = 0;
  Deferred deferred_{};
  bm_zms_fs fs_{};
};
// NOLINTEND(modernize-use-override)

}  // namespace pm::adapters
