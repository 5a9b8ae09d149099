// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/ports/soft_device.hpp"

namespace pm {

/// What is remembered of a link as a yes or no.
enum class LinkFlag : uint8_t {
  kValid,
  kConnected,
  kCentral,
  kEncrypted,
  kMitm,
  kLesc,
  /// The identity table entry belongs to this connection.
  kTracked,
  kExcluded,
  // Security manager.
  kSecurePending,
  kSecurePendingForce,
  kSecurePendingNullParams,
  kParamsReplyPending,
  // Security dispatcher.
  kProcedureRunning,
  kProcedureIsPairing,
  kProcedureIsBonding,
  kAllowRepairing,
  /// The SoftDevice accepted where it is to put the keys of the pairing.
  kReceivesKeys,
  /// Both sides have told their parameters: what fails from here on was an attempt to pair.
  kParamsExchanged,
  // GATT caches.
  kDbStorePending,
  kDbApplyPending,
  kServiceChangedPending,
  kServiceChangedSent,
  kCarWanted,
  kCarHandleQueried,
  kCarValueQueried,
  kCount,
};
static_assert(static_cast<unsigned>(LinkFlag::kCount) <= 32, "one word per link");

/// Facts about each link. Observes SoftDevice events before everybody else. The record of a link
/// that went down stays readable, with all its flags, until the next connection of any link.
class ConnectionStates {
 public:
  explicit constexpr ConnectionStates(SoftDevice& soft_device) : soft_device_(soft_device) {}
  ConnectionStates(const ConnectionStates&) = delete;
  ConnectionStates& operator=(const ConnectionStates&) = delete;

  void reset() { flags_.fill(0); }
  void on_ble_event(const ble_evt_t& event);

  /// Index of the valid record of a connection, -1 when there is none.
  int index(uint16_t conn_handle) const;
  bool is_valid(uint16_t conn_handle) const { return index(conn_handle) >= 0; }
  bool get(uint16_t conn_handle, LinkFlag flag) const;
  bool get_at(int index, LinkFlag flag) const { return (flags_[index] & bit(flag)) != 0; }
  /// Nothing happens for an unknown connection.
  void set(uint16_t conn_handle, LinkFlag flag, bool value = true);
  /// BLE_GAP_ROLE_*: INVALID for an unknown connection.
  uint8_t role(uint16_t conn_handle) const;
  uint16_t handle_at(int index) const { return soft_device_->link_handle(index); }

  /// The next link from `index` on that is up, is not excluded and has the flag; `index` moves
  /// behind it. BLE_CONN_HANDLE_INVALID: none. Indices that no connection is assigned to are
  /// skipped.
  uint16_t next_connected(LinkFlag flag, int& index) const;
  /// Calls `action(conn_handle)` for each of them. The flag is looked at when its link's turn
  /// comes.
  template <class Action>
  void for_each_connected(LinkFlag flag, Action action) const {
    for (int index = 0;;) {
      const uint16_t conn_handle = next_connected(flag, index);
      if (conn_handle == BLE_CONN_HANDLE_INVALID) {
        return;
      }
      action(conn_handle);
    }
  }

 private:
  static constexpr uint32_t bit(LinkFlag flag) { return 1u << static_cast<unsigned>(flag); }
  void on_connected(uint16_t conn_handle, uint8_t role);

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  std::array<uint32_t, config::kLinks> flags_{};
};

}  // namespace pm
