// SPDX-License-Identifier: Apache-2.0
//
// A device of stories: a BareDevice with the habits of an ordinary application.
#pragma once

#include <optional>

#include "pm/device/bare_device.hpp"
#include "stories/support/events.hpp"

namespace pm::test {

constexpr uint64_t kSeconds = 1'000'000;
constexpr uint16_t kNoConnection = BLE_CONN_HANDLE_INVALID;
constexpr uint16_t kNoPeer = PM_PEER_ID_INVALID;

/// An L2CAP PDU as it went over the air.
struct AirPdu {
  hci::Role from;
  uint16_t cid;
  bool encrypted;
  std::vector<uint8_t> payload;
  uint8_t opcode() const { return payload.empty() ? uint8_t{0} : payload[0]; }
};

/// Virtual time, an air, and what went over it.
class Radio final : private sim::AirTap {
 public:
  explicit Radio(uint64_t seed) : air(clock, seed) { air.set_tap(this); }
  ~Radio() { air.set_tap(nullptr); }

  sim::VirtualClock clock;
  sim::Air air;
  std::vector<AirPdu> pdus;

 private:
  void on_advertising(uint64_t, const sim::AdvertisingSeen&) override {}
  void on_connection(uint64_t, const sim::ConnectionSeen&) override {}
  void on_link_control(uint64_t, const sim::LinkControlSeen&) override {}
  void on_l2cap(uint64_t, const sim::L2capSeen& seen) override {
    pdus.push_back(
        {seen.from, seen.cid, seen.encrypted, {seen.payload.begin(), seen.payload.end()}});
  }
};

/// LE Secure Connections, Just Works, bonding; keys and identities both ways.
ble_gap_sec_params_t just_works();
/// The same with a display and yes/no, asking for protection against a man in the middle.
ble_gap_sec_params_t numeric_comparison();
/// LE legacy pairing, Just Works, bonding; keys and identities both ways.
ble_gap_sec_params_t legacy_just_works();

class StoryDevice final : public device::BareDevice {
 public:
  StoryDevice(Radio& radio, uint64_t seed, unsigned number, uint32_t flash_size = 4096);

  // Habits. They last over restarts.
  ble_gap_sec_params_t security = just_works();
  /// Consent to replace a bond.
  bool may_replace_bond = false;
  /// What the user says to a number to be compared.
  bool user_agrees = true;
  /// Resolvable private addresses, made with the device's own key or another one.
  bool is_private = false;
  std::optional<ble_gap_irk_t> other_irk;
  /// A service behind the first one, from the next start on.
  bool has_second_service = false;

  // ---- Links. The last one made is the one meant.

  Status advertise();
  /// What it advertises with.
  ble_gap_addr_t address_on_air();
  Status connect(const ble_gap_addr_t& peer);
  Status disconnect(uint16_t connection);
  uint16_t connection() const { return connection_; }
  /// Also between DISCONNECTED and the next link.
  uint16_t last_connection() const { return last_connection_; }
  size_t links() const { return links_; }
  /// Security level of the last link, from 1.
  unsigned level();

  Status secure(bool force_repairing = false) {
    return peer_manager().conn_secure(connection_, force_repairing);
  }
  uint16_t peer();
  pm_conn_sec_status security_status();
  std::optional<pm_peer_data_bonding> bond_of(uint16_t peer);

  // ---- Server: one service, one characteristic that notifies when encrypted.

  Status notify(uint8_t value) { return notify(connection_, value); }
  Status notify(uint16_t connection, uint8_t value);
  uint16_t value_handle() const { return value_.value_handle; }
  uint16_t cccd_handle() const { return value_.cccd_handle; }
  /// CCCD of the Service Changed characteristic; 0: there is none.
  uint16_t service_changed_cccd_handle();

  // ---- Client.

  Status write_cccd(uint16_t handle, uint16_t value);

  // ---- Since forget().

  Log log() const { return pm_log(*this); }
  Log security_log() const { return test::security_log(*this); }
  size_t count(const std::string& pm_event) const;
  size_t count_ble(uint16_t event_id) const;
  /// The newest; nullptr: none. Pointers inside are not to be followed.
  const ble_evt_t* last_ble(uint16_t event_id) const;

 private:
  void prepare();
  void add_service(uint16_t service_uuid, uint16_t value_uuid, ble_gatts_char_handles_t& handles);
  void on_peer_manager_event(const pm_evt& event);
  void on_stack_event(const ble_evt_t& event);

  Radio& radio_;
  uint16_t connection_ = kNoConnection;
  uint16_t last_connection_ = kNoConnection;
  size_t links_ = 0;
  uint8_t advertising_set_ = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
  ble_gatts_char_handles_t value_{};
};

}  // namespace pm::test
