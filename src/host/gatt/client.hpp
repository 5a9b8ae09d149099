// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/event_queue.hpp"
#include "host/gatt/config.hpp"
#include "host/gatt/connection.hpp"
#include "host/gatt/uuid_table.hpp"

namespace pm::host::gatt {

/// The GATT client of all links. Each call is one ATT request, whose outcome is one event. Results
/// of the calls as those of the sd_ble_gattc_* of the same name.
class Client final : public att::ClientSide {
 public:
  Client(const Config& config, Connections& connections, EventQueue& events, UuidTable& uuids)
      : config_(config), connections_(connections), events_(events), uuids_(uuids) {}

  Status primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                   const ble_uuid_t* uuid);
  Status relationships_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status characteristics_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status descriptors_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status attr_info_discover(uint16_t conn_handle, const ble_gattc_handle_range_t* range);
  Status char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t* uuid,
                                 const ble_gattc_handle_range_t* range);
  Status read(uint16_t conn_handle, uint16_t handle, uint16_t offset);
  Status char_values_read(uint16_t conn_handle, const uint16_t* handles, uint16_t count);
  Status write(uint16_t conn_handle, const ble_gattc_write_params_t* params);
  Status hv_confirm(uint16_t conn_handle, uint16_t handle);
  Status exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu);

  /// Option BLE_GATTC_OPT_UUID_DISC: bases met in discovery are registered.
  void set_auto_add_bases(bool enable) { auto_add_bases_ = enable; }

  // att::ClientSide
  void on_response(att::Bearer& bearer, Bytes pdu, bool well_formed) override;
  void on_error_response(att::Bearer& bearer, uint16_t handle, uint8_t error) override;
  void on_request_timeout(att::Bearer& bearer) override;
  void on_handle_value(att::Bearer& bearer, bool indication, Bytes pdu) override;
  void on_command_sent(att::Bearer& bearer) override;

 private:
  // client.cpp: requests
  Status ready(uint16_t conn_handle, Connection*& connection);
  Status start(Connection& connection, Procedure procedure, Bytes pdu);
  Status start_range(uint16_t conn_handle, Procedure procedure, att::Opcode opcode,
                     const ble_gattc_handle_range_t* range, Bytes type);
  Status write_queued(Connection& connection, const ble_gattc_write_params_t& params);
  Status write_command(Connection& connection, const ble_gattc_write_params_t& params);

  // client_responses.cpp: each raises its event; false: the response makes no sense, nothing was
  // raised
  bool on_services(Connection& connection, Bytes list, size_t entry_size, bool with_uuid);
  bool on_relationships(Connection& connection, Bytes pdu);
  bool on_characteristics(Connection& connection, Bytes pdu);
  bool on_attribute_types(Connection& connection, Bytes pdu, bool raw);
  bool on_values_by_uuid(Connection& connection, Bytes pdu);
  bool on_value(Connection& connection, Bytes pdu);
  bool on_values(Connection& connection, Bytes pdu);
  bool on_written(Connection& connection, Bytes pdu);
  bool on_mtu(Connection& connection, Bytes pdu);
  bool handle_response(Connection& connection, Procedure procedure, Bytes pdu);
  void raise_failure(Connection& connection, uint16_t gatt_status, uint16_t error_handle);
  ble_uuid_t discovered(Bytes octets);

  template <class Fill>
  void raise(Connection& connection, uint16_t event_id, size_t size, Fill&& fill) {
    events_.raise(event_id, connection.handle(), size,
                  [&](ble_evt_t& event) { fill(event.evt.gattc_evt); });
  }

  const Config config_;
  Connections& connections_;
  EventQueue& events_;
  UuidTable& uuids_;
  bool auto_add_bases_ = false;
};

}  // namespace pm::host::gatt
