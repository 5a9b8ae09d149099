// SPDX-License-Identifier: Apache-2.0
//
// Values as the application sees them, and sending them to clients. Core, Vol 3, Part
// G, 4.10, 4.11.
#include <algorithm>

#include "host/gatt/permissions.hpp"
#include "host/gatt/server.hpp"

namespace pm::host::gatt {

ClientConfiguration Server::configuration(const Connection& connection, uint16_t cccd_handle) {
  const auto found = connection.server.configurations.find(cccd_handle);
  return found == connection.server.configurations.end() ? ClientConfiguration{} : found->second;
}

bool Server::is_held(const Connection& connection, const ClientConfiguration& own) const {
  return own.restored && !connections_.link(connection).encrypted_with_bond;
}

void Server::security_changed(Connection& connection) {
  if (!connections_.link(connection).encrypted_with_bond) {
    return;
  }
  for (auto& [handle, own] : connection.server.configurations) {
    own.restored = false;
  }
}

Status Server::value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value) {
  if (value == nullptr || (value->p_value == nullptr && value->len > 0)) {
    return Status::kInvalidAddr;
  }
  Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    return Status::kNotFound;
  }
  const Bytes data(value->p_value, value->len);
  if (attribute->kind == AttributeKind::kCccd) {
    Connection* connection = connections_.find(conn_handle);
    if (connection == nullptr) {
      return Status::kInvalidConnHandle;
    }
    if (check_value(*attribute, value->offset, attribute->len, data) != att::Error::kNone) {
      return Status::kInvalidParam;
    }
    apply(*connection, *attribute, 0, data);
    return Status::kOk;
  }
  if (!database_.is_user_handle(handle) ||
      (attribute->kind != AttributeKind::kValue && attribute->kind != AttributeKind::kDescriptor)) {
    return Status::kForbidden;
  }
  if (value->offset > attribute->len) {
    return Status::kInvalidParam;
  }
  return Database::write(*attribute, value->offset, data) ? Status::kOk : Status::kDataSize;
}

Status Server::value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value) {
  if (value == nullptr) {
    return Status::kInvalidAddr;
  }
  const Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    return Status::kNotFound;
  }
  std::vector<uint8_t> octets(2);
  if (attribute->kind == AttributeKind::kCccd) {
    const Connection* connection = connections_.find_also_gone(conn_handle);
    if (connection == nullptr) {
      return Status::kInvalidConnHandle;
    }
    if (!connection->server.system_attributes_ready) {
      return Status::kGattsSysAttrMissing;
    }
    store_le16(octets.data(), configuration(*connection, handle).value);
  } else {
    octets = database_.value(*attribute);
  }
  if (value->offset > octets.size()) {
    return Status::kInvalidParam;
  }
  const auto available = static_cast<uint16_t>(octets.size() - value->offset);
  if (value->p_value != nullptr) {
    std::copy_n(octets.begin() + value->offset, std::min(value->len, available), value->p_value);
  }
  value->len = available;
  return Status::kOk;
}

Status Server::attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) const {
  if (uuid == nullptr && md == nullptr) {
    return Status::kInvalidParam;
  }
  const Attribute* attribute = database_.find(handle);
  if (attribute == nullptr) {
    return Status::kNotFound;
  }
  if (uuid != nullptr) {
    *uuid = attribute->type;
  }
  if (md != nullptr) {
    *md = attribute->md;
  }
  return Status::kOk;
}

/// Whether this client gets `value` now, by notification or indication (`wanted` is the CCCD bit).
Status Server::check_subscription(const Connection& connection, const Attribute& value,
                                  uint16_t wanted) const {
  if (!connection.server.system_attributes_ready) {
    return Status::kGattsSysAttrMissing;
  }
  if (connection.server.wait == Wait::kMtuReply ||
      connection.client.procedure == Procedure::kMtuExchange) {
    return Status::kInvalidState;
  }
  const ClientConfiguration own = configuration(connection, value.related);
  if ((own.value & wanted) == 0 || is_held(connection, own)) {
    return Status::kInvalidState;
  }
  // At each sending anew, against the value as well: a subscription may be older than the present
  // security. A value that can only be notified (no read access) is guarded by its CCCD alone.
  const Link& link = connections_.link(connection);
  for (const ble_gap_conn_sec_mode_t& permission :
       {database_.find(value.related)->md.write_perm, value.md.read_perm}) {
    if (permission.sm != 0 && check_read(permission, link) != att::Error::kNone) {
      return Status::kForbidden;
    }
  }
  return Status::kOk;
}

Status Server::hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params) {
  Connection* connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (connection->bearer.is_dead()) {
    return Status::kTimeout;
  }
  if (params == nullptr || (params->p_data != nullptr && params->p_len == nullptr)) {
    return Status::kInvalidAddr;
  }
  Attribute* attribute = database_.find(params->handle);
  if (attribute == nullptr) {
    return Status::kNotFound;
  }
  if (!database_.is_user_handle(params->handle)) {
    return Status::kInvalidAttrHandle;
  }
  if (attribute->kind != AttributeKind::kValue) {
    return Status::kGattsInvalidAttrType;
  }
  const bool indication = params->type == BLE_GATT_HVX_INDICATION;
  // The CCCD bits equal the types; the properties are the same bits, four higher.
  if ((!indication && params->type != BLE_GATT_HVX_NOTIFICATION) ||
      ((attribute->properties >> 4) & params->type) == 0 || params->offset > attribute->len) {
    return Status::kInvalidParam;
  }
  if (params->p_data != nullptr &&
      !Database::write(*attribute, params->offset, {params->p_data, *params->p_len})) {
    return Status::kDataSize;
  }
  PM_TRY(check_subscription(*connection, *attribute, params->type));
  if (!indication && connection->bearer.notifications_in_flight() >= config_.hvn_tx_queue_size) {
    return Status::kResources;
  }

  size_t size = std::min<size_t>(attribute->len - params->offset, connection->bearer.mtu() - 3u);
  if (params->p_len != nullptr) {
    size = std::min<size_t>(size, *params->p_len);
  }
  std::vector<uint8_t> pdu(3);
  pdu[0] = static_cast<uint8_t>(indication ? att::Opcode::kIndication : att::Opcode::kNotification);
  store_le16(&pdu[1], params->handle);
  pdu.insert(pdu.end(), attribute->data() + params->offset,
             attribute->data() + params->offset + size);
  PM_TRY(indication ? connection->bearer.send_indication(pdu)
                    : connection->bearer.send_notification(pdu));
  if (indication) {
    connection->server.indicated_handle = params->handle;
  }
  if (params->p_len != nullptr) {
    *params->p_len = static_cast<uint16_t>(size);
  }
  return Status::kOk;
}

Status Server::service_changed(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle) {
  const uint16_t handle = database_.service_changed_handle();
  Connection* connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (handle == 0) {
    return Status::kNotSupported;
  }
  if (connection->bearer.is_dead()) {
    return Status::kTimeout;
  }
  if (start_handle > end_handle) {
    return Status::kInvalidParam;
  }
  if (!database_.is_user_handle(start_handle) || start_handle > database_.last_handle()) {
    return Status::kInvalidAttrHandle;
  }
  PM_TRY(check_subscription(*connection, *database_.find(handle), BLE_GATT_HVX_INDICATION));
  uint8_t pdu[7] = {static_cast<uint8_t>(att::Opcode::kIndication)};
  store_le16(&pdu[1], handle);
  store_le16(&pdu[3], start_handle);
  store_le16(&pdu[5], end_handle);
  PM_TRY(connection->bearer.send_indication(pdu));
  connection->server.indicated_handle = handle;
  return Status::kOk;
}

}  // namespace pm::host::gatt
