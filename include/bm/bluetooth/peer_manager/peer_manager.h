// SPDX-License-Identifier: Apache-2.0
/**
 * Peer Manager: pairing, bonding, encryption, identities, allow lists, GATT caches and application
 * data of peers.
 *
 * Use: enable the stack, then pm_init, pm_sec_params_set, pm_register. From then on the Peer
 * Manager answers the security events of the stack by itself, and tells what happens by events
 * (enum pm_evt_id).
 *
 * Every function that returns uint32_t returns NRF_SUCCESS or one of the codes listed with it. They
 * are listed in the order of the checks: the first that applies is returned.
 * NRF_ERROR_INVALID_STATE means, where nothing else is said, that pm_init has not succeeded.
 * Lengths are in octets.
 *
 * Context: all functions are called from one context, that in which stack events are delivered, or
 * one in which they are masked. Calling any of them from inside an event is allowed. Events are
 * delivered synchronously, to all handlers in the order of registration, also from inside the call
 * that caused them.
 *
 * Storing and deleting is asynchronous: NRF_SUCCESS means accepted, an event tells the end.
 */

#ifndef PEER_MANAGER_H_
#define PEER_MANAGER_H_

#include <stdbool.h>
#include <stdint.h>

#include "ble.h"
#include "ble_gap.h"
#include "bm/bluetooth/ble_gatt_db.h"
#include "bm/bluetooth/peer_manager/peer_manager_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What @ref pm_peer_id_list leaves out; values may be combined. */
enum pm_peer_id_list_skip {
  /** Nothing. */
  PM_PEER_ID_LIST_ALL_ID = 0,
  /** Peers whose identity address is neither public nor random static. */
  PM_PEER_ID_LIST_SKIP_NO_ID_ADDR = 1,
  /** Peers that gave no IRK. */
  PM_PEER_ID_LIST_SKIP_NO_IRK = 2,
  /** Peers that are not known to support Central Address Resolution. */
  PM_PEER_ID_LIST_SKIP_NO_CAR = 4,
  /** Peers without IRK or without Central Address Resolution. */
  PM_PEER_ID_LIST_SKIP_ALL = PM_PEER_ID_LIST_SKIP_NO_IRK | PM_PEER_ID_LIST_SKIP_NO_CAR,
};

/* Life cycle */

/**
 * Starts the Peer Manager: mounts the store, finds the bonded peers and, with CONFIG_PM_LESC, makes
 * a key pair. Called after the stack has been enabled, before every other function here.
 *
 * Blocks, idling, until the store is mounted. Sends no events. Handlers and parameters of an
 * earlier call are forgotten.
 *
 * - NRF_ERROR_INTERNAL: store, timers or cryptography could not be started
 */
uint32_t pm_init(void);

/**
 * Registers a handler of events, at most CONFIG_PM_MAX_REGISTRANTS. It cannot be taken back, and
 * registering twice means being called twice.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no handler
 * - NRF_ERROR_NO_MEM: too many handlers
 */
uint32_t pm_register(pm_evt_handler_t event_handler);

/* Security */

/**
 * Sets the parameters of pairings that begin from now on. They are copied. NULL rejects all
 * pairing.
 *
 * They must agree with each other: oob needs mitm; mitm needs input or output capabilities or oob;
 * io_caps is BLE_GAP_IO_CAPS_*; 7 <= min_key_size <= max_key_size <= 16; with bond at least one key
 * is distributed, without it none.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: they do not agree; those of before stay in force
 */
uint32_t pm_sec_params_set(ble_gap_sec_params_t* sec_params);

/**
 * Secures a link. As central: encrypts with the stored key if there is one and force_repairing is
 * false, else pairs. As peripheral: sends a Security Request; force_repairing has no meaning. With
 * NULL parameters the central refuses a Security Request and the peripheral does nothing.
 *
 * First of all PM_EVT_CONN_SEC_PARAMS_REQ is sent, with peer_params NULL. As central
 * PM_EVT_CONN_SEC_START follows before return, as peripheral when the central reacts; then
 * PM_EVT_CONN_SEC_SUCCEEDED or PM_EVT_CONN_SEC_FAILED. A central that never reacts to a Security
 * Request causes no event. When the stack is busy, or the bond is still being written, NRF_SUCCESS
 * is returned and the procedure is started as soon as possible, PM_EVT_CONN_SEC_PARAMS_REQ being
 * sent again with every try.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NOT_FOUND: no parameters were ever set, and no handler gave any
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_BUSY: a security procedure is running on the link
 * - NRF_ERROR_TIMEOUT: an SMP timeout happened on the link; it must be made anew
 * - NRF_ERROR_INVALID_DATA: the stored bond has no key that can be used in this role
 * - NRF_ERROR_INTERNAL: the bond could not be read, or the stack refused for another reason
 */
uint32_t pm_conn_secure(uint16_t conn_handle, bool force_repairing);

/**
 * Leaves a link to the application: the Peer Manager ignores all of its events. Called from inside
 * PM_EVT_CONN_CONFIG_REQ only; context comes with that event, and names the link.
 *
 * - NRF_ERROR_NULL: no context
 */
uint32_t pm_conn_exclude(uint16_t conn_handle, const void* context);

/**
 * Answers PM_EVT_CONN_SEC_CONFIG_REQ: whether the peer may replace its bond in this procedure.
 * NULL and unknown links are ignored.
 */
void pm_conn_sec_config_reply(uint16_t conn_handle, struct pm_conn_sec_config* conn_sec_config);

/**
 * Answers PM_EVT_CONN_SEC_PARAMS_REQ, from inside it: parameters of this procedure, copied. NULL
 * rejects the procedure. Of several answers the last valid one counts. context comes with the
 * event, and names the link.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no context
 * - NRF_ERROR_INVALID_PARAM: they do not agree (@ref pm_sec_params_set); the choice of before stays
 */
uint32_t pm_conn_sec_params_reply(uint16_t conn_handle, ble_gap_sec_params_t* sec_params,
                                  const void* context);

/**
 * Gives the security state of a link. Works until another link is made, also after disconnection.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t pm_conn_sec_status_get(uint16_t conn_handle, struct pm_conn_sec_status* conn_sec_status);

/**
 * True when every bit set in *sec_status_req (reserved ones apart) is set in the state of the link.
 * False when the state cannot be had. sec_status_req is not NULL.
 */
bool pm_sec_is_sufficient(uint16_t conn_handle, struct pm_conn_sec_status* sec_status_req);

/**
 * Sets the public key of pairings, for applications that compute Diffie-Hellman keys themselves.
 * The pointer is kept. Deprecated: use CONFIG_PM_LESC.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_FORBIDDEN: CONFIG_PM_LESC is on
 */
uint32_t pm_lesc_public_key_set(ble_gap_lesc_p256_pk_t* public_key);

/* Allow list, identities, addresses, privacy */

/**
 * Replaces the allow list by the identity addresses of up to 8 peers. NULL or 0 clears it. The
 * choice is remembered for @ref pm_allow_list_get even if a later step fails.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_DATA_SIZE: more than BLE_GAP_WHITELIST_ADDR_MAX_COUNT peers; nothing is changed
 * - NRF_ERROR_NOT_FOUND: a peer has no bond
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static
 * - BLE_ERROR_GAP_WHITELIST_IN_USE: the list is in use by the radio
 * - other results of sd_ble_gap_whitelist_set
 */
uint32_t pm_allow_list_set(const uint16_t* peers, uint32_t peer_cnt);

/**
 * Gives addresses, IRKs, or both, of the peers of the last @ref pm_allow_list_set. Counts are the
 * room of the buffers, and return the number of entries; an empty list gives 0. A peer without IRK
 * has one of zeros.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no buffer at all, or a buffer without its count
 * - NRF_ERROR_NO_MEM: a count is too small
 * - NRF_ERROR_NOT_FOUND: a peer has no bond any more
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static
 */
uint32_t pm_allow_list_get(ble_gap_addr_t* addrs, uint32_t* addr_cnt, ble_gap_irk_t* irks,
                           uint32_t* irk_cnt);

/**
 * Replaces the identities that the stack resolves by those of up to 8 peers. NULL or 0 clears them.
 * Peers without IRK should be left out (PM_PEER_ID_LIST_SKIP_NO_IRK).
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: more than BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT peers
 * - NRF_ERROR_NOT_FOUND: a peer has no bond
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static
 * - BLE_ERROR_GAP_DEVICE_IDENTITIES_IN_USE: the list is in use by the radio
 * - other results of sd_ble_gap_device_identities_set
 */
uint32_t pm_device_identities_list_set(const uint16_t* peers, uint32_t peer_cnt);

/**
 * Sets the identity address of this device. Existing bonds were made under the old one.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no address
 * - results of sd_ble_gap_addr_set
 */
uint32_t pm_id_addr_set(const ble_gap_addr_t* addr);

/**
 * Gives the identity address of this device.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 * - results of sd_ble_gap_addr_get
 */
uint32_t pm_id_addr_get(ble_gap_addr_t* addr);

/**
 * Sets privacy: mode, kind of private address, its life time in seconds, IRK of this device.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no settings
 * - results of sd_ble_gap_privacy_set
 */
uint32_t pm_privacy_set(const ble_gap_privacy_params_t* privacy_params);

/**
 * Gives the privacy settings. p_device_irk must point to memory before the call.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result, or for the IRK
 * - results of sd_ble_gap_privacy_get
 */
uint32_t pm_privacy_get(ble_gap_privacy_params_t* privacy_params);

/**
 * True when a resolvable private address was made with this IRK (Core, Vol 6, Part B, 1.3.2.3).
 * False for other kinds of address, for NULL, and before pm_init.
 */
bool pm_address_resolve(const ble_gap_addr_t* addr, const ble_gap_irk_t* irk);

/* Peers and links */

/**
 * Gives the link of a peer, BLE_CONN_HANDLE_INVALID when it has none (or there is no such peer). A
 * link that has just ended may still be given.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 */
uint32_t pm_conn_handle_get(uint16_t peer_id, uint16_t* conn_handle);

/**
 * Gives the peer of a link, PM_PEER_ID_INVALID when it is not bonded (or there is no such link).
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 */
uint32_t pm_peer_id_get(uint16_t conn_handle, uint16_t* peer_id);

/**
 * Lists peers in ascending order, from first_peer_id (PM_PEER_ID_INVALID: from the first) on,
 * without those that skip_id leaves out. Peers that are being deleted do not appear. *list_size is
 * the room of the list, and returns the number of entries.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no list, or no size
 * - NRF_ERROR_INVALID_PARAM: no room, or an unknown skip_id
 * - NRF_ERROR_INTERNAL: a peer's data could not be read; *list_size is 0
 */
uint32_t pm_peer_id_list(uint16_t* peer_list, uint32_t* const list_size, uint16_t first_peer_id,
                         enum pm_peer_id_list_skip skip_id);

/**
 * Gives the next higher peer that is not being deleted; PM_PEER_ID_INVALID as argument asks for the
 * first, as result it means the end. prev_peer_id need not be in use, so peers may be deleted on
 * the way.
 */
uint16_t pm_next_peer_id_get(uint16_t prev_peer_id);

/** Number of peers, those included that are being deleted. 0 before pm_init. */
uint32_t pm_peer_count(void);

/* Data of peers */

/**
 * Reads data of a peer, as last written completely. *len is the size of the buffer, and returns the
 * stored length.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no buffer, or no length
 * - NRF_ERROR_INVALID_PARAM: peer_id above 255, or a data_id that is not in use
 * - NRF_ERROR_NOT_FOUND: no such data
 * - NRF_ERROR_INTERNAL: the store could not be read
 * - NRF_ERROR_DATA_SIZE: the buffer is too small; it holds the beginning
 */
uint32_t pm_peer_data_load(uint16_t peer_id, enum pm_peer_data_id data_id, void* data,
                           uint32_t* len);

/** @ref pm_peer_data_load of the bonding record. */
uint32_t pm_peer_data_bonding_load(uint16_t peer_id, struct pm_peer_data_bonding* data);

/** @ref pm_peer_data_load of the peer's attributes; *len in octets, not services. */
uint32_t pm_peer_data_remote_db_load(uint16_t peer_id, struct ble_gatt_db_srv* data, uint32_t* len);

/** @ref pm_peer_data_load of application data. */
uint32_t pm_peer_data_app_data_load(uint16_t peer_id, void* data, uint32_t* len);

/**
 * Writes data of a peer. The data must be aligned to 4 octets, and stay as they are until the
 * event. A length of 0 deletes. *token (token may be NULL) names the operation in its event; it is
 * the same for every write of one kind of data of one peer.
 *
 * PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or PM_EVT_PEER_DATA_UPDATE_FAILED follows.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no data
 * - NRF_ERROR_INVALID_ADDR: the data are not aligned
 * - NRF_ERROR_FORBIDDEN: a bonding record that another peer has already
 * - NRF_ERROR_INVALID_PARAM: peer_id above 255, a data_id that is not in use, or len above 65535
 * - NRF_ERROR_NOT_FOUND: no such peer
 * - NRF_ERROR_BUSY: too many operations are waiting
 * - NRF_ERROR_RESOURCES: no room in the store
 * - NRF_ERROR_INTERNAL: the store refused for another reason
 */
uint32_t pm_peer_data_store(uint16_t peer_id, enum pm_peer_data_id data_id, const void* data,
                            uint32_t len, uint32_t* token);

/** @ref pm_peer_data_store of a bonding record. */
uint32_t pm_peer_data_bonding_store(uint16_t peer_id, const struct pm_peer_data_bonding* data,
                                    uint32_t* token);

/** @ref pm_peer_data_store of the peer's attributes; len in octets, not services. */
uint32_t pm_peer_data_remote_db_store(uint16_t peer_id, const struct ble_gatt_db_srv* data,
                                      uint32_t len, uint32_t* token);

/** @ref pm_peer_data_store of application data. */
uint32_t pm_peer_data_app_data_store(uint16_t peer_id, const void* data, uint32_t len,
                                     uint32_t* token);

/**
 * Deletes one kind of data of a peer. The bonding record goes with the peer only
 * (@ref pm_peer_delete).
 *
 * PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or PM_EVT_PEER_DATA_UPDATE_FAILED follows, action DELETE.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: the bonding record, peer_id above 255, or a data_id that is not in use
 * - NRF_ERROR_NOT_FOUND: no such data
 * - NRF_ERROR_BUSY: too many operations are waiting
 * - NRF_ERROR_INTERNAL: the store refused for another reason
 */
uint32_t pm_peer_data_delete(uint16_t peer_id, enum pm_peer_data_id data_id);

/**
 * Makes a peer from a bonding record that came by another way than pairing. If a peer has that bond
 * already its ID is given, nothing is written and no event follows. Otherwise the lowest free ID is
 * given; the record must stay as it is until PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or
 * PM_EVT_PEER_DATA_UPDATE_FAILED. token may be NULL.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no record, or no place for the ID
 * - NRF_ERROR_INVALID_ADDR: the record is not aligned to 4 octets
 * - NRF_ERROR_NO_MEM: no ID is free
 * - NRF_ERROR_BUSY: too many operations are waiting
 * - NRF_ERROR_RESOURCES: no room in the store
 * - NRF_ERROR_INTERNAL: the store refused for another reason
 */
uint32_t pm_peer_new(uint16_t* new_peer_id, struct pm_peer_data_bonding* bonding_data,
                     uint32_t* token);

/**
 * Deletes a peer with all its data. The bond goes first. A link that it has lives on, encrypted as
 * it is, as one that is not bonded. PM_EVT_PEER_DELETE_SUCCEEDED follows, the ID is free again
 * then; or PM_EVT_PEER_DELETE_FAILED, after which it can be tried again.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: no such peer, or it is being deleted already
 * - NRF_ERROR_INTERNAL: it could not be started
 */
uint32_t pm_peer_delete(uint16_t peer_id);

/**
 * Deletes all peers. For each PM_EVT_PEER_DELETE_SUCCEEDED or PM_EVT_PEER_DELETE_FAILED follows,
 * then one PM_EVT_PEERS_DELETE_SUCCEEDED or PM_EVT_PEERS_DELETE_FAILED; when there are no peers the
 * former is sent before return.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INTERNAL: a deletion could not be started
 */
uint32_t pm_peers_delete(void);

/* Ranks (CONFIG_PM_PEER_RANKS; without it: NRF_ERROR_NOT_SUPPORTED) */

/**
 * Gives the peers with the highest and the lowest rank, and their ranks. Outputs may be NULL. Among
 * equals the highest is the greatest ID, the lowest the smallest.
 *
 * - NRF_ERROR_NOT_SUPPORTED
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NOT_FOUND: there are no peers, or none has a rank
 * - NRF_ERROR_INTERNAL: the store could not be read
 */
uint32_t pm_peer_ranks_get(uint16_t* highest_ranked_peer, uint32_t* highest_rank,
                           uint16_t* lowest_ranked_peer, uint32_t* lowest_rank);

/**
 * Gives a peer the highest rank. PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or
 * PM_EVT_PEER_DATA_UPDATE_FAILED follows, with token PM_STORE_TOKEN_INVALID; for a peer that is the
 * highest already it is sent before return, with flash_changed 0.
 *
 * - NRF_ERROR_NOT_SUPPORTED
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_BUSY: an earlier call is not complete, or too many operations are waiting
 * - NRF_ERROR_DATA_SIZE: the highest rank is the highest possible
 * - NRF_ERROR_RESOURCES: no room in the store
 * - NRF_ERROR_INVALID_PARAM: peer_id above 255
 * - NRF_ERROR_INTERNAL: the store failed
 */
uint32_t pm_peer_rank_highest(uint16_t peer_id);

/* GATT */

/**
 * To be called when our attributes are not those of before, after an update for example. Every peer
 * gets a Service Changed indication, now or when it connects next; the need is stored. Does nothing
 * without CONFIG_PM_SERVICE_CHANGED.
 *
 * PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or PM_EVT_PEER_DATA_UPDATE_FAILED per peer,
 * PM_EVT_SERVICE_CHANGED_IND_SENT and PM_EVT_SERVICE_CHANGED_IND_CONFIRMED follow.
 */
void pm_local_database_has_changed(void);

#ifdef __cplusplus
}
#endif

#endif  // PEER_MANAGER_H_
