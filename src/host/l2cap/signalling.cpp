// SPDX-License-Identifier: Apache-2.0
#include "host/l2cap/signalling.hpp"

#include <array>

#include "host/l2cap/reassembler.hpp"

namespace pm::host::l2cap {
namespace {

// Core, Vol 3, Part A, 4, table 4.2.
enum Code : uint8_t {
  kCommandReject = 0x01,
  kUpdateRequest = 0x12,
  kUpdateResponse = 0x13,
};

constexpr bool is_response(uint8_t code) {
  // Responses of the table: an unmatched one is never answered, else two hosts could answer each
  // other for ever.
  return code == 0x03 || code == 0x05 || code == 0x07 || code == 0x0B || code == 0x0D ||
         code == 0x0F || code == 0x11 || code == kUpdateResponse || code == 0x15 || code == 0x18 ||
         code == 0x1A;
}
// Flow Control Credit expects no response, and no such channel exists here.
constexpr uint8_t kFlowControlCredit = 0x16;

constexpr uint16_t kNotUnderstood = 0x0000;
constexpr uint16_t kMtuExceeded = 0x0001;

constexpr size_t kCommandHeaderSize = 4;

// RTX may be 1 to 60 s (Core, Vol 3, Part A, 6.2.1); the GAP timer TGAP(conn_param_timeout) is 30
// s.
constexpr uint64_t kResponseTimeoutUs = 30'000'000;

}  // namespace

bool connection_parameters_valid(const ble_gap_conn_params_t& params) {
  const uint32_t latency_factor = 1u + params.slave_latency;
  return params.min_conn_interval >= BLE_GAP_CP_MIN_CONN_INTVL_MIN &&
         params.max_conn_interval <= BLE_GAP_CP_MAX_CONN_INTVL_MAX &&
         params.min_conn_interval <= params.max_conn_interval &&
         params.slave_latency <= BLE_GAP_CP_SLAVE_LATENCY_MAX &&
         params.conn_sup_timeout >= BLE_GAP_CP_CONN_SUP_TIMEOUT_MIN &&
         params.conn_sup_timeout <= BLE_GAP_CP_CONN_SUP_TIMEOUT_MAX &&
         // timeout [10 ms] > (1 + latency) * interval [1.25 ms] * 2
         params.conn_sup_timeout * 4u > latency_factor * params.max_conn_interval;
}

Signalling::~Signalling() {
  for (auto& [conn_handle, open] : channels_) {
    timers_.stop(open.response_timer);
  }
}

void Signalling::link_down(uint16_t conn_handle) {
  const auto found = channels_.find(conn_handle);
  if (found == channels_.end()) {
    return;
  }
  timers_.stop(found->second.response_timer);
  channels_.erase(found);
}

Signalling::Channel& Signalling::channel(uint16_t conn_handle) {
  Channel& open = channels_[conn_handle];
  open.owner = this;
  open.conn_handle = conn_handle;
  open.response_timer.expired = &Signalling::response_timeout;
  open.response_timer.context = &open;
  return open;
}

void Signalling::reject(uint16_t conn_handle, uint8_t identifier, uint16_t reason, Bytes data) {
  std::array<uint8_t, 10> buffer;
  ByteWriter writer(buffer);
  writer.u8(kCommandReject);
  writer.u8(identifier);
  writer.u16(static_cast<uint16_t>(2 + data.size()));
  writer.u16(reason);
  writer.bytes(data);
  (void)links_.send(conn_handle, kCidSignalling, writer.written());
}

void Signalling::on_oversized(uint16_t conn_handle, Bytes beginning) {
  const uint8_t code = beginning[0];
  const uint8_t identifier = beginning[1];
  if (identifier == 0 || code == kCommandReject || is_response(code)) {
    return;
  }
  std::array<uint8_t, 2> mtu;
  store_le16(mtu.data(), kSignallingMtu);
  reject(conn_handle, identifier, kMtuExceeded, mtu);
}

void Signalling::on_pdu(uint16_t conn_handle, Bytes pdu) {
  ByteReader reader(pdu);
  const uint8_t code = reader.u8();
  const uint8_t identifier = reader.u8();
  const uint16_t length = reader.u16();
  // One command per frame on LE; a frame whose length does not fit holds no command that could be
  // answered.
  if (!reader.ok() || identifier == 0 || length != reader.remaining()) {
    return;
  }
  switch (code) {
    case kCommandReject:
      return on_reject(conn_handle, identifier);
    case kUpdateRequest:
      return on_update_request(conn_handle, identifier, reader.rest());
    case kUpdateResponse:
      return on_update_response(conn_handle, identifier, reader.rest());
    default:
      break;
  }
  if (is_response(code) || code == kFlowControlCredit) {
    return;
  }
  reject(conn_handle, identifier, kNotUnderstood, {});
}

void Signalling::on_update_request(uint16_t conn_handle, uint8_t identifier, Bytes data) {
  const Link* link = links_.find(conn_handle);
  if (link == nullptr) {
    return;
  }
  if (data.size() != 8) {
    reject(conn_handle, identifier, kNotUnderstood, {});
    return;
  }
  ByteReader reader(data);
  ble_gap_conn_params_t params{};
  params.min_conn_interval = reader.u16();
  params.max_conn_interval = reader.u16();
  params.slave_latency = reader.u16();
  params.conn_sup_timeout = reader.u16();
  Channel& open = channel(conn_handle);
  // A peripheral has no say in the parameters, so it does not take requests (Core, Vol 3, Part
  // A, 4.20).
  if (!link->is_central || open.peer_request != 0 || !connection_parameters_valid(params)) {
    respond_update(conn_handle, identifier, false);
    return;
  }
  open.peer_request = identifier;
  sink_.on_update_requested(conn_handle, params);
}

void Signalling::on_update_response(uint16_t conn_handle, uint8_t identifier, Bytes data) {
  if (data.size() != 2) {
    return;
  }
  settle(conn_handle, identifier, load_le16(data.data()) == 0);
}

void Signalling::on_reject(uint16_t conn_handle, uint8_t identifier) {
  settle(conn_handle, identifier, false);
}

void Signalling::settle(uint16_t conn_handle, uint8_t identifier, bool accepted) {
  const auto found = channels_.find(conn_handle);
  if (found == channels_.end() || found->second.own_request != identifier) {
    return;
  }
  found->second.own_request = 0;
  timers_.stop(found->second.response_timer);
  sink_.on_update_answered(conn_handle, accepted);
}

void Signalling::response_timeout(void* context) {
  auto& open = *static_cast<Channel*>(context);
  open.owner->settle(open.conn_handle, open.own_request, false);
}

void Signalling::respond_update(uint16_t conn_handle, uint8_t identifier, bool accepted) {
  std::array<uint8_t, kCommandHeaderSize + 2> buffer;
  ByteWriter writer(buffer);
  writer.u8(kUpdateResponse);
  writer.u8(identifier);
  writer.u16(2);
  writer.u16(accepted ? 0 : 1);
  (void)links_.send(conn_handle, kCidSignalling, writer.written());
}

Status Signalling::request_update(uint16_t conn_handle, const ble_gap_conn_params_t& params) {
  if (links_.find(conn_handle) == nullptr) {
    return Status::kInvalidConnHandle;
  }
  Channel& open = channel(conn_handle);
  if (open.own_request != 0) {
    return Status::kBusy;
  }
  open.last_identifier = static_cast<uint8_t>(open.last_identifier % 255 + 1);
  std::array<uint8_t, kCommandHeaderSize + 8> buffer;
  ByteWriter writer(buffer);
  writer.u8(kUpdateRequest);
  writer.u8(open.last_identifier);
  writer.u16(8);
  writer.u16(params.min_conn_interval);
  writer.u16(params.max_conn_interval);
  writer.u16(params.slave_latency);
  writer.u16(params.conn_sup_timeout);
  PM_TRY(links_.send(conn_handle, kCidSignalling, writer.written()));
  open.own_request = open.last_identifier;
  timers_.start(open.response_timer, kResponseTimeoutUs);
  return Status::kOk;
}

bool Signalling::update_requested_by_peer(uint16_t conn_handle) const {
  const auto found = channels_.find(conn_handle);
  return found != channels_.end() && found->second.peer_request != 0;
}

Status Signalling::answer_update(uint16_t conn_handle, bool accepted) {
  const auto found = channels_.find(conn_handle);
  if (found == channels_.end() || found->second.peer_request == 0) {
    return Status::kInvalidState;
  }
  const uint8_t identifier = found->second.peer_request;
  found->second.peer_request = 0;
  respond_update(conn_handle, identifier, accepted);
  return Status::kOk;
}

}  // namespace pm::host::l2cap
