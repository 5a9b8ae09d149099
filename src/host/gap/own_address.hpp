// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "host/gap/address.hpp"
#include "host/gap/controller.hpp"

namespace pm::host::gap {

/// Who this device is and which address it shows: identity address, device IRK, privacy mode, and
/// the private addresses made from them. Private addresses are made here, not in the controller, so
/// that they work with every controller.
class OwnAddress {
 public:
  struct Factory {
    ble_gap_addr_t identity;
    ble_gap_irk_t irk;
  };

  /// `expired` runs when the private address has lived its time; it then calls refresh() when the
  /// radio may.
  OwnAddress(Controller& controller, Crypto& crypto, Timers& timers, const Factory& factory,
             std::function<void()> expired);
  ~OwnAddress();
  OwnAddress(const OwnAddress&) = delete;
  OwnAddress& operator=(const OwnAddress&) = delete;

  // The rules of sd_ble_gap_addr_set() and sd_ble_gap_privacy_set(); that the radio is idle is
  // checked by the caller.
  Status set_identity(const ble_gap_addr_t& address);
  const ble_gap_addr_t& identity() const { return identity_; }
  Status set_privacy(const ble_gap_privacy_params_t& params);
  void get_privacy(ble_gap_privacy_params_t& params) const;

  bool is_private() const { return mode_ != BLE_GAP_PRIVACY_MODE_OFF; }
  bool is_network_private() const { return mode_ == BLE_GAP_PRIVACY_MODE_NETWORK_PRIVACY; }
  uint16_t cycle_s() const { return cycle_s_; }
  const ble_gap_irk_t& irk() const { return irk_; }

  /// Gives the controller the address for what starts next: a new private one, or the identity.
  /// Only while nothing advertises, scans or connects.
  void refresh();
  void stop_rotation() { timers_.stop(rotation_); }

  hci::OwnAddressType type() const;
  /// What is, or is about to be, on air.
  const ble_gap_addr_t& shown() const { return wanted_; }
  /// What the controller has confirmed: the address of a connection that was just made.
  const ble_gap_addr_t& confirmed() const { return confirmed_; }

 private:
  static void rotation_expired(void* context);

  Controller& controller_;
  Crypto& crypto_;
  Timers& timers_;
  Factory factory_;
  std::function<void()> expired_;
  ble_gap_addr_t identity_;
  ble_gap_irk_t irk_;
  uint8_t mode_ = BLE_GAP_PRIVACY_MODE_OFF;
  uint8_t private_type_ = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  uint16_t cycle_s_ = BLE_GAP_DEFAULT_PRIVATE_ADDR_CYCLE_INTERVAL_S;
  ble_gap_addr_t wanted_{};
  ble_gap_addr_t confirmed_{};
  Timer rotation_;
};

}  // namespace pm::host::gap
