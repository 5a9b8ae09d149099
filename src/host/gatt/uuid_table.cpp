// SPDX-License-Identifier: Apache-2.0
#include "host/gatt/uuid_table.hpp"

#include <algorithm>

namespace pm::host::gatt {

namespace {
constexpr size_t kValueOffset = 12;
}

bool UuidTable::same_base(const Uuid128& a, const uint8_t* b) {
  return std::equal(a.begin(), a.begin() + kValueOffset, b) &&
         std::equal(a.begin() + kValueOffset + 2, a.end(), b + kValueOffset + 2);
}

Status UuidTable::add(const ble_uuid128_t& base, uint8_t& type) {
  ble_uuid_t found{};
  if (ok(decode(base.uuid128, found))) {
    type = found.type;
    return Status::kOk;
  }
  if (bases_.size() >= capacity_) {
    return Status::kNoMem;
  }
  Uuid128 entry;
  std::copy_n(base.uuid128, entry.size(), entry.begin());
  bases_.push_back(entry);
  type = last_type();
  return Status::kOk;
}

Status UuidTable::remove_last(uint8_t type) {
  if (bases_.empty() || (type != BLE_UUID_TYPE_UNKNOWN && type != last_type())) {
    return Status::kInvalidParam;
  }
  bases_.pop_back();
  return Status::kOk;
}

uint8_t UuidTable::last_type() const {
  return bases_.empty() ? uint8_t{BLE_UUID_TYPE_UNKNOWN}
                        : static_cast<uint8_t>(BLE_UUID_TYPE_VENDOR_BEGIN + bases_.size() - 1);
}

bool UuidTable::is_known(const ble_uuid_t& uuid) const {
  return uuid.type == BLE_UUID_TYPE_BLE ||
         (uuid.type >= BLE_UUID_TYPE_VENDOR_BEGIN &&
          uuid.type - BLE_UUID_TYPE_VENDOR_BEGIN < static_cast<int>(bases_.size()));
}

std::vector<uint8_t> UuidTable::encode(const ble_uuid_t& uuid) const {
  if (!is_known(uuid)) {
    return {};
  }
  if (uuid.type == BLE_UUID_TYPE_BLE) {
    return {static_cast<uint8_t>(uuid.uuid), static_cast<uint8_t>(uuid.uuid >> 8)};
  }
  const Uuid128& base = bases_[uuid.type - BLE_UUID_TYPE_VENDOR_BEGIN];
  std::vector<uint8_t> octets(base.begin(), base.end());
  store_le16(&octets[kValueOffset], uuid.uuid);
  return octets;
}

Status UuidTable::decode(Bytes octets, ble_uuid_t& uuid) const {
  if (octets.size() == 2) {
    uuid = sig_uuid(load_le16(octets.data()));
    return Status::kOk;
  }
  if (octets.size() != 16) {
    return Status::kInvalidLength;
  }
  const uint16_t value = load_le16(&octets[kValueOffset]);
  if (same_base(kBluetoothBase, octets.data())) {
    uuid = sig_uuid(value);
    return Status::kOk;
  }
  for (size_t i = 0; i < bases_.size(); ++i) {
    if (same_base(bases_[i], octets.data())) {
      uuid = {value, static_cast<uint8_t>(BLE_UUID_TYPE_VENDOR_BEGIN + i)};
      return Status::kOk;
    }
  }
  return Status::kNotFound;
}

ble_uuid_t UuidTable::decode_or_unknown(Bytes octets) const {
  ble_uuid_t uuid{0, BLE_UUID_TYPE_UNKNOWN};
  (void)decode(octets, uuid);  // kNotFound leaves it unknown
  return uuid;
}

Uuid128 UuidTable::expand(Bytes octets) {
  Uuid128 full = kBluetoothBase;
  if (octets.size() == full.size()) {
    std::copy(octets.begin(), octets.end(), full.begin());
    return full;
  }
  std::copy(octets.begin(), octets.end(), full.begin() + kValueOffset);
  return full;
}

}  // namespace pm::host::gatt
