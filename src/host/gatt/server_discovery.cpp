// SPDX-License-Identifier: Apache-2.0
//
// Requests over a range of handles. Core, Vol 3, Part F, 3.4.3, 3.4.4.1, 3.4.4.9.
#include <algorithm>

#include "host/gatt/permissions.hpp"
#include "host/gatt/server.hpp"

namespace pm::host::gatt {

namespace {

// The length field of the lists is one octet. Core, Vol 3, Part F, 3.4.4.2.
constexpr size_t kMaxEntry = 255;

void put16(std::vector<uint8_t>& out, uint16_t value) {
  out.push_back(static_cast<uint8_t>(value));
  out.push_back(static_cast<uint8_t>(value >> 8));
}

void put(std::vector<uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

bool Server::take_range(Connection& connection, Bytes pdu, HandleRange& range) {
  range = {load_le16(&pdu[1]), load_le16(&pdu[3])};
  if (range.start == 0 || range.start > range.end) {
    connection.bearer.respond_error(range.start, att::Error::kInvalidHandle);
    return false;
  }
  return true;
}

void Server::handle_find_information(Connection& connection, Bytes pdu) {
  HandleRange range;
  if (!take_range(connection, pdu, range)) {
    return;
  }
  std::vector<uint8_t> response = {static_cast<uint8_t>(att::Opcode::kFindInformationRsp), 0};
  size_t uuid_size = 0;
  const uint16_t end = std::min(range.end, database_.last_handle());
  for (uint32_t handle = range.start; handle <= end; ++handle) {
    const std::vector<uint8_t> uuid =
        database_.type_octets(*database_.find(static_cast<uint16_t>(handle)));
    if (uuid_size == 0) {
      uuid_size = uuid.size();
      response[1] =
          uuid_size == 2 ? BLE_GATTC_ATTR_INFO_FORMAT_16BIT : BLE_GATTC_ATTR_INFO_FORMAT_128BIT;
    }
    if (uuid.size() != uuid_size || response.size() + 2 + uuid_size > connection.bearer.mtu()) {
      break;
    }
    put16(response, static_cast<uint16_t>(handle));
    put(response, uuid);
  }
  if (uuid_size == 0) {
    connection.bearer.respond_error(range.start, att::Error::kAttributeNotFound);
    return;
  }
  connection.bearer.respond(response);
}

void Server::handle_find_by_type_value(Connection& connection, Bytes pdu) {
  HandleRange range;
  if (!take_range(connection, pdu, range)) {
    return;
  }
  const Uuid128 type = UuidTable::expand(pdu.subspan(5, 2));
  const Bytes wanted = pdu.subspan(7);
  std::vector<uint8_t> response = {static_cast<uint8_t>(att::Opcode::kFindByTypeValueRsp)};
  for (const Attribute& attribute : database_.attributes()) {
    if (attribute.handle < range.start || attribute.handle > range.end ||
        !database_.has_type(attribute, type)) {
      continue;
    }
    // What may not be read may not be probed for its value either.
    if (attribute.kind == AttributeKind::kCccd || attribute.md.rd_auth ||
        check_read(attribute.md.read_perm, connections_.link(connection)) != att::Error::kNone ||
        !std::ranges::equal(database_.value(attribute), wanted)) {
      continue;
    }
    if (response.size() + 4 > connection.bearer.mtu()) {
      break;
    }
    put16(response, attribute.handle);
    put16(response, attribute.is_service() ? database_.group_end(attribute) : attribute.handle);
  }
  if (response.size() == 1) {
    connection.bearer.respond_error(range.start, att::Error::kAttributeNotFound);
    return;
  }
  connection.bearer.respond(response);
}

void Server::handle_read_by_type(Connection& connection, Bytes pdu) {
  HandleRange range;
  if (!take_range(connection, pdu, range)) {
    return;
  }
  const Uuid128 type = UuidTable::expand(pdu.subspan(5));
  const size_t mtu = connection.bearer.mtu();
  std::vector<uint8_t> response = {static_cast<uint8_t>(att::Opcode::kReadByTypeRsp), 0};
  size_t value_size = 0;
  size_t authorizations = 0;
  for (const Attribute& attribute : database_.attributes()) {
    if (attribute.handle < range.start || attribute.handle > range.end ||
        !database_.has_type(attribute, type)) {
      continue;
    }
    const bool first = response.size() == 2;
    if (!first && attribute.md.rd_auth) {
      break;  // it gets its own authorisation when the client asks on
    }
    const ReadResult result = read(connection, attribute, authorizations);
    if (result.kind != ReadResult::Kind::kValue) {
      if (first) {
        (void)answer_unreadable(connection, attribute, 0, result, pdu);
        return;
      }
      break;
    }
    if (first) {
      value_size = std::min({result.value.size(), mtu - 4, kMaxEntry - 2});
      response[1] = static_cast<uint8_t>(value_size + 2);
    }
    // Entries have one length; a longer value is cut only where it is the first. Core, Vol 3, Part
    // F, 3.4.4.2.
    if ((!first && result.value.size() != value_size) || response.size() + 2 + value_size > mtu) {
      break;
    }
    put16(response, attribute.handle);
    put(response, Bytes(result.value).first(value_size));
  }
  if (response.size() == 2) {
    connection.bearer.respond_error(range.start, att::Error::kAttributeNotFound);
    return;
  }
  connection.bearer.respond(response);
}

void Server::handle_read_by_group_type(Connection& connection, Bytes pdu) {
  HandleRange range;
  if (!take_range(connection, pdu, range)) {
    return;
  }
  const Uuid128 type = UuidTable::expand(pdu.subspan(5));
  const auto is = [&type](uint16_t uuid) {
    const uint8_t octets[2] = {static_cast<uint8_t>(uuid), static_cast<uint8_t>(uuid >> 8)};
    return UuidTable::expand(octets) == type;
  };
  if (!is(BLE_UUID_SERVICE_PRIMARY) && !is(BLE_UUID_SERVICE_SECONDARY)) {
    connection.bearer.respond_error(range.start, att::Error::kUnsupportedGroupType);
    return;
  }
  std::vector<uint8_t> response = {static_cast<uint8_t>(att::Opcode::kReadByGroupTypeRsp), 0};
  size_t uuid_size = 0;
  for (const Attribute& attribute : database_.attributes()) {
    if (attribute.handle < range.start || attribute.handle > range.end ||
        !database_.has_type(attribute, type)) {
      continue;
    }
    const std::vector<uint8_t> uuid = database_.value(attribute);
    if (uuid_size == 0) {
      uuid_size = uuid.size();
      response[1] = static_cast<uint8_t>(4 + uuid_size);
    }
    if (uuid.size() != uuid_size || response.size() + 4 + uuid_size > connection.bearer.mtu()) {
      break;
    }
    put16(response, attribute.handle);
    put16(response, database_.group_end(attribute));
    put(response, uuid);
  }
  if (uuid_size == 0) {
    connection.bearer.respond_error(range.start, att::Error::kAttributeNotFound);
    return;
  }
  connection.bearer.respond(response);
}

}  // namespace pm::host::gatt
