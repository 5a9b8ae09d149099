/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heart rate collector: a central that bonds with a heart rate sensor, subscribes to its
 * measurements and afterwards comes back encrypted, without asking anything twice.
 *
 * Button 1 held at start: forget all bonds. Buttons 0 and 1 answer the numeric comparison while it
 * is asked.
 */
#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "ble.h"
#include "ble_gap.h"
#include "ble_gattc.h"
#include "board-config.h"
#include "bonded_sensor.h"
#include "comparison.h"
#include "device.h"
#include "nrf_error.h"
#include "remote_database.h"
#include "uuids.h"

LOG_MODULE_REGISTER(collector, 3);

#define DEVICE_NAME "PM Collector"

static uint8_t report_octets[BLE_GAP_SCAN_BUFFER_MIN];
static const ble_data_t report_buffer = {.p_data = report_octets, .len = sizeof(report_octets)};

/* 60 ms out of every 60 ms. */
static const ble_gap_scan_params_t scan_params = {
    .active = 1,
    .filter_policy = BLE_GAP_SCAN_FP_ACCEPT_ALL,
    .scan_phys = BLE_GAP_PHY_1MBPS,
    .interval = 96,
    .window = 96,
    .timeout = BLE_GAP_SCAN_TIMEOUT_UNLIMITED,
};

/* 30 ms, no latency, 4 s. */
static const ble_gap_conn_params_t conn_params = {
    .min_conn_interval = 24,
    .max_conn_interval = 24,
    .slave_latency = 0,
    .conn_sup_timeout = 400,
};

static bool connecting;
static uint16_t sensor_peer_id = PM_PEER_ID_INVALID;

static void scan_start(void) {
  const uint32_t nrf_err = sd_ble_gap_scan_start(&scan_params, &report_buffer);

  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_INVALID_STATE) {
    LOG_ERR("sd_ble_gap_scan_start() failed, nrf_error %#x", (unsigned int)nrf_err);
    return;
  }
  LOG_INF("Scanning");
}

/* True if a list of 16-bit UUIDs has the heart rate service. */
static bool has_heart_rate_uuid(const uint8_t* uuids, size_t len) {
  for (size_t i = 0; i + 1 < len; i += 2) {
    if ((uuids[i] | uuids[i + 1] << 8) == UUID_HEART_RATE_SERVICE) {
      return true;
    }
  }
  return false;
}

/* True if the advertising data name the heart rate service. Each element: length, type, data. */
static bool names_heart_rate_service(const ble_data_t* data) {
  for (size_t at = 0; at + 1 < data->len;) {
    const size_t length = data->p_data[at];
    const uint8_t type = data->p_data[at + 1];

    if (length == 0 || at + 1 + length > data->len) {
      return false;
    }
    if ((type == BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_COMPLETE ||
         type == BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_MORE_AVAILABLE) &&
        has_heart_rate_uuid(&data->p_data[at + 2], length - 1)) {
      return true;
    }
    at += 1 + length;
  }
  return false;
}

static void on_adv_report(const ble_gap_evt_adv_report_t* report) {
  uint32_t nrf_err;

  if (connecting) {
    return;
  }
  if (report->type.connectable && names_heart_rate_service(&report->data)) {
    nrf_err = sd_ble_gap_connect(&report->peer_addr, &scan_params, &conn_params,
                                 CONFIG_NRF_SDH_BLE_CONN_TAG);
    if (nrf_err == NRF_SUCCESS) {
      connecting = true;
      return;
    }
    LOG_ERR("sd_ble_gap_connect() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
  /* The stack pauses after each report. */
  nrf_err = sd_ble_gap_scan_start(NULL, &report_buffer);
  if (nrf_err != NRF_SUCCESS) {
    /* Connecting stops scanning, also when it fails. */
    scan_start();
  }
}

/* Peer Manager has seen CONNECTED first: it starts encryption with a peer that it knows. */
static void pair_if_unknown(uint16_t conn_handle) {
  uint16_t peer_id = PM_PEER_ID_INVALID;
  uint32_t nrf_err = pm_peer_id_get(conn_handle, &peer_id);

  if (nrf_err == NRF_SUCCESS && peer_id != PM_PEER_ID_INVALID) {
    return;
  }
  nrf_err = pm_conn_secure(conn_handle, false);
  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_BUSY) {
    LOG_ERR("pm_conn_secure() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
}

static void on_secured(const struct pm_evt* evt) {
  sensor_peer_id = evt->peer_id;
  if (evt->conn_sec_succeeded.procedure == PM_CONN_SEC_PROCEDURE_ENCRYPTION &&
      bonded_sensor_load(evt->peer_id)) {
    LOG_INF("Known sensor: subscriptions and database are as they were");
    return;
  }
  remote_database_discover(evt->conn_handle);
}

static void on_remote_database(uint16_t conn_handle, bool complete) {
  ARG_UNUSED(conn_handle);

  if (!complete) {
    LOG_WRN("Discovery did not end");
    return;
  }
  LOG_INF("Subscribed");
  if (sensor_peer_id != PM_PEER_ID_INVALID) {
    bonded_sensor_store(sensor_peer_id);
  }
}

static void on_hvx(const ble_gattc_evt_t* evt) {
  uint32_t nrf_err;
  const ble_gattc_evt_hvx_t* hvx = &evt->params.hvx;

  if (hvx->type == BLE_GATT_HVX_INDICATION) {
    nrf_err = sd_ble_gattc_hv_confirm(evt->conn_handle, hvx->handle);
    if (nrf_err != NRF_SUCCESS) {
      LOG_ERR("sd_ble_gattc_hv_confirm() failed, nrf_error %#x", (unsigned int)nrf_err);
    }
  }
  if (hvx->handle == remote_database_value_handle(REMOTE_SERVICE_GATT,
                                                  BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED)) {
    LOG_INF("The sensor's database has changed");
    remote_database_discover(evt->conn_handle);
    return;
  }
  if (hvx->handle == remote_database_value_handle(REMOTE_SERVICE_HEART_RATE,
                                                  UUID_HEART_RATE_MEASUREMENT_CHAR) &&
      hvx->len >= 2) {
    LOG_INF("Heart rate %u", hvx->data[1]);
  }
}

static void pm_evt_handler(const struct pm_evt* evt) {
  pm_handler_on_pm_evt(evt);
  pm_handler_disconnect_on_sec_failure(evt);
  pm_handler_flash_clean(evt);
  bonded_sensor_on_pm_evt(evt);

  switch (evt->evt_id) {
    case PM_EVT_CONN_SEC_SUCCEEDED:
      on_secured(evt);
      break;

    case PM_EVT_CONN_SEC_FAILED:
      LOG_WRN("Securing failed, error %#x", evt->conn_sec_failed.error);
      if (evt->conn_sec_failed.error == PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING) {
        /* The sensor has forgotten us. Our half is of no use; the user will have to
         * compare numbers again before there is a new bond.
         */
        if (pm_peer_delete(evt->peer_id) != NRF_SUCCESS) {
          LOG_ERR("pm_peer_delete() failed");
        }
      }
      break;

    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      scan_start();
      break;

    default:
      break;
  }
}

static void on_ble_evt(const ble_evt_t* evt, void* context) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  ARG_UNUSED(context);

  comparison_on_ble_evt(evt);
  device_on_ble_evt(evt);
  remote_database_on_ble_evt(evt);

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_ADV_REPORT:
      on_adv_report(&gap_evt->params.adv_report);
      break;

    case BLE_GAP_EVT_CONNECTED:
      LOG_INF("Connected");
      connecting = false;
      pair_if_unknown(gap_evt->conn_handle);
      break;

    case BLE_GAP_EVT_DISCONNECTED:
      LOG_INF("Disconnected, reason %#x", gap_evt->params.disconnected.reason);
      sensor_peer_id = PM_PEER_ID_INVALID;
      scan_start();
      break;

    case BLE_GAP_EVT_TIMEOUT:
      if (gap_evt->params.timeout.src == BLE_GAP_TIMEOUT_SRC_CONN) {
        connecting = false;
        scan_start();
      }
      break;

    case BLE_GAP_EVT_AUTH_STATUS:
      LOG_INF("Pairing ended with status %#x", gap_evt->params.auth_status.auth_status);
      break;

    case BLE_GATTC_EVT_HVX:
      on_hvx(&evt->evt.gattc_evt);
      break;

    default:
      break;
  }
}
NRF_SDH_BLE_OBSERVER(collector_observer, on_ble_evt, NULL, USER_LOW);

static void button_handler(uint8_t pin, enum bm_buttons_evt_type action) {
  if (action == BM_BUTTONS_PRESS) {
    (void)comparison_on_button_press(pin);
  }
}

static const struct bm_buttons_config buttons[] = {
    {.pin_number = BOARD_PIN_BTN_0,
     .active_state = BM_BUTTONS_ACTIVE_LOW,
     .pull_config = BM_BUTTONS_PIN_PULLUP,
     .handler = button_handler},
    {.pin_number = BOARD_PIN_BTN_1,
     .active_state = BM_BUTTONS_ACTIVE_LOW,
     .pull_config = BM_BUTTONS_PIN_PULLUP,
     .handler = button_handler},
};

static void collector_start(void) {
  if (bm_buttons_is_pressed(BOARD_PIN_BTN_1)) {
    LOG_INF("Forgetting all bonds");
    /* Scanning begins with PM_EVT_PEERS_DELETE_SUCCEEDED. */
    if (pm_peers_delete() != NRF_SUCCESS) {
      LOG_ERR("pm_peers_delete() failed");
    }
    return;
  }
  scan_start();
}

int main(void) {
  if (device_init(DEVICE_NAME, buttons, ARRAY_SIZE(buttons), pm_evt_handler)) {
    remote_database_init(on_remote_database);
    collector_start();
  }
  return device_run();
}
