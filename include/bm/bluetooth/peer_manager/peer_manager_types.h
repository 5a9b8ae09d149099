// SPDX-License-Identifier: Apache-2.0
/**
 * @file
 * Types of the Peer Manager: identifiers, peer data, events.
 *
 * What is stored in flash (the bonding record, the local GATT record) contains no enumeration and
 * no pointer, and is the same on every platform. Enumerations in events take one octet under the
 * ARM EABI of bare-metal toolchains and four elsewhere. Lengths are in octets; addresses, keys and
 * other values of the air are kept least significant octet first.
 */

#ifndef PEER_MANAGER_TYPES_H_
#define PEER_MANAGER_TYPES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ble.h"
#include "ble_gap.h"
#include "bm/bluetooth/ble_gatt_db.h"

#ifdef __cplusplus
extern "C" {
#endif

/** No peer. */
#define PM_PEER_ID_INVALID 0xFFFF
/** No store operation. */
#define PM_STORE_TOKEN_INVALID 0
/** Number of peer IDs: 0 to 255. */
#define PM_PEER_ID_N_AVAILABLE_IDS 256

/** Octets of a local GATT record in front of its data. */
#define PM_LOCAL_DB_LEN_OVERHEAD_BYTES offsetof(struct pm_peer_data_local_gatt_db, data)

/**
 * Errors of a security procedure that are not in the SMP. The 256 codes from here on mirror the
 * HCI status codes; an error below this base is an SMP status (BLE_GAP_SEC_STATUS_*).
 */
#define PM_CONN_SEC_ERROR_BASE 0x1000
/** Encryption failed: one side has no key. */
#define PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING (PM_CONN_SEC_ERROR_BASE + 0x06)
/** The link broke during the procedure, because the keys differ. */
#define PM_CONN_SEC_ERROR_MIC_FAILURE (PM_CONN_SEC_ERROR_BASE + 0x3D)
/** The link broke during the procedure, for any other reason. */
#define PM_CONN_SEC_ERROR_DISCONNECT (PM_CONN_SEC_ERROR_BASE + 0x100)
/** An SMP timeout happened on this link before: no security procedure until it is made anew. */
#define PM_CONN_SEC_ERROR_SMP_TIMEOUT (PM_CONN_SEC_ERROR_BASE + 0x101)

/**
 * @name Data IDs with their versions
 * Every data ID that was ever in use, with the version of its format. 0, 2 and 3 are obsolete: they
 * may be met in flash, and are never written.
 * @{
 */
#define PM_PEER_DATA_ID_FIRST_VX 0                   /**< Start of the range. */
#define PM_PEER_DATA_ID_BONDING_V1 0                 /**< Obsolete. */
#define PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING_V1 1 /**< Present. */
#define PM_PEER_DATA_ID_GATT_LOCAL_V1 2              /**< Obsolete. */
#define PM_PEER_DATA_ID_GATT_REMOTE_V1 3             /**< Obsolete. */
#define PM_PEER_DATA_ID_APPLICATION_V1 4             /**< Present. */
#define PM_PEER_DATA_ID_GATT_REMOTE_V2 5             /**< Present. */
#define PM_PEER_DATA_ID_PEER_RANK_V1 6               /**< Present. */
#define PM_PEER_DATA_ID_BONDING_V2 7                 /**< Present. */
#define PM_PEER_DATA_ID_GATT_LOCAL_V2 8              /**< Present. */
#define PM_PEER_DATA_ID_CENTRAL_ADDR_RES_V1 9        /**< Present. */
#define PM_PEER_DATA_ID_LAST_VX 10                   /**< One past the range. */
#define PM_PEER_DATA_ID_INVALID_VX 0xFF              /**< Never valid. */
/** @} */

/** Kinds of data kept for a peer. */
enum pm_peer_data_id {
  /** Start of the range; not a kind. */
  PM_PEER_DATA_ID_FIRST = PM_PEER_DATA_ID_FIRST_VX,
  /** Keys and identity: struct pm_peer_data_bonding. */
  PM_PEER_DATA_ID_BONDING = PM_PEER_DATA_ID_BONDING_V2,
  /** The peer has yet to be told that our attributes changed: bool, stored as a 32-bit word. */
  PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING = PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING_V1,
  /** CCCDs of the peer in our server: struct pm_peer_data_local_gatt_db. */
  PM_PEER_DATA_ID_GATT_LOCAL = PM_PEER_DATA_ID_GATT_LOCAL_V2,
  /** Attributes of the peer's server: array of struct ble_gatt_db_srv. */
  PM_PEER_DATA_ID_GATT_REMOTE = PM_PEER_DATA_ID_GATT_REMOTE_V2,
  /** Rank, higher = used more recently: uint32_t. */
  PM_PEER_DATA_ID_PEER_RANK = PM_PEER_DATA_ID_PEER_RANK_V1,
  /** Whether the peer supports Central Address Resolution: uint32_t, 0 or 1. */
  PM_PEER_DATA_ID_CENTRAL_ADDR_RES = PM_PEER_DATA_ID_CENTRAL_ADDR_RES_V1,
  /** Whatever the application likes. */
  PM_PEER_DATA_ID_APPLICATION = PM_PEER_DATA_ID_APPLICATION_V1,
  /** One past the range; not a kind. */
  PM_PEER_DATA_ID_LAST = PM_PEER_DATA_ID_LAST_VX,
  /** Never valid. */
  PM_PEER_DATA_ID_INVALID = PM_PEER_DATA_ID_INVALID_VX,
};

/** Kinds of security procedure. */
enum pm_conn_sec_procedure {
  /** Encryption with stored keys. */
  PM_CONN_SEC_PROCEDURE_ENCRYPTION,
  /** Pairing whose keys are kept. */
  PM_CONN_SEC_PROCEDURE_BONDING,
  /** Pairing whose keys are forgotten with the link. */
  PM_CONN_SEC_PROCEDURE_PAIRING,
};

/** What was done to peer data. */
enum pm_peer_data_op {
  PM_PEER_DATA_OP_UPDATE, /**< Written. */
  PM_PEER_DATA_OP_DELETE, /**< Deleted. */
};

/** Answer to PM_EVT_CONN_SEC_CONFIG_REQ. */
struct pm_conn_sec_config {
  /** Whether a bond with this peer may be replaced. Without an answer: false. */
  bool allow_repairing;
};

/**
 * Bonding record, 80 octets as in flash. With LE Secure Connections the key is in own_ltk, in both
 * roles. It holds secrets: a copy is cleared when it has served. Core, Vol 3, Part H, 2.4.2.
 */
struct pm_peer_data_bonding {
  uint8_t own_role;             /**< Role of this device when the bond was made. */
  ble_gap_id_key_t peer_ble_id; /**< Identity address and IRK of the peer. */
  ble_gap_enc_key_t peer_ltk;   /**< Key that the peer gave (legacy; used as central). */
  ble_gap_enc_key_t own_ltk;    /**< Key that we gave (legacy; used as peripheral), or LESC key. */
};

/** CCCDs and other system attributes of a peer in our GATT server. */
struct pm_peer_data_local_gatt_db {
  uint32_t flags;  /**< BLE_GATTS_SYS_ATTR_FLAG_*. */
  uint16_t len;    /**< Octets in data. */
  uint8_t data[1]; /**< What sd_ble_gatts_sys_attr_get gave; longer in memory than declared. */
};

/** Security state of a link. One octet. */
struct pm_conn_sec_status {
  uint8_t connected : 1;      /**< The link is up. */
  uint8_t encrypted : 1;      /**< Security level 2 at least. */
  uint8_t mitm_protected : 1; /**< Security level 3 at least. */
  uint8_t bonded : 1;         /**< The peer is a known one, also before encryption. */
  uint8_t lesc : 1;           /**< The key is of LE Secure Connections. */
  uint8_t reserved : 3;       /**< Left as it is. */
};

/**
 * Events. conn_handle and peer_id are invalid (BLE_CONN_HANDLE_INVALID, PM_PEER_ID_INVALID) where
 * they do not apply. Events marked [reply] are answered inside the handler.
 */
enum pm_evt_id {
  /** A peer with a bond has connected. Usual reaction: @ref pm_conn_secure. */
  PM_EVT_BONDED_PEER_CONNECTED,
  /**
   * [reply] A link is new, before anything else: @ref pm_conn_exclude leaves it to the application.
   * Payload conn_config_req.
   */
  PM_EVT_CONN_CONFIG_REQ,
  /** A security procedure has begun. Payload conn_sec_start. */
  PM_EVT_CONN_SEC_START,
  /**
   * A link is encrypted; after bonding the keys are being stored. Payload conn_sec_succeeded. The
   * peer ID is invalid after pairing without bonding.
   */
  PM_EVT_CONN_SEC_SUCCEEDED,
  /**
   * A security procedure failed, by this side, the peer, a timeout or the end of the link. Payload
   * conn_sec_failed. The link may be up, and as secure as before.
   */
  PM_EVT_CONN_SEC_FAILED,
  /** [reply] A known peer wants a new bond: @ref pm_conn_sec_config_reply allows it. */
  PM_EVT_CONN_SEC_CONFIG_REQ,
  /**
   * [reply] Pairing parameters are needed: @ref pm_conn_sec_params_reply overrides those of
   * @ref pm_sec_params_set for this procedure. Payload conn_sec_params_req.
   */
  PM_EVT_CONN_SEC_PARAMS_REQ,
  /** Something could not be written for lack of room. Free some; it is tried again then. */
  PM_EVT_STORAGE_FULL,
  /** An operation inside the Peer Manager failed in a way nobody asked for. Payload
     error_unexpected. */
  PM_EVT_ERROR_UNEXPECTED,
  /** Data of a peer was written or deleted, durably. Payload peer_data_update_succeeded. */
  PM_EVT_PEER_DATA_UPDATE_SUCCEEDED,
  /**
   * Data of a peer could not be written or deleted; what was stored before is still there. Payload
   * peer_data_update_failed: NRF_ERROR_RESOURCES means no room. Not sent for bonds and CCCDs of the
   * Peer Manager's own, which it tries to write again.
   */
  PM_EVT_PEER_DATA_UPDATE_FAILED,
  /** All data of a peer is gone; its ID is free again. */
  PM_EVT_PEER_DELETE_SUCCEEDED,
  /** Data of a peer could not be deleted. Payload peer_delete_failed. */
  PM_EVT_PEER_DELETE_FAILED,
  /** @ref pm_peers_delete is complete. */
  PM_EVT_PEERS_DELETE_SUCCEEDED,
  /** @ref pm_peers_delete failed. Payload peers_delete_failed_evt. */
  PM_EVT_PEERS_DELETE_FAILED,
  /** CCCDs were restored for a link (or set to their defaults). */
  PM_EVT_LOCAL_DB_CACHE_APPLIED,
  /** The stored CCCDs do not fit our attributes any more; defaults are in force. */
  PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED,
  /** A Service Changed indication was sent. */
  PM_EVT_SERVICE_CHANGED_IND_SENT,
  /** A Service Changed indication was confirmed by the peer. */
  PM_EVT_SERVICE_CHANGED_IND_CONFIRMED,
  /** A Security Request was received and has been handled. Payload peripheral_security_req. */
  PM_EVT_PERIPHERAL_SECURITY_REQ,
  /** Never sent: the store collects garbage by itself. */
  PM_EVT_FLASH_GARBAGE_COLLECTED,
  /** Never sent. Payload garbage_collection_failed. */
  PM_EVT_FLASH_GARBAGE_COLLECTION_FAILED,
};

/** Payload of PM_EVT_CONN_CONFIG_REQ. */
struct pm_conn_config_req_evt {
  const ble_gap_evt_connected_t* peer_params; /**< As BLE_GAP_EVT_CONNECTED gave them. */
  const void* context;                        /**< For @ref pm_conn_exclude. */
};

/** Payload of PM_EVT_CONN_SEC_START. */
struct pm_conn_sec_start_evt {
  enum pm_conn_sec_procedure procedure; /**< What has begun. */
};

/** Payload of PM_EVT_CONN_SEC_SUCCEEDED. */
struct pm_conn_secured_evt {
  enum pm_conn_sec_procedure procedure; /**< What has succeeded. */
  bool data_stored;                     /**< Keys are being stored. */
};

/** Payload of PM_EVT_CONN_SEC_FAILED. */
struct pm_conn_secure_failed_evt {
  enum pm_conn_sec_procedure procedure; /**< What has failed. */
  uint16_t error;                       /**< PM_CONN_SEC_ERROR_*, or BLE_GAP_SEC_STATUS_*. */
  uint8_t error_src;                    /**< BLE_GAP_SEC_STATUS_SOURCE_*. */
};

/** Payload of PM_EVT_CONN_SEC_PARAMS_REQ. */
struct pm_conn_sec_params_req_evt {
  const ble_gap_sec_params_t* peer_params; /**< Wishes of the peer; NULL when we are the first. */
  const void* context;                     /**< For @ref pm_conn_sec_params_reply. */
};

/** Payload of PM_EVT_PEER_DATA_UPDATE_SUCCEEDED; begins as pm_peer_data_update_failed_evt does. */
struct pm_peer_data_update_succeeded_evt {
  enum pm_peer_data_id data_id; /**< What kind of data. */
  enum pm_peer_data_op action;  /**< What was done. */
  uint32_t token;               /**< As given when it was asked for. */
  uint8_t flash_changed : 1;    /**< 0: the value was there already. */
};

/** Payload of PM_EVT_PEER_DATA_UPDATE_FAILED; begins as pm_peer_data_update_succeeded_evt does. */
struct pm_peer_data_update_failed_evt {
  enum pm_peer_data_id data_id; /**< What kind of data. */
  enum pm_peer_data_op action;  /**< What was tried. */
  uint32_t token;               /**< As given when it was asked for. */
  uint32_t error;               /**< NRF_ERROR_*. */
};

/** Payload of events that carry only an error. */
struct pm_failure_evt {
  uint32_t error; /**< NRF_ERROR_*. */
};

/** Event. The members that start with procedure may be read through each other's name. */
struct pm_evt {
  enum pm_evt_id evt_id; /**< Which. */
  uint16_t conn_handle;  /**< Link, or BLE_CONN_HANDLE_INVALID. */
  uint16_t peer_id;      /**< Peer, or PM_PEER_ID_INVALID. */
  /** Payload, by evt_id; events without one leave it zero. */
  union {
    struct pm_conn_config_req_evt conn_config_req;         /**< PM_EVT_CONN_CONFIG_REQ. */
    struct pm_conn_sec_start_evt conn_sec_start;           /**< PM_EVT_CONN_SEC_START. */
    struct pm_conn_secured_evt conn_sec_succeeded;         /**< PM_EVT_CONN_SEC_SUCCEEDED. */
    struct pm_conn_secure_failed_evt conn_sec_failed;      /**< PM_EVT_CONN_SEC_FAILED. */
    struct pm_conn_sec_params_req_evt conn_sec_params_req; /**< PM_EVT_CONN_SEC_PARAMS_REQ. */
    /** PM_EVT_PEER_DATA_UPDATE_SUCCEEDED. */
    struct pm_peer_data_update_succeeded_evt peer_data_update_succeeded;
    /** PM_EVT_PEER_DATA_UPDATE_FAILED. */
    struct pm_peer_data_update_failed_evt peer_data_update_failed;
    struct pm_failure_evt peer_delete_failed;      /**< PM_EVT_PEER_DELETE_FAILED. */
    struct pm_failure_evt peers_delete_failed_evt; /**< PM_EVT_PEERS_DELETE_FAILED. */
    struct pm_failure_evt error_unexpected;        /**< PM_EVT_ERROR_UNEXPECTED. */
#ifdef CONFIG_SOFTDEVICE_CENTRAL
    /** PM_EVT_PERIPHERAL_SECURITY_REQ: what the peripheral asked for. */
    ble_gap_evt_sec_request_t peripheral_security_req;
#endif
    struct pm_failure_evt garbage_collection_failed; /**< Never used. */
  };
};

/**
 * Handler of events. Called in the context that caused the event, also from inside the call that
 * caused it; it may call every function of the Peer Manager. The event lives until it returns.
 */
typedef void (*pm_evt_handler_t)(const struct pm_evt* pm_evt);

#ifdef __cplusplus
}
#endif

#endif  // PEER_MANAGER_TYPES_H_
