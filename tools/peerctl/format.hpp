// SPDX-License-Identifier: Apache-2.0
//
// The 16 octets of an entry and the sums over them, read independently of the store: an inspector
// that shared the store's code would share its mistakes.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace peerctl {

using Octets = std::span<const uint8_t>;

inline constexpr uint32_t kEntryOctets = 16;
inline constexpr uint32_t kInlineOctets = 8;
inline constexpr uint32_t kSpecialKey = 0xFFFFFFFF;
inline constexpr uint8_t kMagic = 0x42;
inline constexpr uint8_t kVersion = 1;
/// Of never used memory.
inline constexpr uint8_t kEraseValue = 0xFF;

uint16_t get16(Octets octets, size_t offset);
uint32_t get32(Octets octets, size_t offset);

uint8_t crc8(Octets octets);
uint16_t crc16(Octets octets);
uint32_t crc32(Octets octets);

/// An entry of the allocation table; `octets` are kEntryOctets of the image.
struct Entry {
  Octets octets;

  uint8_t cycle() const { return octets[1]; }
  uint16_t length() const { return get16(octets, 2); }
  uint32_t key() const { return get32(octets, 4); }
  Octets inline_value() const { return octets.subspan(8, length()); }
  /// Of a value above 8 octets: where it starts. Of a Close ATE: the newest slot. Of the mark of a
  /// collection's end: where its data end.
  uint32_t offset() const { return get32(octets, 8); }
  uint32_t data_crc() const { return get32(octets, 12); }
  uint8_t version() const { return octets[12]; }
  uint8_t magic() const { return octets[13]; }

  bool crc_ok() const { return octets[0] == crc8(octets.subspan(1)); }
  bool is_large() const { return length() > kInlineOctets; }
  bool is_empty_ate() const { return length() == 0xFFFF && key() == kSpecialKey && crc_ok(); }
  /// A Close ATE or the mark of a collection's end, depending on the slot.
  bool is_special() const { return length() == 0 && key() == kSpecialKey && crc_ok(); }
  bool is_blank() const;
};

}  // namespace peerctl
