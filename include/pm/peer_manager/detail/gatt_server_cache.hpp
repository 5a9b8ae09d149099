// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/connection_states.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"

namespace pm {

/// What our own GATT server remembers of each peer: CCCD values, and whether the peer has yet to be
/// told that the database changed.
class GattServerCache {
 public:
  constexpr GattServerCache(SoftDevice& soft_device, ConnectionStates& states, IdManager& ids,
                            PeerIdPool& pool, PeerDatabase& database, EventRouter& router)
      : soft_device_(soft_device),
        states_(states),
        ids_(ids),
        pool_(pool),
        database_(database),
        router_(router) {}
  GattServerCache(const GattServerCache&) = delete;
  GattServerCache& operator=(const GattServerCache&) = delete;

  /// Before storage tells of anything.
  void reset() { announced_ = kInvalidPeer; }

  /// Stores the link's CCCDs under its peer unless they are stored already. False: no buffer, to be
  /// tried again, as LinkFlag::kDbStorePending says.
  bool store_local_db(uint16_t conn_handle);
  /// Gives the stored CCCDs to the SoftDevice, or empty ones, and tells the outcome by event.
  void apply_local_db(uint16_t conn_handle);

  // Service Changed: Core, Vol 3, Part G, 7.1.
  /// Every peer is to be told.
  void announce_change();
  /// Goes on with announce_change() where the store had no time.
  void continue_announcing();
  /// Sends to every link that is to be told.
  void send_service_changed();
  void on_service_changed_confirmed(uint16_t conn_handle);

 private:
  using LocalDb = pm_peer_data_local_gatt_db;
  /// Room for the largest record that can have been written: all write buffers together.
  union RecordMemory {
    LocalDb local_db;
    uint8_t octets[config::kFlashBuffers * config::kFlashBufferSize];
  };

  // Not inlined: the memory of a record is the largest frame there is, and is left before events
  // are delivered.
  [[gnu::noinline]] Status keep_attributes(uint16_t conn_handle, PeerId peer);
  [[gnu::noinline]] Status keep(RecordKey key, const LocalDb& record);
  [[gnu::noinline]] Status set_newest_attributes(uint16_t conn_handle);
  [[gnu::noinline]] Status set_attributes(uint16_t conn_handle, const LocalDb& record);
  const LocalDb& newest(const void* unstored, RecordKey key, LocalDb& memory, size_t room) const;
  void send_service_changed(uint16_t conn_handle);
  void drop_service_changed(uint16_t conn_handle);
  bool is_service_changed_subscribed(uint16_t conn_handle, uint16_t first_user_handle) const;

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<EventRouter> router_;

  /// Who is next to be noted as to be told; kInvalidPeer: nobody.
  PeerId announced_{};
};

}  // namespace pm
