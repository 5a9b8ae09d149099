// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "host/att/pdu.hpp"
#include "host/links.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host::att {

class Bearer;

/// The server half of a link. PDUs have a valid length for their opcode and are valid during the
/// call.
class ServerSide {
 public:
  /// To be answered, now or later, by exactly one respond() or respond_error().
  virtual void on_request(Bearer& bearer, Opcode opcode, Bytes pdu) = 0;
  virtual void on_command(Bearer& bearer, Opcode opcode, Bytes pdu) = 0;
  /// The outstanding indication is confirmed.
  virtual void on_confirmation(Bearer& bearer) = 0;
  virtual void on_indication_timeout(Bearer& bearer) = 0;
  virtual void on_notification_sent(Bearer& bearer) = 0;

 protected:
  ~ServerSide() = default;
};

/// The client half of a link.
class ClientSide {
 public:
  /// The response to the outstanding request; `well_formed` is false when its length fits no such
  /// response.
  virtual void on_response(Bearer& bearer, Bytes pdu, bool well_formed) = 0;
  virtual void on_error_response(Bearer& bearer, uint16_t handle, uint8_t error) = 0;
  virtual void on_request_timeout(Bearer& bearer) = 0;
  virtual void on_handle_value(Bearer& bearer, bool indication, Bytes pdu) = 0;
  virtual void on_command_sent(Bearer& bearer) = 0;

 protected:
  ~ClientSide() = default;
};

/// The ATT bearer of one link: MTU, one request and one indication open in each direction,
/// transaction timeouts, and the first defence against hostile input. Core, Vol 3, Part
/// F, 3.2.8, 3.3.
class Bearer {
 public:
  Bearer(uint16_t conn_handle, Links& links, Timers& timers, ServerSide& server,
         ClientSide& client);
  Bearer(const Bearer&) = delete;
  Bearer& operator=(const Bearer&) = delete;
  ~Bearer();

  uint16_t conn_handle() const { return conn_handle_; }
  uint16_t mtu() const { return mtu_; }
  /// Result of an exchange: the smaller of both sides, never below 23.
  void agree_mtu(uint16_t own, uint16_t peer);
  /// True after a transaction timed out or close(): nothing more is sent or accepted.
  bool is_dead() const { return dead_; }

  /// Ends the bearer with its link: no timeout, nothing more is sent or accepted.
  void close();

  void on_pdu(Bytes pdu);
  void on_pdu_sent();

  // Client half.
  /// kBusy: a request is outstanding. kTimeout: dead. kInvalidConnHandle: no link.
  Status send_request(Bytes pdu);
  Status send_command(Bytes pdu);
  Status send_confirmation();
  bool is_request_pending() const { return request_ != Opcode::kNone; }
  size_t commands_in_flight() const { return commands_in_flight_; }

  // Server half.
  void respond(Bytes pdu);
  void respond_error(uint16_t handle, Error error);
  void respond_error(uint16_t handle, uint8_t error);
  Status send_notification(Bytes pdu);
  /// kBusy: an indication is outstanding.
  Status send_indication(Bytes pdu);
  bool is_indication_pending() const { return indication_pending_; }
  size_t notifications_in_flight() const { return notifications_in_flight_; }

 private:
  enum class Sent : uint8_t { kOther, kNotification, kCommand };

  Status send(Bytes pdu, Sent kind);
  void on_request(const Rule& rule, Bytes pdu);
  void on_response(const Rule& rule, Bytes pdu);
  void on_confirmation();
  void on_request_expired();
  void on_indication_expired();

  const uint16_t conn_handle_;
  Links& links_;
  Timers& timers_;
  ServerSide& server_;
  ClientSide& client_;
  uint16_t mtu_ = kDefaultMtu;
  bool dead_ = false;
  Opcode request_ = Opcode::kNone;  ///< ours, waiting for a response
  uint8_t serving_ = 0;             ///< opcode of the peer's request that is not answered yet
  bool indication_pending_ = false;
  Timer request_timer_;
  Timer indication_timer_;
  std::deque<Sent> in_flight_;  ///< what the controller has not finished, in order
  size_t notifications_in_flight_ = 0;
  size_t commands_in_flight_ = 0;
};

}  // namespace pm::host::att
