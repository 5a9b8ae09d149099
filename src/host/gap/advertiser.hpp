// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/event_queue.hpp"
#include "host/gap/device_lists.hpp"
#include "host/gap/own_address.hpp"

namespace pm::host::gap {

/// The one advertising set, over the legacy advertising commands. Results as sd_ble_gap_adv_*().
class Advertiser {
 public:
  Advertiser(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
             EventQueue& events);
  ~Advertiser() { timers_.stop(limit_timer_); }
  Advertiser(const Advertiser&) = delete;
  Advertiser& operator=(const Advertiser&) = delete;

  static constexpr uint8_t kHandle = 0;

  Status configure(uint8_t* handle, const ble_gap_adv_data_t* data,
                   const ble_gap_adv_params_t* params);
  /// What start() demands: kInvalidAdvHandle, kInvalidState, or kConnCount if a connectable set has
  /// no link free.
  Status check_start(uint8_t handle, bool link_free) const;
  /// Starts; check_start() said kOk and the address is chosen.
  void start();
  Status stop(uint8_t handle);
  /// kInvalidAdvHandle, kInvalidState: not advertising.
  Status check_active(uint8_t handle) const;

  bool active() const { return active_; }
  bool uses_whitelist() const { return active_ && params_.filter_policy != BLE_GAP_ADV_FP_ANY; }

  /// True if a central with this (resolved) address may connect. The controller filters where it
  /// can; this is for those that cannot.
  bool admits(const ble_gap_addr_t& peer, const ble_gap_addr_t& peer_on_air) const;
  /// A central has connected: advertising is over.
  void on_connected();
  /// A central has connected that may not: advertising goes on.
  void on_refused_connection();
  /// High duty cycle advertising ended in the controller (0x3C).
  void on_directed_timeout();
  /// Around a change of address.
  void suspend();
  void resume();
  /// The controller is gone.
  void abandon();

 private:
  void program_params();
  void program_data();
  void enable();
  void disable();
  void start_limit_timer();
  void terminate(uint8_t reason, uint8_t events);
  static void limit_reached(void* context);

  Controller& controller_;
  OwnAddress& own_;
  DeviceLists& lists_;
  Timers& timers_;
  EventQueue& events_;
  bool configured_ = false;
  ble_gap_adv_params_t params_{};
  ble_gap_addr_t peer_{};
  std::vector<uint8_t> adv_data_;
  std::vector<uint8_t> scan_rsp_data_;
  const uint8_t* adv_buffer_ = nullptr;
  const uint8_t* scan_rsp_buffer_ = nullptr;
  /// Wanted by the application.
  bool active_ = false;
  /// Enabled in the controller, as far as commands have been sent.
  bool on_air_ = false;
  Timer limit_timer_;
  uint8_t limit_reason_ = 0;
};

}  // namespace pm::host::gap
