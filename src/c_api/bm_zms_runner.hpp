// SPDX-License-Identifier: Apache-2.0
//
// The operations of all instances of bm_zms: one queue, one after the other.
#pragma once

#include "bm/fs/bm_zms.h"
#include "pm/zms/store.hpp"

namespace pm::c_api {

struct ZmsOperation {
  enum class Kind : uint8_t { kMount, kWrite, kClear };
  Kind kind;
  /// Reported as a deletion.
  bool is_delete;
  bm_zms_fs* fs;
  uint32_t id;
  Bytes data;
};

/// Finds or takes the memory behind `fs`; false: all of it is in use by other instances.
bool reserve_instance(bm_zms_fs& fs);

/// The store behind a mounted instance.
zms::Store& store_of(const bm_zms_fs& fs);

/// Queues an operation and runs what can run; with a back end that completes at once, all of it.
/// False: the queue is full. Any context.
bool submit(const ZmsOperation& operation);

/// Of the last failure of the memory under an instance: its own errno, or -EIO.
int storage_errno(const bm_zms_fs& fs);

}  // namespace pm::c_api
