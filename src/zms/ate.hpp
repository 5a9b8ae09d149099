// SPDX-License-Identifier: Apache-2.0
//
// The 16 octets that ZMS keeps per entry (allocation table entry, ATE): codec and checks, no I/O.
#pragma once

#include "pm/base/bytes.hpp"

namespace pm::zms {

inline constexpr uint32_t kAteOctets = 16;
/// Values up to this length live inside the ATE.
inline constexpr uint32_t kInlineOctets = 8;
/// Key of the entries that manage a sector; never a record's.
inline constexpr uint32_t kSpecialKey = 0xFFFFFFFF;
inline constexpr uint8_t kFormatVersion = 1;
inline constexpr uint8_t kFormatMagic = 0x42;

/// CRC-8, polynomial 0x07, initial value 0xFF, most significant bit first.
uint8_t crc8(Bytes octets);

/// CRC-32 of IEEE 802.3, fed in pieces.
class Crc32 {
 public:
  void add(Bytes octets);
  uint32_t value() const { return ~state_; }

 private:
  uint32_t state_ = 0xFFFFFFFF;
};

class Ate {
 public:
  /// Names a sector's cycle, the format and its version; written last-slot-of-the-sector only.
  static Ate empty(uint8_t cycle);
  /// Ends a sector; `newest_slot` is where its walk starts.
  static Ate close(uint8_t cycle, uint32_t newest_slot);
  /// Says that everything worth keeping of the next sector has been copied.
  static Ate collection_done(uint8_t cycle, uint32_t data_end);
  static Ate tombstone(uint8_t cycle, uint32_t key);
  static Ate small_value(uint8_t cycle, uint32_t key, Bytes value);
  static Ate large_value(uint8_t cycle, uint32_t key, uint16_t length, uint32_t offset,
                         uint32_t crc);
  /// 16 erased octets: no ATE in any cycle.
  static Ate junk(uint8_t erase_value);
  /// The same entry at its new home.
  Ate moved(uint8_t cycle, uint32_t data_offset) const;

  uint8_t cycle() const { return raw_[1]; }
  uint16_t length() const { return load_le16(&raw_[2]); }
  uint32_t key() const { return load_le32(&raw_[4]); }
  /// Of a small value: the value.
  Bytes inline_value() const { return Bytes(&raw_[8], length()); }
  /// Of a large value: its offset in the sector. Of a Close ATE: the newest slot.
  uint32_t offset() const { return load_le32(&raw_[8]); }
  /// Of a large value: its CRC-32, or 0 where that option is off.
  uint32_t data_crc() const { return load_le32(&raw_[12]); }
  uint8_t version() const { return raw_[12]; }
  uint8_t magic() const { return raw_[13]; }

  bool crc_ok() const { return raw_[0] == crc8(Bytes(raw_).subspan(1)); }
  bool is_large() const { return length() > kInlineOctets; }
  bool is_empty_ate() const { return length() == 0xFFFF && key() == kSpecialKey && crc_ok(); }
  bool is_special() const { return length() == 0 && key() == kSpecialKey && crc_ok(); }

  Bytes raw() const { return raw_; }
  MutableBytes raw() { return raw_; }

  friend bool operator==(const Ate&, const Ate&) = default;

 private:
  void seal(uint8_t cycle);

  std::array<uint8_t, kAteOctets> raw_{};
};

}  // namespace pm::zms
