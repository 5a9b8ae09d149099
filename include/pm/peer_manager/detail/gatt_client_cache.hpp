// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/connection_states.hpp"
#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"

namespace pm {

/// What is remembered of the peer's GATT server: the Central Address Resolution value (Core, Vol 3,
/// Part C, 12.4), read once per bond. The remote database is stored by the application through the
/// peer data calls.
class GattClientCache {
 public:
  constexpr GattClientCache(SoftDevice& soft_device, ConnectionStates& states, IdManager& ids,
                            PeerDatabase& database)
      : soft_device_(soft_device), states_(states), ids_(ids), database_(database) {}
  GattClientCache(const GattClientCache&) = delete;
  GattClientCache& operator=(const GattClientCache&) = delete;

  /// Starts the reads that are wanted.
  void read_wanted();
  void on_ble_event(const ble_evt_t& event);

 private:
  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<PeerDatabase> database_;
};

}  // namespace pm
