// SPDX-License-Identifier: Apache-2.0
// Peer Manager events on a target with 32-bit pointers. Enumerations take one octet under the ARM
// EABI of bare-metal toolchains, four on i386: PM_ABI_ENUM_OCTETS.
#ifndef LAYOUT_PEER_MANAGER_32_H_
#define LAYOUT_PEER_MANAGER_32_H_

#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "layout.h"

PM_ABI_SIZE(enum pm_evt_id, PM_ABI_ENUM_OCTETS);
PM_ABI_SIZE(enum pm_peer_data_id, PM_ABI_ENUM_OCTETS);
PM_ABI_SIZE(enum pm_peer_data_op, PM_ABI_ENUM_OCTETS);
PM_ABI_SIZE(enum pm_conn_sec_procedure, PM_ABI_ENUM_OCTETS);
PM_ABI_SIZE(enum pm_peer_id_list_skip, PM_ABI_ENUM_OCTETS);

PM_ABI_SIZE(struct pm_conn_config_req_evt, 8);
PM_ABI_OFFSET(struct pm_conn_config_req_evt, peer_params, 0);
PM_ABI_OFFSET(struct pm_conn_config_req_evt, context, 4);

PM_ABI_SIZE(struct pm_conn_sec_params_req_evt, 8);
PM_ABI_OFFSET(struct pm_conn_sec_params_req_evt, peer_params, 0);
PM_ABI_OFFSET(struct pm_conn_sec_params_req_evt, context, 4);

PM_ABI_OFFSET(struct pm_conn_sec_start_evt, procedure, 0);
PM_ABI_OFFSET(struct pm_conn_secured_evt, procedure, 0);
PM_ABI_OFFSET(struct pm_conn_secure_failed_evt, procedure, 0);
PM_ABI_OFFSET(struct pm_peer_data_update_succeeded_evt, data_id, 0);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, data_id, 0);
PM_ABI_OFFSET(struct pm_evt, evt_id, 0);

#if PM_ABI_ENUM_OCTETS == 1
PM_ABI_SIZE(struct pm_conn_sec_start_evt, 1);
PM_ABI_SIZE(struct pm_conn_secured_evt, 2);
PM_ABI_OFFSET(struct pm_conn_secured_evt, data_stored, 1);
PM_ABI_SIZE(struct pm_conn_secure_failed_evt, 6);
PM_ABI_OFFSET(struct pm_conn_secure_failed_evt, error, 2);
PM_ABI_OFFSET(struct pm_conn_secure_failed_evt, error_src, 4);
PM_ABI_SIZE(struct pm_peer_data_update_succeeded_evt, 12);
PM_ABI_OFFSET(struct pm_peer_data_update_succeeded_evt, action, 1);
PM_ABI_OFFSET(struct pm_peer_data_update_succeeded_evt, token, 4);
PM_ABI_SIZE(struct pm_peer_data_update_failed_evt, 12);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, action, 1);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, token, 4);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, error, 8);
PM_ABI_SIZE(struct pm_evt, 20);
PM_ABI_OFFSET(struct pm_evt, conn_handle, 2);
PM_ABI_OFFSET(struct pm_evt, peer_id, 4);
#else
PM_ABI_SIZE(struct pm_conn_sec_start_evt, 4);
PM_ABI_SIZE(struct pm_conn_secured_evt, 8);
PM_ABI_OFFSET(struct pm_conn_secured_evt, data_stored, 4);
PM_ABI_SIZE(struct pm_conn_secure_failed_evt, 8);
PM_ABI_OFFSET(struct pm_conn_secure_failed_evt, error, 4);
PM_ABI_OFFSET(struct pm_conn_secure_failed_evt, error_src, 6);
PM_ABI_SIZE(struct pm_peer_data_update_succeeded_evt, 16);
PM_ABI_OFFSET(struct pm_peer_data_update_succeeded_evt, action, 4);
PM_ABI_OFFSET(struct pm_peer_data_update_succeeded_evt, token, 8);
PM_ABI_SIZE(struct pm_peer_data_update_failed_evt, 16);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, action, 4);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, token, 8);
PM_ABI_OFFSET(struct pm_peer_data_update_failed_evt, error, 12);
PM_ABI_SIZE(struct pm_evt, 24);
PM_ABI_OFFSET(struct pm_evt, conn_handle, 4);
PM_ABI_OFFSET(struct pm_evt, peer_id, 6);
#endif

// The payload begins at the same place for all events.
PM_ABI_OFFSET(struct pm_evt, conn_config_req, 8);
PM_ABI_OFFSET(struct pm_evt, conn_sec_start, 8);
PM_ABI_OFFSET(struct pm_evt, conn_sec_succeeded, 8);
PM_ABI_OFFSET(struct pm_evt, conn_sec_failed, 8);
PM_ABI_OFFSET(struct pm_evt, conn_sec_params_req, 8);
PM_ABI_OFFSET(struct pm_evt, peer_data_update_succeeded, 8);
PM_ABI_OFFSET(struct pm_evt, peer_data_update_failed, 8);
PM_ABI_OFFSET(struct pm_evt, peer_delete_failed, 8);
PM_ABI_OFFSET(struct pm_evt, peers_delete_failed_evt, 8);
PM_ABI_OFFSET(struct pm_evt, error_unexpected, 8);
#ifdef CONFIG_SOFTDEVICE_CENTRAL
PM_ABI_OFFSET(struct pm_evt, peripheral_security_req, 8);
#endif
PM_ABI_OFFSET(struct pm_evt, garbage_collection_failed, 8);

#endif  // LAYOUT_PEER_MANAGER_32_H_
