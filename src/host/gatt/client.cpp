// SPDX-License-Identifier: Apache-2.0
#include "host/gatt/client.hpp"

#include <cstddef>

namespace pm::host::gatt {

namespace {

constexpr bool is_valid(const ble_gattc_handle_range_t& range) {
  return range.start_handle != 0 && range.start_handle <= range.end_handle;
}

std::vector<uint8_t> pdu_of(att::Opcode opcode) { return {static_cast<uint8_t>(opcode)}; }

void put16(std::vector<uint8_t>& out, uint16_t value) {
  out.push_back(static_cast<uint8_t>(value));
  out.push_back(static_cast<uint8_t>(value >> 8));
}

void put(std::vector<uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

constexpr uint8_t kIncludeType[] = {0x02, 0x28};
constexpr uint8_t kCharacteristicType[] = {0x03, 0x28};
constexpr uint8_t kPrimaryServiceType[] = {0x00, 0x28};

}  // namespace

Status Client::ready(uint16_t conn_handle, Connection*& connection) {
  connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  return connection->bearer.is_dead() ? Status::kTimeout : Status::kOk;
}

Status Client::start(Connection& connection, Procedure procedure, Bytes pdu) {
  PM_TRY(connection.bearer.send_request(pdu));
  connection.client.procedure = procedure;
  return Status::kOk;
}

Status Client::start_range(uint16_t conn_handle, Procedure procedure, att::Opcode opcode,
                           const ble_gattc_handle_range_t* range, Bytes type) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (range == nullptr) {
    return Status::kInvalidAddr;
  }
  if (!is_valid(*range)) {
    return Status::kInvalidParam;
  }
  std::vector<uint8_t> pdu = pdu_of(opcode);
  put16(pdu, range->start_handle);
  put16(pdu, range->end_handle);
  put(pdu, type);
  PM_TRY(start(*connection, procedure, pdu));
  connection->client.range = *range;
  return Status::kOk;
}

Status Client::primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                         const ble_uuid_t* uuid) {
  const ble_gattc_handle_range_t range = {start_handle, BLE_GATT_HANDLE_END};
  if (uuid == nullptr) {
    return start_range(conn_handle, Procedure::kPrimaryServices, att::Opcode::kReadByGroupTypeReq,
                       &range, kPrimaryServiceType);
  }
  const std::vector<uint8_t> value = uuids_.encode(*uuid);
  if (value.empty()) {
    return Status::kInvalidParam;
  }
  std::vector<uint8_t> type_and_value(std::begin(kPrimaryServiceType),
                                      std::end(kPrimaryServiceType));
  put(type_and_value, value);
  PM_TRY(start_range(conn_handle, Procedure::kPrimaryServicesByUuid,
                     att::Opcode::kFindByTypeValueReq, &range, type_and_value));
  connections_.find(conn_handle)->client.uuid = *uuid;
  return Status::kOk;
}

Status Client::relationships_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range) {
  return start_range(conn_handle, Procedure::kRelationships, att::Opcode::kReadByTypeReq, range,
                     kIncludeType);
}

Status Client::characteristics_discover(uint16_t conn_handle,
                                        const ble_gattc_handle_range_t* range) {
  return start_range(conn_handle, Procedure::kCharacteristics, att::Opcode::kReadByTypeReq, range,
                     kCharacteristicType);
}

Status Client::descriptors_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range) {
  return start_range(conn_handle, Procedure::kDescriptors, att::Opcode::kFindInformationReq, range,
                     {});
}

Status Client::attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range) {
  return start_range(conn_handle, Procedure::kAttributeInfo, att::Opcode::kFindInformationReq,
                     range, {});
}

Status Client::char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t* uuid,
                                       const ble_gattc_handle_range_t* range) {
  if (uuid == nullptr) {
    return Status::kInvalidAddr;
  }
  const std::vector<uint8_t> type = uuids_.encode(*uuid);
  if (type.empty()) {
    return Status::kInvalidParam;
  }
  return start_range(conn_handle, Procedure::kReadByUuid, att::Opcode::kReadByTypeReq, range, type);
}

Status Client::read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (handle == BLE_GATT_HANDLE_INVALID) {
    return Status::kInvalidParam;
  }
  std::vector<uint8_t> pdu =
      pdu_of(offset == 0 ? att::Opcode::kReadReq : att::Opcode::kReadBlobReq);
  put16(pdu, handle);
  if (offset != 0) {
    put16(pdu, offset);
  }
  PM_TRY(start(*connection, Procedure::kRead, pdu));
  connection->client.handle = handle;
  connection->client.offset = offset;
  return Status::kOk;
}

Status Client::char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (handles == nullptr) {
    return Status::kInvalidAddr;
  }
  // Core, Vol 3, Part F, 3.4.4.7: two or more.
  if (count < 2 || 1u + 2u * count > connection->bearer.mtu()) {
    return Status::kInvalidParam;
  }
  std::vector<uint8_t> pdu = pdu_of(att::Opcode::kReadMultipleReq);
  for (uint16_t i = 0; i < count; ++i) {
    put16(pdu, handles[i]);
  }
  return start(*connection, Procedure::kReadMultiple, pdu);
}

Status Client::write(uint16_t conn_handle, const ble_gattc_write_params_t* params) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (params == nullptr) {
    return Status::kInvalidAddr;
  }
  switch (params->write_op) {
    case BLE_GATT_OP_WRITE_CMD:
      return write_command(*connection, *params);
    case BLE_GATT_OP_WRITE_REQ:
    case BLE_GATT_OP_PREP_WRITE_REQ:
    case BLE_GATT_OP_EXEC_WRITE_REQ:
      return write_queued(*connection, *params);
    default:
      return Status::kInvalidParam;
  }
}

Status Client::write_command(Connection& connection, const ble_gattc_write_params_t& params) {
  if (params.handle == BLE_GATT_HANDLE_INVALID || params.offset != 0) {
    return Status::kInvalidParam;
  }
  if (params.p_value == nullptr && params.len > 0) {
    return Status::kInvalidAddr;
  }
  if (params.len + 3 > connection.bearer.mtu()) {
    return Status::kDataSize;
  }
  if (connection.bearer.commands_in_flight() >= config_.write_cmd_tx_queue_size) {
    return Status::kResources;
  }
  std::vector<uint8_t> pdu = pdu_of(att::Opcode::kWriteCmd);
  put16(pdu, params.handle);
  put(pdu, {params.p_value, params.len});
  return connection.bearer.send_command(pdu);
}

Status Client::write_queued(Connection& connection, const ble_gattc_write_params_t& params) {
  std::vector<uint8_t> pdu;
  if (params.write_op == BLE_GATT_OP_EXEC_WRITE_REQ) {
    if (params.flags != BLE_GATT_EXEC_WRITE_FLAG_PREPARED_CANCEL &&
        params.flags != BLE_GATT_EXEC_WRITE_FLAG_PREPARED_WRITE) {
      return Status::kInvalidParam;
    }
    pdu = pdu_of(att::Opcode::kExecuteWriteReq);
    pdu.push_back(params.flags);
  } else {
    const bool prepare = params.write_op == BLE_GATT_OP_PREP_WRITE_REQ;
    if (params.handle == BLE_GATT_HANDLE_INVALID || (!prepare && params.offset != 0)) {
      return Status::kInvalidParam;
    }
    if (params.p_value == nullptr && params.len > 0) {
      return Status::kInvalidAddr;
    }
    pdu = pdu_of(prepare ? att::Opcode::kPrepareWriteReq : att::Opcode::kWriteReq);
    put16(pdu, params.handle);
    if (prepare) {
      put16(pdu, params.offset);
    }
    if (pdu.size() + params.len > connection.bearer.mtu()) {
      return Status::kDataSize;
    }
    put(pdu, {params.p_value, params.len});
  }
  PM_TRY(start(connection, Procedure::kWrite, pdu));
  connection.client.handle =
      params.write_op == BLE_GATT_OP_EXEC_WRITE_REQ ? uint16_t{0} : params.handle;
  connection.client.write_op = params.write_op;
  return Status::kOk;
}

Status Client::exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (client_rx_mtu < att::kDefaultMtu || client_rx_mtu > config_.max_mtu) {
    return Status::kInvalidParam;
  }
  if (connection->client.mtu_exchanged) {
    return Status::kInvalidState;
  }
  std::vector<uint8_t> pdu = pdu_of(att::Opcode::kExchangeMtuReq);
  put16(pdu, client_rx_mtu);
  PM_TRY(start(*connection, Procedure::kMtuExchange, pdu));
  connection->client.mtu_exchanged = true;
  connection->client.own_rx_mtu = client_rx_mtu;
  return Status::kOk;
}

Status Client::hv_confirm(uint16_t conn_handle, uint16_t handle) {
  Connection* connection = nullptr;
  PM_TRY(ready(conn_handle, connection));
  if (connection->client.indication_handle == 0) {
    return Status::kInvalidState;
  }
  if (connection->client.indication_handle != handle) {
    return Status::kInvalidAttrHandle;
  }
  PM_TRY(connection->bearer.send_confirmation());
  connection->client.indication_handle = 0;
  return Status::kOk;
}

}  // namespace pm::host::gatt
