/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bm_timer.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "ble_gap.h"
#include "ble_gattc.h"
#include "bonded_sensor.h"
#include "nrf_error.h"
#include "peer.h"
#include "remote_database.h"
#include "uuids.h"

LOG_MODULE_REGISTER(collector, 3);

/* One report comes for each start of scanning from controllers that do not repeat themselves. */
#define SCAN_RESTART_MS 1000

static uint8_t report_octets[BLE_GAP_SCAN_BUFFER_MIN];
static const ble_data_t report_buffer = {.p_data = report_octets, .len = sizeof(report_octets)};
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

static struct bm_timer scan_timer;
static bool scanning;
static bool write_waits;
static uint16_t sensor_link = BLE_CONN_HANDLE_INVALID;

static void scan(void) {
  const uint32_t nrf_err = sd_ble_gap_scan_start(&scan_params, &report_buffer);

  scanning = nrf_err == NRF_SUCCESS;
  if (!scanning) {
    LOG_ERR("sd_ble_gap_scan_start() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
}

static void on_scan_timer(void* context) {
  ARG_UNUSED(context);

  if (scanning) {
    (void)sd_ble_gap_scan_stop();
    scan();
  }
}

/* Each element of advertising data: length, type, data. */
static bool names_heart_rate_service(const ble_data_t* data) {
  for (size_t at = 0; at + 1 < data->len;) {
    const size_t end = at + 1 + data->p_data[at];
    const uint8_t type = data->p_data[at + 1];

    if (end > data->len || end == at + 1) {
      return false;
    }
    if (type == BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_COMPLETE ||
        type == BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_MORE_AVAILABLE) {
      for (size_t i = at + 2; i + 1 < end; i += 2) {
        if ((data->p_data[i] | data->p_data[i + 1] << 8) == UUID_HEART_RATE_SERVICE) {
          return true;
        }
      }
    }
    at = end;
  }
  return false;
}

static void on_adv_report(const ble_gap_evt_adv_report_t* report) {
  if (report->type.connectable && names_heart_rate_service(&report->data)) {
    scanning = false;
    if (sd_ble_gap_connect(&report->peer_addr, &scan_params, &conn_params,
                           CONFIG_NRF_SDH_BLE_CONN_TAG) != NRF_SUCCESS) {
      LOG_ERR("sd_ble_gap_connect() failed");
      scan();
    }
    return;
  }
  (void)sd_ble_gap_scan_start(NULL, &report_buffer);
}

static void on_connected(uint16_t conn_handle) {
  uint16_t peer_id = PM_PEER_ID_INVALID;

  if (pm_peer_id_get(conn_handle, &peer_id) == NRF_SUCCESS && peer_id != PM_PEER_ID_INVALID) {
    return; /* the standard handler encrypts */
  }
  if (pm_conn_secure(conn_handle, false) != NRF_SUCCESS) {
    LOG_ERR("pm_conn_secure() failed");
  }
}

static void on_remote_database(uint16_t conn_handle, bool complete) {
  uint16_t peer_id = PM_PEER_ID_INVALID;

  LOG_INF("%s", complete ? "Subscribed" : "Discovery did not end");
  if (complete && pm_peer_id_get(conn_handle, &peer_id) == NRF_SUCCESS &&
      peer_id != PM_PEER_ID_INVALID) {
    bonded_sensor_store(peer_id);
  }
}

static uint32_t init(const struct peer_options* options) {
  ARG_UNUSED(options);
  remote_database_init(on_remote_database);
  return bm_timer_init(&scan_timer, BM_TIMER_MODE_REPEATED, on_scan_timer) == 0
             ? NRF_SUCCESS
             : NRF_ERROR_INTERNAL;
}

static void start(void) {
  (void)bm_timer_start(&scan_timer, BM_TIMER_MS_TO_TICKS(SCAN_RESTART_MS), NULL);
  scan();
}

/* Foreign tools notify of a value when it was written. */
static void measurement_write(void) {
  static const uint8_t value[] = {0x00, 0x49};
  const ble_gattc_write_params_t params = {
      .write_op = BLE_GATT_OP_WRITE_REQ,
      .handle =
          remote_database_value_handle(REMOTE_SERVICE_HEART_RATE, UUID_HEART_RATE_MEASUREMENT_CHAR),
      .len = sizeof(value),
      .p_value = value,
  };

  const uint32_t nrf_err = sd_ble_gattc_write(sensor_link, &params);

  /* Others have requests of their own: asked again after the next event. */
  write_waits = nrf_err == NRF_ERROR_BUSY;
  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_BUSY) {
    LOG_ERR("sd_ble_gattc_write() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
}

static void on_ble_evt(const ble_evt_t* evt) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  remote_database_on_ble_evt(evt);
  if (write_waits) {
    measurement_write();
  }

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_ADV_REPORT:
      on_adv_report(&gap_evt->params.adv_report);
      break;

    case BLE_GAP_EVT_CONNECTED:
      on_connected(gap_evt->conn_handle);
      break;

    case BLE_GAP_EVT_DISCONNECTED:
      scan();
      break;

    case BLE_GAP_EVT_TIMEOUT:
      if (gap_evt->params.timeout.src == BLE_GAP_TIMEOUT_SRC_CONN) {
        scan();
      }
      break;

    case BLE_GATTC_EVT_HVX:
      if (evt->evt.gattc_evt.params.hvx.type == BLE_GATT_HVX_INDICATION) {
        (void)sd_ble_gattc_hv_confirm(gap_evt->conn_handle, evt->evt.gattc_evt.params.hvx.handle);
      }
      break;

    default:
      break;
  }
}

static void on_pm_evt(const struct pm_evt* evt) {
  bonded_sensor_on_pm_evt(evt);
  if (evt->evt_id != PM_EVT_CONN_SEC_SUCCEEDED) {
    return;
  }
  sensor_link = evt->conn_handle;
  if (evt->conn_sec_succeeded.procedure == PM_CONN_SEC_PROCEDURE_ENCRYPTION &&
      bonded_sensor_load(evt->peer_id)) {
    LOG_INF("Known sensor");
    return;
  }
  remote_database_discover(evt->conn_handle);
}

static bool command(const char* line) {
  if (strcmp(line, "write") != 0) {
    return false;
  }
  measurement_write();
  return true;
}

const struct peer_role collector_role = {.init = init,
                                         .start = start,
                                         .on_ble_evt = on_ble_evt,
                                         .on_pm_evt = on_pm_evt,
                                         .command = command};
