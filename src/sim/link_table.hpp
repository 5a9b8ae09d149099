// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "pm/hci/acl.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "sim/address_book.hpp"
#include "sim/ll_control.hpp"

namespace pm::sim {

class ControllerCore;
class Link;

/// The links of one controller: handles, ACL buffers, and the commands that work on a link.
class LinkTable {
 public:
  static constexpr size_t kMaxLinks = 8;
  static constexpr uint16_t kAclLength = 251;
  static constexpr uint8_t kAclCount = 8;
  static constexpr uint16_t kMaxDataOctets = 251;
  static constexpr uint16_t kMinDataOctets = 27;
  static constexpr uint8_t kSupportedPhys = hci::kPhy1M | hci::kPhy2M;

  explicit LinkTable(ControllerCore& core) : core_(core) {}

  bool handle(const hci::CommandView& view);
  void reset();
  /// Leaves every link without a word.
  void vanish();

  bool full() const { return links_.size() >= kMaxLinks; }
  bool connected_to(const AirAddress& peer) const;
  uint16_t free_handle() const;
  void add(uint16_t handle, hci::Role role, const AirAddress& peer, std::shared_ptr<Link> link);
  void remove(uint16_t handle);
  uint16_t default_tx_octets() const { return default_tx_octets_; }
  uint8_t preferred_tx_phys() const { return preferred_tx_phys_; }
  uint8_t preferred_rx_phys() const { return preferred_rx_phys_; }

  /// False: the host broke the rules (too long, or without credit).
  bool on_acl(const hci::AclView& acl);
  void on_completed(uint16_t handle, uint16_t packets);

 private:
  struct Entry {
    hci::Role role;
    AirAddress peer;
    std::shared_ptr<Link> link;
    unsigned packets_inside = 0;
  };

  bool handle_link(const hci::CommandView& view);
  bool handle_data_length(const hci::CommandView& view);
  bool handle_phy(const hci::CommandView& view);
  bool handle_security(const hci::CommandView& view);
  /// Lets `act` work on a link; kUnknownConnectionId when there is none.
  template <class Act>
  hci::ErrorCode with(uint16_t handle, Act&& act);

  ControllerCore& core_;
  std::map<uint16_t, Entry> links_;
  // Set by reset().
  uint16_t default_tx_octets_ = 0;
  uint16_t default_tx_time_ = 0;
  uint8_t preferred_tx_phys_ = 0;
  uint8_t preferred_rx_phys_ = 0;
};

/// Makes the connection at both ends and tells both hosts, the central first.
struct NewConnection {
  ControllerCore& central;
  AirAddress central_own;
  AddressBook::Peer central_peer;
  ControllerCore& peripheral;
  AirAddress peripheral_own;
  AddressBook::Peer peripheral_peer;
  ConnectionParameters parameters;
};
void connect(const NewConnection& connection);

/// LE Enhanced Connection Complete, or its older form if the host's mask asks for that.
void tell_connection_complete(ControllerCore& core,
                              const hci::LeEnhancedConnectionComplete& complete);

}  // namespace pm::sim
