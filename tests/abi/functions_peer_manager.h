// SPDX-License-Identifier: Apache-2.0
// Every function of the Peer Manager's interface, and the members of its events that other headers
// do not fix by their place, with their types.
#ifndef FUNCTIONS_PEER_MANAGER_H_
#define FUNCTIONS_PEER_MANAGER_H_

#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "bm/bluetooth/peer_manager/peer_manager_handler.h"
#include "layout.h"

#ifdef __cplusplus
extern "C" {
#endif
PM_ABI_FUNCTION(uint32_t, pm_init, (void));
PM_ABI_FUNCTION(uint32_t, pm_register, (pm_evt_handler_t));
PM_ABI_FUNCTION(uint32_t, pm_sec_params_set, (ble_gap_sec_params_t*));
PM_ABI_FUNCTION(uint32_t, pm_conn_secure, (uint16_t, bool));
PM_ABI_FUNCTION(uint32_t, pm_conn_exclude, (uint16_t, const void*));
PM_ABI_FUNCTION(void, pm_conn_sec_config_reply, (uint16_t, struct pm_conn_sec_config*));
PM_ABI_FUNCTION(uint32_t, pm_conn_sec_params_reply, (uint16_t, ble_gap_sec_params_t*, const void*));
PM_ABI_FUNCTION(uint32_t, pm_conn_sec_status_get, (uint16_t, struct pm_conn_sec_status*));
PM_ABI_FUNCTION(bool, pm_sec_is_sufficient, (uint16_t, struct pm_conn_sec_status*));
PM_ABI_FUNCTION(uint32_t, pm_lesc_public_key_set, (ble_gap_lesc_p256_pk_t*));

PM_ABI_FUNCTION(uint32_t, pm_allow_list_set, (const uint16_t*, uint32_t));
PM_ABI_FUNCTION(uint32_t, pm_allow_list_get,
                (ble_gap_addr_t*, uint32_t*, ble_gap_irk_t*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_device_identities_list_set, (const uint16_t*, uint32_t));
PM_ABI_FUNCTION(uint32_t, pm_id_addr_set, (const ble_gap_addr_t*));
PM_ABI_FUNCTION(uint32_t, pm_id_addr_get, (ble_gap_addr_t*));
PM_ABI_FUNCTION(uint32_t, pm_privacy_set, (const ble_gap_privacy_params_t*));
PM_ABI_FUNCTION(uint32_t, pm_privacy_get, (ble_gap_privacy_params_t*));
PM_ABI_FUNCTION(bool, pm_address_resolve, (const ble_gap_addr_t*, const ble_gap_irk_t*));

PM_ABI_FUNCTION(uint32_t, pm_conn_handle_get, (uint16_t, uint16_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_id_get, (uint16_t, uint16_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_id_list,
                (uint16_t*, uint32_t* const, uint16_t, enum pm_peer_id_list_skip));
PM_ABI_FUNCTION(uint16_t, pm_next_peer_id_get, (uint16_t));
PM_ABI_FUNCTION(uint32_t, pm_peer_count, (void));

PM_ABI_FUNCTION(uint32_t, pm_peer_data_load, (uint16_t, enum pm_peer_data_id, void*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_bonding_load, (uint16_t, struct pm_peer_data_bonding*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_remote_db_load,
                (uint16_t, struct ble_gatt_db_srv*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_app_data_load, (uint16_t, void*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_store,
                (uint16_t, enum pm_peer_data_id, const void*, uint32_t, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_bonding_store,
                (uint16_t, const struct pm_peer_data_bonding*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_remote_db_store,
                (uint16_t, const struct ble_gatt_db_srv*, uint32_t, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_app_data_store,
                (uint16_t, const void*, uint32_t, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_data_delete, (uint16_t, enum pm_peer_data_id));
PM_ABI_FUNCTION(uint32_t, pm_peer_new, (uint16_t*, struct pm_peer_data_bonding*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_delete, (uint16_t));
PM_ABI_FUNCTION(uint32_t, pm_peers_delete, (void));

PM_ABI_FUNCTION(uint32_t, pm_peer_ranks_get, (uint16_t*, uint32_t*, uint16_t*, uint32_t*));
PM_ABI_FUNCTION(uint32_t, pm_peer_rank_highest, (uint16_t));
PM_ABI_FUNCTION(void, pm_local_database_has_changed, (void));

PM_ABI_FUNCTION(void, pm_handler_on_pm_evt, (const struct pm_evt*));
PM_ABI_FUNCTION(void, pm_handler_pm_evt_log, (const struct pm_evt*));
PM_ABI_FUNCTION(void, pm_handler_flash_clean, (const struct pm_evt*));
PM_ABI_FUNCTION(void, pm_handler_flash_clean_on_return, (void));
PM_ABI_FUNCTION(void, pm_handler_disconnect_on_sec_failure, (const struct pm_evt*));
PM_ABI_FUNCTION(void, pm_handler_disconnect_on_insufficient_sec,
                (const struct pm_evt*, struct pm_conn_sec_status*));
PM_ABI_FUNCTION(void, pm_handler_secure_on_connection, (const ble_evt_t*));
PM_ABI_FUNCTION(void, pm_handler_secure_on_error, (const ble_evt_t*));

PM_ABI_FUNCTION(uint32_t, nrf_ble_lesc_init, (void));
PM_ABI_FUNCTION(uint32_t, nrf_ble_lesc_keypair_generate, (void));
PM_ABI_FUNCTION(uint32_t, nrf_ble_lesc_own_oob_data_generate, (void));
PM_ABI_FUNCTION(ble_gap_lesc_p256_pk_t*, nrf_ble_lesc_public_key_get, (void));
PM_ABI_FUNCTION(ble_gap_lesc_oob_data_t*, nrf_ble_lesc_own_oob_data_get, (void));
PM_ABI_FUNCTION(void, nrf_ble_lesc_peer_oob_data_handler_set, (nrf_ble_lesc_peer_oob_data_handler));
PM_ABI_FUNCTION(uint32_t, nrf_ble_lesc_request_handler, (void));
PM_ABI_FUNCTION(void, nrf_ble_lesc_on_ble_evt, (const ble_evt_t*));
#ifdef __cplusplus
}
#endif

PM_ABI_MEMBER(struct pm_conn_sec_config, allow_repairing, bool);
PM_ABI_MEMBER(struct pm_conn_config_req_evt, peer_params, const ble_gap_evt_connected_t*);
PM_ABI_MEMBER(struct pm_conn_config_req_evt, context, const void*);
PM_ABI_MEMBER(struct pm_conn_secured_evt, data_stored, bool);
PM_ABI_MEMBER(struct pm_conn_secure_failed_evt, error, uint16_t);
PM_ABI_MEMBER(struct pm_conn_secure_failed_evt, error_src, uint8_t);
PM_ABI_MEMBER(struct pm_conn_sec_params_req_evt, peer_params, const ble_gap_sec_params_t*);
PM_ABI_MEMBER(struct pm_conn_sec_params_req_evt, context, const void*);
PM_ABI_MEMBER(struct pm_peer_data_update_succeeded_evt, token, uint32_t);
PM_ABI_MEMBER(struct pm_peer_data_update_failed_evt, token, uint32_t);
PM_ABI_MEMBER(struct pm_peer_data_update_failed_evt, error, uint32_t);
PM_ABI_MEMBER(struct pm_failure_evt, error, uint32_t);
PM_ABI_MEMBER(struct pm_evt, conn_handle, uint16_t);
PM_ABI_MEMBER(struct pm_evt, peer_id, uint16_t);
PM_ABI_MEMBER(struct pm_evt, conn_config_req, struct pm_conn_config_req_evt);
PM_ABI_MEMBER(struct pm_evt, conn_sec_start, struct pm_conn_sec_start_evt);
PM_ABI_MEMBER(struct pm_evt, conn_sec_succeeded, struct pm_conn_secured_evt);
PM_ABI_MEMBER(struct pm_evt, conn_sec_failed, struct pm_conn_secure_failed_evt);
PM_ABI_MEMBER(struct pm_evt, conn_sec_params_req, struct pm_conn_sec_params_req_evt);
PM_ABI_MEMBER(struct pm_evt, peer_data_update_succeeded, struct pm_peer_data_update_succeeded_evt);
PM_ABI_MEMBER(struct pm_evt, peer_data_update_failed, struct pm_peer_data_update_failed_evt);
PM_ABI_MEMBER(struct pm_evt, peer_delete_failed, struct pm_failure_evt);
PM_ABI_MEMBER(struct pm_evt, peers_delete_failed_evt, struct pm_failure_evt);
PM_ABI_MEMBER(struct pm_evt, error_unexpected, struct pm_failure_evt);
PM_ABI_MEMBER(struct pm_evt, garbage_collection_failed, struct pm_failure_evt);
#ifdef CONFIG_SOFTDEVICE_CENTRAL
PM_ABI_MEMBER(struct pm_evt, peripheral_security_req, ble_gap_evt_sec_request_t);
#endif

#endif  // FUNCTIONS_PEER_MANAGER_H_
