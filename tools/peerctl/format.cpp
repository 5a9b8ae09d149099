// SPDX-License-Identifier: Apache-2.0
#include "format.hpp"

#include <algorithm>

namespace peerctl {

uint16_t get16(Octets octets, size_t offset) {
  return static_cast<uint16_t>(octets[offset] | (octets[offset + 1] << 8));
}

uint32_t get32(Octets octets, size_t offset) {
  return get16(octets, offset) | (static_cast<uint32_t>(get16(octets, offset + 2)) << 16);
}

// CRC-8, polynomial 0x07, start 0xFF, most significant bit first.
uint8_t crc8(Octets octets) {
  unsigned crc = 0xFF;
  for (const uint8_t octet : octets) {
    crc ^= octet;
    for (int bit = 0; bit < 8; ++bit) {
      crc = ((crc & 0x80) != 0 ? (crc << 1) ^ 0x07 : crc << 1) & 0xFF;
    }
  }
  return static_cast<uint8_t>(crc);
}

// CRC-16/CCITT-FALSE, the sum behind system attributes.
uint16_t crc16(Octets octets) {
  unsigned crc = 0xFFFF;
  for (const uint8_t octet : octets) {
    crc ^= static_cast<unsigned>(octet) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
    }
  }
  return static_cast<uint16_t>(crc);
}

// CRC-32 of IEEE 802.3.
uint32_t crc32(Octets octets) {
  uint32_t crc = 0xFFFFFFFF;
  for (const uint8_t octet : octets) {
    crc ^= octet;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
    }
  }
  return ~crc;
}

bool Entry::is_blank() const {
  return std::all_of(octets.begin(), octets.end(),
                     [](uint8_t octet) { return octet == kEraseValue; });
}

}  // namespace peerctl
