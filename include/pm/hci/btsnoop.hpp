// SPDX-License-Identifier: Apache-2.0
//
// HCI traffic into a btsnoop file, which Wireshark, tshark and btmon read.
#pragma once

#include <cstdio>

#include "pm/base/bytes.hpp"

namespace pm::hci {

enum class Direction : uint8_t { kHostToController, kControllerToHost };

/// Data link type 1002 (HCI UART: packets with their H4 indicator). Each record is flushed, so that
/// a file of a program that died is complete. The file holds what passes the interface, keys
/// included: it is a debugging aid.
class BtsnoopWriter {
 public:
  BtsnoopWriter() = default;
  ~BtsnoopWriter() { close(); }
  BtsnoopWriter(const BtsnoopWriter&) = delete;
  BtsnoopWriter& operator=(const BtsnoopWriter&) = delete;

  /// Creates, or empties, the file. False: errno says why.
  bool open(const char* path);
  void close();
  bool is_open() const { return file_ != nullptr; }

  /// Appends one packet in H4 form. `unix_us`: microseconds since 1970-01-01. False: not open, or
  /// not written.
  bool write(Direction direction, uint64_t unix_us, Bytes packet);

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace pm::hci
