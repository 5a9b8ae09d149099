// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/connection_states.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/identity_index.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/soft_device.hpp"

namespace pm {

/// Which bonded peer is behind a connection. Also makes the lists that the SoftDevice filters and
/// resolves with.
class IdManager {
 public:
  constexpr IdManager(SoftDevice& soft_device, Crypto& crypto, ConnectionStates& states,
                      PeerIdPool& pool, PeerDatabase& database, EventRouter& router)
      : soft_device_(soft_device),
        crypto_(crypto),
        states_(states),
        pool_(pool),
        database_(database),
        router_(router) {}
  IdManager(const IdManager&) = delete;
  IdManager& operator=(const IdManager&) = delete;

  /// Before storage is read.
  void reset();
  /// Puts a stored bond into the index.
  void remember(PeerId peer, const ble_gap_id_key_t& identity);

  void on_ble_event(const ble_evt_t& event);
  /// Keeps the index and the links in step with storage.
  void on_database_event(const pm_evt& event);

  PeerId peer_of(uint16_t conn_handle) const;
  uint16_t connection_of(PeerId peer) const;
  void set_peer(uint16_t conn_handle, PeerId peer);
  /// The connection that belongs to the peer lives on without one.
  void forget_peer(PeerId peer);

  /// Peer whose bond has a legacy key of this name; `likely` is tried first. `bonding` gets the
  /// bond, or is overwritten with another; the caller wipes it.
  PeerId find_by_master_id(const ble_gap_master_id_t& master_id, PeerId likely,
                           pm_peer_data_bonding& bonding) const;
  /// Peer other than `except` whose bond is with the same device as `bonding`. Peers being deleted
  /// do not count.
  PeerId find_duplicate(const pm_peer_data_bonding& bonding, PeerId except = kInvalidPeer) const;

  /// Whether a resolvable private address was made with the IRK: Core, Vol 3, Part H, 2.2.2 and Vol
  /// 3, Part C, 10.8.2.3.
  bool resolves(const ble_gap_addr_t& address, const ble_gap_irk_t& irk) const;

  /// What a connection of a bonded peer asks for.
  PeerFlags flags_of(PeerId peer) const;
  /// Identity of a bonded peer. kNotFound: no such bond. kInternal: unreadable.
  Status identity_of(PeerId peer, ble_gap_id_key_t& out) const;

  // Lists and local identity: semantics in PeerManager.
  Status allow_list_set(const uint16_t* peers, size_t count);
  Status allow_list_get(ble_gap_addr_t* addresses, uint32_t* address_count, ble_gap_irk_t* irks,
                        uint32_t* irk_count) const;
  Status device_identities_set(const uint16_t* peers, size_t count);

 private:
  static constexpr size_t kMaxListed = BLE_GAP_WHITELIST_ADDR_MAX_COUNT;
  static_assert(kMaxListed == BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT);
  /// Identities, which whoever has read them wipes.
  struct List {
    uint32_t size;
    std::array<ble_gap_id_key_t, kMaxListed> identities;
  };

  void read_identity(PeerId peer);
  void update_flags(IdentityIndex::Entry& entry);
  PeerFlags read_flags(PeerId peer) const;
  const IdentityIndex::Entry* indexed(PeerId peer) const;
  void on_connected(uint16_t conn_handle);
  PeerId identify(const ble_gap_addr_t& address) const;
  PeerId search(const ble_gap_addr_t& address, ble_gap_id_key_t& memory) const;
  bool is_bond_of(PeerId peer, const ble_gap_id_key_t& identity) const;
  bool is_same_device(const ble_gap_id_key_t& identity, const ble_gap_addr_t& address) const;
  Status listed_identity(uint16_t peer, ble_gap_id_key_t& out) const;
  Status read_list(const uint16_t* peers, size_t count, List& list) const;

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<Crypto> crypto_;
  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<EventRouter> router_;

  /// Where its last search has ended is nothing that const promises.
  mutable IdentityIndex index_;
  std::array<uint16_t, BLE_GAP_WHITELIST_ADDR_MAX_COUNT> allow_list_{};
  uint8_t allow_list_size_ = 0;
};

/// Whether an address is an identity address is not part of what it is.
bool are_equal(const ble_gap_addr_t& a, const ble_gap_addr_t& b);

/// EDIV and Rand name the same key.
bool are_equal(const ble_gap_master_id_t& a, const ble_gap_master_id_t& b);

/// True for what stands in place of EDIV and Rand in LE Secure Connections.
bool is_zero(const ble_gap_master_id_t& id);

/// True iff both records are bonds with the same device.
bool is_duplicate(const ble_gap_id_key_t& a, const ble_gap_id_key_t& b);

}  // namespace pm
