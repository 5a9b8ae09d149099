// SPDX-License-Identifier: Apache-2.0
#include "host/att/bearer.hpp"

#include <algorithm>

namespace pm::host::att {

Bearer::Bearer(uint16_t conn_handle, Links& links, Timers& timers, ServerSide& server,
               ClientSide& client)
    : conn_handle_(conn_handle), links_(links), timers_(timers), server_(server), client_(client) {
  request_timer_.context = this;
  request_timer_.expired = [](void* self) { static_cast<Bearer*>(self)->on_request_expired(); };
  indication_timer_.context = this;
  indication_timer_.expired = [](void* self) {
    static_cast<Bearer*>(self)->on_indication_expired();
  };
}

Bearer::~Bearer() {
  timers_.stop(request_timer_);
  timers_.stop(indication_timer_);
}

void Bearer::agree_mtu(uint16_t own, uint16_t peer) {
  mtu_ = std::max(kDefaultMtu, std::min(own, peer));
}

void Bearer::on_pdu(Bytes pdu) {
  if (dead_ || pdu.empty()) {
    return;
  }
  const Rule rule = rule_of(pdu[0]);
  const bool valid = has_valid_length(rule, pdu.size()) && pdu.size() <= mtu_;
  switch (rule.kind) {
    case Kind::kRequest:
    case Kind::kUnknownRequest:
      on_request(rule, pdu);
      return;
    case Kind::kResponse:
      on_response(rule, pdu);
      return;
    case Kind::kCommand:
      if (valid) {
        server_.on_command(*this, rule.opcode, pdu);
      }
      return;
    case Kind::kNotification:
    case Kind::kIndication:
      if (valid) {
        client_.on_handle_value(*this, rule.kind == Kind::kIndication, pdu);
      }
      return;
    case Kind::kConfirmation:
      if (valid) {
        on_confirmation();
      }
      return;
    case Kind::kUnknownCommand:
      return;
  }
}

void Bearer::on_request(const Rule& rule, Bytes pdu) {
  if (serving_ != 0) {
    // Core, Vol 3, Part F, 3.3.2 forbids a second request before the first is answered. Dropping it
    // keeps the first transaction whole; an error response could be taken for the answer to either.
    return;
  }
  serving_ = pdu[0];
  if (rule.kind == Kind::kUnknownRequest) {
    respond_error(0, Error::kRequestNotSupported);
    return;
  }
  if (!has_valid_length(rule, pdu.size()) || pdu.size() > mtu_) {
    respond_error(0, Error::kInvalidPdu);
    return;
  }
  server_.on_request(*this, rule.opcode, pdu);
}

void Bearer::on_response(const Rule& rule, Bytes pdu) {
  if (request_ == Opcode::kNone) {
    return;
  }
  const bool well_formed = has_valid_length(rule, pdu.size()) && pdu.size() <= mtu_;
  if (rule.opcode == Opcode::kErrorRsp) {
    if (!well_formed || pdu[1] != static_cast<uint8_t>(request_)) {
      return;
    }
    request_ = Opcode::kNone;
    timers_.stop(request_timer_);
    client_.on_error_response(*this, load_le16(&pdu[2]), pdu[4]);
    return;
  }
  if (rule.opcode != response_to(request_)) {
    return;
  }
  request_ = Opcode::kNone;
  timers_.stop(request_timer_);
  client_.on_response(*this, pdu, well_formed);
}

void Bearer::on_confirmation() {
  if (!indication_pending_) {
    return;
  }
  indication_pending_ = false;
  timers_.stop(indication_timer_);
  server_.on_confirmation(*this);
}

void Bearer::on_pdu_sent() {
  if (in_flight_.empty()) {
    return;
  }
  const Sent kind = in_flight_.front();
  in_flight_.pop_front();
  if (kind == Sent::kNotification) {
    --notifications_in_flight_;
    server_.on_notification_sent(*this);
  }
  if (kind == Sent::kCommand) {
    --commands_in_flight_;
    client_.on_command_sent(*this);
  }
}

Status Bearer::send_request(Bytes pdu) {
  if (request_ != Opcode::kNone) {
    return Status::kBusy;
  }
  PM_TRY(send(pdu, Sent::kOther));
  request_ = static_cast<Opcode>(pdu[0]);
  timers_.start(request_timer_, kTransactionTimeoutUs);
  return Status::kOk;
}

Status Bearer::send_command(Bytes pdu) {
  PM_TRY(send(pdu, Sent::kCommand));
  ++commands_in_flight_;
  return Status::kOk;
}

Status Bearer::send_confirmation() {
  const uint8_t pdu[] = {static_cast<uint8_t>(Opcode::kConfirmation)};
  return send(pdu, Sent::kOther);
}

void Bearer::respond(Bytes pdu) {
  serving_ = 0;
  // A link that is gone needs no answer.
  (void)send(pdu, Sent::kOther);
}

void Bearer::respond_error(uint16_t handle, Error error) {
  respond_error(handle, static_cast<uint8_t>(error));
}

void Bearer::respond_error(uint16_t handle, uint8_t error) {
  uint8_t pdu[5] = {static_cast<uint8_t>(Opcode::kErrorRsp), serving_, 0, 0, error};
  store_le16(&pdu[2], handle);
  respond(pdu);
}

Status Bearer::send_notification(Bytes pdu) {
  PM_TRY(send(pdu, Sent::kNotification));
  ++notifications_in_flight_;
  return Status::kOk;
}

Status Bearer::send_indication(Bytes pdu) {
  if (indication_pending_) {
    return Status::kBusy;
  }
  PM_TRY(send(pdu, Sent::kOther));
  indication_pending_ = true;
  timers_.start(indication_timer_, kTransactionTimeoutUs);
  return Status::kOk;
}

Status Bearer::send(Bytes pdu, Sent kind) {
  if (dead_) {
    return Status::kTimeout;
  }
  PM_TRY(links_.send(conn_handle_, kCidAtt, pdu));
  in_flight_.push_back(kind);
  return Status::kOk;
}

void Bearer::on_request_expired() {
  close();
  client_.on_request_timeout(*this);
}

void Bearer::on_indication_expired() {
  close();
  server_.on_indication_timeout(*this);
}

void Bearer::close() {
  dead_ = true;
  request_ = Opcode::kNone;
  indication_pending_ = false;
  serving_ = 0;
  timers_.stop(request_timer_);
  timers_.stop(indication_timer_);
}

}  // namespace pm::host::att
