// SPDX-License-Identifier: Apache-2.0
/**
 * GAP: addresses, privacy, advertising, scanning, links and their security.
 *
 * No function waits for the radio: results come as events. Multi-octet values (addresses, keys,
 * random numbers, public key coordinates) are least significant octet first. The order of checks
 * inside the stack is not defined.
 */

#ifndef BLE_GAP_H_
#define BLE_GAP_H_

#include <stdint.h>

#include "ble_err.h"
#include "ble_gap_constants.h"
#include "ble_gap_events.h"
#include "ble_gap_types.h"
#include "ble_hci.h"
#include "ble_ranges.h"
#include "ble_types.h"
#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Identity, privacy, lists */

/**
 * Sets the identity address: public or random static.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad address or address type
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - NRF_ERROR_INVALID_STATE: advertising, scanning or connecting
 */
uint32_t sd_ble_gap_addr_set(ble_gap_addr_t const* p_addr);

/**
 * Gives the identity address, whatever the privacy mode. Without @ref sd_ble_gap_addr_set it is
 * random static and constant for the chip.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 */
uint32_t sd_ble_gap_addr_get(ble_gap_addr_t* p_addr);

/**
 * Gives the address that the advertising set uses on air.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_ADV_HANDLE: no such advertising set
 * - NRF_ERROR_INVALID_STATE: not advertising
 */
uint32_t sd_ble_gap_adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* p_addr);

/**
 * Replaces the allow list by len (1 to 8) addresses; NULL clears it. For peers that are resolved it
 * is the identity address that counts.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_GAP_WHITELIST_IN_USE: advertising, scanning or connecting with the list
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad address or address type
 * - NRF_ERROR_DATA_SIZE: len is 0 or above 8 with a list given
 */
uint32_t sd_ble_gap_whitelist_set(ble_gap_addr_t const* const* pp_wl_addrs, uint8_t len);

/**
 * Replaces the identities that are resolved, at most 8; NULL clears them. pp_local_irks NULL: the
 * device IRK for all.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_GAP_DEVICE_IDENTITIES_IN_USE: list in use
 * - BLE_ERROR_GAP_DEVICE_IDENTITIES_DUPLICATE: an identity occurs twice
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad address or address type
 * - BLE_ERROR_GAP_ZERO_IRK_NOT_ALLOWED: all-zero peer IRK in network privacy mode
 * - NRF_ERROR_DATA_SIZE: len is 0 or above 8 with a list given
 */
uint32_t sd_ble_gap_device_identities_set(ble_gap_id_key_t const* const* pp_id_keys,
                                          ble_gap_irk_t const* const* pp_local_irks, uint8_t len);

/**
 * Sets the privacy mode, the type of private address, its life time in seconds (0 = 900, at most
 * 41400) and the device IRK (NULL = default of the chip). A new device IRK is distributed in
 * bondings whose @ref sd_ble_gap_sec_params_reply comes after the change.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad address or address type
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - BLE_ERROR_GAP_ZERO_IRK_NOT_ALLOWED: the IRK is all zero
 * - NRF_ERROR_NOT_SUPPORTED: central roles without the Central Address Resolution characteristic
 * - NRF_ERROR_INVALID_STATE: advertising, scanning or connecting
 */
uint32_t sd_ble_gap_privacy_set(ble_gap_privacy_params_t const* p_privacy_params);

/**
 * Gives the privacy settings. p_device_irk must be NULL or point to memory before the call; that
 * memory then receives the device IRK.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 */
uint32_t sd_ble_gap_privacy_get(ble_gap_privacy_params_t* p_privacy_params);

/* Advertising, scanning, connecting */

/**
 * Configures the advertising set. *p_adv_handle BLE_GAP_ADV_SET_HANDLE_NOT_SET makes a set (only
 * one exists) and receives its handle. The buffers must stay valid while advertising. While
 * advertising only data can change: p_adv_params NULL and other buffers.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: bad data or parameters, or an allow list policy without a list
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad peer address
 * - NRF_ERROR_INVALID_STATE: parameters given while advertising
 * - BLE_ERROR_GAP_DISCOVERABLE_WITH_WHITELIST: discoverable flags with a filtered connection
 * - BLE_ERROR_INVALID_ADV_HANDLE: no such advertising set
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_FLAGS: bad flags
 * - NRF_ERROR_INVALID_DATA: malformed data
 * - NRF_ERROR_INVALID_LENGTH: wrong length
 * - NRF_ERROR_NOT_SUPPORTED: not supported
 * - NRF_ERROR_NO_MEM: out of memory
 * - BLE_ERROR_GAP_UUID_LIST_MISMATCH: bad UUID list
 */
uint32_t sd_ble_gap_adv_set_configure(uint8_t* p_adv_handle, ble_gap_adv_data_t const* p_adv_data,
                                      ble_gap_adv_params_t const* p_adv_params);

/**
 * Starts advertising, under a new private address if privacy is on. It ends by a connection
 * (BLE_GAP_EVT_CONNECTED), by timeout or limit (BLE_GAP_EVT_ADV_SET_TERMINATED), or by @ref
 * sd_ble_gap_adv_stop (no event).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: not configured, or already advertising
 * - NRF_ERROR_CONN_COUNT: link limit reached
 * - BLE_ERROR_INVALID_ADV_HANDLE: no such advertising set
 * - NRF_ERROR_NOT_FOUND: unknown tag
 * - NRF_ERROR_RESOURCES: out of resources
 */
uint32_t sd_ble_gap_adv_start(uint8_t adv_handle, uint8_t conn_cfg_tag);

/**
 * Stops advertising.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_ADV_HANDLE: no such advertising set
 * - NRF_ERROR_INVALID_STATE: not advertising
 */
uint32_t sd_ble_gap_adv_stop(uint8_t adv_handle);

/**
 * Starts scanning, or goes on after a report with p_scan_params NULL. The buffer belongs to the
 * stack until BLE_GAP_EVT_ADV_REPORT; after each report (unless its status says that more data
 * follow) scanning pauses.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: parameters given while paused, or NULL while not running or timed out
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_NOT_SUPPORTED: not supported
 * - NRF_ERROR_INVALID_LENGTH: bad buffer length
 * - NRF_ERROR_RESOURCES: out of resources
 */
uint32_t sd_ble_gap_scan_start(ble_gap_scan_params_t const* p_scan_params,
                               ble_data_t const* p_adv_report_buffer);

/**
 * Stops scanning.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: not scanning
 */
uint32_t sd_ble_gap_scan_stop(void);

/**
 * Starts connecting; BLE_GAP_EVT_CONNECTED or BLE_GAP_EVT_TIMEOUT (source CONN) follows. Scanning
 * stops even on error. With an allow list policy the address is ignored; addr_id_peer wants the
 * peer among the device identities.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_NOT_FOUND: unknown tag
 * - NRF_ERROR_INVALID_STATE: already connecting
 * - BLE_ERROR_GAP_INVALID_BLE_ADDR: bad address or address type
 * - NRF_ERROR_CONN_COUNT: link limit reached
 * - NRF_ERROR_RESOURCES: out of resources
 * - NRF_ERROR_NOT_SUPPORTED: not supported
 */
uint32_t sd_ble_gap_connect(ble_gap_addr_t const* p_peer_addr,
                            ble_gap_scan_params_t const* p_scan_params,
                            ble_gap_conn_params_t const* p_conn_params, uint8_t conn_cfg_tag);

/**
 * Stops connecting. No event follows.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: not connecting
 */
uint32_t sd_ble_gap_connect_cancel(void);

/**
 * Ends a link with BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION or BLE_HCI_CONN_INTERVAL_UNACCEPTABLE.
 * BLE_GAP_EVT_DISCONNECTED follows, with reason BLE_HCI_LOCAL_HOST_TERMINATED_CONNECTION on this
 * side.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: any other code
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: already disconnecting, or not connected
 */
uint32_t sd_ble_gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code);

/**
 * Central: starts an update, or answers a request (NULL rejects). Peripheral: asks the central;
 * NULL takes the preferred parameters if all are specified. BLE_GAP_EVT_CONN_PARAM_UPDATE follows.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_conn_param_update(uint16_t conn_handle,
                                      ble_gap_conn_params_t const* p_conn_params);

/**
 * Starts a PHY update, or answers a request. BLE_GAP_EVT_PHY_UPDATE always follows.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - BLE_ERROR_UNSUPPORTED_REMOTE_FEATURE: the peer cannot do it
 * - NRF_ERROR_NOT_SUPPORTED: not supported
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 */
uint32_t sd_ble_gap_phy_update(uint16_t conn_handle, ble_gap_phys_t const* p_gap_phys);

/**
 * Starts a data length update, or answers a request. NULL parameters: automatic. p_dl_limitation
 * may be NULL; with NRF_ERROR_RESOURCES it tells by how much the wish is too great.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_RESOURCES: the configured event length or buffers do not allow it
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - BLE_ERROR_UNSUPPORTED_REMOTE_FEATURE: the peer cannot do it
 */
uint32_t sd_ble_gap_data_length_update(uint16_t conn_handle,
                                       ble_gap_data_length_params_t const* p_dl_params,
                                       ble_gap_data_length_limitation_t* p_dl_limitation);

/**
 * Sets the transmit power in dBm, rounded down to a level that exists. role is
 * BLE_GAP_TX_POWER_ROLE_*; handle is an advertising set or a link, ignored for scanning and
 * initiating.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - BLE_ERROR_INVALID_ADV_HANDLE: no such advertising set
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power);

/**
 * Sets the appearance characteristic.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 */
uint32_t sd_ble_gap_appearance_set(uint16_t appearance);

/**
 * Gives the appearance characteristic.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 */
uint32_t sd_ble_gap_appearance_get(uint16_t* p_appearance);

/**
 * Sets the preferred connection parameters characteristic.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_NOT_SUPPORTED: the characteristic is left out
 */
uint32_t sd_ble_gap_ppcp_set(ble_gap_conn_params_t const* p_conn_params);

/**
 * Gives the preferred connection parameters characteristic.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_NOT_SUPPORTED: the characteristic is left out
 */
uint32_t sd_ble_gap_ppcp_get(ble_gap_conn_params_t* p_conn_params);

/**
 * Sets the device name (UTF-8, no terminator) and who may write it.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_DATA_SIZE: longer than configured
 * - NRF_ERROR_FORBIDDEN: the name is in read-only memory
 */
uint32_t sd_ble_gap_device_name_set(ble_gap_conn_sec_mode_t const* p_write_perm,
                                    uint8_t const* p_dev_name, uint16_t len);

/**
 * Gives the device name. *p_len is the size of the buffer, and on return the whole length. A NULL
 * buffer asks for the length only.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_DATA_SIZE: buffer too small
 */
uint32_t sd_ble_gap_device_name_get(uint8_t* p_dev_name, uint16_t* p_len);

/**
 * Starts measuring. BLE_GAP_EVT_RSSI_CHANGED follows a change of at least threshold_dbm after
 * skip_count samples; BLE_GAP_RSSI_THRESHOLD_INVALID gives no events.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: already started
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count);

/**
 * Stops measuring.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: not started
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_rssi_stop(uint16_t conn_handle);

/**
 * Gives the last measured value in dBm, and its channel.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_NOT_FOUND: no sample yet
 * - NRF_ERROR_INVALID_STATE: not started
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_rssi_get(uint16_t conn_handle, int8_t* p_rssi, uint8_t* p_ch_index);

/* Security */

/**
 * Peripheral: sends a Security Request, of which only bond, mitm, lesc and keypress count. Central:
 * sends a Pairing Request; NULL refuses a Security Request that was received.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: no link, or encryption is running or queued
 * - NRF_ERROR_NO_MEM: too many pairings at once in this role
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_NOT_SUPPORTED: own identity cannot be distributed without Central Address Resolution
 * - NRF_ERROR_TIMEOUT: an SMP timeout happened on this link; no more SMP until it is made anew
 */
uint32_t sd_ble_gap_authenticate(uint16_t conn_handle, ble_gap_sec_params_t const* p_sec_params);

/**
 * Answers BLE_GAP_EVT_SEC_PARAMS_REQUEST. sec_status BLE_GAP_SEC_STATUS_SUCCESS accepts, any other
 * rejects with that reason. The central gives NULL parameters: it gave them already. Peer key
 * memory is needed for each key asked for; own key pointers may be NULL (then not reported). With
 * LE Secure Connections own p_pk is the local public key and peer p_pk a buffer. All memory must
 * stay valid until BLE_GAP_EVT_AUTH_STATUS.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not asked for
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_NOT_SUPPORTED: not supported
 */
uint32_t sd_ble_gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_sec_params_t const* p_sec_params,
                                     ble_gap_sec_keyset_t const* p_sec_keyset);

/**
 * Answers BLE_GAP_EVT_AUTH_KEY_REQUEST, or BLE_GAP_EVT_PASSKEY_DISPLAY with match_request. NONE and
 * NULL: refused. PASSKEY and 6 ASCII digits: entered. PASSKEY and NULL: numbers are the same. OOB
 * and 16 octets (LSB first): temporary key.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not asked for
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_auth_key_reply(uint16_t conn_handle, uint8_t key_type, uint8_t const* p_key);

/**
 * Answers BLE_GAP_EVT_LESC_DHKEY_REQUEST. The caller must have checked that the public key of the
 * peer is on the curve. sec_status BLE_GAP_SEC_STATUS_SUCCESS: p_dhkey is used;
 * BLE_GAP_SEC_STATUS_DHKEY_FAILURE: the public key is not on the curve;
 * BLE_GAP_SEC_STATUS_INVALID_PARAMS: a debug key is refused.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: no such procedure, or its event was not taken yet
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_lesc_dhkey_t const* p_dhkey);

/**
 * Tells the peer that a key was pressed (BLE_GAP_KP_NOT_TYPE_*).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 */
uint32_t sd_ble_gap_keypress_notify(uint16_t conn_handle, uint8_t kp_not);

/**
 * Makes out-of-band data for a public key: random r, c = f4(PKx, PKx, r, 0), and the address in
 * use. conn_handle may be BLE_CONN_HANDLE_INVALID before connecting.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_lesc_oob_data_get(uint16_t conn_handle, ble_gap_lesc_p256_pk_t const* p_pk_own,
                                      ble_gap_lesc_oob_data_t* p_oobd_own);

/**
 * Gives out-of-band data, after BLE_GAP_EVT_LESC_DHKEY_REQUEST with oobd_req 1. Own data NULL if
 * the peer did not receive them (must agree with the peer's oob flag); peer data NULL if we
 * received none (must agree with our oob flag).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: not asked for, or the flags disagree
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_lesc_oob_data_set(uint16_t conn_handle,
                                      ble_gap_lesc_oob_data_t const* p_oobd_own,
                                      ble_gap_lesc_oob_data_t const* p_oobd_peer);

/**
 * Central: starts encryption, or refreshes it, with a stored key. BLE_GAP_EVT_CONN_SEC_UPDATE
 * follows, also on failure (level 1).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: no link
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - BLE_ERROR_INVALID_ROLE: this side is the peripheral
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - BLE_ERROR_UNSUPPORTED_REMOTE_FEATURE: the peer cannot encrypt
 */
uint32_t sd_ble_gap_encrypt(uint16_t conn_handle, ble_gap_master_id_t const* p_master_id,
                            ble_gap_enc_info_t const* p_enc_info);

/**
 * Answers BLE_GAP_EVT_SEC_INFO_REQUEST. NULL: there is no key, which the peer sees as PIN or key
 * missing.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not asked for
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_sec_info_reply(uint16_t conn_handle, ble_gap_enc_info_t const* p_enc_info);

/**
 * Gives mode, level and key size of a link now.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gap_conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t* p_conn_sec);

#ifdef __cplusplus
}
#endif

#endif  // BLE_GAP_H_
