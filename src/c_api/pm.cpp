// SPDX-License-Identifier: Apache-2.0
//
// pm_*: the C interface of the Peer Manager. Before boot() it answers as an uninitialised one.
#include "bm/bluetooth/peer_manager/peer_manager.h"

#include <cstring>

#include "c_api/api.hpp"
#include "c_api/globals.hpp"
#include "c_api/observers.h"
#include "c_api/returned.hpp"
#include "c_api/trace.hpp"
#include "nrf_error.h"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

namespace {

using pm::PeerManager;
using pm::Status;
using pm::c_api::peer_manager;
using pm::c_api::returned;
using pm::c_api::turn_began;
using pm::c_api::turn_ended;

template <class Call>
uint32_t call_on(PeerManager* manager, const char* function, Call&& call_it) {
  return returned(function,
                  pm::to_code(manager == nullptr ? Status::kInvalidState : call_it(*manager)));
}

template <class Call>
uint32_t call(const char* function, Call&& call_it) {
  return call_on(peer_manager(), function, call_it);
}

/// For calls that change what timers and completions of the store change too.
template <class Call>
uint32_t change(const char* function, Call&& call_it) {
  const uint32_t result = call_on(turn_began(), function, call_it);
  turn_ended();
  return result;
}

pm::Bytes as_bytes(const void* data, uint32_t len) {
  return data == nullptr ? pm::Bytes() : pm::Bytes(static_cast<const uint8_t*>(data), len);
}

}  // namespace

extern "C" {

// The observers' object file is linked because pm_init() refers to it.
PM_API uint32_t pm_init(void) {
  pm_observers_link();
  const uint32_t result = change(__func__, [](PeerManager& m) { return m.init(); });
  if (pm::StandardHandlers* handlers = pm::c_api::standard_handlers()) {
    handlers->reset();
  }
  pm::c_api::trace_call("pm_init", result, "");
  return result;
}

PM_API void pm_observer_first(const ble_evt_t* ble_evt, void*) {
  if (PeerManager* manager = turn_began()) {
    manager->on_ble_event_first(*ble_evt);
  }
  turn_ended();
}

PM_API void pm_observer(const ble_evt_t* ble_evt, void*) {
  if (PeerManager* manager = turn_began()) {
    manager->on_ble_event(*ble_evt);
  }
  turn_ended();
}

PM_API uint32_t pm_register(pm_evt_handler_t event_handler) {
  return call(__func__, [&](PeerManager& m) { return m.register_handler(event_handler); });
}

PM_API uint32_t pm_sec_params_set(ble_gap_sec_params_t* sec_params) {
  return call(__func__, [&](PeerManager& m) { return m.sec_params_set(sec_params); });
}

PM_API uint32_t pm_conn_secure(uint16_t conn_handle, bool force_repairing) {
  const uint32_t result =
      change(__func__, [&](PeerManager& m) { return m.conn_secure(conn_handle, force_repairing); });
  pm::c_api::trace_call("pm_conn_secure", result, "");
  return result;
}

PM_API uint32_t pm_conn_exclude(uint16_t conn_handle, const void* context) {
  return call(__func__, [&](PeerManager& m) { return m.conn_exclude(conn_handle, context); });
}

PM_API void pm_conn_sec_config_reply(uint16_t conn_handle,
                                     struct pm_conn_sec_config* conn_sec_config) {
  returned(__func__);
  if (PeerManager* manager = peer_manager()) {
    manager->conn_sec_config_reply(conn_handle, conn_sec_config);
  }
}

PM_API uint32_t pm_conn_sec_params_reply(uint16_t conn_handle, ble_gap_sec_params_t* sec_params,
                                         const void* context) {
  return change(__func__, [&](PeerManager& m) {
    return m.conn_sec_params_reply(conn_handle, sec_params, context);
  });
}

PM_API uint32_t pm_conn_sec_status_get(uint16_t conn_handle,
                                       struct pm_conn_sec_status* conn_sec_status) {
  return call(__func__,
              [&](PeerManager& m) { return m.conn_sec_status_get(conn_handle, conn_sec_status); });
}

PM_API bool pm_sec_is_sufficient(uint16_t conn_handle, struct pm_conn_sec_status* sec_status_req) {
  PeerManager* manager = peer_manager();
  return returned(__func__,
                  manager != nullptr && manager->sec_is_sufficient(conn_handle, sec_status_req));
}

PM_API uint32_t pm_lesc_public_key_set(ble_gap_lesc_p256_pk_t* public_key) {
  return call(__func__, [&](PeerManager& m) { return m.lesc_public_key_set(public_key); });
}

PM_API uint32_t pm_allow_list_set(const uint16_t* peers, uint32_t peer_cnt) {
  return call(__func__, [&](PeerManager& m) { return m.allow_list_set(peers, peer_cnt); });
}

PM_API uint32_t pm_allow_list_get(ble_gap_addr_t* addrs, uint32_t* addr_cnt, ble_gap_irk_t* irks,
                                  uint32_t* irk_cnt) {
  return call(__func__,
              [&](PeerManager& m) { return m.allow_list_get(addrs, addr_cnt, irks, irk_cnt); });
}

PM_API uint32_t pm_device_identities_list_set(const uint16_t* peers, uint32_t peer_cnt) {
  return call(__func__,
              [&](PeerManager& m) { return m.device_identities_list_set(peers, peer_cnt); });
}

PM_API uint32_t pm_id_addr_set(const ble_gap_addr_t* addr) {
  return call(__func__, [&](PeerManager& m) { return m.id_addr_set(addr); });
}

PM_API uint32_t pm_id_addr_get(ble_gap_addr_t* addr) {
  return call(__func__, [&](PeerManager& m) { return m.id_addr_get(addr); });
}

PM_API uint32_t pm_privacy_set(const ble_gap_privacy_params_t* privacy_params) {
  return call(__func__, [&](PeerManager& m) { return m.privacy_set(privacy_params); });
}

PM_API uint32_t pm_privacy_get(ble_gap_privacy_params_t* privacy_params) {
  return call(__func__, [&](PeerManager& m) { return m.privacy_get(privacy_params); });
}

PM_API bool pm_address_resolve(const ble_gap_addr_t* addr, const ble_gap_irk_t* irk) {
  PeerManager* manager = peer_manager();
  return returned(__func__, manager != nullptr && manager->address_resolve(addr, irk));
}

PM_API uint32_t pm_conn_handle_get(uint16_t peer_id, uint16_t* conn_handle) {
  return call(__func__, [&](PeerManager& m) { return m.conn_handle_get(peer_id, conn_handle); });
}

PM_API uint32_t pm_peer_id_get(uint16_t conn_handle, uint16_t* peer_id) {
  return call(__func__, [&](PeerManager& m) { return m.peer_id_get(conn_handle, peer_id); });
}

PM_API uint32_t pm_peer_id_list(uint16_t* peer_list, uint32_t* const list_size,
                                uint16_t first_peer_id, enum pm_peer_id_list_skip skip_id) {
  // A C program can pass any number: beyond the enumeration's range it has no value in C++, but
  // octets.
  unsigned skip = 0;
  std::memcpy(&skip, &skip_id, sizeof skip_id);
  return call(__func__, [&](PeerManager& m) {
    return m.peer_id_list(peer_list, list_size, first_peer_id, skip);
  });
}

PM_API uint16_t pm_next_peer_id_get(uint16_t prev_peer_id) {
  PeerManager* manager = peer_manager();
  return returned(__func__, manager == nullptr ? uint16_t{PM_PEER_ID_INVALID}
                                               : manager->next_peer_id_get(prev_peer_id));
}

PM_API uint32_t pm_peer_count(void) {
  PeerManager* manager = peer_manager();
  return returned(__func__, manager == nullptr ? 0 : manager->peer_count());
}

PM_API uint32_t pm_peer_data_load(uint16_t peer_id, enum pm_peer_data_id data_id, void* data,
                                  uint32_t* len) {
  const uint32_t room = len == nullptr ? 0 : *len;
  const uint32_t result =
      call(__func__, [&](PeerManager& m) { return m.peer_data_load(peer_id, data_id, data, len); });
  const uint32_t filled = result != NRF_SUCCESS ? 0 : *len < room ? *len : room;
  pm::c_api::trace_record_call("pm_peer_data_load", result, peer_id, data_id,
                               as_bytes(data, filled));
  return result;
}

PM_API uint32_t pm_peer_data_bonding_load(uint16_t peer_id, struct pm_peer_data_bonding* data) {
  uint32_t len = sizeof(*data);
  return returned(__func__, pm_peer_data_load(peer_id, PM_PEER_DATA_ID_BONDING, data, &len));
}

PM_API uint32_t pm_peer_data_remote_db_load(uint16_t peer_id, struct ble_gatt_db_srv* data,
                                            uint32_t* len) {
  return returned(__func__, pm_peer_data_load(peer_id, PM_PEER_DATA_ID_GATT_REMOTE, data, len));
}

PM_API uint32_t pm_peer_data_app_data_load(uint16_t peer_id, void* data, uint32_t* len) {
  return returned(__func__, pm_peer_data_load(peer_id, PM_PEER_DATA_ID_APPLICATION, data, len));
}

PM_API uint32_t pm_peer_data_store(uint16_t peer_id, enum pm_peer_data_id data_id, const void* data,
                                   uint32_t len, uint32_t* token) {
  const uint32_t result = change(__func__, [&](PeerManager& m) {
    return m.peer_data_store(peer_id, data_id, data, len, token);
  });
  pm::c_api::trace_record_call("pm_peer_data_store", result, peer_id, data_id,
                               result == NRF_SUCCESS ? as_bytes(data, len) : pm::Bytes());
  return result;
}

PM_API uint32_t pm_peer_data_bonding_store(uint16_t peer_id,
                                           const struct pm_peer_data_bonding* data,
                                           uint32_t* token) {
  return returned(__func__,
                  pm_peer_data_store(peer_id, PM_PEER_DATA_ID_BONDING, data, sizeof(*data), token));
}

PM_API uint32_t pm_peer_data_remote_db_store(uint16_t peer_id, const struct ble_gatt_db_srv* data,
                                             uint32_t len, uint32_t* token) {
  return returned(__func__,
                  pm_peer_data_store(peer_id, PM_PEER_DATA_ID_GATT_REMOTE, data, len, token));
}

PM_API uint32_t pm_peer_data_app_data_store(uint16_t peer_id, const void* data, uint32_t len,
                                            uint32_t* token) {
  return returned(__func__,
                  pm_peer_data_store(peer_id, PM_PEER_DATA_ID_APPLICATION, data, len, token));
}

PM_API uint32_t pm_peer_data_delete(uint16_t peer_id, enum pm_peer_data_id data_id) {
  const uint32_t result =
      change(__func__, [&](PeerManager& m) { return m.peer_data_delete(peer_id, data_id); });
  pm::c_api::trace_record_call("pm_peer_data_delete", result, peer_id, data_id, {});
  return result;
}

PM_API uint32_t pm_peer_new(uint16_t* new_peer_id, struct pm_peer_data_bonding* bonding_data,
                            uint32_t* token) {
  return change(__func__,
                [&](PeerManager& m) { return m.peer_new(new_peer_id, bonding_data, token); });
}

PM_API uint32_t pm_peer_delete(uint16_t peer_id) {
  const uint32_t result = change(__func__, [&](PeerManager& m) { return m.peer_delete(peer_id); });
  pm::c_api::trace_call("pm_peer_delete", result, "");
  return result;
}

PM_API uint32_t pm_peers_delete(void) {
  const uint32_t result = change(__func__, [](PeerManager& m) { return m.peers_delete(); });
  pm::c_api::trace_call("pm_peers_delete", result, "");
  return result;
}

PM_API uint32_t pm_peer_ranks_get(uint16_t* highest_ranked_peer, uint32_t* highest_rank,
                                  uint16_t* lowest_ranked_peer, uint32_t* lowest_rank) {
  return call(__func__, [&](PeerManager& m) {
    return m.peer_ranks_get(highest_ranked_peer, highest_rank, lowest_ranked_peer, lowest_rank);
  });
}

PM_API uint32_t pm_peer_rank_highest(uint16_t peer_id) {
  return change(__func__, [&](PeerManager& m) { return m.peer_rank_highest(peer_id); });
}

PM_API void pm_local_database_has_changed(void) {
  returned(__func__);
  pm::c_api::trace_call("pm_local_database_has_changed", NRF_SUCCESS, "");
  if (PeerManager* manager = turn_began()) {
    manager->local_database_has_changed();
  }
  turn_ended();
}

}  // extern "C"
