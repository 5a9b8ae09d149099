// SPDX-License-Identifier: Apache-2.0
//
// System attributes: the CCCDs of one client, in a form that the application keeps without looking
// into it.
//
//   { handle u16, length u16, value[length] } for each CCCD, in handle order
//   CRC u16 over all records: CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, no reflection)
//
// Every CCCD has its record, also when its value is 0: a client that unsubscribed is a fact worth
// storing.
#include <algorithm>

#include "host/gatt/server.hpp"

namespace pm::host::gatt {

namespace {

constexpr uint32_t kBothKinds =
    BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS | BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS;
constexpr size_t kCrcSize = 2;
// Of a CCCD; the others are reserved, and read as 0. Core, Vol 3, Part G, 3.3.3.3.
constexpr uint16_t kDefinedBits = BLE_GATT_HVX_NOTIFICATION | BLE_GATT_HVX_INDICATION;

constexpr uint16_t crc16(Bytes bytes) {
  uint16_t crc = 0xFFFF;
  for (const uint8_t octet : bytes) {
    crc = static_cast<uint16_t>(crc ^ (octet << 8));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

constexpr uint8_t kCheckInput[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
static_assert(crc16(kCheckInput) == 0x29B1, "check value of CRC-16/CCITT-FALSE");

}  // namespace

bool Server::is_system_attribute(const Attribute& attribute, uint32_t flags) const {
  const uint32_t kind = database_.is_user_handle(attribute.handle)
                            ? BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS
                            : BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS;
  return attribute.kind == AttributeKind::kCccd && (flags & kind) != 0;
}

Status Server::sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                            uint32_t flags) {
  Connection* connection = connections_.find_also_gone(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (!connection->is_up) {
    return Status::kInvalidState;
  }
  if ((flags & ~kBothKinds) != 0) {
    return Status::kInvalidParam;
  }
  flags = flags == 0 ? kBothKinds : flags;

  std::map<uint16_t, ClientConfiguration> restored;
  if (data != nullptr) {
    if (len < kCrcSize || crc16({data, len - kCrcSize}) != load_le16(data + len - kCrcSize)) {
      return Status::kInvalidData;
    }
    const bool proven = connections_.link(*connection).encrypted_with_bond;
    ByteReader reader({data, len - kCrcSize});
    while (reader.ok() && reader.remaining() > 0) {
      const uint16_t handle = reader.u16();
      const Bytes value = reader.view(reader.u16());
      const bool user = database_.is_user_handle(handle);
      if ((flags &
           (user ? BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS : BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS)) == 0) {
        continue;
      }
      const Attribute* attribute = database_.find(handle);
      if (!reader.ok() || attribute == nullptr || !is_system_attribute(*attribute, flags) ||
          check_value(*attribute, 0, attribute->len, value) != att::Error::kNone) {
        return Status::kInvalidData;
      }
      restored[handle] = {static_cast<uint16_t>(load_le16(value.data()) & kDefinedBits), !proven};
    }
    if (!reader.ok()) {
      return Status::kInvalidData;
    }
  }

  ServerState& state = connection->server;
  std::erase_if(state.configurations, [&](const auto& entry) {
    return is_system_attribute(*database_.find(entry.first), flags);
  });
  state.configurations.merge(restored);
  // Also when the flags covered one kind only: the other has its defaults, or what it had.
  state.system_attributes_ready = true;
  // After a timeout nothing is sent on the bearer any more. Core, Vol 3, Part F, 3.3.3.
  if (state.wait == Wait::kSystemAttributes && !connection->bearer.is_dead()) {
    resume(*connection);
  }
  return Status::kOk;
}

Status Server::sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t* len, uint32_t flags) {
  if (len == nullptr) {
    return Status::kInvalidAddr;
  }
  const Connection* connection = connections_.find_also_gone(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if ((flags & ~kBothKinds) != 0) {
    return Status::kInvalidParam;
  }
  flags = flags == 0 ? kBothKinds : flags;
  if (!connection->server.system_attributes_ready) {
    return Status::kNotFound;
  }
  std::vector<uint8_t> out;
  for (const Attribute& attribute : database_.attributes()) {
    if (is_system_attribute(attribute, flags)) {
      uint8_t record[6];
      store_le16(record, attribute.handle);
      store_le16(record + 2, 2);
      store_le16(record + 4, configuration(*connection, attribute.handle).value);
      out.insert(out.end(), record, record + sizeof(record));
    }
  }
  if (out.empty()) {
    return Status::kNotFound;
  }
  const uint16_t crc = crc16(out);
  out.push_back(static_cast<uint8_t>(crc));
  out.push_back(static_cast<uint8_t>(crc >> 8));
  const uint16_t room = *len;
  *len = static_cast<uint16_t>(out.size());
  if (data == nullptr) {
    return Status::kOk;
  }
  if (room < out.size()) {
    return Status::kDataSize;
  }
  std::copy(out.begin(), out.end(), data);
  return Status::kOk;
}

}  // namespace pm::host::gatt
