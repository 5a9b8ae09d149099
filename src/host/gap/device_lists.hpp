// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "host/gap/address.hpp"
#include "host/gap/controller.hpp"

namespace pm::host::gap {

/// The allow list and the identities of known peers, here and in the controller. Resolving is the
/// controller's where it can all of it (list, enable, privacy mode, room for every entry), and the
/// host's for whatever the controller left unresolved: some accept a list and never apply it.
class DeviceLists {
 public:
  /// `distrust_controller`: it accepts lists and does not apply them, so that all is done here.
  DeviceLists(Controller& controller, Crypto& crypto, bool distrust_controller)
      : controller_(controller), crypto_(crypto), distrust_controller_(distrust_controller) {}
  ~DeviceLists();
  DeviceLists(const DeviceLists&) = delete;
  DeviceLists& operator=(const DeviceLists&) = delete;

  // The rules of sd_ble_gap_whitelist_set() and sd_ble_gap_device_identities_set(); that the lists
  // are not in use is checked by the caller.
  Status set_whitelist(const ble_gap_addr_t* const* addrs, uint8_t count);
  Status set_identities(const ble_gap_id_key_t* const* id_keys,
                        const ble_gap_irk_t* const* local_irks, uint8_t count,
                        bool network_privacy);
  /// Writes the identities into the controller again: `device_irk` is ours (zeros: privacy off).
  void program_identities(const ble_gap_irk_t& device_irk, bool network_privacy);

  bool whitelist_empty() const { return whitelist_.empty(); }
  bool in_whitelist(const ble_gap_addr_t& address) const;
  bool in_identities(const ble_gap_addr_t& address) const;

  /// The identity behind an address on air, with addr_id_peer 1; `on_air` itself when unknown.
  ble_gap_addr_t resolve(const ble_gap_addr_t& on_air) const;
  bool controller_resolves() const { return controller_resolves_; }
  /// True if the controller's accept list does what the allow list means: peers that may use
  /// private addresses need a controller that resolves. Otherwise the filter must be applied here.
  bool controller_filters() const;

 private:
  struct Identity {
    ble_gap_addr_t address;
    ble_gap_irk_t irk;
    std::optional<ble_gap_irk_t> local_irk;
  };

  void clear_identities();
  void fall_back_to_host();

  Controller& controller_;
  Crypto& crypto_;
  bool distrust_controller_;
  std::vector<ble_gap_addr_t> whitelist_;
  bool whitelist_fits_ = true;
  std::vector<Identity> identities_;
  bool controller_resolves_ = false;
  /// Grows with each programming, so that late answers to an older one change nothing.
  unsigned generation_ = 0;
};

}  // namespace pm::host::gap
