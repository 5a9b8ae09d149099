// SPDX-License-Identifier: Apache-2.0
/**
 * @file
 * Standard handlers: what most applications want to happen on Peer Manager events.
 *
 * The functions that take a pm_evt are called for every event of the Peer Manager, from the
 * application's own handler or registered directly with pm_register. Those that take a ble_evt_t
 * are called for every event of the stack. None of them returns a result; what they start is
 * reported by further events, what fails is logged. They are called in the context of the events,
 * and use nothing but the interface in peer_manager.h. Before pm_init they start nothing.
 *
 * Usual order in a handler: pm_handler_on_pm_evt, pm_handler_disconnect_on_sec_failure,
 * pm_handler_flash_clean, then the application's own.
 */

#ifndef PEER_MANAGER_HANDLER_H_
#define PEER_MANAGER_HANDLER_H_

#include "ble.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "bm/bluetooth/peer_manager/peer_manager_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Logs every event, and starts security when a bonded peer connects.
 *
 * On PM_EVT_BONDED_PEER_CONNECTED it calls pm_conn_secure(conn_handle, false), after
 * CONFIG_PM_HANDLER_SEC_DELAY_MS milliseconds (a timer for each link, stopped with it), unless the
 * link is encrypted by then. If the SMP of the link has timed out the link is ended (reason 0x13).
 */
void pm_handler_on_pm_evt(const struct pm_evt* pm_evt);

/**
 * Logs an event: errors (ERROR_UNEXPECTED, PEER_DELETE_FAILED, PEERS_DELETE_FAILED), warnings (a
 * full store, data that could not be written or applied), information (security and data that
 * changed), and the rest for debugging. @ref pm_handler_on_pm_evt does so already.
 */
void pm_handler_pm_evt_log(const struct pm_evt* pm_evt);

/**
 * Keeps the store usable: ranks peers by use, and makes room when the store is full.
 *
 * When a bonded peer connects or is secured it becomes the highest ranked (needs
 * CONFIG_PM_PEER_RANKS). On PM_EVT_STORAGE_FULL the lowest ranked peer without a link is deleted,
 * if the link of the peer that needs the room is authenticated (mitm_protected): otherwise whoever
 * is in range could displace every bond by pairing again and again. A rank that could not be stored
 * is tried again when room has been made.
 */
void pm_handler_flash_clean(const struct pm_evt* pm_evt);

/**
 * Makes room as on PM_EVT_STORAGE_FULL, whatever the links are. To be called when a function has
 * returned NRF_ERROR_RESOURCES, or when the application decides that a peer without authentication
 * may displace another.
 */
void pm_handler_flash_clean_on_return(void);

/**
 * Ends the link (reason 0x13, Core, Vol 1, Part F, 2.19) on PM_EVT_CONN_SEC_FAILED. Recommended for
 * centrals: a peer that cannot prove that it is the bonded one gets no further.
 */
void pm_handler_disconnect_on_sec_failure(const struct pm_evt* pm_evt);

/**
 * Ends the link (reason 0x13) on PM_EVT_CONN_SEC_SUCCEEDED when its state is below min_conn_sec.
 *
 * min_conn_sec: each bit that is set must be set in the state of the link (@ref
 * pm_sec_is_sufficient). Not NULL; only read during the call.
 */
void pm_handler_disconnect_on_insufficient_sec(const struct pm_evt* pm_evt,
                                               struct pm_conn_sec_status* min_conn_sec);

/**
 * Starts security on every new link: on BLE_GAP_EVT_CONNECTED it calls pm_conn_secure(conn_handle,
 * false), after CONFIG_PM_HANDLER_SEC_DELAY_MS milliseconds.
 */
void pm_handler_secure_on_connection(const ble_evt_t* ble_evt);

/**
 * Starts security when a GATT client procedure failed for insufficient encryption or
 * authentication, even if the link is encrypted. The procedure is not repeated.
 */
void pm_handler_secure_on_error(const ble_evt_t* ble_evt);

#ifdef __cplusplus
}
#endif

#endif  // PEER_MANAGER_HANDLER_H_
