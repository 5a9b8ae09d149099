// SPDX-License-Identifier: Apache-2.0
/**
 * @file
 * LE Secure Connections: key pair, Diffie-Hellman keys, out-of-band data. Needs CONFIG_PM_LESC.
 *
 * The Peer Manager calls nrf_ble_lesc_init, nrf_ble_lesc_on_ble_evt and nrf_ble_lesc_public_key_get
 * by itself. Applications call nrf_ble_lesc_request_handler in their main loop, and the functions
 * for out-of-band data where they want them. The private key never leaves the module. Core, Vol 3,
 * Part H, 2.3.5.6.
 *
 * Keys are 32 octets a coordinate, X then Y, each least significant octet first.
 *
 * Context: functions that compute (init, keypair_generate, own_oob_data_generate, request_handler)
 * belong to the main loop; stack events may interrupt them. They are not called from two contexts.
 * The others belong where nrf_ble_lesc_on_ble_evt is called, or to the main loop.
 *
 * Without CONFIG_PM_LESC the functions are there and do nothing: those with a result return
 * NRF_ERROR_NOT_SUPPORTED.
 */

#ifndef NRF_BLE_LESC_H_
#define NRF_BLE_LESC_H_

#include <stdint.h>

#include "ble.h"
#include "ble_gap.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Supplies the out-of-band data of a peer.
 *
 * Called when the peer of a link is to be authenticated by them. Returns data that stay valid
 * until the next call, or NULL if there are none. Called in the context of stack events; it must
 * not wait. Core, Vol 3, Part H, 2.3.5.6.4.
 */
typedef ble_gap_lesc_oob_data_t* (*nrf_ble_lesc_peer_oob_data_handler)(uint16_t conn_handle);

/**
 * Starts the module: no request is pending, and a first key pair is made. Takes as long as a P-256
 * key generation. The handler for out-of-band data stays set.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_BUSY: called from inside another function of this module
 * - NRF_ERROR_INTERNAL: cryptography could not be started, or no key pair be made
 */
uint32_t nrf_ble_lesc_init(void);

/**
 * Makes a new key pair, used for pairings whose parameters are answered from now on. Own
 * out-of-band data become invalid.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_BUSY: a Diffie-Hellman key is still to be computed with the present pair; it is kept
 * - NRF_ERROR_INTERNAL: no key pair could be made; none is valid now
 */
uint32_t nrf_ble_lesc_keypair_generate(void);

/**
 * Makes own out-of-band data for the present key pair, to be read with
 * @ref nrf_ble_lesc_own_oob_data_get.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_BUSY: called from inside another function of this module
 * - NRF_ERROR_INVALID_STATE: there is no valid key pair
 * - the result of sd_ble_gap_lesc_oob_data_get
 */
uint32_t nrf_ble_lesc_own_oob_data_generate(void);

/**
 * Gives the public key: X then Y, each 32 octets, least significant first. NULL while none is
 * valid. The memory belongs to the module.
 */
ble_gap_lesc_p256_pk_t* nrf_ble_lesc_public_key_get(void);

/**
 * Gives own out-of-band data, NULL while none are valid: they end with the key pair. The memory
 * belongs to the module. What goes to the peer (by NFC, a printed code) is address, confirm value
 * and random value.
 */
ble_gap_lesc_oob_data_t* nrf_ble_lesc_own_oob_data_get(void);

/** Sets who supplies out-of-band data of peers; NULL for nobody. Outlives nrf_ble_lesc_init. */
void nrf_ble_lesc_peer_oob_data_handler_set(nrf_ble_lesc_peer_oob_data_handler handler);

/**
 * Computes and answers the Diffie-Hellman keys that are waiting. Called from the main loop; cheap
 * when there is nothing to do, and harmless before pm_init. A computation takes as long as a P-256
 * multiplication; stack events may interrupt it.
 *
 * A public key that is not on the curve is no error of this function: the pairing fails with
 * BLE_GAP_SEC_STATUS_DHKEY_FAILURE.
 *
 * Returns NRF_SUCCESS, or, for the first link that went wrong (others wait for the next call)
 * - NRF_ERROR_INTERNAL: no key pair is valid; or none could be made after a pairing
 *   (CONFIG_PM_LESC_GENERATE_NEW_KEYS), which stays so until nrf_ble_lesc_init
 * - the result of sd_ble_gap_lesc_dhkey_reply
 */
uint32_t nrf_ble_lesc_request_handler(void);

/**
 * Takes an event of the stack: records a request for a Diffie-Hellman key
 * (BLE_GAP_EVT_LESC_DHKEY_REQUEST) with its out-of-band data, drops it on disconnection, and with
 * CONFIG_PM_LESC_GENERATE_NEW_KEYS makes a new key pair after every pairing (later, when another
 * link still needs the present one). Computes nothing but that. NULL is ignored.
 */
void nrf_ble_lesc_on_ble_evt(const ble_evt_t* ble_evt);

#ifdef __cplusplus
}
#endif

#endif  // NRF_BLE_LESC_H_
