// SPDX-License-Identifier: Apache-2.0
//
// Reads of values. Core, Vol 3, Part F, 3.4.4.3 to 3.4.4.8.
#include <algorithm>

#include "host/gatt/permissions.hpp"
#include "host/gatt/server.hpp"

namespace pm::host::gatt {

Server::ReadResult Server::read(Connection& connection, const Attribute& attribute,
                                size_t& authorizations_seen) {
  using Kind = ReadResult::Kind;
  const att::Error security = check_read(attribute.md.read_perm, connections_.link(connection));
  if (security != att::Error::kNone) {
    return {Kind::kError, security};
  }
  if (attribute.kind == AttributeKind::kCccd && !connection.server.system_attributes_ready) {
    return {Kind::kNeedsSystemAttributes};
  }
  if (attribute.md.rd_auth && authorizations_seen++ >= connection.server.reads_authorized) {
    return {Kind::kNeedsAuthorization};
  }
  if (attribute.kind != AttributeKind::kCccd) {
    return {Kind::kValue, att::Error::kNone, database_.value(attribute)};
  }
  const ClientConfiguration own = configuration(connection, attribute.handle);
  std::vector<uint8_t> value(2);
  store_le16(value.data(), is_held(connection, own) ? uint16_t{0} : own.value);
  return {Kind::kValue, att::Error::kNone, std::move(value)};
}

/// Answers, or lets wait, a request whose attribute gave no value. False: it gave one.
bool Server::answer_unreadable(Connection& connection, const Attribute& attribute, uint16_t offset,
                               const ReadResult& result, Bytes pdu) {
  switch (result.kind) {
    case ReadResult::Kind::kValue:
      return false;
    case ReadResult::Kind::kError:
      connection.bearer.respond_error(attribute.handle, result.error);
      return true;
    case ReadResult::Kind::kNeedsSystemAttributes:
      wait_for_system_attributes(connection, pdu);
      return true;
    case ReadResult::Kind::kNeedsAuthorization:
      connection.server.waiting_handle = attribute.handle;
      wait(connection, Wait::kReadAuthorization, pdu);
      events_.raise(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST, connection.handle(),
                    kGattsEvtLen<ble_gatts_evt_rw_authorize_request_t>, [&](ble_evt_t& event) {
                      auto& request = event.evt.gatts_evt.params.authorize_request;
                      request.type = BLE_GATTS_AUTHORIZE_TYPE_READ;
                      request.request.read.handle = attribute.handle;
                      request.request.read.uuid = attribute.type;
                      request.request.read.offset = offset;
                    });
      return true;
  }
  return false;
}

void Server::handle_read(Connection& connection, Bytes pdu) {
  const uint16_t handle = load_le16(&pdu[1]);
  const bool blob = pdu[0] == static_cast<uint8_t>(att::Opcode::kReadBlobReq);
  const uint16_t offset = blob ? load_le16(&pdu[3]) : uint16_t{0};
  const Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    connection.bearer.respond_error(handle, att::Error::kInvalidHandle);
    return;
  }
  size_t authorizations = 0;
  const ReadResult result = read(connection, *attribute, authorizations);
  if (answer_unreadable(connection, *attribute, offset, result, pdu)) {
    return;
  }
  if (offset > result.value.size()) {
    connection.bearer.respond_error(handle, att::Error::kInvalidOffset);
    return;
  }
  const size_t size = std::min<size_t>(result.value.size() - offset, connection.bearer.mtu() - 1u);
  std::vector<uint8_t> response = {static_cast<uint8_t>(
      att::response_to(blob ? att::Opcode::kReadBlobReq : att::Opcode::kReadReq))};
  response.insert(response.end(), result.value.begin() + offset,
                  result.value.begin() + static_cast<std::ptrdiff_t>(offset + size));
  connection.bearer.respond(response);
}

void Server::handle_read_multiple(Connection& connection, Bytes pdu) {
  std::vector<uint8_t> response = {static_cast<uint8_t>(att::Opcode::kReadMultipleRsp)};
  size_t authorizations = 0;
  for (size_t i = 1; i < pdu.size(); i += 2) {
    const uint16_t handle = load_le16(&pdu[i]);
    const Attribute* attribute = database_.find(handle);
    if (attribute == nullptr) {
      connection.bearer.respond_error(handle, att::Error::kInvalidHandle);
      return;
    }
    const ReadResult result = read(connection, *attribute, authorizations);
    if (answer_unreadable(connection, *attribute, 0, result, pdu)) {
      return;
    }
    response.insert(response.end(), result.value.begin(), result.value.end());
  }
  response.resize(std::min<size_t>(response.size(), connection.bearer.mtu()));
  connection.bearer.respond(response);
}

}  // namespace pm::host::gatt
