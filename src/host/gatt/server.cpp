// SPDX-License-Identifier: Apache-2.0
//
// Dispatch of requests, and those that wait for the application. A waiting request is kept as it
// came and handled again from its start when the application has answered: every check is then made
// on the present state.
#include "host/gatt/server.hpp"

#include <algorithm>

#include "host/gatt/permissions.hpp"

namespace pm::host::gatt {

namespace {

// BLE_GATT_STATUS_ATTERR_* are the ATT error codes above 0x100.
constexpr bool is_valid_reply_status(uint16_t status) {
  return status == BLE_GATT_STATUS_SUCCESS || (status > 0x100 && status <= 0x1FF);
}
constexpr uint8_t att_error_of(uint16_t status) { return static_cast<uint8_t>(status); }

}  // namespace

void Server::on_request(att::Bearer& bearer, att::Opcode opcode, Bytes pdu) {
  if (Connection* connection = connections_.find(bearer.conn_handle())) {
    connection->server.reads_authorized = 0;
    handle(*connection, opcode, pdu);
  }
}

void Server::handle(Connection& connection, att::Opcode opcode, Bytes pdu) {
  switch (opcode) {
    case att::Opcode::kExchangeMtuReq:
      return handle_exchange_mtu(connection, pdu);
    case att::Opcode::kFindInformationReq:
      return handle_find_information(connection, pdu);
    case att::Opcode::kFindByTypeValueReq:
      return handle_find_by_type_value(connection, pdu);
    case att::Opcode::kReadByTypeReq:
      return handle_read_by_type(connection, pdu);
    case att::Opcode::kReadReq:
    case att::Opcode::kReadBlobReq:
      return handle_read(connection, pdu);
    case att::Opcode::kReadMultipleReq:
      return handle_read_multiple(connection, pdu);
    case att::Opcode::kReadByGroupTypeReq:
      return handle_read_by_group_type(connection, pdu);
    case att::Opcode::kWriteReq:
      return handle_write(connection, pdu);
    case att::Opcode::kPrepareWriteReq:
      return handle_prepare_write(connection, pdu);
    case att::Opcode::kExecuteWriteReq:
      return handle_execute_write(connection, pdu);
    default:
      return connection.bearer.respond_error(0, att::Error::kRequestNotSupported);
  }
}

void Server::on_command(att::Bearer& bearer, att::Opcode, Bytes pdu) {
  if (Connection* connection = connections_.find(bearer.conn_handle())) {
    handle_write_command(*connection, pdu);
  }
}

void Server::wait(Connection& connection, Wait wait, Bytes pdu) {
  connection.server.wait = wait;
  connection.server.request.assign(pdu.begin(), pdu.end());
}

void Server::wait_for_system_attributes(Connection& connection, Bytes pdu) {
  wait(connection, Wait::kSystemAttributes, pdu);
  events_.raise(BLE_GATTS_EVT_SYS_ATTR_MISSING, connection.handle(),
                kGattsEvtLen<ble_gatts_evt_sys_attr_missing_t>, [](ble_evt_t&) {});
}

void Server::resume(Connection& connection) {
  const std::vector<uint8_t> request = std::move(connection.server.request);
  connection.server.wait = Wait::kNothing;
  connection.server.request.clear();
  handle(connection, static_cast<att::Opcode>(request[0]), request);
}

void Server::handle_exchange_mtu(Connection& connection, Bytes pdu) {
  ServerState& state = connection.server;
  if (state.mtu_exchanged) {
    // Once per client and bearer. Core, Vol 3, Part F, 3.4.2.1.
    connection.bearer.respond_error(0, att::Error::kRequestNotSupported);
    return;
  }
  state.mtu_exchanged = true;
  // Smaller values are wrong and count as the default. Core, Vol 3, Part F, 3.4.2.2.
  state.client_rx_mtu = std::max(att::kDefaultMtu, load_le16(&pdu[1]));
  wait(connection, Wait::kMtuReply, pdu);
  events_.raise(BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST, connection.handle(),
                kGattsEvtLen<ble_gatts_evt_exchange_mtu_request_t>, [&](ble_evt_t& event) {
                  event.evt.gatts_evt.params.exchange_mtu_request.client_rx_mtu =
                      state.client_rx_mtu;
                });
}

Status Server::exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu) {
  Connection* connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (connection->bearer.is_dead()) {
    return Status::kTimeout;
  }
  if (connection->server.wait != Wait::kMtuReply) {
    return Status::kInvalidState;
  }
  if (server_rx_mtu < att::kDefaultMtu || server_rx_mtu > config_.max_mtu) {
    return Status::kInvalidParam;
  }
  connection->server.wait = Wait::kNothing;
  uint8_t pdu[3] = {static_cast<uint8_t>(att::Opcode::kExchangeMtuRsp)};
  store_le16(&pdu[1], server_rx_mtu);
  connection->bearer.respond(pdu);
  connection->bearer.agree_mtu(server_rx_mtu, connection->server.client_rx_mtu);
  return Status::kOk;
}

Status Server::rw_authorize_reply(uint16_t conn_handle,
                                  const ble_gatts_rw_authorize_reply_params_t* params) {
  Connection* connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (params == nullptr) {
    return Status::kInvalidAddr;
  }
  if (connection->bearer.is_dead()) {
    return Status::kTimeout;
  }
  const Wait waiting = connection->server.wait;
  if (waiting != Wait::kReadAuthorization && waiting != Wait::kWriteAuthorization) {
    return Status::kInvalidState;
  }
  const bool read = waiting == Wait::kReadAuthorization;
  const ble_gatts_authorize_params_t& reply = read ? params->params.read : params->params.write;
  if (params->type != (read ? BLE_GATTS_AUTHORIZE_TYPE_READ : BLE_GATTS_AUTHORIZE_TYPE_WRITE) ||
      !is_valid_reply_status(reply.gatt_status)) {
    return Status::kInvalidParam;
  }
  if (reply.update && reply.len > 0 && reply.p_data == nullptr) {
    return Status::kInvalidAddr;
  }
  return read ? finish_read_authorization(*connection, reply)
              : finish_write_authorization(*connection, reply);
}

Status Server::update_from_reply(Connection& connection,
                                 const ble_gatts_authorize_params_t& reply) {
  Attribute* attribute = database_.find(connection.server.waiting_handle);
  if (!reply.update || attribute == nullptr) {
    return Status::kOk;
  }
  const Bytes data(reply.p_data, reply.len);
  if (check_value(*attribute, reply.offset, attribute->max_len, data) != att::Error::kNone) {
    return Status::kInvalidParam;
  }
  apply(connection, *attribute, reply.offset, data);
  return Status::kOk;
}

Status Server::finish_read_authorization(Connection& connection,
                                         const ble_gatts_authorize_params_t& reply) {
  if (reply.gatt_status != BLE_GATT_STATUS_SUCCESS) {
    connection.server.wait = Wait::kNothing;
    connection.bearer.respond_error(connection.server.waiting_handle,
                                    att_error_of(reply.gatt_status));
    return Status::kOk;
  }
  PM_TRY(update_from_reply(connection, reply));
  ++connection.server.reads_authorized;
  resume(connection);
  return Status::kOk;
}

Status Server::finish_write_authorization(Connection& connection,
                                          const ble_gatts_authorize_params_t& reply) {
  ServerState& state = connection.server;
  const auto opcode = static_cast<att::Opcode>(state.request[0]);
  // What the application grants the link must still allow: it may have lost its encryption since.
  const Attribute* attribute = database_.find(state.waiting_handle);
  const att::Error objection =
      attribute == nullptr ? att::Error::kNone
                           : check_write(attribute->md.write_perm, connections_.link(connection));
  const bool refused_by_application = reply.gatt_status != BLE_GATT_STATUS_SUCCESS;
  const bool granted = !refused_by_application && objection == att::Error::kNone;
  // A prepared write changes nothing yet.
  if (granted && opcode == att::Opcode::kWriteReq) {
    PM_TRY(update_from_reply(connection, reply));
  }
  state.wait = Wait::kNothing;
  std::vector<uint8_t> response = std::move(state.request);
  state.request.clear();
  if (opcode == att::Opcode::kExecuteWriteReq) {
    if (granted && response[1] == BLE_GATT_EXEC_WRITE_FLAG_PREPARED_WRITE) {
      execute_prepared(connection, false);
      return Status::kOk;
    }
    drop_prepared(connection);
  }
  if (!granted) {
    // respond_error() quotes the opcode that the bearer serves.
    connection.bearer.respond_error(state.waiting_handle, refused_by_application
                                                              ? att_error_of(reply.gatt_status)
                                                              : static_cast<uint8_t>(objection));
    return Status::kOk;
  }
  response[0] = static_cast<uint8_t>(att::response_to(opcode));
  // A Prepare Write Response repeats its request; the other two are an opcode alone.
  response.resize(opcode == att::Opcode::kPrepareWriteReq ? response.size() : 1);
  connection.bearer.respond(response);
  return Status::kOk;
}

Status Server::user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block) {
  Connection* connection = connections_.find(conn_handle);
  if (connection == nullptr) {
    return Status::kInvalidConnHandle;
  }
  ServerState& state = connection->server;
  if (state.wait != Wait::kUserMemory || connection->bearer.is_dead()) {
    return Status::kInvalidState;
  }
  if (block == nullptr) {
    state.queue = Queue::kApplication;
    resume(*connection);
    return Status::kOk;
  }
  if (block->p_mem == nullptr) {
    return Status::kInvalidAddr;
  }
  // One record without a value, and the end mark.
  if (block->len < 8) {
    return Status::kInvalidLength;
  }
  state.queue = Queue::kLentMemory;
  state.block = *block;
  state.block_used = 0;
  resume(*connection);
  return Status::kOk;
}

void Server::on_confirmation(att::Bearer& bearer) {
  Connection* connection = connections_.find(bearer.conn_handle());
  if (connection == nullptr) {
    return;
  }
  const uint16_t handle = connection->server.indicated_handle;
  if (handle == database_.service_changed_handle()) {
    events_.raise(BLE_GATTS_EVT_SC_CONFIRM, bearer.conn_handle(),
                  offsetof(ble_evt_t, evt.gatts_evt.params), [](ble_evt_t&) {});
    return;
  }
  events_.raise(BLE_GATTS_EVT_HVC, bearer.conn_handle(), kGattsEvtLen<ble_gatts_evt_hvc_t>,
                [&](ble_evt_t& event) { event.evt.gatts_evt.params.hvc.handle = handle; });
}

void Server::on_indication_timeout(att::Bearer& bearer) {
  events_.raise(BLE_GATTS_EVT_TIMEOUT, bearer.conn_handle(), kGattsEvtLen<ble_gatts_evt_timeout_t>,
                [](ble_evt_t& event) {
                  event.evt.gatts_evt.params.timeout.src = BLE_GATT_TIMEOUT_SRC_PROTOCOL;
                });
}

void Server::on_notification_sent(att::Bearer& bearer) {
  events_.raise(BLE_GATTS_EVT_HVN_TX_COMPLETE, bearer.conn_handle(),
                kGattsEvtLen<ble_gatts_evt_hvn_tx_complete_t>,
                [](ble_evt_t& event) { event.evt.gatts_evt.params.hvn_tx_complete.count = 1; });
}

void Server::link_down(Connection& connection) {
  drop_prepared(connection);
  connection.server.wait = Wait::kNothing;
  connection.server.request.clear();
}

}  // namespace pm::host::gatt
