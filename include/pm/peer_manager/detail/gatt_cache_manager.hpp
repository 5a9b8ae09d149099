// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/gatt_client_cache.hpp"
#include "pm/peer_manager/detail/gatt_server_cache.hpp"

namespace pm {

/// When the GATT caches act: after which events something is stored, applied, sent or read, and
/// what is repeated.
class GattCacheManager {
 public:
  constexpr GattCacheManager(ConnectionStates& states, IdManager& ids, GattServerCache& server,
                             GattClientCache& client)
      : states_(states), ids_(ids), server_(server), client_(client) {}
  GattCacheManager(const GattCacheManager&) = delete;
  GattCacheManager& operator=(const GattCacheManager&) = delete;

  void on_ble_event(const ble_evt_t& event);
  /// BONDED_PEER_CONNECTED.
  void on_id_manager_event(const pm_evt& event);
  void on_database_event(const pm_evt& event);

 private:
  LinkFlags owed_to(PeerId peer) const;
  void process_pending();

  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<GattServerCache> server_;
  [[no_unique_address]] Ref<GattClientCache> client_;
};

}  // namespace pm
