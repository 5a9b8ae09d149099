// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "ble_gap.h"
#include "host/links.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host::l2cap {

/// What the LE signalling channel reports.
class SignallingSink {
 public:
  /// Central: the peripheral asks for `params`, which are in range. Answer with
  /// Signalling::answer_update().
  virtual void on_update_requested(uint16_t conn_handle, const ble_gap_conn_params_t& params) = 0;
  /// Peripheral: our request was answered, or not within the time (rejected). An accepted one is
  /// followed by the controller's Connection Update Complete.
  virtual void on_update_answered(uint16_t conn_handle, bool accepted) = 0;

 protected:
  ~SignallingSink() = default;
};

/// True if `params` are allowed by Core, Vol 3, Part A, 4.20 and Vol 6, Part B, 4.5.2.
bool connection_parameters_valid(const ble_gap_conn_params_t& params);

/// The LE signalling channel: connection parameter update in both roles, and Command Reject for all
/// else. Core, Vol 3, Part A, 4.
class Signalling final : public ChannelSink {
 public:
  Signalling(Links& links, Timers& timers, SignallingSink& sink)
      : links_(links), timers_(timers), sink_(sink) {}
  ~Signalling();
  Signalling(const Signalling&) = delete;
  Signalling& operator=(const Signalling&) = delete;

  void link_down(uint16_t conn_handle);
  void on_pdu(uint16_t conn_handle, Bytes pdu) override;
  void on_pdu_sent(uint16_t) override {}
  /// A frame above the MTU of the channel, of which `beginning` was kept.
  void on_oversized(uint16_t conn_handle, Bytes beginning);

  /// Peripheral: sends a Connection Parameter Update Request. kBusy: one is unanswered.
  /// kInvalidConnHandle: no link.
  Status request_update(uint16_t conn_handle, const ble_gap_conn_params_t& params);
  bool update_requested_by_peer(uint16_t conn_handle) const;
  /// Central: answers the request last reported. kInvalidState: there is none.
  Status answer_update(uint16_t conn_handle, bool accepted);

 private:
  struct Channel {
    Signalling* owner = nullptr;
    uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;
    uint8_t last_identifier = 0;
    /// Identifier of our request in flight, 0 when none.
    uint8_t own_request = 0;
    /// Identifier of the peer's request that waits for the application, 0 when none.
    uint8_t peer_request = 0;
    Timer response_timer;
  };

  Channel& channel(uint16_t conn_handle);
  void reject(uint16_t conn_handle, uint8_t identifier, uint16_t reason, Bytes data);
  void respond_update(uint16_t conn_handle, uint8_t identifier, bool accepted);
  void on_update_request(uint16_t conn_handle, uint8_t identifier, Bytes data);
  void on_update_response(uint16_t conn_handle, uint8_t identifier, Bytes data);
  void on_reject(uint16_t conn_handle, uint8_t identifier);
  void settle(uint16_t conn_handle, uint8_t identifier, bool accepted);
  static void response_timeout(void* context);

  Links& links_;
  Timers& timers_;
  SignallingSink& sink_;
  std::map<uint16_t, Channel> channels_;
};

}  // namespace pm::host::l2cap
