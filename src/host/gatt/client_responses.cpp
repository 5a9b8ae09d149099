// SPDX-License-Identifier: Apache-2.0
//
// What the peer's server says. A response that has the wrong shape, leaves the range asked for, or
// does not advance in it ends the procedure with the status Invalid PDU: discovery can then never
// run in circles.
#include <algorithm>
#include <cstddef>

#include "host/gatt/client.hpp"

namespace pm::host::gatt {

namespace {

constexpr uint8_t kExtendedProperties = 0x80;

uint16_t event_of(Procedure procedure) {
  switch (procedure) {
    case Procedure::kPrimaryServices:
    case Procedure::kPrimaryServicesByUuid:
      return BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP;
    case Procedure::kRelationships:
      return BLE_GATTC_EVT_REL_DISC_RSP;
    case Procedure::kCharacteristics:
      return BLE_GATTC_EVT_CHAR_DISC_RSP;
    case Procedure::kDescriptors:
      return BLE_GATTC_EVT_DESC_DISC_RSP;
    case Procedure::kAttributeInfo:
      return BLE_GATTC_EVT_ATTR_INFO_DISC_RSP;
    case Procedure::kReadByUuid:
      return BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP;
    case Procedure::kRead:
      return BLE_GATTC_EVT_READ_RSP;
    case Procedure::kReadMultiple:
      return BLE_GATTC_EVT_CHAR_VALS_READ_RSP;
    case Procedure::kWrite:
      return BLE_GATTC_EVT_WRITE_RSP;
    case Procedure::kMtuExchange:
      return BLE_GATTC_EVT_EXCHANGE_MTU_RSP;
    case Procedure::kNone:
      break;
  }
  return 0;
}

/// Handles of a list must rise within the range asked for.
class Ascent {
 public:
  explicit Ascent(const ble_gattc_handle_range_t& range)
      : next_(range.start_handle), end_(range.end_handle) {}
  bool accept(uint16_t first, uint16_t last) {
    if (first < next_ || first > end_ || last < first) {
      return false;
    }
    next_ = last + 1u;
    return true;
  }
  bool accept(uint16_t handle) { return accept(handle, handle); }

 private:
  uint32_t next_;
  uint32_t end_;
};

/// The equal entries after a length octet; empty when the length does not divide them.
std::vector<Bytes> entries_of(Bytes list, size_t entry_size) {
  std::vector<Bytes> entries;
  if (entry_size == 0 || list.size() % entry_size != 0) {
    return entries;
  }
  for (size_t at = 0; at < list.size(); at += entry_size) {
    entries.push_back(list.subspan(at, entry_size));
  }
  return entries;
}

}  // namespace

void Client::on_response(att::Bearer& bearer, Bytes pdu, bool well_formed) {
  Connection* connection = connections_.find(bearer.conn_handle());
  if (connection == nullptr) {
    return;
  }
  const Procedure procedure = connection->client.procedure;
  if (well_formed && handle_response(*connection, procedure, pdu)) {
    connection->client.procedure = Procedure::kNone;
    return;
  }
  raise_failure(*connection, BLE_GATT_STATUS_ATTERR_INVALID_PDU, 0);
}

void Client::on_error_response(att::Bearer& bearer, uint16_t handle, uint8_t error) {
  if (Connection* connection = connections_.find(bearer.conn_handle())) {
    raise_failure(*connection, static_cast<uint16_t>(BLE_GATT_STATUS_ATTERR_INVALID + error),
                  handle);
  }
}

void Client::raise_failure(Connection& connection, uint16_t gatt_status, uint16_t error_handle) {
  const uint16_t event_id = event_of(connection.client.procedure);
  connection.client.procedure = Procedure::kNone;
  // A failure has no parameters, but an application that looks at them finds zeros.
  raise(connection, event_id, offsetof(ble_evt_t, evt) + sizeof(ble_gattc_evt_t),
        [&](ble_gattc_evt_t& event) {
          event.gatt_status = gatt_status;
          event.error_handle = error_handle;
        });
}

bool Client::handle_response(Connection& connection, Procedure procedure, Bytes pdu) {
  switch (procedure) {
    case Procedure::kPrimaryServices:
      return (pdu[1] == 6 || pdu[1] == 20) && on_services(connection, pdu.subspan(2), pdu[1], true);
    case Procedure::kPrimaryServicesByUuid:
      return on_services(connection, pdu.subspan(1), 4, false);
    case Procedure::kRelationships:
      return on_relationships(connection, pdu);
    case Procedure::kCharacteristics:
      return on_characteristics(connection, pdu);
    case Procedure::kDescriptors:
      return on_attribute_types(connection, pdu, false);
    case Procedure::kAttributeInfo:
      return on_attribute_types(connection, pdu, true);
    case Procedure::kReadByUuid:
      return on_values_by_uuid(connection, pdu);
    case Procedure::kRead:
      return on_value(connection, pdu);
    case Procedure::kReadMultiple:
      return on_values(connection, pdu);
    case Procedure::kWrite:
      return on_written(connection, pdu);
    case Procedure::kMtuExchange:
      return on_mtu(connection, pdu);
    case Procedure::kNone:
      break;
  }
  return false;
}

ble_uuid_t Client::discovered(Bytes octets) {
  ble_uuid_t uuid = uuids_.decode_or_unknown(octets);
  if (uuid.type == BLE_UUID_TYPE_UNKNOWN && auto_add_bases_ && octets.size() == 16) {
    ble_uuid128_t base;
    std::copy(octets.begin(), octets.end(), base.uuid128);
    uint8_t type = BLE_UUID_TYPE_UNKNOWN;
    if (ok(uuids_.add(base, type))) {
      uuid = uuids_.decode_or_unknown(octets);
    }
  }
  return uuid;
}

namespace {

// Applications store these structures as they are: only members are written into the zeroed event,
// so that what lies between them stays zero and no octets of our stack get into somebody's flash.
void put(ble_uuid_t& out, const ble_uuid_t& uuid) {
  out.uuid = uuid.uuid;
  out.type = uuid.type;
}

void put(ble_gattc_handle_range_t& out, const ble_gattc_handle_range_t& range) {
  out.start_handle = range.start_handle;
  out.end_handle = range.end_handle;
}

void put(ble_gattc_service_t& out, const ble_gattc_service_t& service) {
  put(out.uuid, service.uuid);
  put(out.handle_range, service.handle_range);
}

void put(ble_gattc_include_t& out, const ble_gattc_include_t& include) {
  out.handle = include.handle;
  put(out.included_srvc, include.included_srvc);
}

void put(ble_gattc_char_t& out, const ble_gattc_char_t& characteristic) {
  put(out.uuid, characteristic.uuid);
  out.char_props = characteristic.char_props;
  out.char_ext_props = characteristic.char_ext_props;
  out.handle_decl = characteristic.handle_decl;
  out.handle_value = characteristic.handle_value;
}

}  // namespace

bool Client::on_services(Connection& connection, Bytes list, size_t entry_size, bool with_uuid) {
  const std::vector<Bytes> entries = entries_of(list, entry_size);
  if (entries.empty()) {
    return false;
  }
  std::vector<ble_gattc_service_t> services;
  Ascent ascent(connection.client.range);
  for (const Bytes entry : entries) {
    const ble_gattc_handle_range_t range = {load_le16(&entry[0]), load_le16(&entry[2])};
    if (!ascent.accept(range.start_handle, range.end_handle)) {
      return false;
    }
    services.push_back({with_uuid ? discovered(entry.subspan(4)) : connection.client.uuid, range});
  }
  raise(connection, BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.prim_srvc_disc_rsp.services) +
            services.size() * sizeof(ble_gattc_service_t),
        [&](ble_gattc_evt_t& event) {
          event.params.prim_srvc_disc_rsp.count = static_cast<uint16_t>(services.size());
          ble_gattc_service_t* out = event.params.prim_srvc_disc_rsp.services;
          for (const ble_gattc_service_t& service : services) {
            put(*out++, service);
          }
        });
  return true;
}

bool Client::on_relationships(Connection& connection, Bytes pdu) {
  const size_t size = pdu[1];
  const std::vector<Bytes> entries = entries_of(pdu.subspan(2), size);
  if ((size != 6 && size != 8) || entries.empty()) {
    return false;
  }
  std::vector<ble_gattc_include_t> includes;
  Ascent ascent(connection.client.range);
  for (const Bytes entry : entries) {
    const uint16_t handle = load_le16(&entry[0]);
    const ble_gattc_handle_range_t range = {load_le16(&entry[2]), load_le16(&entry[4])};
    if (!ascent.accept(handle) || range.start_handle > range.end_handle) {
      return false;
    }
    // A 128-bit UUID does not fit here: it is to be read from the service itself. Core, Vol 3, Part
    // G, 4.5.1.
    const ble_uuid_t uuid =
        size == 8 ? discovered(entry.subspan(6)) : ble_uuid_t{0, BLE_UUID_TYPE_UNKNOWN};
    includes.push_back({handle, {uuid, range}});
  }
  raise(connection, BLE_GATTC_EVT_REL_DISC_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.rel_disc_rsp.includes) +
            includes.size() * sizeof(ble_gattc_include_t),
        [&](ble_gattc_evt_t& event) {
          event.params.rel_disc_rsp.count = static_cast<uint16_t>(includes.size());
          ble_gattc_include_t* out = event.params.rel_disc_rsp.includes;
          for (const ble_gattc_include_t& include : includes) {
            put(*out++, include);
          }
        });
  return true;
}

bool Client::on_characteristics(Connection& connection, Bytes pdu) {
  const size_t size = pdu[1];
  const std::vector<Bytes> entries = entries_of(pdu.subspan(2), size);
  if ((size != 7 && size != 21) || entries.empty()) {
    return false;
  }
  std::vector<ble_gattc_char_t> characteristics;
  Ascent ascent(connection.client.range);
  for (const Bytes entry : entries) {
    ble_gattc_char_t found{};
    found.handle_decl = load_le16(&entry[0]);
    found.handle_value = load_le16(&entry[3]);
    if (!ascent.accept(found.handle_decl) || found.handle_value <= found.handle_decl) {
      return false;
    }
    const uint8_t properties = entry[2];
    found.uuid = discovered(entry.subspan(5));
    found.char_ext_props = (properties & kExtendedProperties) != 0;
    found.char_props.broadcast = properties & 1;
    found.char_props.read = (properties >> 1) & 1;
    found.char_props.write_wo_resp = (properties >> 2) & 1;
    found.char_props.write = (properties >> 3) & 1;
    found.char_props.notify = (properties >> 4) & 1;
    found.char_props.indicate = (properties >> 5) & 1;
    found.char_props.auth_signed_wr = (properties >> 6) & 1;
    characteristics.push_back(found);
  }
  raise(connection, BLE_GATTC_EVT_CHAR_DISC_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.char_disc_rsp.chars) +
            characteristics.size() * sizeof(ble_gattc_char_t),
        [&](ble_gattc_evt_t& event) {
          event.params.char_disc_rsp.count = static_cast<uint16_t>(characteristics.size());
          ble_gattc_char_t* out = event.params.char_disc_rsp.chars;
          for (const ble_gattc_char_t& characteristic : characteristics) {
            put(*out++, characteristic);
          }
        });
  return true;
}

bool Client::on_attribute_types(Connection& connection, Bytes pdu, bool raw) {
  const uint8_t format = pdu[1];
  if (format != BLE_GATTC_ATTR_INFO_FORMAT_16BIT && format != BLE_GATTC_ATTR_INFO_FORMAT_128BIT) {
    return false;
  }
  const bool wide = format == BLE_GATTC_ATTR_INFO_FORMAT_128BIT;
  const std::vector<Bytes> entries = entries_of(pdu.subspan(2), wide ? 18 : 4);
  if (entries.empty()) {
    return false;
  }
  Ascent ascent(connection.client.range);
  for (const Bytes entry : entries) {
    if (!ascent.accept(load_le16(&entry[0]))) {
      return false;
    }
  }
  const auto count = static_cast<uint16_t>(entries.size());
  if (!raw) {
    raise(connection, BLE_GATTC_EVT_DESC_DISC_RSP,
          offsetof(ble_evt_t, evt.gattc_evt.params.desc_disc_rsp.descs) +
              count * sizeof(ble_gattc_desc_t),
          [&](ble_gattc_evt_t& event) {
            event.params.desc_disc_rsp.count = count;
            ble_gattc_desc_t* out = event.params.desc_disc_rsp.descs;
            for (const Bytes entry : entries) {
              out->handle = load_le16(&entry[0]);
              put(out->uuid, discovered(entry.subspan(2)));
              ++out;
            }
          });
    return true;
  }
  raise(connection, BLE_GATTC_EVT_ATTR_INFO_DISC_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.attr_info_disc_rsp.info) +
            count * (wide ? sizeof(ble_gattc_attr_info128_t) : sizeof(ble_gattc_attr_info16_t)),
        [&](ble_gattc_evt_t& event) {
          ble_gattc_evt_attr_info_disc_rsp_t& response = event.params.attr_info_disc_rsp;
          response.count = count;
          response.format = format;
          ble_gattc_attr_info16_t* out16 = response.info.attr_info16;
          ble_gattc_attr_info128_t* out128 = response.info.attr_info128;
          for (const Bytes entry : entries) {
            if (wide) {
              out128->handle = load_le16(&entry[0]);
              std::copy(entry.begin() + 2, entry.end(), out128->uuid.uuid128);
              ++out128;
              continue;
            }
            out16->handle = load_le16(&entry[0]);
            put(out16->uuid, discovered(entry.subspan(2)));
            ++out16;
          }
        });
  return true;
}

bool Client::on_values_by_uuid(Connection& connection, Bytes pdu) {
  const size_t size = pdu[1];
  const std::vector<Bytes> entries = entries_of(pdu.subspan(2), size);
  if (size < 2 || entries.empty()) {
    return false;
  }
  Ascent ascent(connection.client.range);
  for (const Bytes entry : entries) {
    if (!ascent.accept(load_le16(&entry[0]))) {
      return false;
    }
  }
  const Bytes list = pdu.subspan(2);
  raise(connection, BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.char_val_by_uuid_read_rsp.handle_value) +
            list.size(),
        [&](ble_gattc_evt_t& event) {
          auto& response = event.params.char_val_by_uuid_read_rsp;
          response.count = static_cast<uint16_t>(entries.size());
          response.value_len = static_cast<uint16_t>(size - 2);
          uint8_t* out = response.handle_value;
          std::copy(list.begin(), list.end(), out);
        });
  return true;
}

bool Client::on_value(Connection& connection, Bytes pdu) {
  const Bytes value = pdu.subspan(1);
  raise(connection, BLE_GATTC_EVT_READ_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.read_rsp.data) + value.size(),
        [&](ble_gattc_evt_t& event) {
          event.params.read_rsp.handle = connection.client.handle;
          event.params.read_rsp.offset = connection.client.offset;
          event.params.read_rsp.len = static_cast<uint16_t>(value.size());
          uint8_t* out = event.params.read_rsp.data;
          std::copy(value.begin(), value.end(), out);
        });
  return true;
}

bool Client::on_values(Connection& connection, Bytes pdu) {
  const Bytes values = pdu.subspan(1);
  raise(connection, BLE_GATTC_EVT_CHAR_VALS_READ_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.char_vals_read_rsp.values) + values.size(),
        [&](ble_gattc_evt_t& event) {
          event.params.char_vals_read_rsp.len = static_cast<uint16_t>(values.size());
          uint8_t* out = event.params.char_vals_read_rsp.values;
          std::copy(values.begin(), values.end(), out);
        });
  return true;
}

bool Client::on_written(Connection& connection, Bytes pdu) {
  // Only a Prepare Write Response has a body: handle, offset and value as the server understood
  // them.
  const bool prepared = connection.client.write_op == BLE_GATT_OP_PREP_WRITE_REQ;
  const Bytes value = prepared ? pdu.subspan(5) : Bytes();
  if (prepared && load_le16(&pdu[1]) != connection.client.handle) {
    return false;
  }
  raise(connection, BLE_GATTC_EVT_WRITE_RSP,
        offsetof(ble_evt_t, evt.gattc_evt.params.write_rsp.data) + value.size(),
        [&](ble_gattc_evt_t& event) {
          auto& response = event.params.write_rsp;
          response.handle = connection.client.handle;
          response.write_op = connection.client.write_op;
          response.offset = prepared ? load_le16(&pdu[3]) : uint16_t{0};
          response.len = static_cast<uint16_t>(value.size());
          uint8_t* out = response.data;
          std::copy(value.begin(), value.end(), out);
        });
  return true;
}

bool Client::on_mtu(Connection& connection, Bytes pdu) {
  const uint16_t server_rx_mtu = std::max(att::kDefaultMtu, load_le16(&pdu[1]));
  connection.bearer.agree_mtu(connection.client.own_rx_mtu, server_rx_mtu);
  raise(
      connection, BLE_GATTC_EVT_EXCHANGE_MTU_RSP, kGattcEvtLen<ble_gattc_evt_exchange_mtu_rsp_t>,
      [&](ble_gattc_evt_t& event) { event.params.exchange_mtu_rsp.server_rx_mtu = server_rx_mtu; });
  return true;
}

void Client::on_request_timeout(att::Bearer& bearer) {
  Connection* connection = connections_.find(bearer.conn_handle());
  if (connection == nullptr) {
    return;
  }
  connection->client.procedure = Procedure::kNone;
  raise(*connection, BLE_GATTC_EVT_TIMEOUT, kGattcEvtLen<ble_gattc_evt_timeout_t>,
        [](ble_gattc_evt_t& event) { event.params.timeout.src = BLE_GATT_TIMEOUT_SRC_PROTOCOL; });
}

void Client::on_handle_value(att::Bearer& bearer, bool indication, Bytes pdu) {
  Connection* connection = connections_.find(bearer.conn_handle());
  // A second indication before the first is confirmed breaks the protocol. Core, Vol 3, Part
  // F, 3.3.2.
  if (connection == nullptr || (indication && connection->client.indication_handle != 0)) {
    return;
  }
  const uint16_t handle = load_le16(&pdu[1]);
  if (handle == BLE_GATT_HANDLE_INVALID) {
    return;
  }
  if (indication) {
    connection->client.indication_handle = handle;
  }
  const Bytes value = pdu.subspan(3);
  raise(*connection, BLE_GATTC_EVT_HVX,
        offsetof(ble_evt_t, evt.gattc_evt.params.hvx.data) + value.size(),
        [&](ble_gattc_evt_t& event) {
          event.params.hvx.handle = handle;
          event.params.hvx.type = indication ? BLE_GATT_HVX_INDICATION : BLE_GATT_HVX_NOTIFICATION;
          event.params.hvx.len = static_cast<uint16_t>(value.size());
          uint8_t* out = event.params.hvx.data;
          std::copy(value.begin(), value.end(), out);
        });
}

void Client::on_command_sent(att::Bearer& bearer) {
  if (Connection* connection = connections_.find(bearer.conn_handle())) {
    raise(*connection, BLE_GATTC_EVT_WRITE_CMD_TX_COMPLETE,
          kGattcEvtLen<ble_gattc_evt_write_cmd_tx_complete_t>,
          [](ble_gattc_evt_t& event) { event.params.write_cmd_tx_complete.count = 1; });
  }
}

}  // namespace pm::host::gatt
