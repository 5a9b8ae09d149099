// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ble_types.h"
#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm::host::gatt {

using Uuid128 = std::array<uint8_t, 16>;

/// The Bluetooth Base UUID, least significant octet first. Core, Vol 3, Part B, 2.5.1.
inline constexpr Uuid128 kBluetoothBase = {0xFB, 0x34, 0x9B, 0x5F, 0x80, 0x00, 0x00, 0x80,
                                           0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

constexpr ble_uuid_t sig_uuid(uint16_t value) { return {value, BLE_UUID_TYPE_BLE}; }
constexpr bool same_uuid(const ble_uuid_t& a, const ble_uuid_t& b) {
  return a.uuid == b.uuid && a.type == b.type;
}

/// UUIDs at the SoftDevice interface are 16 bits over a base: type 1 is the Bluetooth base, types
/// from 2 on are bases that the application registered. Octets 12 and 13 of a full UUID are the 16
/// bits.
class UuidTable {
 public:
  explicit UuidTable(uint8_t capacity) : capacity_(capacity) {}

  /// Registers a base, or finds it. kNoMem: full.
  Status add(const ble_uuid128_t& base, uint8_t& type);
  /// Removes the last base; `type` names it or is BLE_UUID_TYPE_UNKNOWN. kInvalidParam: another, or
  /// none.
  Status remove_last(uint8_t type);
  /// Type of the base registered last; BLE_UUID_TYPE_UNKNOWN when there is none.
  uint8_t last_type() const;

  bool is_known(const ble_uuid_t& uuid) const;
  /// 2 octets for type 1, 16 for the others; empty for an unknown type.
  std::vector<uint8_t> encode(const ble_uuid_t& uuid) const;
  /// kInvalidLength: neither 2 nor 16 octets. kNotFound: no such base.
  Status decode(Bytes octets, ble_uuid_t& uuid) const;
  /// As found on air: an unknown base gives BLE_UUID_TYPE_UNKNOWN.
  ble_uuid_t decode_or_unknown(Bytes octets) const;
  /// The full form of 2 or 16 octets, for comparison. Core, Vol 3, Part F, 3.2.1.
  static Uuid128 expand(Bytes octets);

 private:
  static bool same_base(const Uuid128& a, const uint8_t* b);

  uint8_t capacity_;
  std::vector<Uuid128> bases_;
};

}  // namespace pm::host::gatt
