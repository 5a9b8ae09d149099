// SPDX-License-Identifier: Apache-2.0
#include "zms/ate.hpp"

namespace pm::zms {
namespace {

// Four bits at a time: the walks check thousands of entries, and 16 octets of table are cheap.
constexpr std::array<uint8_t, 16> make_crc8_table() {
  std::array<uint8_t, 16> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i << 4;
    for (int bit = 0; bit < 4; ++bit) {
      crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x07 : crc << 1;
    }
    table[i] = static_cast<uint8_t>(crc);
  }
  return table;
}

constexpr std::array<uint32_t, 16> make_crc32_table() {
  std::array<uint32_t, 16> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 4; ++bit) {
      crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
    }
    table[i] = crc;
  }
  return table;
}

constexpr auto kCrc8Table = make_crc8_table();
constexpr auto kCrc32Table = make_crc32_table();

}  // namespace

uint8_t crc8(Bytes octets) {
  unsigned crc = 0xFF;
  for (const uint8_t octet : octets) {
    crc ^= octet;
    crc = ((crc << 4) & 0xFF) ^ kCrc8Table[crc >> 4];
    crc = ((crc << 4) & 0xFF) ^ kCrc8Table[crc >> 4];
  }
  return static_cast<uint8_t>(crc);
}

void Crc32::add(Bytes octets) {
  for (const uint8_t octet : octets) {
    state_ ^= octet;
    state_ = (state_ >> 4) ^ kCrc32Table[state_ & 0x0F];
    state_ = (state_ >> 4) ^ kCrc32Table[state_ & 0x0F];
  }
}

void Ate::seal(uint8_t cycle) {
  raw_[1] = cycle;
  raw_[0] = crc8(Bytes(raw_).subspan(1));
}

Ate Ate::empty(uint8_t cycle) {
  Ate ate;
  store_le16(&ate.raw_[2], 0xFFFF);
  store_le32(&ate.raw_[4], kSpecialKey);
  ate.raw_[12] = kFormatVersion;
  ate.raw_[13] = kFormatMagic;
  ate.seal(cycle);
  return ate;
}

Ate Ate::close(uint8_t cycle, uint32_t newest_slot) {
  return large_value(cycle, kSpecialKey, 0, newest_slot, 0xFFFFFFFF);
}

Ate Ate::collection_done(uint8_t cycle, uint32_t data_end) {
  return large_value(cycle, kSpecialKey, 0, data_end, 0xFFFFFFFF);
}

Ate Ate::tombstone(uint8_t cycle, uint32_t key) { return small_value(cycle, key, {}); }

Ate Ate::small_value(uint8_t cycle, uint32_t key, Bytes value) {
  Ate ate;
  store_le16(&ate.raw_[2], static_cast<uint16_t>(value.size()));
  store_le32(&ate.raw_[4], key);
  for (size_t i = 0; i < value.size() && i < kInlineOctets; ++i) {
    ate.raw_[8 + i] = value[i];
  }
  ate.seal(cycle);
  return ate;
}

Ate Ate::large_value(uint8_t cycle, uint32_t key, uint16_t length, uint32_t offset, uint32_t crc) {
  Ate ate;
  store_le16(&ate.raw_[2], length);
  store_le32(&ate.raw_[4], key);
  store_le32(&ate.raw_[8], offset);
  store_le32(&ate.raw_[12], crc);
  ate.seal(cycle);
  return ate;
}

Ate Ate::junk(uint8_t erase_value) {
  Ate ate;
  ate.raw_.fill(erase_value);
  return ate;
}

Ate Ate::moved(uint8_t cycle, uint32_t data_offset) const {
  Ate ate = *this;
  if (is_large()) {
    store_le32(&ate.raw_[8], data_offset);
  }
  ate.seal(cycle);
  return ate;
}

}  // namespace pm::zms
