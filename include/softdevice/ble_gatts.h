// SPDX-License-Identifier: Apache-2.0
/** GATT server: the attribute table, values, notifications, system attributes. */

#ifndef BLE_GATTS_H_
#define BLE_GATTS_H_

#include <stdint.h>

#include "ble_err.h"
#include "ble_gap.h"
#include "ble_gatt.h"
#include "ble_ranges.h"
#include "ble_types.h"
#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Ids of GATT server events. */
enum BLE_GATTS_EVTS {
  BLE_GATTS_EVT_WRITE = 0x50,
  BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST = 0x51,
  BLE_GATTS_EVT_SYS_ATTR_MISSING = 0x52,
  BLE_GATTS_EVT_HVC = 0x53,
  BLE_GATTS_EVT_SC_CONFIRM = 0x54,
  BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST = 0x55,
  BLE_GATTS_EVT_TIMEOUT = 0x56,
  BLE_GATTS_EVT_HVN_TX_COMPLETE = 0x57,
};

/** Ids of GATT server configurations. */
enum BLE_GATTS_CFGS {
  BLE_GATTS_CFG_SERVICE_CHANGED = 0xA0,
  BLE_GATTS_CFG_SERVICE_CHANGED_CCCD_PERM = 0xA1,
  BLE_GATTS_CFG_ATTR_TAB_SIZE = 0xA2,
};

/** Supervisor call numbers. */
enum BLE_GATTS_SVCS {
  SD_BLE_GATTS_SERVICE_ADD = 0xAD,
  SD_BLE_GATTS_INCLUDE_ADD = 0xAE,
  SD_BLE_GATTS_CHARACTERISTIC_ADD = 0xAF,
  SD_BLE_GATTS_DESCRIPTOR_ADD = 0xB0,
  SD_BLE_GATTS_VALUE_SET = 0xB1,
  SD_BLE_GATTS_VALUE_GET = 0xB2,
  SD_BLE_GATTS_HVX = 0xB3,
  SD_BLE_GATTS_SERVICE_CHANGED = 0xB4,
  SD_BLE_GATTS_RW_AUTHORIZE_REPLY = 0xB5,
  SD_BLE_GATTS_SYS_ATTR_SET = 0xB6,
  SD_BLE_GATTS_SYS_ATTR_GET = 0xB7,
  SD_BLE_GATTS_INITIAL_USER_HANDLE_GET = 0xB8,
  SD_BLE_GATTS_ATTR_GET = 0xB9,
  SD_BLE_GATTS_EXCHANGE_MTU_REPLY = 0xBA,
};

/* Value lengths: greatest fixed and greatest variable. */
#define BLE_GATTS_FIX_ATTR_LEN_MAX 0x1FE
#define BLE_GATTS_VAR_ATTR_LEN_MAX 0x200

/* Service types. */
#define BLE_GATTS_SRVC_TYPE_INVALID 0x00
#define BLE_GATTS_SRVC_TYPE_PRIMARY 0x01
#define BLE_GATTS_SRVC_TYPE_SECONDARY 0x02

/* Attribute types. */
#define BLE_GATTS_ATTR_TYPE_INVALID 0x00
#define BLE_GATTS_ATTR_TYPE_PRIM_SRVC_DECL 0x01
#define BLE_GATTS_ATTR_TYPE_SEC_SRVC_DECL 0x02
#define BLE_GATTS_ATTR_TYPE_INC_DECL 0x03
#define BLE_GATTS_ATTR_TYPE_CHAR_DECL 0x04
#define BLE_GATTS_ATTR_TYPE_CHAR_VAL 0x05
#define BLE_GATTS_ATTR_TYPE_DESC 0x06
#define BLE_GATTS_ATTR_TYPE_OTHER 0x07

/* Write operations. */
#define BLE_GATTS_OP_INVALID 0x00
#define BLE_GATTS_OP_WRITE_REQ 0x01
#define BLE_GATTS_OP_WRITE_CMD 0x02
#define BLE_GATTS_OP_PREP_WRITE_REQ 0x04
#define BLE_GATTS_OP_EXEC_WRITE_REQ_CANCEL 0x05
#define BLE_GATTS_OP_EXEC_WRITE_REQ_NOW 0x06

/* Where a value lives: in the stack, or in memory of the application. */
#define BLE_GATTS_VLOC_INVALID 0x00
#define BLE_GATTS_VLOC_STACK 0x01
#define BLE_GATTS_VLOC_USER 0x02

/* Kinds of authorisation. */
#define BLE_GATTS_AUTHORIZE_TYPE_INVALID 0x00
#define BLE_GATTS_AUTHORIZE_TYPE_READ 0x01
#define BLE_GATTS_AUTHORIZE_TYPE_WRITE 0x02

/* System attributes: of the GAP and GATT services, of the application. */
#define BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS 0x01
#define BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS 0x02

/* Defaults and limits. */
#define BLE_GATTS_SERVICE_CHANGED_DEFAULT 0x01
#define BLE_GATTS_ATTR_TAB_SIZE_MIN 0xF8
#define BLE_GATTS_ATTR_TAB_SIZE_DEFAULT 0x580
#define BLE_GATTS_HVN_TX_QUEUE_SIZE_DEFAULT 0x01

/** Attribute properties. */
typedef struct {
  ble_gap_conn_sec_mode_t read_perm;
  ble_gap_conn_sec_mode_t write_perm;
  uint8_t vlen : 1;    /**< Variable length. */
  uint8_t vloc : 2;    /**< BLE_GATTS_VLOC_*: where the value lives. */
  uint8_t rd_auth : 1; /**< Application authorises reads. */
  uint8_t wr_auth : 1; /**< Application authorises writes. */
} ble_gatts_attr_md_t;

/** GATT server configuration of a tag. */
typedef struct {
  uint8_t hvn_tx_queue_size;
} ble_gatts_conn_cfg_t;

/** Whether the Service Changed characteristic exists. */
typedef struct {
  uint8_t service_changed : 1;
} ble_gatts_cfg_service_changed_t;

/** Permissions of the Service Changed CCCD. */
typedef struct {
  ble_gatts_attr_md_t perm;
} ble_gatts_cfg_service_changed_cccd_perm_t;

/** Memory for the attribute table. */
typedef struct {
  uint32_t attr_tab_size; /**< Octets. */
} ble_gatts_cfg_attr_tab_size_t;

/** GATT server configurations. */
typedef union {
  ble_gatts_cfg_service_changed_t service_changed;
  ble_gatts_cfg_service_changed_cccd_perm_t service_changed_cccd_perm;
  ble_gatts_cfg_attr_tab_size_t attr_tab_size;
} ble_gatts_cfg_t;

/** Attribute to add. */
typedef struct {
  ble_uuid_t const* p_uuid;
  ble_gatts_attr_md_t const* p_attr_md;
  uint16_t init_len;
  uint16_t init_offs;
  uint16_t max_len;
  uint8_t* p_value;
} ble_gatts_attr_t;

/** Part of a value. */
typedef struct {
  uint16_t len;
  uint16_t offset;
  uint8_t* p_value;
} ble_gatts_value_t;

/** Presentation format descriptor. */
typedef struct {
  uint8_t format; /**< BLE_GATT_CPF_FORMAT_*. */
  int8_t exponent;
  uint16_t unit;
  uint8_t name_space; /**< BLE_GATT_CPF_NAMESPACE_*. */
  uint16_t desc;
} ble_gatts_char_pf_t;

/** Characteristic properties and the descriptors that the stack adds. */
typedef struct {
  ble_gatt_char_props_t char_props;
  ble_gatt_char_ext_props_t char_ext_props;
  uint8_t const* p_char_user_desc;
  uint16_t char_user_desc_max_size;
  uint16_t char_user_desc_size;
  ble_gatts_char_pf_t const* p_char_pf;
  ble_gatts_attr_md_t const* p_user_desc_md;
  ble_gatts_attr_md_t const* p_cccd_md;
  ble_gatts_attr_md_t const* p_sccd_md;
} ble_gatts_char_md_t;

/** Handles given to a characteristic; absent descriptors have handle 0. */
typedef struct {
  uint16_t value_handle;
  uint16_t user_desc_handle;
  uint16_t cccd_handle;
  uint16_t sccd_handle;
} ble_gatts_char_handles_t;

/** What to notify or indicate. */
typedef struct {
  uint16_t handle;
  uint8_t type; /**< BLE_GATT_HVX_*. */
  uint16_t offset;
  uint16_t* p_len; /**< In: wanted; out: written. */
  uint8_t const* p_data;
} ble_gatts_hvx_params_t;

/** Answer to one authorisation. */
typedef struct {
  uint16_t gatt_status; /**< BLE_GATT_STATUS_*. */
  uint8_t update : 1;   /**< 1 = the stack takes the value from p_data. */
  uint16_t offset;
  uint16_t len;
  uint8_t const* p_data;
} ble_gatts_authorize_params_t;

/** Answer to an authorisation request; type is BLE_GATTS_AUTHORIZE_TYPE_*. */
typedef struct {
  uint8_t type; /**< BLE_GATTS_AUTHORIZE_TYPE_*. */
  union {
    ble_gatts_authorize_params_t read;
    ble_gatts_authorize_params_t write;
  } params;
} ble_gatts_rw_authorize_reply_params_t;

/** A client has written. A write to a CCCD has uuid 0x2902 and length 2. */
typedef struct {
  uint16_t handle;
  ble_uuid_t uuid;
  uint8_t op;            /**< BLE_GATTS_OP_*. */
  uint8_t auth_required; /**< 1 inside an authorisation request. */
  uint16_t offset;
  uint16_t len;
  uint8_t data[1];
} ble_gatts_evt_write_t;

/** A client wants to read. */
typedef struct {
  uint16_t handle;
  ble_uuid_t uuid;
  uint16_t offset;
} ble_gatts_evt_read_t;

/** The application must authorise; answer with @ref sd_ble_gatts_rw_authorize_reply. */
typedef struct {
  uint8_t type; /**< BLE_GATTS_AUTHORIZE_TYPE_*. */
  union {
    ble_gatts_evt_read_t read;
    ble_gatts_evt_write_t write;
  } request;
} ble_gatts_evt_rw_authorize_request_t;

/**
 * System attributes of the link are not initialised; answer with @ref sd_ble_gatts_sys_attr_set.
 */
typedef struct {
  uint8_t hint; /**< Not used. */
} ble_gatts_evt_sys_attr_missing_t;

/** Indication confirmed. */
typedef struct {
  uint16_t handle; /**< Value handle. */
} ble_gatts_evt_hvc_t;

/** The client asks for an MTU; answer with @ref sd_ble_gatts_exchange_mtu_reply. */
typedef struct {
  uint16_t client_rx_mtu;
} ble_gatts_evt_exchange_mtu_request_t;

/** ATT transaction timed out: no more GATT on this link, disconnect. */
typedef struct {
  uint8_t src; /**< BLE_GATT_TIMEOUT_SRC_*. */
} ble_gatts_evt_timeout_t;

/** Notifications sent. */
typedef struct {
  uint8_t count;
} ble_gatts_evt_hvn_tx_complete_t;

/** Any GATT server event. BLE_GATTS_EVT_SC_CONFIRM has no parameters. */
typedef struct {
  uint16_t conn_handle; /**< Link that the event is about. */
  union {
    ble_gatts_evt_write_t write;
    ble_gatts_evt_rw_authorize_request_t authorize_request;
    ble_gatts_evt_sys_attr_missing_t sys_attr_missing;
    ble_gatts_evt_hvc_t hvc;
    ble_gatts_evt_exchange_mtu_request_t exchange_mtu_request;
    ble_gatts_evt_timeout_t timeout;
    ble_gatts_evt_hvn_tx_complete_t hvn_tx_complete;
  } params;
} ble_gatts_evt_t;

/**
 * Adds a service; type is BLE_GATTS_SRVC_TYPE_*. The services GAP and GATT are there already.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_FORBIDDEN: reserved UUID
 * - NRF_ERROR_NO_MEM: out of memory
 */
uint32_t sd_ble_gatts_service_add(uint8_t type, ble_uuid_t const* p_uuid, uint16_t* p_handle);

/**
 * Includes a service in the last added one (service_handle 0 or its handle).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_NOT_SUPPORTED: service_handle is not the last service
 * - NRF_ERROR_FORBIDDEN: a service cannot include itself
 * - NRF_ERROR_NO_MEM: out of memory
 * - NRF_ERROR_NOT_FOUND: unknown
 */
uint32_t sd_ble_gatts_include_add(uint16_t service_handle, uint16_t inc_srvc_handle,
                                  uint16_t* p_include_handle);

/**
 * Adds a characteristic to the last service. With notify or indicate a CCCD comes along.
 * Descriptors that are absent get handle 0.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_FORBIDDEN: not allowed
 * - NRF_ERROR_NO_MEM: out of memory
 * - NRF_ERROR_DATA_SIZE: wrong size
 */
uint32_t sd_ble_gatts_characteristic_add(uint16_t service_handle,
                                         ble_gatts_char_md_t const* p_char_md,
                                         ble_gatts_attr_t const* p_attr_char_value,
                                         ble_gatts_char_handles_t* p_handles);

/**
 * Adds a descriptor to the last characteristic.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_FORBIDDEN: not allowed
 * - NRF_ERROR_NO_MEM: out of memory
 * - NRF_ERROR_DATA_SIZE: wrong size
 */
uint32_t sd_ble_gatts_descriptor_add(uint16_t char_handle, ble_gatts_attr_t const* p_attr,
                                     uint16_t* p_handle);

/**
 * Sets a value. conn_handle matters for system attributes (CCCDs) only.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_NOT_FOUND: unknown
 * - NRF_ERROR_FORBIDDEN: not allowed
 * - NRF_ERROR_DATA_SIZE: wrong size
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 */
uint32_t sd_ble_gatts_value_set(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* p_value);

/**
 * Gives a value; p_value->len returns the whole length. CCCDs of a link that has just ended can
 * still be read.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_NOT_FOUND: unknown
 * - NRF_ERROR_INVALID_PARAM: bad offset
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - BLE_ERROR_GATTS_SYS_ATTR_MISSING: system attributes not initialised
 */
uint32_t sd_ble_gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* p_value);

/**
 * Sets the value if p_data is given, and notifies or indicates it. BLE_GATTS_EVT_HVN_TX_COMPLETE or
 * BLE_GATTS_EVT_HVC follows. *p_len returns the octets written. The value is set even if the result
 * is STATE, BUSY, FORBIDDEN, SYS_ATTR_MISSING or RESOURCES.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not enabled in the CCCD, wrong link state, or an MTU exchange is
 *   running
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - BLE_ERROR_INVALID_ATTR_HANDLE: no such attribute
 * - BLE_ERROR_GATTS_INVALID_ATTR_TYPE: not a characteristic value
 * - NRF_ERROR_NOT_FOUND: unknown
 * - NRF_ERROR_FORBIDDEN: security of the link is below the write permission of the CCCD
 * - NRF_ERROR_DATA_SIZE: wrong size
 * - NRF_ERROR_BUSY: an indication is outstanding
 * - BLE_ERROR_GATTS_SYS_ATTR_MISSING: system attributes not initialised
 * - NRF_ERROR_RESOURCES: the notification queue is full
 * - NRF_ERROR_TIMEOUT: an earlier timeout on this link; reconnect first
 */
uint32_t sd_ble_gatts_hvx(uint16_t conn_handle, ble_gatts_hvx_params_t const* p_hvx_params);

/**
 * Indicates that a range of handles has changed. BLE_GATTS_EVT_SC_CONFIRM follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_NOT_SUPPORTED: not configured
 * - NRF_ERROR_INVALID_STATE: not enabled in the CCCD, wrong link state, or an MTU exchange is
 *   running
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - BLE_ERROR_INVALID_ATTR_HANDLE: the range is not within the handles of the application
 * - NRF_ERROR_BUSY: an indication is outstanding
 * - BLE_ERROR_GATTS_SYS_ATTR_MISSING: system attributes not initialised
 * - NRF_ERROR_TIMEOUT: an earlier timeout on this link; reconnect first
 */
uint32_t sd_ble_gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                      uint16_t end_handle);

/**
 * Answers BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: not asked for
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_TIMEOUT: an earlier timeout on this link; reconnect first
 */
uint32_t sd_ble_gatts_rw_authorize_reply(
    uint16_t conn_handle, ble_gatts_rw_authorize_reply_params_t const* p_rw_authorize_reply_params);

/**
 * Restores the system attributes (CCCDs) of a link from what @ref sd_ble_gatts_sys_attr_get gave;
 * NULL sets the defaults. flags is BLE_GATTS_SYS_ATTR_FLAG_*, 0 = both. On error the state may be
 * partly written.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_INVALID_PARAM: bad flags
 * - NRF_ERROR_INVALID_DATA: the content does not fit the attribute table
 * - NRF_ERROR_NO_MEM: out of memory
 */
uint32_t sd_ble_gatts_sys_attr_set(uint16_t conn_handle, uint8_t const* p_sys_attr_data,
                                   uint16_t len, uint32_t flags);

/**
 * Gives the system attributes of a link, opaque. *p_len is the size of the buffer and returns the
 * actual length. A NULL buffer asks for the length only. Works after disconnection until the next
 * link.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: bad flags
 * - NRF_ERROR_DATA_SIZE: buffer too small
 * - NRF_ERROR_NOT_FOUND: no system attributes
 */
uint32_t sd_ble_gatts_sys_attr_get(uint16_t conn_handle, uint8_t* p_sys_attr_data, uint16_t* p_len,
                                   uint32_t flags);

/**
 * Gives the first handle after the built-in services.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 */
uint32_t sd_ble_gatts_initial_user_handle_get(uint16_t* p_handle);

/**
 * Gives type and properties of an attribute. One of the outputs may be NULL.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_NOT_FOUND: unknown
 */
uint32_t sd_ble_gatts_attr_get(uint16_t handle, ble_uuid_t* p_uuid, ble_gatts_attr_md_t* p_md);

/**
 * Answers BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST. The MTU becomes the smaller of both, at least 23.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not asked for
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_TIMEOUT: an earlier timeout on this link; reconnect first
 */
uint32_t sd_ble_gatts_exchange_mtu_reply(uint16_t conn_handle, uint16_t server_rx_mtu);

#ifdef __cplusplus
}
#endif

#endif  // BLE_GATTS_H_
