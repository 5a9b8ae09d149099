// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "pm/base/secret.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/sim/air_tap.hpp"

namespace pm::sim {

class ControllerCore;

/// Who we are and whom we know: random address, filter accept list, resolving list, private
/// addresses. Core, Vol 6, Part B, 4.3 (lists), 6 (privacy).
class AddressBook {
 public:
  explicit AddressBook(ControllerCore& core) : core_(core) {}

  bool handle(const hci::CommandView& view);
  void reset();

  /// A peer's address on air, resolved as far as the resolving list allows.
  struct Peer {
    AirAddress on_air;
    /// The identity if `resolved`, else as on air.
    AirAddress identity;
    bool resolved = false;
    /// It used its identity address although network privacy wants a private one.
    bool refused = false;

    /// Address_Type and Address of events.
    hci::AddressType reported_type() const;
    /// Peer_Resolvable_Private_Address of events.
    hci::BdAddr reported_rpa() const { return resolved ? on_air.octets : hci::BdAddr{}; }
  };
  Peer identify(const AirAddress& on_air);
  bool in_accept_list(const Peer& peer) const;

  /// The address to use towards `peer` (an identity); nullopt: there is no such address.
  std::optional<AirAddress> own_address(hci::OwnAddressType type, const AirAddress& peer);
  /// The address that directed advertising puts on air for `peer`.
  AirAddress target_address(hci::OwnAddressType type, const AirAddress& peer);
  /// True iff `target` on air means us.
  bool is_own(const AirAddress& target);

  static constexpr bool is_rpa(const AirAddress& address) {
    return address.type == hci::AddressType::kRandom && (address.octets[5] & 0xC0) == 0x40;
  }
  /// Identity types count as the device types that they are on air.
  static constexpr AirAddress plain(hci::AddressType type, const hci::BdAddr& octets) {
    return {static_cast<hci::AddressType>(static_cast<uint8_t>(type) & 0x01), octets};
  }

 private:
  static constexpr size_t kCapacity = 16;

  struct Entry {
    AirAddress identity;
    Key128 peer_irk;
    Key128 local_irk;
    hci::PrivacyMode mode = hci::PrivacyMode::kNetwork;
    hci::BdAddr local_rpa{};
    hci::BdAddr peer_rpa{};
    uint64_t made_us = 0;
  };

  bool handle_accept_list(const hci::CommandView& view);
  bool handle_resolving_list(const hci::CommandView& view);
  hci::ErrorCode add_to_resolving_list(const hci::LeAddToResolvingList& command);
  bool accept_list_in_use() const;
  bool resolving_list_in_use() const;
  Entry* find(const AirAddress& identity);
  void refresh(Entry& entry);
  hci::BdAddr make_rpa(const Key128& irk);
  bool resolves(const Key128& irk, const hci::BdAddr& rpa);
  std::array<uint8_t, 3> hash(const Key128& irk, const uint8_t* prand);

  ControllerCore& core_;
  hci::BdAddr random_address_{};
  std::vector<AirAddress> accept_list_;
  std::vector<Entry> resolving_list_;
  bool resolution_enabled_ = false;
  uint16_t rpa_timeout_s_ = 900;
};

}  // namespace pm::sim
