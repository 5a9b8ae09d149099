// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/base/types.hpp"
#include "pm/ports/soft_device.hpp"

namespace pm {

/// What is remembered of a link as a yes or no.
enum class LinkFlag : uint8_t {
  // Where pm_conn_sec_status has them; then in the order of security levels.
  kConnected,
  kEncrypted,
  kMitm,
  kLesc,
  kValid,
  kCentral,
  kExcluded,
  // Security manager.
  kSecurePending,
  kSecurePendingForce,
  kSecurePendingNullParams,
  kParamsReplyPending,
  // Security dispatcher.
  kProcedureRunning,
  /// The procedure, as in pm_conn_sec_procedure: encryption has neither, bonding the first, pairing
  /// without a bond the second.
  kProcedureIsBonding,
  kProcedureIsPairing,
  /// Both sides have told their parameters: what fails from here on was an attempt to pair.
  kParamsExchanged,
  kAllowRepairing,
  // GATT caches.
  kDbStorePending,
  kDbApplyPending,
  kServiceChangedPending,
  kCarWanted,
  kCarReading,
  kCount,
};
static_assert(static_cast<unsigned>(LinkFlag::kCount) <= 32, "one word per link");

/// Several facts about a link: LinkFlag by LinkFlag.
using LinkFlags = uint32_t;
constexpr LinkFlags bit(LinkFlag flag, bool value = true) {
  return LinkFlags{value} << static_cast<unsigned>(flag);
}

/// What is remembered of a link.
struct Link {
  bool has(LinkFlag flag) const { return (flags >> static_cast<unsigned>(flag) & 1u) != 0; }
  void assign(LinkFlags which, LinkFlags values) { flags = (flags & ~which) | values; }
  bool is_central() const {
    return config::kCentral && (!config::kPeripheral || has(LinkFlag::kCentral));
  }

  LinkFlags flags;
  /// Whom the identity manager found behind it.
  PeerId peer;
  /// Of the Central Address Resolution characteristic's value while it is read, 0 while it is
  /// looked for.
  uint16_t value_handle;
  /// Of the peer, as reported at connection.
  ble_gap_addr_t address;
};

/// Facts about each link. Observes SoftDevice events before everybody else. The record of a link
/// that went down stays readable, with all its flags, until the next connection of any link.
class ConnectionStates {
 public:
  explicit constexpr ConnectionStates(SoftDevice& soft_device) : soft_device_(soft_device) {}
  ConnectionStates(const ConnectionStates&) = delete;
  ConnectionStates& operator=(const ConnectionStates&) = delete;

  void reset();
  void on_ble_event(const ble_evt_t& event);

  /// The valid record of a connection, nullptr when there is none.
  Link* find(uint16_t conn_handle);
  const Link* find(uint16_t conn_handle) const;
  /// None for an unknown connection.
  LinkFlags flags(uint16_t conn_handle) const;
  bool get(uint16_t conn_handle, LinkFlag flag) const;
  /// Nothing happens for an unknown connection.
  void set(uint16_t conn_handle, LinkFlag flag, bool value = true);
  /// Makes the flags `which` what they are in `values`.
  void assign(uint16_t conn_handle, LinkFlags which, LinkFlags values);
  /// Index of a record.
  int index_of(const Link& link) const { return static_cast<int>(&link - links_.data()); }
  std::array<Link, config::kLinks>& links() { return links_; }
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
  void on_connected(uint16_t conn_handle, const ble_gap_evt_connected_t& connected);

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  std::array<Link, config::kLinks> links_{};
};

}  // namespace pm
