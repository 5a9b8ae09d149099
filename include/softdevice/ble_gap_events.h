// SPDX-License-Identifier: Apache-2.0
/**
 * GAP events. Applications include ble_gap.h.
 *
 * An event that must be answered holds the procedure of the peer until the answer is given; SMP
 * gives up after 30 s.
 */

#ifndef BLE_GAP_EVENTS_H_
#define BLE_GAP_EVENTS_H_

#include <stdint.h>

#include "ble_gap_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Ids of GAP events. */
enum BLE_GAP_EVTS {
  BLE_GAP_EVT_CONNECTED = 0x10,
  BLE_GAP_EVT_DISCONNECTED = 0x11,
  BLE_GAP_EVT_CONN_PARAM_UPDATE = 0x12,
  BLE_GAP_EVT_SEC_PARAMS_REQUEST = 0x13,
  BLE_GAP_EVT_SEC_INFO_REQUEST = 0x14,
  BLE_GAP_EVT_PASSKEY_DISPLAY = 0x15,
  BLE_GAP_EVT_KEY_PRESSED = 0x16,
  BLE_GAP_EVT_AUTH_KEY_REQUEST = 0x17,
  BLE_GAP_EVT_LESC_DHKEY_REQUEST = 0x18,
  BLE_GAP_EVT_AUTH_STATUS = 0x19,
  BLE_GAP_EVT_CONN_SEC_UPDATE = 0x1A,
  BLE_GAP_EVT_TIMEOUT = 0x1B,
  BLE_GAP_EVT_RSSI_CHANGED = 0x1C,
  BLE_GAP_EVT_ADV_REPORT = 0x1D,
  BLE_GAP_EVT_SEC_REQUEST = 0x1E,
  BLE_GAP_EVT_CONN_PARAM_UPDATE_REQUEST = 0x1F,
  BLE_GAP_EVT_SCAN_REQ_REPORT = 0x20,
  BLE_GAP_EVT_PHY_UPDATE_REQUEST = 0x21,
  BLE_GAP_EVT_PHY_UPDATE = 0x22,
  BLE_GAP_EVT_DATA_LENGTH_UPDATE_REQUEST = 0x23,
  BLE_GAP_EVT_DATA_LENGTH_UPDATE = 0x24,
  BLE_GAP_EVT_ADV_SET_TERMINATED = 0x26,
  BLE_GAP_EVT_QOS_CONN_EVENT_REPORT = 0x27,
};

/**
 * A link is up. peer_addr is the identity address, with addr_id_peer 1, when the stack resolved it.
 */
typedef struct {
  ble_gap_addr_t peer_addr;
  uint8_t role; /**< BLE_GAP_ROLE_* of this device. */
  ble_gap_conn_params_t conn_params;
  uint8_t adv_handle; /**< Only in the peripheral role. */
} ble_gap_evt_connected_t;

/** A link is down. */
typedef struct {
  uint8_t reason; /**< BLE_HCI_*. */
} ble_gap_evt_disconnected_t;

/** Connection parameters in use have been settled. */
typedef struct {
  ble_gap_conn_params_t conn_params;
} ble_gap_evt_conn_param_update_t;

/** The peer asks for a PHY; answer with @ref sd_ble_gap_phy_update. */
typedef struct {
  ble_gap_phys_t peer_preferred_phys;
} ble_gap_evt_phy_update_request_t;

/** A PHY procedure is over. */
typedef struct {
  uint8_t status; /**< BLE_HCI_*. */
  uint8_t tx_phy;
  uint8_t rx_phy;
} ble_gap_evt_phy_update_t;

/** Pairing has begun; answer with @ref sd_ble_gap_sec_params_reply. */
typedef struct {
  ble_gap_sec_params_t peer_params;
} ble_gap_evt_sec_params_request_t;

/** The central wants encryption with a stored key; answer with @ref sd_ble_gap_sec_info_reply. */
typedef struct {
  ble_gap_addr_t peer_addr;
  ble_gap_master_id_t master_id; /**< All zero for keys of LE Secure Connections. */
  uint8_t enc_info : 1;          /**< 1 = long term key wanted. */
  uint8_t id_info : 1;           /**< 1 = identity wanted. */
} ble_gap_evt_sec_info_request_t;

/** Show a passkey; with match_request answer with @ref sd_ble_gap_auth_key_reply. */
typedef struct {
  uint8_t passkey[BLE_GAP_PASSKEY_LEN]; /**< ASCII digits, no terminator. */
  uint8_t match_request : 1;            /**< 1 = numeric comparison. */
} ble_gap_evt_passkey_display_t;

/** The peer typed a key. */
typedef struct {
  uint8_t kp_not; /**< BLE_GAP_KP_NOT_TYPE_*. */
} ble_gap_evt_key_pressed_t;

/** A passkey or OOB key is wanted; answer with @ref sd_ble_gap_auth_key_reply. */
typedef struct {
  uint8_t key_type; /**< BLE_GAP_AUTH_KEY_TYPE_*. */
} ble_gap_evt_auth_key_request_t;

/**
 * A Diffie-Hellman key is wanted; answer with @ref sd_ble_gap_lesc_dhkey_reply, before it with @ref
 * sd_ble_gap_lesc_oob_data_set if oobd_req is 1.
 */
typedef struct {
  ble_gap_lesc_p256_pk_t* p_pk_peer; /**< In the peer keyset memory. */
  uint8_t oobd_req : 1;              /**< 1 = OOB data wanted first. */
} ble_gap_evt_lesc_dhkey_request_t;

/**
 * Pairing is over. With LE Secure Connections bonding kdist_own.enc is 1 and kdist_peer.enc is 0.
 * The keys are in the keyset memory now.
 */
typedef struct {
  uint8_t auth_status;   /**< BLE_GAP_SEC_STATUS_*. */
  uint8_t error_src : 2; /**< BLE_GAP_SEC_STATUS_SOURCE_*. */
  uint8_t bonded : 1;
  uint8_t lesc : 1; /**< 1 = LE Secure Connections was used. */
  ble_gap_sec_levels_t sm1_levels;
  ble_gap_sec_kdist_t kdist_own;
  ble_gap_sec_kdist_t kdist_peer;
} ble_gap_evt_auth_status_t;

/** Encryption changed, or failed to start (level 1). */
typedef struct {
  ble_gap_conn_sec_t conn_sec;
} ble_gap_evt_conn_sec_update_t;

/** A GAP procedure timed out. */
typedef struct {
  uint8_t src; /**< BLE_GAP_TIMEOUT_SRC_*. */
  union {
    ble_data_t adv_report_buffer;
  } params;
} ble_gap_evt_timeout_t;

/** Signal strength changed. */
typedef struct {
  int8_t rssi; /**< dBm. */
  uint8_t ch_index;
} ble_gap_evt_rssi_changed_t;

/** Advertising ended without a connection. */
typedef struct {
  uint8_t reason; /**< BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_*. */
  uint8_t adv_handle;
  uint8_t num_completed_adv_events;
} ble_gap_evt_adv_set_terminated_t;

/** An advertisement was received; scanning pauses until @ref sd_ble_gap_scan_start. */
typedef struct {
  ble_gap_adv_report_type_t type;
  ble_gap_addr_t peer_addr;
  ble_gap_addr_t direct_addr;
  uint8_t primary_phy;
  uint8_t secondary_phy;
  int8_t tx_power; /**< dBm, or BLE_GAP_POWER_LEVEL_INVALID. */
  int8_t rssi;     /**< dBm. */
  uint8_t set_id;
  ble_data_t data;
  ble_gap_aux_pointer_t aux_pointer;
} ble_gap_evt_adv_report_t;

/**
 * Security Request of a peripheral; answer with @ref sd_ble_gap_authenticate or @ref
 * sd_ble_gap_encrypt.
 */
typedef struct {
  uint8_t bond : 1;
  uint8_t mitm : 1;
  uint8_t lesc : 1;
  uint8_t keypress : 1;
} ble_gap_evt_sec_request_t;

/**
 * The peripheral asks for connection parameters; answer with @ref sd_ble_gap_conn_param_update.
 */
typedef struct {
  ble_gap_conn_params_t conn_params;
} ble_gap_evt_conn_param_update_request_t;

/** Our advertisement was scanned. */
typedef struct {
  uint8_t adv_handle;
  int8_t rssi; /**< dBm. */
  ble_gap_addr_t peer_addr;
} ble_gap_evt_scan_req_report_t;

/** The peer asks for a data length; answer with @ref sd_ble_gap_data_length_update. */
typedef struct {
  ble_gap_data_length_params_t peer_params;
} ble_gap_evt_data_length_update_request_t;

/** The data length of a link has changed. */
typedef struct {
  ble_gap_data_length_params_t effective_params;
} ble_gap_evt_data_length_update_t;

/** Quality of one connection event. */
typedef struct {
  uint16_t event_counter;
  uint8_t ch_index;
  uint16_t crc_ok_count;
  uint16_t crc_error_count;
  uint16_t nak_count;
  uint8_t rx_timeout : 1;
} ble_gap_evt_qos_conn_event_report_t;

/** Any GAP event. */
typedef struct {
  uint16_t conn_handle; /**< Link that the event is about. */
  union {
    ble_gap_evt_connected_t connected;
    ble_gap_evt_disconnected_t disconnected;
    ble_gap_evt_conn_param_update_t conn_param_update;
    ble_gap_evt_sec_params_request_t sec_params_request;
    ble_gap_evt_sec_info_request_t sec_info_request;
    ble_gap_evt_passkey_display_t passkey_display;
    ble_gap_evt_key_pressed_t key_pressed;
    ble_gap_evt_auth_key_request_t auth_key_request;
    ble_gap_evt_lesc_dhkey_request_t lesc_dhkey_request;
    ble_gap_evt_auth_status_t auth_status;
    ble_gap_evt_conn_sec_update_t conn_sec_update;
    ble_gap_evt_timeout_t timeout;
    ble_gap_evt_rssi_changed_t rssi_changed;
    ble_gap_evt_adv_report_t adv_report;
    ble_gap_evt_adv_set_terminated_t adv_set_terminated;
    ble_gap_evt_sec_request_t sec_request;
    ble_gap_evt_conn_param_update_request_t conn_param_update_request;
    ble_gap_evt_scan_req_report_t scan_req_report;
    ble_gap_evt_phy_update_request_t phy_update_request;
    ble_gap_evt_phy_update_t phy_update;
    ble_gap_evt_data_length_update_request_t data_length_update_request;
    ble_gap_evt_data_length_update_t data_length_update;
    ble_gap_evt_qos_conn_event_report_t qos_conn_event_report;
  } params;
} ble_gap_evt_t;

#ifdef __cplusplus
}
#endif

#endif  // BLE_GAP_EVENTS_H_
