// SPDX-License-Identifier: Apache-2.0
/** GAP values, options and configurations. Applications include ble_gap.h. */

#ifndef BLE_GAP_TYPES_H_
#define BLE_GAP_TYPES_H_

#include <stdint.h>

#include "ble_gap_constants.h"
#include "ble_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Channels left out: bit i of octet i / 8 set = channel i is not used. The primary advertising
 * channels 37, 38, 39 are bits 5, 6, 7 of octet 4.
 */
typedef uint8_t ble_gap_ch_mask_t[5];

/** What kind of advertising event is sent. */
typedef struct {
  uint8_t type;                 /**< BLE_GAP_ADV_TYPE_*. */
  uint8_t anonymous : 1;        /**< Leave the address out. */
  uint8_t include_tx_power : 1; /**< Add the power level. */
} ble_gap_adv_properties_t;

/** What kind of advertising packet was received. */
typedef struct {
  uint16_t connectable : 1;
  uint16_t scannable : 1;
  uint16_t directed : 1;
  uint16_t scan_response : 1;
  uint16_t extended_pdu : 1; /**< Extended advertising set. */
  uint16_t status : 2;       /**< BLE_GAP_ADV_DATA_STATUS_*. */
  uint16_t reserved : 9;
} ble_gap_adv_report_type_t;

/** Where the auxiliary packet of an extended advertisement follows. */
typedef struct {
  uint16_t aux_offset; /**< Microseconds from this packet. */
  uint8_t aux_phy;     /**< BLE_GAP_PHY_*. */
} ble_gap_aux_pointer_t;

/** Device address with its type. */
typedef struct {
  uint8_t addr_id_peer : 1;       /**< 1 = identity address of a peer, obtained by resolving. */
  uint8_t addr_type : 7;          /**< BLE_GAP_ADDR_TYPE_*. */
  uint8_t addr[BLE_GAP_ADDR_LEN]; /**< Least significant octet first. */
} ble_gap_addr_t;

/** Connection parameters. */
typedef struct {
  uint16_t min_conn_interval; /**< 1.25 ms. */
  uint16_t max_conn_interval; /**< 1.25 ms. */
  uint16_t slave_latency;     /**< Connection events. */
  uint16_t conn_sup_timeout;  /**< 10 ms. */
} ble_gap_conn_params_t;

/** Security mode and level; mode 0 level 0 means no access. */
typedef struct {
  uint8_t sm : 4; /**< Mode. */
  uint8_t lv : 4; /**< Level. */
} ble_gap_conn_sec_mode_t;

/** Security state of a link. */
typedef struct {
  ble_gap_conn_sec_mode_t sec_mode;
  uint8_t encr_key_size; /**< Octets, 7 to 16. */
} ble_gap_conn_sec_t;

/** Identity resolving key, least significant octet first. */
typedef struct {
  uint8_t irk[BLE_GAP_SEC_KEY_LEN];
} ble_gap_irk_t;

/** Advertising parameters. */
typedef struct {
  ble_gap_adv_properties_t properties;
  ble_gap_addr_t const* p_peer_addr; /**< Only for directed advertising. */
  uint32_t interval;                 /**< 625 us. */
  uint16_t duration;                 /**< 10 ms; 0 = without limit. */
  uint8_t max_adv_evts;              /**< 0 = without limit; ignored in high duty cycle. */
  ble_gap_ch_mask_t channel_mask;    /**< Channels not to use. */
  uint8_t filter_policy;             /**< BLE_GAP_ADV_FP_*. */
  uint8_t primary_phy;               /**< 0 (automatic) or 1 Mbit/s. */
  uint8_t secondary_phy;             /**< Automatic, 1 or 2 Mbit/s. */
  uint8_t set_id : 4;
  uint8_t scan_req_notification : 1; /**< 1 = report scan requests. */
} ble_gap_adv_params_t;

/** Advertising and scan response data; the buffers stay with the stack while it advertises. */
typedef struct {
  ble_data_t adv_data;
  ble_data_t scan_rsp_data;
} ble_gap_adv_data_t;

/**
 * Scanning parameters. When given to @ref sd_ble_gap_connect only the policies accept-all and allow
 * list are usable, and active and report_incomplete_evts are ignored.
 */
typedef struct {
  uint8_t extended : 1; /**< Accept extended advertising. */
  uint8_t report_incomplete_evts : 1;
  uint8_t active : 1;             /**< Send scan requests. */
  uint8_t filter_policy : 2;      /**< BLE_GAP_SCAN_FP_*. */
  uint8_t scan_phys;              /**< BLE_GAP_PHY_*. */
  uint32_t interval;              /**< 625 us. */
  uint32_t window;                /**< 625 us. */
  uint16_t timeout;               /**< 10 ms; 0 = without limit. */
  ble_gap_ch_mask_t channel_mask; /**< Channels not to use. */
} ble_gap_scan_params_t;

/** Privacy settings. */
typedef struct {
  uint8_t privacy_mode;          /**< BLE_GAP_PRIVACY_MODE_*. */
  uint8_t private_addr_type;     /**< BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_*. */
  uint16_t private_addr_cycle_s; /**< Seconds; 0 = 900. */
  ble_gap_irk_t* p_device_irk;   /**< NULL = the default IRK of the chip. */
} ble_gap_privacy_params_t;

/** Preferred PHYs of both directions. */
typedef struct {
  uint8_t tx_phys; /**< BLE_GAP_PHY_*. */
  uint8_t rx_phys; /**< BLE_GAP_PHY_*. */
} ble_gap_phys_t;

/** Keys to distribute in one direction. There is no signing key and no link key here. */
typedef struct {
  uint8_t enc : 1; /**< Long term key. */
  uint8_t id : 1;  /**< IRK and identity address. */
} ble_gap_sec_kdist_t;

/**
 * Pairing parameters. In BLE_GAP_EVT_SEC_PARAMS_REQUEST the structure carries the peer's wishes,
 * and min_key_size has no meaning there (0).
 */
typedef struct {
  uint8_t bond : 1;     /**< Keep the keys. */
  uint8_t mitm : 1;     /**< Want protection against a man in the middle. */
  uint8_t lesc : 1;     /**< LE Secure Connections. */
  uint8_t keypress : 1; /**< Keypress notifications. */
  uint8_t io_caps : 3;  /**< BLE_GAP_IO_CAPS_*. */
  uint8_t oob : 1;      /**< Legacy: we have OOB data (both must). LESC: we have the peer's. */
  uint8_t min_key_size; /**< 7 to 16; 0 where it does not apply. */
  uint8_t max_key_size; /**< Up to 16. */
  ble_gap_sec_kdist_t kdist_own;
  ble_gap_sec_kdist_t kdist_peer;
} ble_gap_sec_params_t;

/** Long term key and its properties. */
typedef struct {
  uint8_t ltk[BLE_GAP_SEC_KEY_LEN]; /**< Least significant octet first. */
  uint8_t lesc : 1;                 /**< Made by LE Secure Connections. */
  uint8_t auth : 1;                 /**< Protected against a man in the middle. */
  uint8_t ltk_len : 6;              /**< 7 to 16. */
} ble_gap_enc_info_t;

/** Names a legacy long term key; all zero for LE Secure Connections. */
typedef struct {
  uint16_t ediv;
  uint8_t rand[BLE_GAP_SEC_RAND_LEN];
} ble_gap_master_id_t;

/** P-256 public key: X (32 octets) then Y (32 octets), each least significant octet first. */
typedef struct {
  uint8_t pk[BLE_GAP_LESC_P256_PK_LEN];
} ble_gap_lesc_p256_pk_t;

/** Diffie-Hellman key, least significant octet first. */
typedef struct {
  uint8_t key[BLE_GAP_LESC_DHKEY_LEN];
} ble_gap_lesc_dhkey_t;

/** LE Secure Connections out-of-band data. */
typedef struct {
  ble_gap_addr_t addr;            /**< Address in use when the data was made. */
  uint8_t r[BLE_GAP_SEC_KEY_LEN]; /**< Random number, LSB first. */
  uint8_t c[BLE_GAP_SEC_KEY_LEN]; /**< Confirm value, LSB first. */
} ble_gap_lesc_oob_data_t;

/** Levels of security mode 1 that a pairing can reach. */
typedef struct {
  uint8_t lv1 : 1;
  uint8_t lv2 : 1;
  uint8_t lv3 : 1;
  uint8_t lv4 : 1;
} ble_gap_sec_levels_t;

/** Encryption key as distributed. */
typedef struct {
  ble_gap_enc_info_t enc_info;
  ble_gap_master_id_t master_id;
} ble_gap_enc_key_t;

/** Identity as distributed: IRK and identity address. */
typedef struct {
  ble_gap_irk_t id_info;
  ble_gap_addr_t id_addr_info;
} ble_gap_id_key_t;

/**
 * Pointers to key memory of one direction. Any may be NULL except peer pointers for keys that will
 * be received, and p_pk of both sets with LE Secure Connections.
 */
typedef struct {
  ble_gap_enc_key_t* p_enc_key;
  ble_gap_id_key_t* p_id_key;
  ble_gap_lesc_p256_pk_t* p_pk;
} ble_gap_sec_keys_t;

/** Key memory of both directions; must stay valid until BLE_GAP_EVT_AUTH_STATUS. */
typedef struct {
  ble_gap_sec_keys_t keys_own;
  ble_gap_sec_keys_t keys_peer;
} ble_gap_sec_keyset_t;

/** Data length of a link; BLE_GAP_DATA_LENGTH_AUTO lets the stack choose. */
typedef struct {
  uint16_t max_tx_octets;
  uint16_t max_rx_octets;
  uint16_t max_tx_time_us; /**< Microseconds. */
  uint16_t max_rx_time_us; /**< Microseconds. */
} ble_gap_data_length_params_t;

/** By how much a wanted data length exceeds what the configuration allows. */
typedef struct {
  uint16_t tx_payload_limited_octets;
  uint16_t rx_payload_limited_octets;
  uint16_t tx_rx_time_limited_us;
} ble_gap_data_length_limitation_t;

/** Links under a tag and their event length. */
typedef struct {
  uint8_t conn_count;
  uint16_t event_length; /**< 1.25 ms. */
} ble_gap_conn_cfg_t;

/** How many advertisers and links of each role. */
typedef struct {
  uint8_t adv_set_count;
  uint8_t periph_role_count;
  uint8_t central_role_count;
  uint8_t central_sec_count;
} ble_gap_cfg_role_count_t;

/** Device name characteristic. */
typedef struct {
  ble_gap_conn_sec_mode_t write_perm;
  uint8_t vloc : 2; /**< BLE_GATTS_VLOC_*. */
  uint8_t* p_value;
  uint16_t current_len;
  uint16_t max_len;
} ble_gap_cfg_device_name_t;

/** Whether the preferred parameters characteristic exists (BLE_GAP_CHAR_INCL_CONFIG_*). */
typedef struct {
  uint8_t include_cfg;
} ble_gap_cfg_ppcp_incl_cfg_t;

/** Whether the Central Address Resolution characteristic exists (BLE_GAP_CHAR_INCL_CONFIG_*). */
typedef struct {
  uint8_t include_cfg;
} ble_gap_cfg_car_incl_cfg_t;

/** GAP configurations. */
typedef union {
  ble_gap_cfg_role_count_t role_count_cfg;
  ble_gap_cfg_device_name_t device_name_cfg;
  ble_gap_cfg_ppcp_incl_cfg_t ppcp_include_cfg;
  ble_gap_cfg_car_incl_cfg_t car_include_cfg;
} ble_gap_cfg_t;

/** Option: data channels that may be used. */
typedef struct {
  uint16_t conn_handle;
  uint8_t ch_map[5];
} ble_gap_opt_ch_map_t;

/** Option: switch peripheral latency off (BLE_GAP_SLAVE_LATENCY_*). */
typedef struct {
  uint16_t conn_handle;
  uint8_t disable;
} ble_gap_opt_slave_latency_disable_t;

/** Option: passkey of the next pairing. */
typedef struct {
  uint8_t const* p_passkey; /**< 6 ASCII digits; NULL = random. */
} ble_gap_opt_passkey_t;

/** Option: hold link layer procedures back for peers that cannot take them in parallel. */
typedef struct {
  uint8_t enable : 1;
} ble_gap_opt_compat_mode_1_t;

/** Option: authenticated payload timeout. */
typedef struct {
  uint16_t conn_handle;
  uint16_t auth_payload_timeout; /**< 10 ms. */
} ble_gap_opt_auth_payload_timeout_t;

/** GAP options. */
typedef union {
  ble_gap_opt_ch_map_t ch_map;
  ble_gap_opt_passkey_t passkey;
  ble_gap_opt_compat_mode_1_t compat_mode_1;
  ble_gap_opt_auth_payload_timeout_t auth_payload_timeout;
  ble_gap_opt_slave_latency_disable_t slave_latency_disable;
} ble_gap_opt_t;

#ifdef __cplusplus
}
#endif

#endif  // BLE_GAP_TYPES_H_
