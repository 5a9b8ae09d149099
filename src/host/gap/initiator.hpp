// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/event_queue.hpp"
#include "host/gap/device_lists.hpp"
#include "host/gap/own_address.hpp"
#include "host/gap/scanner.hpp"

namespace pm::host::gap {

/// Connecting as central. Results as sd_ble_gap_connect*(). Where the controller cannot resolve
/// private addresses, the peer is sought by scanning and connected by the address that it shows.
class Initiator {
 public:
  Initiator(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
            EventQueue& events);
  ~Initiator();
  Initiator(const Initiator&) = delete;
  Initiator& operator=(const Initiator&) = delete;

  /// What connect() demands, links aside.
  Status check_connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                       const ble_gap_conn_params_t* conn) const;
  /// Starts; check_connect() said kOk and the address is chosen.
  void connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t& scan,
               const ble_gap_conn_params_t& conn);
  Status cancel();

  bool active() const { return active_; }
  bool uses_whitelist() const { return active_ && uses_list_; }
  bool seeking() const { return active_ && seeking_; }
  void on_report(const Report& report);
  /// True if a peripheral with this (resolved) address is one that was asked for.
  bool admits(const ble_gap_addr_t& peer, const ble_gap_addr_t& peer_on_air) const;
  void on_connected();
  /// LE Connection Complete as central that brought no link, or not the right one.
  void on_failed(hci::ErrorCode status);
  /// Around a change of address.
  void suspend();
  void resume();
  void abandon();

 private:
  void begin();
  void create();
  void seek();
  void stop_seeking();
  void withdraw();
  void time_out();
  static void timeout_expired(void* context);
  static void retry_expired(void* context);

  Controller& controller_;
  OwnAddress& own_;
  DeviceLists& lists_;
  Timers& timers_;
  EventQueue& events_;
  ble_gap_addr_t peer_{};
  ble_gap_scan_params_t scan_{};
  ble_gap_conn_params_t conn_{};
  bool uses_list_ = false;
  /// Wanted by the application.
  bool active_ = false;
  /// The time is over; the controller's last word on the attempt is awaited.
  bool timed_out_ = false;
  /// Suspended for a change of address.
  bool suspended_ = false;
  bool seeking_ = false;
  bool scanning_ = false;
  /// The on-air address of a peer that was found by seeking.
  std::optional<ble_gap_addr_t> found_;
  /// LE Create Connection was sent; a Connection Complete is owed.
  bool creating_ = false;
  Timer timeout_timer_;
  Timer retry_timer_;
};

}  // namespace pm::host::gap
