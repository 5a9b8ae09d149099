// SPDX-License-Identifier: Apache-2.0
/**
 * @file
 * Peer Manager: pairing, bonding, encryption, identities, allow lists, GATT caches and application
 * data of peers.
 *
 * Use: enable the stack, then @ref pm_init, @ref pm_sec_params_set, @ref pm_register. From then on
 * the Peer Manager answers the security events of the stack by itself, and tells what happens by
 * events (@ref pm_evt_id). It sees each stack event before an observer of priority USER does, and
 * has then delivered everything that follows from it.
 *
 * Results: every function that returns uint32_t returns NRF_SUCCESS or one of the codes listed with
 * it. They are listed in the order of the checks: the first that applies is returned, and nothing
 * has been changed unless the text says otherwise. NRF_ERROR_INVALID_STATE means, where nothing
 * else is said, that pm_init has not succeeded.
 *
 * Units: lengths are in octets. Addresses, keys and everything else that goes over the air are kept
 * as they are sent, least significant octet first. Peer IDs are 0 to 255.
 *
 * Context: all functions are called from one context, that in which stack events are delivered, or
 * one in which they are masked; none of them may interrupt another. Calling any of them from inside
 * an event is allowed, with the one exception named at pm_init. Events are delivered synchronously,
 * to all handlers in the order of registration, also from inside the call that caused them.
 *
 * Storing and deleting is asynchronous: NRF_SUCCESS means accepted, an event tells the end, and
 * comes after the call has returned. What does not work that way is said with the function.
 *
 * Specification: "Core" is the Bluetooth Core Specification; Vol 3, Part H is the Security Manager,
 * Part G the Generic Attribute Profile, Part C the Generic Access Profile.
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

/**
 * What @ref pm_peer_id_list leaves out; values may be combined by bitwise or.
 */
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
 * Starts the Peer Manager: mounts the store, finds the bonded peers, makes a key pair with
 * CONFIG_PM_LESC, and begins to remove what an interrupted deletion has left. Called after the
 * stack has been enabled, before every other function here.
 *
 * Blocks, idling, until the store is mounted (a store whose recovery was interrupted by a power cut
 * is completed first), and for one P-256 key generation. Sends no events. May be called again:
 * handlers, parameters and lists of the earlier call are then forgotten, while operations that the
 * store has accepted go on.
 *
 * - NRF_ERROR_INTERNAL: store, timers or cryptography could not be started; or called from inside
 * an event that a storage operation caused
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
 * pairing, with "pairing not supported"; encryption with stored keys goes on working. Until the
 * first call no pairing is possible either (see @ref pm_conn_secure).
 *
 * They must agree with each other: oob needs mitm; mitm needs input or output capabilities, or oob;
 * io_caps is BLE_GAP_IO_CAPS_*; key sizes are in octets, 7 <= min_key_size <= max_key_size <= 16;
 * with bond at least one key is distributed (kdist_own, kdist_peer: enc or id), without it none.
 * Core, Vol 3, Part H, 2.3.1 to 2.3.5, 3.5.1 and 3.6.1.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: they do not agree; those of before stay in force
 */
uint32_t pm_sec_params_set(ble_gap_sec_params_t* sec_params);

/**
 * Secures a link. As central: encrypts with the stored key if there is one and force_repairing is
 * false, else pairs. As peripheral: sends a Security Request; force_repairing has no meaning. With
 * NULL parameters the central refuses a Security Request and the peripheral does nothing. Core, Vol
 * 3, Part H, 2.4.4 and 2.4.6; Part C, 10.3.
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
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link, or one left to the application (@ref
 * pm_conn_exclude)
 * - NRF_ERROR_BUSY: a security procedure is running on the link
 * - NRF_ERROR_TIMEOUT: an SMP timeout (30 s without an answer; Core, Vol 3, Part H, 3.4) happened
 * on the link; it must be made anew
 * - NRF_ERROR_INVALID_DATA: the stored bond has no key that can be used in this role; pairing anew
 *   (force_repairing) is the way out
 * - NRF_ERROR_INTERNAL: the bond could not be read, or the stack refused for another reason
 */
uint32_t pm_conn_secure(uint16_t conn_handle, bool force_repairing);

/**
 * Leaves a link to the application: the Peer Manager ignores all of its events, from the present
 * one to its disconnection. Called from inside PM_EVT_CONN_CONFIG_REQ only; context comes with that
 * event, and names the link (conn_handle is not looked at). Works before pm_init too.
 *
 * - NRF_ERROR_NULL: no context
 */
uint32_t pm_conn_exclude(uint16_t conn_handle, const void* context);

/**
 * Answers PM_EVT_CONN_SEC_CONFIG_REQ, from inside it: whether the peer may replace its bond in this
 * procedure. Without an answer it may not. The struct is copied. NULL and unknown links are
 * ignored.
 */
void pm_conn_sec_config_reply(uint16_t conn_handle, struct pm_conn_sec_config* conn_sec_config);

/**
 * Answers PM_EVT_CONN_SEC_PARAMS_REQ, from inside it: parameters of this procedure, copied. NULL
 * rejects the procedure. Of several answers the last valid one counts. context comes with the
 * event, and names the link (conn_handle is not looked at).
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no context
 * - NRF_ERROR_INVALID_PARAM: they do not agree (@ref pm_sec_params_set); the choice of before stays
 */
uint32_t pm_conn_sec_params_reply(uint16_t conn_handle, ble_gap_sec_params_t* sec_params,
                                  const void* context);

/**
 * Gives the security state of a link. Works until another link is made, also after disconnection
 * (connected is 0 then). The reserved bits of the result are left as they are. Core, Vol 3, Part C,
 * 10.2.1.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t pm_conn_sec_status_get(uint16_t conn_handle, struct pm_conn_sec_status* conn_sec_status);

/**
 * True when every bit set in sec_status_req (reserved ones apart) is set in the state of the link.
 * False when the state cannot be had: before pm_init, without such a link, with NULL.
 */
bool pm_sec_is_sufficient(uint16_t conn_handle, struct pm_conn_sec_status* sec_status_req);

/**
 * Sets the public key of pairings, for applications that compute Diffie-Hellman keys themselves: 64
 * octets, X then Y, each least significant octet first. The pointer is kept, not the key. NULL
 * takes it back. Deprecated: use CONFIG_PM_LESC.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_FORBIDDEN: CONFIG_PM_LESC is on
 */
uint32_t pm_lesc_public_key_set(ble_gap_lesc_p256_pk_t* public_key);

/* Allow list, identities, addresses, privacy */

/**
 * Replaces the allow list (Filter Accept List) by the identity addresses of up to 8 peers, in the
 * order given. NULL or 0 clears it. Effective at once. The choice is remembered for
 * @ref pm_allow_list_get even if a later step fails. Core, Vol 6, Part B, 4.3.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_DATA_SIZE: more than BLE_GAP_WHITELIST_ADDR_MAX_COUNT (8) peers; nothing is changed
 * - NRF_ERROR_NOT_FOUND: a peer has no bond
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static
 * - BLE_ERROR_GAP_WHITELIST_IN_USE: an advertiser, scanner or initiator is using the list
 * - NRF_ERROR_INTERNAL: the store could not be read
 * - other results of sd_ble_gap_whitelist_set
 */
uint32_t pm_allow_list_set(const uint16_t* peers, uint32_t peer_cnt);

/**
 * Gives addresses, IRKs, or both, of the peers of the last @ref pm_allow_list_set, in its order.
 * Counts are the room of the buffers in entries, and return the number of entries; an empty list
 * gives 0. A peer without IRK has one of zeros. Buffers that are not wanted are NULL.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no buffer at all, or a buffer without its count
 * - NRF_ERROR_NO_MEM: a count is too small
 * - NRF_ERROR_NOT_FOUND: a peer has no bond any more; the counts tell how many were copied
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static; counts
 *   likewise
 * - NRF_ERROR_INTERNAL: the store could not be read; counts likewise
 */
uint32_t pm_allow_list_get(ble_gap_addr_t* addrs, uint32_t* addr_cnt, ble_gap_irk_t* irks,
                           uint32_t* irk_cnt);

/**
 * Replaces the identities that the controller resolves private addresses with (resolving list) by
 * those of up to 8 peers, this device's own IRK being the default one. NULL or 0 clears them.
 * Effective at once. Peers without IRK should be left out (PM_PEER_ID_LIST_SKIP_NO_IRK). Core, Vol
 * 6, Part B, 4.7 and 6.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: more than BLE_GAP_DEVICE_IDENTITIES_MAX_COUNT (8) peers
 * - NRF_ERROR_NOT_FOUND: a peer has no bond
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: an identity address is neither public nor random static
 * - BLE_ERROR_GAP_DEVICE_IDENTITIES_IN_USE: an advertiser, scanner or initiator is using the list
 * - NRF_ERROR_INTERNAL: the store could not be read
 * - other results of sd_ble_gap_device_identities_set
 */
uint32_t pm_device_identities_list_set(const uint16_t* peers, uint32_t peer_cnt);

/**
 * Sets the identity address of this device, public or random static. Existing bonds were made under
 * the old one, and their peers will look for that. Not while advertising, scanning or connecting.
 * Core, Vol 6, Part B, 1.3.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no address
 * - results of sd_ble_gap_addr_set
 */
uint32_t pm_id_addr_set(const ble_gap_addr_t* addr);

/**
 * Gives the identity address of this device, also while privacy hides it on the air.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 * - results of sd_ble_gap_addr_get
 */
uint32_t pm_id_addr_get(ble_gap_addr_t* addr);

/**
 * Sets privacy: mode (BLE_GAP_PRIVACY_MODE_*), kind of private address, its life time
 * (private_addr_cycle_s, in seconds; 0: the stack's default), and the IRK of this device (NULL: the
 * one it was born with). Not while advertising, scanning or connecting. Core, Vol 3, Part C, 10.7.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no settings
 * - results of sd_ble_gap_privacy_set
 */
uint32_t pm_privacy_set(const ble_gap_privacy_params_t* privacy_params);

/**
 * Gives the privacy settings. p_device_irk must point to memory before the call: the IRK is copied
 * there.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result, or for the IRK
 * - results of sd_ble_gap_privacy_get
 */
uint32_t pm_privacy_get(ble_gap_privacy_params_t* privacy_params);

/**
 * True when a resolvable private address was made with this IRK (Core, Vol 6, Part B, 1.3.2.3).
 * False for other kinds of address, for NULL, and before pm_init. Costs one AES-128 block.
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
 * Gives the peer of a link, PM_PEER_ID_INVALID when it is not bonded (or there is no such link). A
 * peer is known by its address from PM_EVT_CONN_CONFIG_REQ on, before anything is encrypted:
 * whoever must be sure asks @ref pm_conn_sec_status_get too.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no place for the result
 */
uint32_t pm_peer_id_get(uint16_t conn_handle, uint16_t* peer_id);

/**
 * Lists peers in ascending order, from first_peer_id (PM_PEER_ID_INVALID: from the first) on,
 * without those that skip_id leaves out. Peers that are being deleted do not appear. list_size is
 * the room of the list in entries, and returns the number of entries.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no list, or no size
 * - NRF_ERROR_INVALID_PARAM: no room, or an unknown skip_id; list_size is as it was
 * - NRF_ERROR_INTERNAL: a peer's data could not be read; list_size is 0
 */
uint32_t pm_peer_id_list(uint16_t* peer_list, uint32_t* const list_size, uint16_t first_peer_id,
                         enum pm_peer_id_list_skip skip_id);

/**
 * Gives the next higher peer that is not being deleted; PM_PEER_ID_INVALID as argument asks for the
 * first, as result it means the end. prev_peer_id need not be in use, so peers may be deleted on
 * the way. Before pm_init there are none.
 */
uint16_t pm_next_peer_id_get(uint16_t prev_peer_id);

/**
 * Gives the number of peers, those included that are being deleted. 0 before pm_init.
 */
uint32_t pm_peer_count(void);

/* Data of peers */

/**
 * Reads data of a peer, synchronously, as last written completely: what is still on its way to the
 * store is not seen. len is the size of the buffer in octets, and returns the whole stored length.
 * data need not be aligned.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no buffer, or no length
 * - NRF_ERROR_INVALID_PARAM: peer_id above 255, or a data_id that is not in use
 * - NRF_ERROR_NOT_FOUND: no such data
 * - NRF_ERROR_INTERNAL: the store could not be read
 * - NRF_ERROR_DATA_SIZE: the buffer is too small; it holds the beginning, len the whole length
 */
uint32_t pm_peer_data_load(uint16_t peer_id, enum pm_peer_data_id data_id, void* data,
                           uint32_t* len);

/**
 * Reads the bonding record of a peer: @ref pm_peer_data_load with PM_PEER_DATA_ID_BONDING and its
 * 80 octets. It holds keys: clear the copy when it has served. Results as there.
 */
uint32_t pm_peer_data_bonding_load(uint16_t peer_id, struct pm_peer_data_bonding* data);

/**
 * Reads the attributes of the peer's server: @ref pm_peer_data_load with
 * PM_PEER_DATA_ID_GATT_REMOTE. len is in octets, not services. Results as there.
 */
uint32_t pm_peer_data_remote_db_load(uint16_t peer_id, struct ble_gatt_db_srv* data, uint32_t* len);

/**
 * Reads application data of a peer: @ref pm_peer_data_load with PM_PEER_DATA_ID_APPLICATION.
 * Results as there.
 */
uint32_t pm_peer_data_app_data_load(uint16_t peer_id, void* data, uint32_t* len);

/**
 * Writes data of a peer, replacing what was there. The data must be aligned to 4 octets, and stay
 * where and as they are until the event: they are read when the operation's turn comes. A length of
 * 0 deletes. What is stored already as it is costs no flash.
 *
 * token (may be NULL, is written on success only) names the operation in its event; it is the same
 * for every write of one kind of data of one peer, and never PM_STORE_TOKEN_INVALID.
 *
 * PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or PM_EVT_PEER_DATA_UPDATE_FAILED follows, action UPDATE.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no data
 * - NRF_ERROR_INVALID_ADDR: the data are not aligned
 * - NRF_ERROR_FORBIDDEN: a bonding record that another peer has already
 * - NRF_ERROR_INVALID_PARAM: peer_id above 255, a data_id that is not in use, len above 65535, or a
 *   bonding record that is not 80 octets long
 * - NRF_ERROR_NOT_FOUND: no such peer
 * - NRF_ERROR_BUSY: too many operations are waiting; try again after the next storage event
 * - NRF_ERROR_RESOURCES: no room, and the store knows it at once (otherwise it is the event that
 * tells)
 * - NRF_ERROR_INTERNAL: the store refused for another reason, such as a record that is too long for
 * a sector (944 octets are the most with sectors of 1024)
 */
uint32_t pm_peer_data_store(uint16_t peer_id, enum pm_peer_data_id data_id, const void* data,
                            uint32_t len, uint32_t* token);

/**
 * Writes a bonding record: @ref pm_peer_data_store with PM_PEER_DATA_ID_BONDING and 80 octets.
 * Results as there.
 */
uint32_t pm_peer_data_bonding_store(uint16_t peer_id, const struct pm_peer_data_bonding* data,
                                    uint32_t* token);

/**
 * Writes attributes of the peer's server: @ref pm_peer_data_store with PM_PEER_DATA_ID_GATT_REMOTE.
 * len is in octets, not services: number of services times sizeof(struct ble_gatt_db_srv). Results
 * as there.
 */
uint32_t pm_peer_data_remote_db_store(uint16_t peer_id, const struct ble_gatt_db_srv* data,
                                      uint32_t len, uint32_t* token);

/**
 * Writes application data of a peer: @ref pm_peer_data_store with PM_PEER_DATA_ID_APPLICATION.
 * Results as there.
 */
uint32_t pm_peer_data_app_data_store(uint16_t peer_id, const void* data, uint32_t len,
                                     uint32_t* token);

/**
 * Deletes one kind of data of a peer. The bonding record goes with the peer only (@ref
 * pm_peer_delete).
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
 * already (same identity address, or same IRK where there is no identity address) its ID is given,
 * nothing is written and no event follows. Otherwise the lowest free ID is given, and in use from
 * now on; the record must stay as it is until PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or
 * PM_EVT_PEER_DATA_UPDATE_FAILED. token may be NULL, is written on success only. On every failure
 * after the checks of the arguments new_peer_id is PM_PEER_ID_INVALID.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NULL: no record, or no place for the ID
 * - NRF_ERROR_INVALID_ADDR: the record is not aligned to 4 octets
 * - NRF_ERROR_NO_MEM: no ID is free
 * - NRF_ERROR_BUSY: too many operations are waiting
 * - NRF_ERROR_RESOURCES: no room, and the store knows it at once
 * - NRF_ERROR_INTERNAL: the store refused for another reason
 */
uint32_t pm_peer_new(uint16_t* new_peer_id, struct pm_peer_data_bonding* bonding_data,
                     uint32_t* token);

/**
 * Deletes a peer with all its data. The bond goes first: a power cut in the middle leaves no half
 * peer, and what is left of it is removed at the next start. A link that it has lives on, encrypted
 * as it is, as one that is not bonded; nothing is stored for it any more until it bonds again.
 * PM_EVT_PEER_DELETE_SUCCEEDED follows, the ID is free again then; or PM_EVT_PEER_DELETE_FAILED,
 * after which it can be tried again.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INVALID_PARAM: no such peer, or it is being deleted already
 * - NRF_ERROR_INTERNAL: it could not be started; no event follows
 */
uint32_t pm_peer_delete(uint16_t peer_id);

/**
 * Deletes all peers. For each PM_EVT_PEER_DELETE_SUCCEEDED or PM_EVT_PEER_DELETE_FAILED follows,
 * then one PM_EVT_PEERS_DELETE_SUCCEEDED or PM_EVT_PEERS_DELETE_FAILED. When there are no peers the
 * former is sent at once, before return.
 *
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_INTERNAL: a deletion could not be started; those before it go on
 */
uint32_t pm_peers_delete(void);

/* Ranks (CONFIG_PM_PEER_RANKS; without it: NRF_ERROR_NOT_SUPPORTED) */

/**
 * Gives the peers with the highest and the lowest rank, and their ranks. Outputs may be NULL. Among
 * equals the highest is the greatest ID, the lowest the smallest. Reads one record a peer.
 *
 * - NRF_ERROR_NOT_SUPPORTED
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_NOT_FOUND: there are no peers, and nothing is written; or none has a rank, and the
 * peers given are PM_PEER_ID_INVALID
 * - NRF_ERROR_INTERNAL: the store could not be read
 */
uint32_t pm_peer_ranks_get(uint16_t* highest_ranked_peer, uint32_t* highest_rank,
                           uint16_t* lowest_ranked_peer, uint32_t* lowest_rank);

/**
 * Gives a peer the highest rank: the present highest plus one. PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or
 * PM_EVT_PEER_DATA_UPDATE_FAILED follows, with token PM_STORE_TOKEN_INVALID; for a peer that is the
 * highest already it is sent before return, with flash_changed 0.
 *
 * - NRF_ERROR_NOT_SUPPORTED
 * - NRF_ERROR_INVALID_STATE
 * - NRF_ERROR_BUSY: an earlier call is not complete, the ranks cannot be read now, or too many
 *   operations are waiting
 * - NRF_ERROR_INVALID_PARAM: no such peer
 * - NRF_ERROR_DATA_SIZE: the highest rank is the highest possible (2^32 - 1)
 * - NRF_ERROR_RESOURCES: no room in the store (@ref pm_handler_flash_clean_on_return)
 * - NRF_ERROR_INTERNAL: the store failed
 */
uint32_t pm_peer_rank_highest(uint16_t peer_id);

/* GATT */

/**
 * To be called when our attributes are not those of before, after an update for example. Every peer
 * gets a Service Changed indication for all handles of the application, now or when it connects
 * next, until it has confirmed one; the need is stored. Does nothing without
 * CONFIG_PM_SERVICE_CHANGED, and before pm_init. Core, Vol 3, Part G, 2.5.2 and 7.1.
 *
 * PM_EVT_PEER_DATA_UPDATE_SUCCEEDED or PM_EVT_PEER_DATA_UPDATE_FAILED per peer,
 * PM_EVT_SERVICE_CHANGED_IND_SENT and PM_EVT_SERVICE_CHANGED_IND_CONFIRMED follow;
 * PM_EVT_STORAGE_FULL when the need cannot be stored for lack of room, which is tried again.
 */
void pm_local_database_has_changed(void);

#ifdef __cplusplus
}
#endif

#endif  // PEER_MANAGER_H_
