// SPDX-License-Identifier: Apache-2.0
/// @file
/// Port: the memory under a bond store.
#pragma once

#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm {

/// What the medium is. Sizes in octets.
struct FlashGeometry {
  /// Of the whole partition.
  uint32_t size;
  /// Smallest unit whose write is not torn by a power cut, e.g. 4 on nRF54L.
  uint32_t program_unit;
  /// Writes start at, and are, multiples of this, e.g. 16 on nRF54L (one word line of RRAM).
  uint32_t write_unit;
  /// Value of never used memory.
  uint8_t erase_value;
};

/// Receiver of completions.
class FlashSink {
 public:
  /// The write accepted last has finished: kOk, or kInternal (the medium failed).
  virtual void on_flash_written(Status result) = 0;

 protected:
  ~FlashSink() = default;
};

/// Memory that is overwritten in place (RRAM, a file): no erase before write. Offsets count from
/// the partition start. One write is in progress at a time. Its completion comes in a later turn of
/// the loop, never inside the call. What a power cut leaves of a write: each program unit is as it
/// was or as it should be, in any mixture.
class Flash {
 public:
  /// The same from the first call on.
  virtual FlashGeometry geometry() const = 0;
  /// Names the receiver of completions; nullptr detaches.
  virtual void attach(FlashSink* sink) = 0;
  /// Reads `out.size()` octets at any offset, synchronously; gives a finished write's data, not
  /// those of one in progress. kInvalidParam: out of range. kInternal: the medium failed.
  virtual Status read(uint32_t offset, MutableBytes out) = 0;
  /// Accepts a write; `data` must stay unchanged until the completion. kOk in the completion means
  /// durable. An empty write changes nothing and completes like any other: it buys a later turn of
  /// the loop. kInvalidParam: unaligned or out of range. kBusy: a write is in progress.
  virtual Status write(uint32_t offset, Bytes data) = 0;
  /// Lets completions happen while the caller blocks (only during initialisation). Returns false
  /// when nothing can complete any more.
  virtual bool pump() = 0;

 protected:
  ~Flash() = default;
};

}  // namespace pm
