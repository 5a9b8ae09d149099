// SPDX-License-Identifier: Apache-2.0
//
// All that ATT and GATT keep for one link, and the set of links.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "ble.h"
#include "host/att/bearer.hpp"

namespace pm::host::gatt {

/// The value of one CCCD for one client. Core, Vol 3, Part G, 3.3.3.3.
struct ClientConfiguration {
  uint16_t value = 0;
  /// Came from stored system attributes on a link that has not yet proved to be that bond's: silent
  /// and unreadable for the peer until it is encrypted with the bond.
  bool restored = false;
};

struct PreparedWrite {
  uint16_t handle;
  uint16_t offset;
  std::vector<uint8_t> data;
};

struct ServerState {
  /// What the peer's open request waits for.
  enum class Wait : uint8_t {
    kNothing,
    kMtuReply,
    kSystemAttributes,
    kUserMemory,
    kReadAuthorization,
    kWriteAuthorization,
  };
  /// Who keeps the prepared writes: nobody asked yet, a block that the application lent, or the
  /// application itself.
  enum class Queue : uint8_t { kNone, kLentMemory, kApplication };

  bool system_attributes_ready = false;
  std::map<uint16_t, ClientConfiguration> configurations;  ///< by CCCD handle; absent is 0

  Wait wait = Wait::kNothing;
  std::vector<uint8_t>
      request;  ///< the open request while it waits; runs again when the wait is over
  uint16_t waiting_handle = 0;  ///< attribute that the authorisation is about
  size_t reads_authorized = 0;  ///< of the open request, in the order asked

  bool mtu_exchanged = false;
  uint16_t client_rx_mtu = 0;
  uint16_t indicated_handle = 0;

  Queue queue = Queue::kNone;
  ble_user_mem_block_t block = {};
  size_t block_used = 0;
  std::vector<PreparedWrite> prepared;
};

enum class Procedure : uint8_t {
  kNone,
  kPrimaryServices,
  kPrimaryServicesByUuid,
  kRelationships,
  kCharacteristics,
  kDescriptors,
  kAttributeInfo,
  kReadByUuid,
  kRead,
  kReadMultiple,
  kWrite,
  kMtuExchange,
};

struct ClientState {
  Procedure procedure = Procedure::kNone;
  ble_gattc_handle_range_t range = {};  ///< asked: no answer may leave it
  ble_uuid_t uuid = {};                 ///< asked
  uint16_t handle = 0;
  uint16_t offset = 0;
  uint8_t write_op = BLE_GATT_OP_INVALID;
  uint16_t own_rx_mtu = 0;
  bool mtu_exchanged = false;
  uint16_t indication_handle = 0;  ///< indication that waits for sd_ble_gattc_hv_confirm()
};

struct Connection {
  Connection(uint16_t conn_handle, Links& links, Timers& timers, att::ServerSide& server_side,
             att::ClientSide& client_side)
      : bearer(conn_handle, links, timers, server_side, client_side) {}

  uint16_t handle() const { return bearer.conn_handle(); }

  att::Bearer bearer;
  bool is_up = true;
  ServerState server;
  ClientState client;
};

class Connections {
 public:
  Connections(Links& links, Timers& timers) : links_(links), timers_(timers) {}

  /// A new link. What was kept of links that are gone is forgotten now.
  void up(uint16_t conn_handle, att::ServerSide& server, att::ClientSide& client) {
    std::erase_if(all_, [](const auto& entry) { return !entry.second->is_up; });
    all_.insert_or_assign(
        conn_handle, std::make_unique<Connection>(conn_handle, links_, timers_, server, client));
  }
  /// The link is gone; its system attributes stay readable until the next link comes up.
  void down(Connection& connection) {
    connection.is_up = false;
    connection.bearer.close();
    connection.client = {};
  }
  /// nullptr when there is no such link.
  Connection* find(uint16_t conn_handle) {
    Connection* connection = find_also_gone(conn_handle);
    return connection != nullptr && connection->is_up ? connection : nullptr;
  }
  Connection* find_also_gone(uint16_t conn_handle) {
    const auto found = all_.find(conn_handle);
    return found == all_.end() ? nullptr : found->second.get();
  }
  /// Of a link that is up. Without one (it is going down just now) the answer is a plain link.
  const Link& link(const Connection& connection) const {
    const Link* link = links_.find(connection.handle());
    return link != nullptr ? *link : plain_;
  }

 private:
  Links& links_;
  Timers& timers_;
  const Link plain_{};
  std::map<uint16_t, std::unique_ptr<Connection>> all_;
};

}  // namespace pm::host::gatt
