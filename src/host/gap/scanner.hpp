// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "host/event_queue.hpp"
#include "host/gap/device_lists.hpp"
#include "host/gap/own_address.hpp"

namespace pm::host::gap {

/// One received advertisement, whichever event brought it.
struct Report {
  hci::ReportType type;
  ble_gap_addr_t address;
  /// The address as received; `address` may be the identity behind it.
  ble_gap_addr_t on_air;
  ble_gap_addr_t direct_address;
  int8_t rssi;
  std::vector<uint8_t> data;
};

/// What sd_ble_gap_scan_start() and sd_ble_gap_connect() demand of scan parameters.
Status check_scan_params(const ble_gap_scan_params_t& params, bool whitelist_empty);

/// Scanning, over the legacy commands. Results as sd_ble_gap_scan_*(). After each report the
/// application's scanning pauses; the controller goes on, and what it reports meanwhile waits here,
/// bounded.
class Scanner {
 public:
  Scanner(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
          EventQueue& events);
  ~Scanner() { timers_.stop(timeout_timer_); }
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  /// What start() demands; `params` nullptr continues.
  Status check_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer) const;
  /// Starts; check_start() said kOk and the address is chosen.
  void start(const ble_gap_scan_params_t& params, const ble_data_t& buffer);
  void resume_reports(const ble_data_t& buffer);
  Status stop();

  bool active() const { return active_; }
  bool uses_whitelist() const { return active_ && (params_.filter_policy & 1) != 0; }
  void on_report(const Report& report);
  /// Around a change of address.
  void suspend();
  void resume();
  void abandon();

 private:
  bool wanted(const Report& report) const;
  void deliver(const Report& report);
  void program_params();
  void enable();
  void disable();
  static void timed_out(void* context);

  Controller& controller_;
  OwnAddress& own_;
  DeviceLists& lists_;
  Timers& timers_;
  EventQueue& events_;
  ble_gap_scan_params_t params_{};
  ble_data_t buffer_{};
  bool active_ = false;
  bool paused_ = false;
  bool on_air_ = false;
  std::deque<Report> waiting_;
  Timer timeout_timer_;
};

}  // namespace pm::host::gap
