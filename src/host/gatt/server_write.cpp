// SPDX-License-Identifier: Apache-2.0
//
// Writes, at once and queued. Core, Vol 3, Part F, 3.4.5, 3.4.6.
#include <algorithm>
#include <cstddef>

#include "host/gatt/permissions.hpp"
#include "host/gatt/server.hpp"

namespace pm::host::gatt {

namespace {

constexpr uint16_t kNotify = BLE_GATT_HVX_NOTIFICATION;
constexpr uint16_t kIndicate = BLE_GATT_HVX_INDICATION;

// A record in lent memory: handle, offset, length, value. A handle of 0 ends the list.
constexpr size_t kRecordHeader = 6;
constexpr size_t kEndMark = 2;

void fill_write(ble_gatts_evt_write_t& write, const Attribute* attribute, uint8_t op,
                bool authorization_required, uint16_t offset, Bytes data) {
  if (attribute != nullptr) {
    write.handle = attribute->handle;
    write.uuid = attribute->type;
  }
  write.op = op;
  write.auth_required = authorization_required;
  write.offset = offset;
  write.len = static_cast<uint16_t>(data.size());
  std::copy(data.begin(), data.end(), static_cast<uint8_t*>(write.data));
}

// Properties that the bits of a CCCD switch on: notify is bit 4, indicate bit 5 of the declaration.
constexpr uint16_t supported_bits(const Attribute& cccd) {
  return static_cast<uint16_t>((cccd.properties >> 4) & (kNotify | kIndicate));
}

}  // namespace

/// Length and content, against a value that would be `current_len` long by then.
att::Error Server::check_value(const Attribute& attribute, uint16_t offset, uint16_t current_len,
                               Bytes data) const {
  if (offset > current_len) {
    return att::Error::kInvalidOffset;
  }
  if (attribute.kind == AttributeKind::kCccd) {
    if (offset != 0 || data.size() != 2) {
      return att::Error::kInvalidAttributeValueLength;
    }
    const uint16_t wanted = load_le16(data.data()) & (kNotify | kIndicate);
    return (wanted & ~supported_bits(attribute)) != 0 ? att::Error::kValueNotAllowed
                                                      : att::Error::kNone;
  }
  return offset + data.size() > attribute.max_len ? att::Error::kInvalidAttributeValueLength
                                                  : att::Error::kNone;
}

void Server::apply(Connection& connection, Attribute& attribute, uint16_t offset, Bytes data) {
  if (attribute.kind == AttributeKind::kCccd) {
    const auto value = static_cast<uint16_t>(load_le16(data.data()) & (kNotify | kIndicate));
    connection.server.configurations[attribute.handle] = {value, false};
    return;
  }
  (void)Database::write(attribute, offset, data);  // checked before
}

void Server::raise_write(Connection& connection, const Attribute* attribute, uint8_t op,
                         bool authorization_required, uint16_t offset, Bytes data) {
  const size_t size = offsetof(ble_evt_t, evt.gatts_evt.params.write.data) + data.size();
  events_.raise(BLE_GATTS_EVT_WRITE, connection.handle(), size, [&](ble_evt_t& event) {
    fill_write(event.evt.gatts_evt.params.write, attribute, op, authorization_required, offset,
               data);
  });
}

void Server::ask_write_authorization(Connection& connection, const Attribute* attribute, uint8_t op,
                                     uint16_t offset, Bytes data, Bytes pdu) {
  connection.server.waiting_handle = attribute != nullptr ? attribute->handle : uint16_t{0};
  wait(connection, Wait::kWriteAuthorization, pdu);
  const size_t size =
      offsetof(ble_evt_t, evt.gatts_evt.params.authorize_request.request.write.data) + data.size();
  events_.raise(BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST, connection.handle(), size,
                [&](ble_evt_t& event) {
                  auto& request = event.evt.gatts_evt.params.authorize_request;
                  request.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
                  fill_write(request.request.write, attribute, op, true, offset, data);
                });
}

void Server::handle_write(Connection& connection, Bytes pdu) {
  const uint16_t handle = load_le16(&pdu[1]);
  const Bytes data = pdu.subspan(3);
  Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    connection.bearer.respond_error(handle, att::Error::kInvalidHandle);
    return;
  }
  att::Error error = check_write(attribute->md.write_perm, connections_.link(connection));
  if (error != att::Error::kNone) {
    connection.bearer.respond_error(handle, error);
    return;
  }
  if (attribute->kind == AttributeKind::kCccd && !connection.server.system_attributes_ready) {
    wait_for_system_attributes(connection, pdu);
    return;
  }
  // Before the application is asked, so that it never sees a value longer than it declared.
  error = check_value(*attribute, 0, attribute->len, data);
  if (error != att::Error::kNone) {
    connection.bearer.respond_error(handle, error);
    return;
  }
  if (attribute->md.wr_auth) {
    ask_write_authorization(connection, attribute, BLE_GATTS_OP_WRITE_REQ, 0, data, pdu);
    return;
  }
  apply(connection, *attribute, 0, data);
  raise_write(connection, attribute, BLE_GATTS_OP_WRITE_REQ, false, 0, data);
  const uint8_t response[] = {static_cast<uint8_t>(att::Opcode::kWriteRsp)};
  connection.bearer.respond(response);
}

void Server::handle_write_command(Connection& connection, Bytes pdu) {
  const Bytes data = pdu.subspan(3);
  Attribute* attribute = database_.find(load_le16(&pdu[1]));
  if (attribute == nullptr ||
      check_write(attribute->md.write_perm, connections_.link(connection)) != att::Error::kNone ||
      (attribute->kind == AttributeKind::kCccd && !connection.server.system_attributes_ready) ||
      check_value(*attribute, 0, attribute->len, data) != att::Error::kNone) {
    return;
  }
  // There is nothing to answer later: the application writes the value itself, or does not.
  if (!attribute->md.wr_auth) {
    apply(connection, *attribute, 0, data);
  }
  raise_write(connection, attribute, BLE_GATTS_OP_WRITE_CMD, attribute->md.wr_auth, 0, data);
}

void Server::handle_prepare_write(Connection& connection, Bytes pdu) {
  ServerState& state = connection.server;
  const uint16_t handle = load_le16(&pdu[1]);
  const uint16_t offset = load_le16(&pdu[3]);
  const Bytes data = pdu.subspan(5);
  const Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    connection.bearer.respond_error(handle, att::Error::kInvalidHandle);
    return;
  }
  const att::Error error = check_write(attribute->md.write_perm, connections_.link(connection));
  if (error != att::Error::kNone) {
    connection.bearer.respond_error(handle, error);
    return;
  }
  if (attribute->kind == AttributeKind::kCccd && !state.system_attributes_ready) {
    wait_for_system_attributes(connection, pdu);
    return;
  }
  switch (state.queue) {
    case Queue::kNone:
      wait(connection, Wait::kUserMemory, pdu);
      events_.raise(BLE_EVT_USER_MEM_REQUEST, connection.handle(),
                    kCommonEvtLen<ble_evt_user_mem_request_t>, [](ble_evt_t& event) {
                      event.evt.common_evt.params.user_mem_request.type =
                          BLE_USER_MEM_TYPE_GATTS_QUEUED_WRITES;
                    });
      return;
    case Queue::kLentMemory:
      break;
    case Queue::kApplication:
      if (!attribute->md.wr_auth) {
        // Nobody could keep it.
        connection.bearer.respond_error(handle, att::Error::kPrepareQueueFull);
        return;
      }
      ask_write_authorization(connection, attribute, BLE_GATTS_OP_PREP_WRITE_REQ, offset, data,
                              pdu);
      return;
  }
  if (!store_prepared(connection, handle, offset, data)) {
    connection.bearer.respond_error(handle, att::Error::kPrepareQueueFull);
    return;
  }
  std::vector<uint8_t> response(pdu.begin(), pdu.end());
  response[0] = static_cast<uint8_t>(att::Opcode::kPrepareWriteRsp);
  connection.bearer.respond(response);
}

bool Server::store_prepared(Connection& connection, uint16_t handle, uint16_t offset, Bytes data) {
  ServerState& state = connection.server;
  if (state.block_used + kRecordHeader + data.size() + kEndMark > state.block.len) {
    return false;
  }
  uint8_t* record = state.block.p_mem + state.block_used;
  store_le16(record, handle);
  store_le16(record + 2, offset);
  store_le16(record + 4, static_cast<uint16_t>(data.size()));
  std::copy(data.begin(), data.end(), record + kRecordHeader);
  store_le16(record + kRecordHeader + data.size(), BLE_GATT_HANDLE_INVALID);
  state.block_used += kRecordHeader + data.size();
  // What is executed comes from here: the application sees the block, and might change it.
  state.prepared.push_back({handle, offset, {data.begin(), data.end()}});
  return true;
}

void Server::handle_execute_write(Connection& connection, Bytes pdu) {
  ServerState& state = connection.server;
  const uint8_t flags = pdu[1];
  if (flags != BLE_GATT_EXEC_WRITE_FLAG_PREPARED_CANCEL &&
      flags != BLE_GATT_EXEC_WRITE_FLAG_PREPARED_WRITE) {
    connection.bearer.respond_error(0, att::Error::kInvalidPdu);
    return;
  }
  const bool now = flags == BLE_GATT_EXEC_WRITE_FLAG_PREPARED_WRITE;
  const uint8_t op = now ? BLE_GATTS_OP_EXEC_WRITE_REQ_NOW : BLE_GATTS_OP_EXEC_WRITE_REQ_CANCEL;
  if (state.queue == Queue::kApplication) {
    ask_write_authorization(connection, nullptr, op, 0, {}, pdu);
    return;
  }
  if (now && state.queue == Queue::kLentMemory) {
    const bool needs_authorization = std::ranges::any_of(
        state.prepared,
        [this](const PreparedWrite& write) { return database_.find(write.handle)->md.wr_auth; });
    if (needs_authorization) {
      ask_write_authorization(connection, nullptr, op, 0, {}, pdu);
      return;
    }
    execute_prepared(connection, true);
    return;
  }
  if (state.queue == Queue::kLentMemory) {
    raise_write(connection, nullptr, op, false, 0, {});
  }
  drop_prepared(connection);
  const uint8_t response[] = {static_cast<uint8_t>(att::Opcode::kExecuteWriteRsp)};
  connection.bearer.respond(response);
}

/// All or nothing: each value is checked as it would be by then, before the first is written, and
/// access to it as it is now.
void Server::execute_prepared(Connection& connection, bool tell_application) {
  ServerState& state = connection.server;
  std::map<uint16_t, uint16_t> lengths;
  for (const PreparedWrite& write : state.prepared) {
    const Attribute& attribute = *database_.find(write.handle);
    uint16_t& length = lengths.try_emplace(write.handle, attribute.len).first->second;
    // The link may have lost its encryption since the value was queued.
    att::Error error = check_write(attribute.md.write_perm, connections_.link(connection));
    if (error == att::Error::kNone) {
      error = check_value(attribute, write.offset, length, write.data);
    }
    if (error != att::Error::kNone) {
      const uint16_t handle = write.handle;
      drop_prepared(connection);
      connection.bearer.respond_error(handle, error);
      return;
    }
    if (attribute.md.vlen) {
      length = static_cast<uint16_t>(write.offset + write.data.size());
    }
  }
  for (const PreparedWrite& write : state.prepared) {
    apply(connection, *database_.find(write.handle), write.offset, write.data);
  }
  if (tell_application) {
    raise_write(connection, nullptr, BLE_GATTS_OP_EXEC_WRITE_REQ_NOW, false, 0, {});
  }
  drop_prepared(connection);
  const uint8_t response[] = {static_cast<uint8_t>(att::Opcode::kExecuteWriteRsp)};
  connection.bearer.respond(response);
}

void Server::drop_prepared(Connection& connection) {
  ServerState& state = connection.server;
  const bool lent = state.queue == Queue::kLentMemory;
  const ble_user_mem_block_t block = state.block;
  state.queue = Queue::kNone;
  state.block = {};
  state.block_used = 0;
  state.prepared.clear();
  if (lent) {
    events_.raise(BLE_EVT_USER_MEM_RELEASE, connection.handle(),
                  kCommonEvtLen<ble_evt_user_mem_release_t>, [&](ble_evt_t& event) {
                    auto& release = event.evt.common_evt.params.user_mem_release;
                    release.type = BLE_USER_MEM_TYPE_GATTS_QUEUED_WRITES;
                    release.mem_block = block;
                  });
  }
}

}  // namespace pm::host::gatt
