// SPDX-License-Identifier: Apache-2.0
//
// A Peer Manager with fakes around it, an event log in words, and SoftDevice events by function
// call.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peer_manager/support/fake_soft_device.hpp"
#include "peer_manager/support/fake_storage.hpp"
#include "peer_manager/support/test_crypto.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/sim/virtual_clock.hpp"

namespace pm::test {

inline constexpr uint16_t kLink = 0;
inline constexpr uint16_t kOtherLink = 1;
inline constexpr uint8_t kPeripheral = BLE_GAP_ROLE_PERIPH;
inline constexpr uint8_t kCentral = BLE_GAP_ROLE_CENTRAL;

using Log = std::vector<std::string>;
/// Levels of what was logged, in programs without the C faces.
extern std::vector<int> logged_levels;

ble_gap_addr_t address(uint8_t last, uint8_t type = BLE_GAP_ADDR_TYPE_PUBLIC);
ble_gap_sec_params_t bonding_params();
ble_gap_sec_params_t pairing_params();
/// A legacy bond: own LTK named by (ediv, rand) = `name`, peer LTK by `name` + 1.
pm_peer_data_bonding legacy_bond(const ble_gap_addr_t& identity, uint8_t name);
/// A bond of LE Secure Connections.
pm_peer_data_bonding lesc_bond(const ble_gap_addr_t& identity);

/// An event as text: NAME, or NAME(details). Data updates are UPDATE(peer,data) and so on.
std::string describe(const pm_evt& event);

class Device : public ::testing::Test {
 protected:
  Device();
  ~Device() override;

  /// A reset: a new Peer Manager over the same store. What was not completed is lost.
  void reboot();
  /// Writes a bond straight into the store, as if stored before the last boot. Use before reboot().
  void put_bond(unsigned peer, const pm_peer_data_bonding& bond);
  void put_local_db(unsigned peer, const std::vector<uint8_t>& attributes, uint32_t flags = 3);

  void dispatch(const ble_evt_t& event);
  void connect(uint16_t conn_handle, uint8_t role, const ble_gap_addr_t& peer);
  void disconnect(uint16_t conn_handle, uint8_t reason = 0x13);
  void sec_request(uint16_t conn_handle, bool bond, bool mitm, bool lesc);
  void sec_params_request(uint16_t conn_handle, const ble_gap_sec_params_t& params);
  void sec_info_request(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                        bool enc_info = true);
  void conn_sec_update(uint16_t conn_handle, uint8_t level);
  void auth_success(uint16_t conn_handle, bool bonded, bool lesc = false);
  void auth_failure(uint16_t conn_handle, uint8_t status,
                    uint8_t source = BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
  void dhkey_request(uint16_t conn_handle, ble_gap_lesc_p256_pk_t& peer_key, bool oob = false);
  void cccd_write(uint16_t conn_handle);
  void sys_attr_missing(uint16_t conn_handle);
  void sc_confirm(uint16_t conn_handle);
  void gattc_event(uint16_t conn_handle, uint16_t id, uint16_t gatt_status);
  void car_found(uint16_t conn_handle, uint16_t handle, uint16_t count = 1, uint16_t length = 1);
  void value_read(uint16_t conn_handle, uint16_t handle, std::vector<uint8_t> value);
  void any_event(uint16_t conn_handle = BLE_CONN_HANDLE_INVALID);

  /// What the peer distributes, put where the last params reply said.
  void distribute(const pm_peer_data_bonding& bond);
  /// The peer pairs and bonds, as peripheral or central of this device.
  void bond_as_peripheral(uint16_t conn_handle, const pm_peer_data_bonding& bond);

  /// Restarts with a bond under that ID, whose device then connects; the events are forgotten.
  void bonded_link(uint16_t conn_handle = kLink, unsigned peer = 0);

  /// A stranger can bond, and all write buffers are free.
  void expect_all_works();

  /// Events since the last call.
  Log take_log();
  PeerManager& manager() { return *manager_; }
  uint16_t peer_of(uint16_t conn_handle);

  FakeSoftDevice soft_device;
  FakeStorage storage;
  sim::VirtualClock clock;
  TestCrypto crypto;
  /// Called for each event after it was logged.
  std::function<void(const pm_evt&)> on_event;

  /// The handler that logs: to be registered again after an init().
  static void record(const pm_evt* event);

 private:
  static Device* current_;

  std::unique_ptr<PeerManager> manager_;
  Log log_;
};

}  // namespace pm::test
