// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/event_queue.hpp"
#include "host/gatt/connection.hpp"
#include "host/gatt/database.hpp"

namespace pm::host::gatt {

/// The GATT server of all links: answers ATT requests out of the database, asks the application
/// where the SoftDevice does, keeps the CCCDs of each client. Results of the calls as those of the
/// sd_ble_gatts_* of the same name.
class Server final : public att::ServerSide {
 public:
  Server(const Config& config, Connections& connections, EventQueue& events, Database& database)
      : config_(config), connections_(connections), events_(events), database_(database) {}

  Status value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value);
  Status value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* value);
  Status attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t* md) const;
  Status hvx(uint16_t conn_handle, const ble_gatts_hvx_params_t* params);
  Status service_changed(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle);
  Status rw_authorize_reply(uint16_t conn_handle,
                            const ble_gatts_rw_authorize_reply_params_t* params);
  Status user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block);
  Status exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu);
  Status sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len, uint32_t flags);
  Status sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t* len, uint32_t flags);

  void link_down(Connection& connection);
  /// CCCDs that were restored from a bond become live once the link is encrypted with it.
  void security_changed(Connection& connection);

  // att::ServerSide
  void on_request(att::Bearer& bearer, att::Opcode opcode, Bytes pdu) override;
  void on_command(att::Bearer& bearer, att::Opcode opcode, Bytes pdu) override;
  void on_confirmation(att::Bearer& bearer) override;
  void on_indication_timeout(att::Bearer& bearer) override;
  void on_notification_sent(att::Bearer& bearer) override;

 private:
  using Wait = ServerState::Wait;
  using Queue = ServerState::Queue;

  /// What reading one attribute comes to.
  struct ReadResult {
    enum class Kind : uint8_t { kValue, kError, kNeedsSystemAttributes, kNeedsAuthorization };
    Kind kind;
    att::Error error = att::Error::kNone;
    std::vector<uint8_t> value = {};
  };
  struct HandleRange {
    uint16_t start;
    uint16_t end;
  };

  // server.cpp: requests that wait for the application
  void handle(Connection& connection, att::Opcode opcode, Bytes pdu);
  void wait(Connection& connection, Wait wait, Bytes pdu);
  void wait_for_system_attributes(Connection& connection, Bytes pdu);
  void resume(Connection& connection);
  void handle_exchange_mtu(Connection& connection, Bytes pdu);
  Status finish_read_authorization(Connection& connection,
                                   const ble_gatts_authorize_params_t& reply);
  Status finish_write_authorization(Connection& connection,
                                    const ble_gatts_authorize_params_t& reply);
  Status update_from_reply(Connection& connection, const ble_gatts_authorize_params_t& reply);

  // server_discovery.cpp
  bool take_range(Connection& connection, Bytes pdu, HandleRange& range);
  void handle_find_information(Connection& connection, Bytes pdu);
  void handle_find_by_type_value(Connection& connection, Bytes pdu);
  void handle_read_by_type(Connection& connection, Bytes pdu);
  void handle_read_by_group_type(Connection& connection, Bytes pdu);

  // server_read.cpp
  ReadResult read(Connection& connection, const Attribute& attribute, size_t& authorizations_seen);
  bool answer_unreadable(Connection& connection, const Attribute& attribute, uint16_t offset,
                         const ReadResult& result, Bytes pdu);
  void handle_read(Connection& connection, Bytes pdu);
  void handle_read_multiple(Connection& connection, Bytes pdu);

  // server_write.cpp
  att::Error check_value(const Attribute& attribute, uint16_t offset, uint16_t current_len,
                         Bytes data) const;
  void apply(Connection& connection, Attribute& attribute, uint16_t offset, Bytes data);
  void handle_write(Connection& connection, Bytes pdu);
  void handle_write_command(Connection& connection, Bytes pdu);
  void handle_prepare_write(Connection& connection, Bytes pdu);
  void handle_execute_write(Connection& connection, Bytes pdu);
  void execute_prepared(Connection& connection, bool tell_application);
  bool store_prepared(Connection& connection, uint16_t handle, uint16_t offset, Bytes data);
  void drop_prepared(Connection& connection);
  void raise_write(Connection& connection, const Attribute* attribute, uint8_t op,
                   bool authorization_required, uint16_t offset, Bytes data);
  void ask_write_authorization(Connection& connection, const Attribute* attribute, uint8_t op,
                               uint16_t offset, Bytes data, Bytes pdu);

  // server_values.cpp
  static ClientConfiguration configuration(const Connection& connection, uint16_t cccd_handle);
  bool is_held(const Connection& connection, const ClientConfiguration& configuration) const;
  Status check_subscription(const Connection& connection, const Attribute& value,
                            uint16_t wanted) const;
  bool is_system_attribute(const Attribute& attribute, uint32_t flags) const;

  const Config config_;
  Connections& connections_;
  EventQueue& events_;
  Database& database_;
};

}  // namespace pm::host::gatt
