// SPDX-License-Identifier: Apache-2.0
/** The Bluetooth stack: enabling, configuration, events, UUIDs, options. */

#ifndef BLE_H_
#define BLE_H_

#include <stddef.h>
#include <stdint.h>

#include "ble_err.h"
#include "ble_gap.h"
#include "ble_gatt.h"
#include "ble_gattc.h"
#include "ble_gatts.h"
#include "ble_ranges.h"
#include "ble_types.h"
#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Ids of common events. */
enum BLE_COMMON_EVTS {
  BLE_EVT_USER_MEM_REQUEST = 0x01,
  BLE_EVT_USER_MEM_RELEASE = 0x02,
};

/** Ids of configurations that belong to a connection tag. */
enum BLE_CONN_CFGS {
  BLE_CONN_CFG_GAP = 0x20,
  BLE_CONN_CFG_GATTC = 0x21,
  BLE_CONN_CFG_GATTS = 0x22,
  BLE_CONN_CFG_GATT = 0x23,
};

/** Ids of common configurations. */
enum BLE_COMMON_CFGS {
  BLE_COMMON_CFG_VS_UUID = 0x01,
};

/** Ids of common options. */
enum BLE_COMMON_OPTS {
  BLE_COMMON_OPT_CONN_EVT_EXT = 0x02,
};

/** Supervisor call numbers. */
enum BLE_COMMON_SVCS {
  SD_BLE_ENABLE = 0x60,
  SD_BLE_EVT_GET = 0x61,
  SD_BLE_UUID_VS_ADD = 0x62,
  SD_BLE_UUID_VS_REMOVE = 0x63,
  SD_BLE_UUID_DECODE = 0x64,
  SD_BLE_UUID_ENCODE = 0x65,
  SD_BLE_VERSION_GET = 0x66,
  SD_BLE_USER_MEM_REPLY = 0x67,
  SD_BLE_OPT_SET = 0x68,
  SD_BLE_OPT_GET = 0x69,
  SD_BLE_CFG_SET = 0x6A,
};

/* Event alignment, user memory types, UUID bases, default tag. */
#define BLE_EVT_PTR_ALIGNMENT 4
#define BLE_USER_MEM_TYPE_INVALID 0
#define BLE_USER_MEM_TYPE_GATTS_QUEUED_WRITES 1
#define BLE_UUID_VS_COUNT_DEFAULT 10
#define BLE_UUID_VS_COUNT_MAX 254
#define BLE_CONN_CFG_TAG_DEFAULT 0

/** Memory lent by the application to the stack. */
typedef struct {
  uint8_t* p_mem;
  uint16_t len; /**< Octets. */
} ble_user_mem_block_t;

/** Event: the stack wants a memory block; answer with @ref sd_ble_user_mem_reply. */
typedef struct {
  uint8_t type; /**< BLE_USER_MEM_TYPE_*. */
} ble_evt_user_mem_request_t;

/** Event: a lent memory block is free again. */
typedef struct {
  uint8_t type; /**< BLE_USER_MEM_TYPE_*. */
  ble_user_mem_block_t mem_block;
} ble_evt_user_mem_release_t;

/** Event that belongs to no single layer. */
typedef struct {
  uint16_t conn_handle; /**< Link that the event is about. */
  union {
    ble_evt_user_mem_request_t user_mem_request;
    ble_evt_user_mem_release_t user_mem_release;
  } params;
} ble_common_evt_t;

/** Event header. */
typedef struct {
  uint16_t evt_id;  /**< BLE_*_EVT_*. */
  uint16_t evt_len; /**< Octets of the event, header included. */
} ble_evt_hdr_t;

/**
 * Any event of the stack. Arrays declared with length 1 are longer in memory: header.evt_len covers
 * the whole event.
 */
typedef struct {
  ble_evt_hdr_t header;
  union {
    ble_common_evt_t common_evt;
    ble_gap_evt_t gap_evt;
    ble_gattc_evt_t gattc_evt;
    ble_gatts_evt_t gatts_evt;
  } evt;
} ble_evt_t;

/** Link layer version of the local controller. */
typedef struct {
  uint8_t version_number;     /**< Link layer version. */
  uint16_t company_id;        /**< Company identifier. */
  uint16_t subversion_number; /**< Controller revision. */
} ble_version_t;

/**
 * Octets of the greatest event with an ATT MTU: a primary service response of 16-bit services, or,
 * where the pointers inside are wide and the MTU is small, one of fixed length.
 */
#define BLE_EVT_LEN_MAX(ATT_MTU)                                                           \
  (PM_BLE_EVT_SERVICES_LEN(ATT_MTU) > sizeof(ble_evt_t) ? PM_BLE_EVT_SERVICES_LEN(ATT_MTU) \
                                                        : sizeof(ble_evt_t))
#define PM_BLE_EVT_SERVICES_LEN(ATT_MTU)                                   \
  (offsetof(ble_evt_t, evt.gattc_evt.params.prim_srvc_disc_rsp.services) + \
   (((ATT_MTU)-1) / 4 * sizeof(ble_gattc_service_t)))

/** Option: let connection events grow while there is data. */
typedef struct {
  uint8_t enable : 1;
} ble_common_opt_conn_evt_ext_t;

/** Common options. */
typedef union {
  ble_common_opt_conn_evt_ext_t conn_evt_ext;
} ble_common_opt_t;

/** Any option. */
typedef union {
  ble_common_opt_t common_opt;
  ble_gap_opt_t gap_opt;
  ble_gattc_opt_t gattc_opt;
} ble_opt_t;

/** Configuration of the links made under one tag. */
typedef struct {
  uint8_t conn_cfg_tag; /**< 1 to 255. */
  union {
    ble_gap_conn_cfg_t gap_conn_cfg;
    ble_gattc_conn_cfg_t gattc_conn_cfg;
    ble_gatts_conn_cfg_t gatts_conn_cfg;
    ble_gatt_conn_cfg_t gatt_conn_cfg;
  } params;
} ble_conn_cfg_t;

/** How many 128-bit UUID bases can be registered. */
typedef struct {
  uint8_t vs_uuid_count;
} ble_common_cfg_vs_uuid_t;

/** Common configurations. */
typedef union {
  ble_common_cfg_vs_uuid_t vs_uuid_cfg;
} ble_common_cfg_t;

/** Any configuration. */
typedef union {
  ble_conn_cfg_t conn_cfg;
  ble_common_cfg_t common_cfg;
  ble_gap_cfg_t gap_cfg;
  ble_gatts_cfg_t gatts_cfg;
} ble_cfg_t;

/**
 * Starts the Bluetooth stack. *p_app_ram_base is the start of application RAM and returns the least
 * possible one.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: enabled already, or the random generator is not seeded
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_NOT_SUPPORTED: connection counts of the configurations are below the role counts
 * - NRF_ERROR_NO_MEM: *p_app_ram_base tells the need
 */
uint32_t sd_ble_enable(uint32_t* p_app_ram_base);

/**
 * Sets a configuration, between enabling the SoftDevice and @ref sd_ble_enable. The last setting of
 * an id wins; what is not set has defaults. There is one connection tag besides the default.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: the stack is enabled already
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: unknown id or bad value
 * - NRF_ERROR_NOT_SUPPORTED: a second tag
 * - NRF_ERROR_NO_MEM: out of memory
 */
uint32_t sd_ble_cfg_set(uint32_t cfg_id, ble_cfg_t const* p_cfg, uint32_t app_ram_base);

/**
 * Takes one event. p_dest is aligned to BLE_EVT_PTR_ALIGNMENT and holds *p_len octets, at least
 * BLE_EVT_LEN_MAX(MTU); *p_len returns the length. p_dest NULL asks for the length only. Call until
 * there is none.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: NULL or misaligned
 * - NRF_ERROR_NOT_FOUND: no event
 * - NRF_ERROR_DATA_SIZE: buffer too small, the event stays
 */
uint32_t sd_ble_evt_get(uint8_t* p_dest, uint16_t* p_len);

/**
 * Registers a 128-bit base (octets 12 and 13 are ignored) and gives its type, 2 and up. The same
 * base gives the same type again.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_NO_MEM: table full
 */
uint32_t sd_ble_uuid_vs_add(ble_uuid128_t const* p_vs_uuid, uint8_t* p_uuid_type);

/**
 * Removes the last base. *p_uuid_type 0, or NULL, names it too.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: not the last base
 * - NRF_ERROR_FORBIDDEN: used by the server
 */
uint32_t sd_ble_uuid_vs_remove(uint8_t* p_uuid_type);

/**
 * Writes a UUID as 2 or 16 octets, least significant first. p_uuid_le NULL: length only.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_PARAM: unknown type
 */
uint32_t sd_ble_uuid_encode(ble_uuid_t const* p_uuid, uint8_t* p_uuid_le_len, uint8_t* p_uuid_le);

/**
 * Reads a UUID. 2 octets always give type 1; 16 octets are compared with the registered bases,
 * octets 12 and 13 left out.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_LENGTH: neither 2 nor 16
 * - NRF_ERROR_NOT_FOUND: no such base
 */
uint32_t sd_ble_uuid_decode(uint8_t uuid_le_len, uint8_t const* p_uuid_le, ble_uuid_t* p_uuid);

/**
 * Gives the version of the controller.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 */
uint32_t sd_ble_version_get(ble_version_t* p_version);

/**
 * Answers BLE_EVT_USER_MEM_REQUEST. NULL: the application handles queued writes by authorisation.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_LENGTH: wrong length
 * - NRF_ERROR_INVALID_STATE: not asked for
 */
uint32_t sd_ble_user_mem_reply(uint16_t conn_handle, ble_user_mem_block_t const* p_block);

/**
 * Sets an option (BLE_*_OPT_*).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 */
uint32_t sd_ble_opt_set(uint32_t opt_id, ble_opt_t const* p_opt);

/**
 * Gives an option (BLE_*_OPT_*).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - BLE_ERROR_INVALID_CONN_HANDLE: no such link
 * - NRF_ERROR_INVALID_PARAM: a value is out of range
 * - NRF_ERROR_INVALID_STATE: not possible in this state
 * - NRF_ERROR_BUSY: a procedure is running, try again later
 * - NRF_ERROR_NOT_SUPPORTED: the option cannot be read
 */
uint32_t sd_ble_opt_get(uint32_t opt_id, ble_opt_t* p_opt);

#ifdef __cplusplus
}
#endif

#endif  // BLE_H_
