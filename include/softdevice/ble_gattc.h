// SPDX-License-Identifier: Apache-2.0
/**
 * GATT client. One procedure at a time on a link; its result is one event, whose parameters are
 * valid only when gatt_status is success.
 */

#ifndef BLE_GATTC_H_
#define BLE_GATTC_H_

#include <stddef.h>
#include <stdint.h>

#include "ble_err.h"
#include "ble_gatt.h"
#include "ble_ranges.h"
#include "ble_types.h"
#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Ids of GATT client events. */
enum BLE_GATTC_EVTS {
  BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP = 0x30,
  BLE_GATTC_EVT_REL_DISC_RSP = 0x31,
  BLE_GATTC_EVT_CHAR_DISC_RSP = 0x32,
  BLE_GATTC_EVT_DESC_DISC_RSP = 0x33,
  BLE_GATTC_EVT_ATTR_INFO_DISC_RSP = 0x34,
  BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP = 0x35,
  BLE_GATTC_EVT_READ_RSP = 0x36,
  BLE_GATTC_EVT_CHAR_VALS_READ_RSP = 0x37,
  BLE_GATTC_EVT_WRITE_RSP = 0x38,
  BLE_GATTC_EVT_HVX = 0x39,
  BLE_GATTC_EVT_EXCHANGE_MTU_RSP = 0x3A,
  BLE_GATTC_EVT_TIMEOUT = 0x3B,
  BLE_GATTC_EVT_WRITE_CMD_TX_COMPLETE = 0x3C,
};

/** Ids of GATT client options. */
enum BLE_GATTC_OPTS {
  BLE_GATTC_OPT_UUID_DISC = 0x60,
};

/** Supervisor call numbers. */
enum BLE_GATTC_SVCS {
  SD_BLE_GATTC_PRIMARY_SERVICES_DISCOVER = 0xA1,
  SD_BLE_GATTC_RELATIONSHIPS_DISCOVER = 0xA2,
  SD_BLE_GATTC_CHARACTERISTICS_DISCOVER = 0xA3,
  SD_BLE_GATTC_DESCRIPTORS_DISCOVER = 0xA4,
  SD_BLE_GATTC_ATTR_INFO_DISCOVER = 0xA5,
  SD_BLE_GATTC_CHAR_VALUE_BY_UUID_READ = 0xA6,
  SD_BLE_GATTC_READ = 0xA7,
  SD_BLE_GATTC_CHAR_VALUES_READ = 0xA8,
  SD_BLE_GATTC_WRITE = 0xA9,
  SD_BLE_GATTC_HV_CONFIRM = 0xAA,
  SD_BLE_GATTC_EXCHANGE_MTU_REQUEST = 0xAB,
};

/* Formats of attribute information, default queue size of write commands. */
#define BLE_GATTC_ATTR_INFO_FORMAT_16BIT 1
#define BLE_GATTC_ATTR_INFO_FORMAT_128BIT 2
#define BLE_GATTC_WRITE_CMD_TX_QUEUE_SIZE_DEFAULT 1

/** GATT client configuration of a tag. */
typedef struct {
  uint8_t write_cmd_tx_queue_size;
} ble_gattc_conn_cfg_t;

/** Option: register 128-bit UUIDs met in discovery by themselves. */
typedef struct {
  uint8_t auto_add_vs_enable : 1;
} ble_gattc_opt_uuid_disc_t;

/** GATT client options. */
typedef union {
  ble_gattc_opt_uuid_disc_t uuid_disc;
} ble_gattc_opt_t;

/** Range of attribute handles, both ends included. */
typedef struct {
  uint16_t start_handle;
  uint16_t end_handle;
} ble_gattc_handle_range_t;

/** Service found. */
typedef struct {
  ble_uuid_t uuid;
  ble_gattc_handle_range_t handle_range;
} ble_gattc_service_t;

/** Included service found. */
typedef struct {
  uint16_t handle;
  ble_gattc_service_t included_srvc;
} ble_gattc_include_t;

/** Characteristic found. */
typedef struct {
  ble_uuid_t uuid;
  ble_gatt_char_props_t char_props;
  uint8_t char_ext_props : 1; /**< 1 = has extended properties. */
  uint16_t handle_decl;
  uint16_t handle_value;
} ble_gattc_char_t;

/** Descriptor found. */
typedef struct {
  uint16_t handle;
  ble_uuid_t uuid;
} ble_gattc_desc_t;

/** What to write. */
typedef struct {
  uint8_t write_op; /**< BLE_GATT_OP_*. */
  uint8_t flags;    /**< BLE_GATT_EXEC_WRITE_FLAG_*. */
  uint16_t handle;
  uint16_t offset; /**< 0 for requests and commands. */
  uint16_t len;
  uint8_t const* p_value;
} ble_gattc_write_params_t;

/** Attribute with a 16-bit type. */
typedef struct {
  uint16_t handle;
  ble_uuid_t uuid;
} ble_gattc_attr_info16_t;

/** Attribute with a 128-bit type. */
typedef struct {
  uint16_t handle;
  ble_uuid128_t uuid;
} ble_gattc_attr_info128_t;

/** Primary services found. */
typedef struct {
  uint16_t count;
  ble_gattc_service_t services[1];
} ble_gattc_evt_prim_srvc_disc_rsp_t;

/** Included services found. */
typedef struct {
  uint16_t count;
  ble_gattc_include_t includes[1];
} ble_gattc_evt_rel_disc_rsp_t;

/** Characteristics found. */
typedef struct {
  uint16_t count;
  ble_gattc_char_t chars[1];
} ble_gattc_evt_char_disc_rsp_t;

/** Descriptors found. */
typedef struct {
  uint16_t count;
  ble_gattc_desc_t descs[1];
} ble_gattc_evt_desc_disc_rsp_t;

/** Attributes found. */
typedef struct {
  uint16_t count;
  uint8_t format; /**< BLE_GATTC_ATTR_INFO_FORMAT_*. */
  union {
    ble_gattc_attr_info16_t attr_info16[1];
    ble_gattc_attr_info128_t attr_info128[1];
  } info;
} ble_gattc_evt_attr_info_disc_rsp_t;

/** Cursor over the pairs of a read by UUID response. */
typedef struct {
  uint16_t handle;
  uint8_t* p_value; /**< NULL starts at the first pair. */
} ble_gattc_handle_value_t;

/**
 * Values read by type: count pairs of handle (2 octets, LSB first) and value_len octets; walk them
 * with @ref sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter.
 */
typedef struct {
  uint16_t count;
  uint16_t value_len;
  uint8_t handle_value[1];
} ble_gattc_evt_char_val_by_uuid_read_rsp_t;

/** Value read. */
typedef struct {
  uint16_t handle;
  uint16_t offset;
  uint16_t len;
  uint8_t data[1];
} ble_gattc_evt_read_rsp_t;

/** Values read, one after the other. */
typedef struct {
  uint16_t len;
  uint8_t values[1];
} ble_gattc_evt_char_vals_read_rsp_t;

/** Write answered. */
typedef struct {
  uint16_t handle;
  uint8_t write_op; /**< BLE_GATT_OP_*. */
  uint16_t offset;
  uint16_t len;
  uint8_t data[1];
} ble_gattc_evt_write_rsp_t;

/** Notification or indication; an indication wants @ref sd_ble_gattc_hv_confirm. */
typedef struct {
  uint16_t handle;
  uint8_t type; /**< BLE_GATT_HVX_*. */
  uint16_t len;
  uint8_t data[1];
} ble_gattc_evt_hvx_t;

/** MTU exchange answered. */
typedef struct {
  uint16_t server_rx_mtu;
} ble_gattc_evt_exchange_mtu_rsp_t;

/** ATT transaction timed out: no more GATT on this link. */
typedef struct {
  uint8_t src; /**< BLE_GATT_TIMEOUT_SRC_*. */
} ble_gattc_evt_timeout_t;

/** Write commands sent. */
typedef struct {
  uint8_t count;
} ble_gattc_evt_write_cmd_tx_complete_t;

/** Any GATT client event. params is valid only when gatt_status is success. */
typedef struct {
  uint16_t conn_handle;  /**< Link that the event is about. */
  uint16_t gatt_status;  /**< BLE_GATT_STATUS_*. */
  uint16_t error_handle; /**< Attribute that an error is about. */
  union {
    ble_gattc_evt_prim_srvc_disc_rsp_t prim_srvc_disc_rsp;
    ble_gattc_evt_rel_disc_rsp_t rel_disc_rsp;
    ble_gattc_evt_char_disc_rsp_t char_disc_rsp;
    ble_gattc_evt_desc_disc_rsp_t desc_disc_rsp;
    ble_gattc_evt_char_val_by_uuid_read_rsp_t char_val_by_uuid_read_rsp;
    ble_gattc_evt_read_rsp_t read_rsp;
    ble_gattc_evt_char_vals_read_rsp_t char_vals_read_rsp;
    ble_gattc_evt_write_rsp_t write_rsp;
    ble_gattc_evt_hvx_t hvx;
    ble_gattc_evt_exchange_mtu_rsp_t exchange_mtu_rsp;
    ble_gattc_evt_timeout_t timeout;
    ble_gattc_evt_attr_info_disc_rsp_t attr_info_disc_rsp;
    ble_gattc_evt_write_cmd_tx_complete_t write_cmd_tx_complete;
  } params;
} ble_gattc_evt_t;

/**
 * Finds primary services from start_handle on, of one UUID or (NULL) of all. Repeat from the last
 * end handle + 1 until the status is attribute not found or the end is 0xFFFF.
 * BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_primary_services_discover(uint16_t conn_handle, uint16_t start_handle,
                                                ble_uuid_t const* p_srvc_uuid);

/**
 * Finds included services. BLE_GATTC_EVT_REL_DISC_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_relationships_discover(uint16_t conn_handle,
                                             ble_gattc_handle_range_t const* p_handle_range);

/**
 * Finds characteristics. Repeat from the last declaration handle + 1. BLE_GATTC_EVT_CHAR_DISC_RSP
 * follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_characteristics_discover(uint16_t conn_handle,
                                               ble_gattc_handle_range_t const* p_handle_range);

/**
 * Finds descriptors. BLE_GATTC_EVT_DESC_DISC_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_descriptors_discover(uint16_t conn_handle,
                                           ble_gattc_handle_range_t const* p_handle_range);

/**
 * Finds attributes and their types (one Find Information). BLE_GATTC_EVT_ATTR_INFO_DISC_RSP
 * follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_attr_info_discover(uint16_t conn_handle,
                                         ble_gattc_handle_range_t const* p_handle_range);

/**
 * Reads values by type. BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_char_value_by_uuid_read(uint16_t conn_handle, ble_uuid_t const* p_uuid,
                                              ble_gattc_handle_range_t const* p_handle_range);

/**
 * Reads a value from an offset. BLE_GATTC_EVT_READ_RSP follows, with up to MTU - 1 octets.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset);

/**
 * Reads several values at once. BLE_GATTC_EVT_CHAR_VALS_READ_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_char_values_read(uint16_t conn_handle, uint16_t const* p_handles,
                                       uint16_t handle_count);

/**
 * Writes. Request, prepare and execute: BLE_GATTC_EVT_WRITE_RSP follows. Command:
 * BLE_GATTC_EVT_WRITE_CMD_TX_COMPLETE follows when it was sent. The offset is 0 for requests and
 * commands.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_DATA_SIZE: longer than fits the MTU
 * - NRF_ERROR_BUSY: another client procedure is running
 * - NRF_ERROR_RESOURCES: the command queue is full
 */
uint32_t sd_ble_gattc_write(uint16_t conn_handle, ble_gattc_write_params_t const* p_write_params);

/**
 * Confirms an indication. No event follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected, or no indication pending
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - BLE_ERROR_INVALID_ATTR_HANDLE: no such attribute
 */
uint32_t sd_ble_gattc_hv_confirm(uint16_t conn_handle, uint16_t handle);

/**
 * Asks for a greater MTU, once on a link. BLE_GATTC_EVT_EXCHANGE_MTU_RSP follows.
 *
 * Returns NRF_SUCCESS, or
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_STATE: not connected, or done before
 * - NRF_ERROR_TIMEOUT: an earlier GATT timeout on this link
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_BUSY: another client procedure is running
 */
uint32_t sd_ble_gattc_exchange_mtu_request(uint16_t conn_handle, uint16_t client_rx_mtu);

/**
 * Walks the pairs of a BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP. Not a call into the stack.
 *
 * Start with *p_iter zeroed; each call sets handle and p_value (value_len octets, in the event) to
 * the next pair.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_NOT_FOUND: past the last pair
 */
#ifndef SUPPRESS_INLINE_IMPLEMENTATION
static inline
#endif
    uint32_t
    sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter(ble_gattc_evt_t* p_gattc_evt,
                                                    ble_gattc_handle_value_t* p_iter);

#ifndef SUPPRESS_INLINE_IMPLEMENTATION
static inline uint32_t sd_ble_gattc_evt_char_val_by_uuid_read_rsp_iter(
    ble_gattc_evt_t* p_gattc_evt, ble_gattc_handle_value_t* p_iter) {
  ble_gattc_evt_char_val_by_uuid_read_rsp_t* p_rsp = &p_gattc_evt->params.char_val_by_uuid_read_rsp;
  uint8_t* p_first = p_rsp->handle_value;
  const size_t pair_len = sizeof(uint16_t) + (size_t)p_rsp->value_len;
  uint8_t* p_next = p_first;

  if (p_iter->p_value != NULL) {
    p_next = p_iter->p_value + p_rsp->value_len;
  }
  if ((size_t)(p_next - p_first) >= p_rsp->count * pair_len) {
    return NRF_ERROR_NOT_FOUND;
  }
  p_iter->handle = (uint16_t)(p_next[0] | (p_next[1] << 8));
  p_iter->p_value = p_next + sizeof(uint16_t);
  return NRF_SUCCESS;
}
#endif

#ifdef __cplusplus
}
#endif

#endif  // BLE_GATTC_H_
