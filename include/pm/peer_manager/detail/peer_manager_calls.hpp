// SPDX-License-Identifier: Apache-2.0
//
// Public calls that look whether init() has succeeded and leave the rest to a module: inline, so
// that they cost nothing between the C interface and the module.
#pragma once

#include "pm/peer_manager/peer_manager.hpp"

namespace pm {

constexpr PeerManager::Parts::Parts(PeerManager& peer_manager, SoftDevice& soft_device,
                                    Storage& storage_port, Timers& timers, Crypto& crypto)
    : router(peer_manager),
      ranks(database, pool, ids, router),
      gatt_server(soft_device, states, ids, pool, database, router),
      security_manager(states, ids, database, security_dispatcher, lesc, router),
      storage(storage_port, pool, router),
      lesc(soft_device, crypto),
      states(soft_device),
      ids(soft_device, crypto, states, pool, database, router),
      database(storage, buffers, pool, router),
      gatt_client(soft_device, states, ids, database),
      gatt_caches(states, ids, gatt_server, gatt_client),
      attempts(timers),
      security_dispatcher(soft_device, states, ids, pool, database, lesc, attempts, router) {}

constexpr PeerManager::PeerManager(SoftDevice& soft_device, Storage& storage, Timers& timers,
                                   Crypto& crypto)
    : parts_(*this, soft_device, storage, timers, crypto), soft_device_(soft_device) {}

// Out of line, because they are many that ask.
[[gnu::noinline]] inline Status PeerManager::check(const void* required) const {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  return required != nullptr ? Status::kOk : Status::kNull;
}

inline Status PeerManager::sec_params_set(const ble_gap_sec_params_t* params) {
  return initialized_ ? security_manager_->sec_params_set(params) : Status::kInvalidState;
}

inline Status PeerManager::conn_secure(uint16_t conn_handle, bool force_repairing) {
  return initialized_ ? security_manager_->conn_secure(conn_handle, force_repairing)
                      : Status::kInvalidState;
}

inline Status PeerManager::conn_exclude(uint16_t conn_handle, const void* context) {
  static_cast<void>(conn_handle);
  if (context == nullptr) {
    return Status::kNull;
  }
  // Ours: see filter_excluded().
  *static_cast<bool*>(const_cast<void*>(context)) = true;
  return Status::kOk;
}

inline void PeerManager::conn_sec_config_reply(uint16_t conn_handle,
                                               const pm_conn_sec_config* config) {
  if (config != nullptr) {
    security_manager_->allow_repairing(conn_handle, config->allow_repairing);
  }
}

inline Status PeerManager::conn_sec_params_reply(uint16_t conn_handle,
                                                 const ble_gap_sec_params_t* params,
                                                 const void* context) {
  static_cast<void>(conn_handle);
  return initialized_ ? SecurityManager::sec_params_reply(params, context) : Status::kInvalidState;
}

inline Status PeerManager::conn_sec_status_get(uint16_t conn_handle, pm_conn_sec_status* status) {
  PM_TRY(check(status));
  return security_manager_->status_get(conn_handle, *status);
}

inline bool PeerManager::sec_is_sufficient(uint16_t conn_handle,
                                           const pm_conn_sec_status* required) {
  return initialized_ && required != nullptr &&
         security_manager_->is_sufficient(conn_handle, *required);
}

inline Status PeerManager::lesc_public_key_set(ble_gap_lesc_p256_pk_t* public_key) {
  return initialized_ ? lesc_->set_public_key(public_key) : Status::kInvalidState;
}

inline Status PeerManager::allow_list_set(const uint16_t* peers, uint32_t peer_count) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  return ids_->allow_list_set(peers, peers != nullptr ? peer_count : 0);
}

inline Status PeerManager::allow_list_get(ble_gap_addr_t* addresses, uint32_t* address_count,
                                          ble_gap_irk_t* irks, uint32_t* irk_count) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  const bool is_missing = (addresses == nullptr && irks == nullptr) ||
                          (addresses != nullptr && address_count == nullptr) ||
                          (irks != nullptr && irk_count == nullptr);
  if (is_missing) {
    return Status::kNull;
  }
  return ids_->allow_list_get(addresses, address_count, irks, irk_count);
}

inline Status PeerManager::device_identities_list_set(const uint16_t* peers, uint32_t peer_count) {
  if (!initialized_) {
    return Status::kInvalidState;
  }
  if (peer_count > BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT) {
    return Status::kInvalidParam;
  }
  return ids_->device_identities_set(peers, peers != nullptr ? peer_count : 0);
}

inline Status PeerManager::id_addr_set(const ble_gap_addr_t* address) {
  PM_TRY(check(address));
  return soft_device_->gap_addr_set(*address);
}

inline Status PeerManager::id_addr_get(ble_gap_addr_t* address) {
  PM_TRY(check(address));
  return soft_device_->gap_addr_get(*address);
}

inline Status PeerManager::privacy_set(const ble_gap_privacy_params_t* params) {
  PM_TRY(check(params));
  return soft_device_->gap_privacy_set(*params);
}

inline Status PeerManager::privacy_get(ble_gap_privacy_params_t* params) {
  PM_TRY(check(params));
  PM_TRY(check(params->p_device_irk));
  return soft_device_->gap_privacy_get(*params);
}

inline bool PeerManager::address_resolve(const ble_gap_addr_t* address, const ble_gap_irk_t* irk) {
  return initialized_ && address != nullptr && irk != nullptr && ids_->resolves(*address, *irk);
}

inline Status PeerManager::conn_handle_get(uint16_t peer, uint16_t* conn_handle) {
  PM_TRY(check(conn_handle));
  *conn_handle = ids_->connection_of(PeerId{peer});
  return Status::kOk;
}

inline Status PeerManager::peer_id_get(uint16_t conn_handle, uint16_t* peer) {
  PM_TRY(check(peer));
  *peer = to_number(ids_->peer_of(conn_handle));
  return Status::kOk;
}

inline void PeerManager::local_database_has_changed() {
  if constexpr (config::kServiceChanged) {
    if (initialized_) {
      gatt_server_->announce_change();
    }
  }
}

inline uint16_t PeerManager::next_peer_id_get(uint16_t previous) const {
  return initialized_ ? to_number(pool_->next(PeerId{previous})) : PM_PEER_ID_INVALID;
}

inline uint16_t PeerManager::lowest_unconnected_get() const {
  return to_number(ranks_->lowest_unconnected());
}

inline uint32_t PeerManager::peer_count() const { return initialized_ ? pool_->count() : 0; }

}  // namespace pm
