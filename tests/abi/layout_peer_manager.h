// SPDX-License-Identifier: Apache-2.0
// Peer Manager: what is stored in flash, and other structures without pointers and enumerations;
// values of its constants.
#ifndef LAYOUT_PEER_MANAGER_H_
#define LAYOUT_PEER_MANAGER_H_

#include "bm/bluetooth/ble_gatt_db.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "layout.h"

PM_ABI_SIZE(struct pm_conn_sec_config, 1);
PM_ABI_OFFSET(struct pm_conn_sec_config, allow_repairing, 0);
PM_ABI_SIZE(struct pm_conn_sec_status, 1);
PM_ABI_SIZE(struct pm_failure_evt, 4);
PM_ABI_OFFSET(struct pm_failure_evt, error, 0);

PM_ABI_SIZE(struct pm_peer_data_bonding, 80);
PM_ABI_OFFSET(struct pm_peer_data_bonding, own_role, 0);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ble_id, 1);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ble_id.id_info.irk, 1);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ble_id.id_addr_info, 17);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ble_id.id_addr_info.addr, 18);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ltk, 24);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ltk.enc_info.ltk, 24);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ltk.master_id.ediv, 42);
PM_ABI_OFFSET(struct pm_peer_data_bonding, peer_ltk.master_id.rand, 44);
PM_ABI_OFFSET(struct pm_peer_data_bonding, own_ltk, 52);
PM_ABI_OFFSET(struct pm_peer_data_bonding, own_ltk.enc_info.ltk, 52);
PM_ABI_OFFSET(struct pm_peer_data_bonding, own_ltk.master_id.ediv, 70);
PM_ABI_OFFSET(struct pm_peer_data_bonding, own_ltk.master_id.rand, 72);

PM_ABI_SIZE(struct pm_peer_data_local_gatt_db, 8);
PM_ABI_OFFSET(struct pm_peer_data_local_gatt_db, flags, 0);
PM_ABI_OFFSET(struct pm_peer_data_local_gatt_db, len, 4);
PM_ABI_OFFSET(struct pm_peer_data_local_gatt_db, data, 6);
PM_ABI_VALUE(PM_LOCAL_DB_LEN_OVERHEAD_BYTES, 6);

PM_ABI_SIZE(struct ble_gatt_db_char, 18);
PM_ABI_OFFSET(struct ble_gatt_db_char, characteristic, 0);
PM_ABI_OFFSET(struct ble_gatt_db_char, cccd_handle, 10);
PM_ABI_OFFSET(struct ble_gatt_db_char, ext_prop_handle, 12);
PM_ABI_OFFSET(struct ble_gatt_db_char, user_desc_handle, 14);
PM_ABI_OFFSET(struct ble_gatt_db_char, report_ref_handle, 16);

PM_ABI_SIZE(struct ble_gatt_db_srv, 10 + 18 * CONFIG_BLE_GATT_DB_MAX_CHARS);
PM_ABI_OFFSET(struct ble_gatt_db_srv, srv_uuid, 0);
PM_ABI_OFFSET(struct ble_gatt_db_srv, char_count, 4);
PM_ABI_OFFSET(struct ble_gatt_db_srv, handle_range, 6);
PM_ABI_OFFSET(struct ble_gatt_db_srv, characteristics, 10);

PM_ABI_VALUE(PM_PEER_ID_INVALID, 0xFFFF);
PM_ABI_VALUE(PM_STORE_TOKEN_INVALID, 0);
PM_ABI_VALUE(PM_PEER_ID_N_AVAILABLE_IDS, 256);
PM_ABI_VALUE(PM_CONN_SEC_ERROR_BASE, 0x1000);
PM_ABI_VALUE(PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING, 0x1006);
PM_ABI_VALUE(PM_CONN_SEC_ERROR_MIC_FAILURE, 0x103D);
PM_ABI_VALUE(PM_CONN_SEC_ERROR_DISCONNECT, 0x1100);
PM_ABI_VALUE(PM_CONN_SEC_ERROR_SMP_TIMEOUT, 0x1101);

PM_ABI_VALUE(PM_PEER_DATA_ID_FIRST_VX, 0);
PM_ABI_VALUE(PM_PEER_DATA_ID_BONDING_V1, 0);
PM_ABI_VALUE(PM_PEER_DATA_ID_BONDING_V2, 7);
PM_ABI_VALUE(PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING_V1, 1);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_LOCAL_V1, 2);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_LOCAL_V2, 8);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_REMOTE_V1, 3);
PM_ABI_VALUE(PM_PEER_DATA_ID_APPLICATION_V1, 4);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_REMOTE_V2, 5);
PM_ABI_VALUE(PM_PEER_DATA_ID_PEER_RANK_V1, 6);
PM_ABI_VALUE(PM_PEER_DATA_ID_CENTRAL_ADDR_RES_V1, 9);
PM_ABI_VALUE(PM_PEER_DATA_ID_LAST_VX, 10);
PM_ABI_VALUE(PM_PEER_DATA_ID_INVALID_VX, 0xFF);
PM_ABI_VALUE(PM_PEER_DATA_ID_FIRST, 0);
PM_ABI_VALUE(PM_PEER_DATA_ID_BONDING, 7);
PM_ABI_VALUE(PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING, 1);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_LOCAL, 8);
PM_ABI_VALUE(PM_PEER_DATA_ID_GATT_REMOTE, 5);
PM_ABI_VALUE(PM_PEER_DATA_ID_PEER_RANK, 6);
PM_ABI_VALUE(PM_PEER_DATA_ID_CENTRAL_ADDR_RES, 9);
PM_ABI_VALUE(PM_PEER_DATA_ID_APPLICATION, 4);
PM_ABI_VALUE(PM_PEER_DATA_ID_LAST, 10);
PM_ABI_VALUE(PM_PEER_DATA_ID_INVALID, 0xFF);

PM_ABI_VALUE(PM_CONN_SEC_PROCEDURE_ENCRYPTION, 0);
PM_ABI_VALUE(PM_CONN_SEC_PROCEDURE_BONDING, 1);
PM_ABI_VALUE(PM_CONN_SEC_PROCEDURE_PAIRING, 2);
PM_ABI_VALUE(PM_PEER_DATA_OP_UPDATE, 0);
PM_ABI_VALUE(PM_PEER_DATA_OP_DELETE, 1);

PM_ABI_VALUE(PM_EVT_BONDED_PEER_CONNECTED, 0);
PM_ABI_VALUE(PM_EVT_CONN_CONFIG_REQ, 1);
PM_ABI_VALUE(PM_EVT_CONN_SEC_START, 2);
PM_ABI_VALUE(PM_EVT_CONN_SEC_SUCCEEDED, 3);
PM_ABI_VALUE(PM_EVT_CONN_SEC_FAILED, 4);
PM_ABI_VALUE(PM_EVT_CONN_SEC_CONFIG_REQ, 5);
PM_ABI_VALUE(PM_EVT_CONN_SEC_PARAMS_REQ, 6);
PM_ABI_VALUE(PM_EVT_STORAGE_FULL, 7);
PM_ABI_VALUE(PM_EVT_ERROR_UNEXPECTED, 8);
PM_ABI_VALUE(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED, 9);
PM_ABI_VALUE(PM_EVT_PEER_DATA_UPDATE_FAILED, 10);
PM_ABI_VALUE(PM_EVT_PEER_DELETE_SUCCEEDED, 11);
PM_ABI_VALUE(PM_EVT_PEER_DELETE_FAILED, 12);
PM_ABI_VALUE(PM_EVT_PEERS_DELETE_SUCCEEDED, 13);
PM_ABI_VALUE(PM_EVT_PEERS_DELETE_FAILED, 14);
PM_ABI_VALUE(PM_EVT_LOCAL_DB_CACHE_APPLIED, 15);
PM_ABI_VALUE(PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED, 16);
PM_ABI_VALUE(PM_EVT_SERVICE_CHANGED_IND_SENT, 17);
PM_ABI_VALUE(PM_EVT_SERVICE_CHANGED_IND_CONFIRMED, 18);
PM_ABI_VALUE(PM_EVT_PERIPHERAL_SECURITY_REQ, 19);
PM_ABI_VALUE(PM_EVT_FLASH_GARBAGE_COLLECTED, 20);
PM_ABI_VALUE(PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED, 21);

PM_ABI_VALUE(PM_PEER_ID_LIST_ALL_ID, 0);
PM_ABI_VALUE(PM_PEER_ID_LIST_SKIP_NO_ID_ADDR, 1);
PM_ABI_VALUE(PM_PEER_ID_LIST_SKIP_NO_IRK, 2);
PM_ABI_VALUE(PM_PEER_ID_LIST_SKIP_NO_CAR, 4);
PM_ABI_VALUE(PM_PEER_ID_LIST_SKIP_ALL, 6);

#endif  // LAYOUT_PEER_MANAGER_H_
