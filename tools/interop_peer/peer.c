/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <string.h>

#include <bm/bluetooth/peer_manager/nrf_ble_lesc.h>
#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/softdevice_handler/nrf_sdh.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/util.h>

#include "ble_gap.h"
#include "ble_gatts.h"
#include "nrf_error.h"

LOG_MODULE_REGISTER(peer, 3);

static const struct peer_options* options;
static const struct peer_role* role;
static uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;

static void report(const char* what, uint32_t nrf_err) {
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("%s failed, nrf_error %#x", what, (unsigned int)nrf_err);
  }
}

static void pm_evt_handler(const struct pm_evt* evt) {
  pm_handler_on_pm_evt(evt);
  pm_handler_disconnect_on_sec_failure(evt);
  pm_handler_flash_clean(evt);
  if (role->on_pm_evt != NULL) {
    role->on_pm_evt(evt);
  }

  switch (evt->evt_id) {
    case PM_EVT_CONN_SEC_FAILED:
      LOG_WRN("Securing failed, error %#x", evt->conn_sec_failed.error);
      if (evt->conn_sec_failed.error == PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING &&
          evt->peer_id != PM_PEER_ID_INVALID) {
        /* The peer has forgotten us: our half is of no use. */
        report("pm_peer_delete()", pm_peer_delete(evt->peer_id));
      }
      break;

    case PM_EVT_CONN_SEC_CONFIG_REQ: {
      struct pm_conn_sec_config config = {.allow_repairing = options->allow_repairing};

      pm_conn_sec_config_reply(evt->conn_handle, &config);
      break;
    }

    default:
      break;
  }
}

static uint32_t peer_manager_init(void) {
  const bool lesc = options->lesc;
  ble_gap_sec_params_t sec_param = {
      .bond = 1,
      .mitm = options->mitm,
      .lesc = lesc,
      .keypress = 0,
      .io_caps = (unsigned int)options->io_caps & 0x07u,
      .oob = 0,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own.enc = 1,
      .kdist_own.id = 1,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 1,
  };
  uint32_t nrf_err = pm_init();

  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = pm_sec_params_set(&sec_param);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  if (options->privacy) {
    const ble_gap_privacy_params_t privacy = {
        .privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY,
        .private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE,
        .private_addr_cycle_s = BLE_GAP_DEFAULT_PRIVATE_ADDR_CYCLE_INTERVAL_S,
    };

    nrf_err = pm_privacy_set(&privacy);
    if (nrf_err != NRF_SUCCESS) {
      return nrf_err;
    }
  }
  return pm_register(pm_evt_handler);
}

static void on_ble_evt(const ble_evt_t* evt, void* context) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  ARG_UNUSED(context);

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      conn_handle = gap_evt->conn_handle;
      break;

    case BLE_GAP_EVT_DISCONNECTED:
      LOG_INF("Disconnected, reason %#x", gap_evt->params.disconnected.reason);
      conn_handle = BLE_CONN_HANDLE_INVALID;
      break;

    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      LOG_INF("Passkey: %.*s", BLE_GAP_PASSKEY_LEN,
              (const char*)gap_evt->params.passkey_display.passkey);
      break;

    case BLE_GAP_EVT_AUTH_STATUS:
      LOG_INF("Pairing ended with status %#x", gap_evt->params.auth_status.auth_status);
      break;

    case BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST:
      report("sd_ble_gatts_exchange_mtu_reply()",
             sd_ble_gatts_exchange_mtu_reply(evt->evt.gatts_evt.conn_handle,
                                             CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE));
      break;

    case BLE_GATTS_EVT_TIMEOUT:
    case BLE_GATTC_EVT_TIMEOUT:
      (void)sd_ble_gap_disconnect(gap_evt->conn_handle, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
      break;

    default:
      break;
  }
  role->on_ble_evt(evt);
}
NRF_SDH_BLE_OBSERVER(peer_observer, on_ble_evt, NULL, USER_LOW);

static uint32_t device_init(void) {
  static const uint8_t name[] = {'P', 'M', ' ', 'P', 'e', 'e', 'r'};
  ble_gap_conn_sec_mode_t name_write_perm;
  uint32_t nrf_err;

  if (nrf_sdh_enable_request() != 0 || nrf_sdh_ble_enable(CONFIG_NRF_SDH_BLE_CONN_TAG) != 0) {
    return NRF_ERROR_INTERNAL;
  }
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&name_write_perm);
  nrf_err = sd_ble_gap_device_name_set(&name_write_perm, name, sizeof(name));
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = peer_manager_init();
  return nrf_err != NRF_SUCCESS ? nrf_err : role->init(options);
}

void peer_run(const struct peer_options* chosen) {
  uint32_t nrf_err;

  options = chosen;
  role = chosen->is_collector ? &collector_role : &sensor_role;
  nrf_err = device_init();
  report("Starting", nrf_err);
  if (nrf_err == NRF_SUCCESS) {
    role->start();
  }
  while (true) {
    (void)nrf_ble_lesc_request_handler();
    log_flush();
    k_cpu_idle();
  }
}

bool peer_command(const char* line) {
  static const char passkey[] = "passkey ";

  if (strncmp(line, passkey, sizeof(passkey) - 1) == 0 &&
      strlen(line) == sizeof(passkey) - 1 + BLE_GAP_PASSKEY_LEN) {
    report("sd_ble_gap_auth_key_reply()",
           sd_ble_gap_auth_key_reply(conn_handle, BLE_GAP_AUTH_KEY_TYPE_PASSKEY,
                                     (const uint8_t*)&line[sizeof(passkey) - 1]));
    return true;
  }
  if (strcmp(line, "confirm") == 0) {
    report("sd_ble_gap_auth_key_reply()",
           sd_ble_gap_auth_key_reply(conn_handle, BLE_GAP_AUTH_KEY_TYPE_PASSKEY, NULL));
    return true;
  }
  if (strcmp(line, "deny") == 0) {
    report("sd_ble_gap_auth_key_reply()",
           sd_ble_gap_auth_key_reply(conn_handle, BLE_GAP_AUTH_KEY_TYPE_NONE, NULL));
    return true;
  }
  if (strcmp(line, "disconnect") == 0) {
    report("sd_ble_gap_disconnect()",
           sd_ble_gap_disconnect(conn_handle, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION));
    return true;
  }
  if (strcmp(line, "forget") == 0) {
    report("pm_peers_delete()", pm_peers_delete());
    return true;
  }
  return role->command != NULL && role->command(line);
}
