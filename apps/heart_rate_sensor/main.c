/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heart rate sensor: a peripheral that lets bonded collectors alone subscribe to its measurements.
 *
 * Button 1 held at start: forget all bonds. Button 2, pressed or held at start: a battery service
 * joins the database. Buttons 0 and 1 answer the numeric comparison while it is asked.
 */
#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <bm/bm_timer.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "ble.h"
#include "ble_gap.h"
#include "ble_gatts.h"
#include "board-config.h"
#include "comparison.h"
#include "device.h"
#include "heart_rate_service.h"
#include "nrf_error.h"

LOG_MODULE_REGISTER(sensor, 3);

#define DEVICE_NAME "PM Heart Rate"

#define ADV_INTERVAL_625US 64
#define MEASUREMENT_INTERVAL_MS 1000

#define UUID_HEART_RATE_SERVICE 0x180D

static uint8_t adv_handle = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
static uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;
static struct bm_timer measurement_timer;

/* The stack reads these while it advertises. */
static uint8_t adv_octets[] = {
    2,
    BLE_GAP_AD_TYPE_FLAGS,
    BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE,
    3,
    BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_COMPLETE,
    UUID_HEART_RATE_SERVICE & 0xFF,
    UUID_HEART_RATE_SERVICE >> 8,
};
static uint8_t scan_rsp_octets[1 + sizeof(DEVICE_NAME)] = {
    sizeof(DEVICE_NAME),
    BLE_GAP_AD_TYPE_COMPLETE_LOCAL_NAME,
    'P',
    'M',
    ' ',
    'H',
    'e',
    'a',
    'r',
    't',
    ' ',
    'R',
    'a',
    't',
    'e',
};

static uint32_t advertising_init(void) {
  const ble_gap_adv_data_t data = {
      .adv_data = {.p_data = adv_octets, .len = sizeof(adv_octets)},
      .scan_rsp_data = {.p_data = scan_rsp_octets, .len = sizeof(scan_rsp_octets)},
  };
  const ble_gap_adv_params_t params = {
      .properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED,
      .interval = ADV_INTERVAL_625US,
      .filter_policy = BLE_GAP_ADV_FP_ANY,
      .primary_phy = BLE_GAP_PHY_1MBPS,
  };

  return sd_ble_gap_adv_set_configure(&adv_handle, &data, &params);
}

static void advertising_start(void) {
  const uint32_t nrf_err = sd_ble_gap_adv_start(adv_handle, CONFIG_NRF_SDH_BLE_CONN_TAG);

  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("sd_ble_gap_adv_start() failed, nrf_error %#x", (unsigned int)nrf_err);
    return;
  }
  LOG_INF("Advertising as " DEVICE_NAME);
}

static void database_change(void) {
  const uint32_t nrf_err = battery_service_add();

  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("battery_service_add() failed, nrf_error %#x", (unsigned int)nrf_err);
    return;
  }
  LOG_INF("The database has a battery service now");
  pm_local_database_has_changed();
}

static void pm_evt_handler(const struct pm_evt* evt) {
  pm_handler_on_pm_evt(evt);
  pm_handler_disconnect_on_sec_failure(evt);
  pm_handler_flash_clean(evt);

  switch (evt->evt_id) {
    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      advertising_start();
      break;
    default:
      break;
  }
}

static void measurement_timeout_handler(void* context) {
  uint32_t nrf_err;

  ARG_UNUSED(context);

  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    return;
  }

  nrf_err = heart_rate_service_notify(conn_handle);
  switch (nrf_err) {
    case NRF_SUCCESS:
    case NRF_ERROR_INVALID_STATE:          /* nobody subscribed, or not encrypted yet */
    case NRF_ERROR_FORBIDDEN:              /* link not secure enough yet */
    case NRF_ERROR_RESOURCES:              /* the last ones are still on their way */
    case BLE_ERROR_INVALID_CONN_HANDLE:    /* just disconnected */
    case BLE_ERROR_GATTS_SYS_ATTR_MISSING: /* a new peer that asked for nothing yet */
      break;
    default:
      LOG_ERR("heart_rate_service_notify() failed, nrf_error %#x", (unsigned int)nrf_err);
      break;
  }
}

static void on_ble_evt(const ble_evt_t* evt, void* context) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  ARG_UNUSED(context);

  comparison_on_ble_evt(evt);
  device_on_ble_evt(evt);

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      LOG_INF("Connected");
      conn_handle = gap_evt->conn_handle;
      break;

    case BLE_GAP_EVT_DISCONNECTED:
      LOG_INF("Disconnected, reason %#x", gap_evt->params.disconnected.reason);
      if (gap_evt->conn_handle == conn_handle) {
        conn_handle = BLE_CONN_HANDLE_INVALID;
      }
      advertising_start();
      break;

    case BLE_GAP_EVT_AUTH_STATUS:
      LOG_INF("Pairing ended with status %#x", gap_evt->params.auth_status.auth_status);
      break;

    default:
      break;
  }
}
NRF_SDH_BLE_OBSERVER(sensor_observer, on_ble_evt, NULL, USER_LOW);

static void button_handler(uint8_t pin, enum bm_buttons_evt_type action) {
  if (action != BM_BUTTONS_PRESS || comparison_on_button_press(pin)) {
    return;
  }
  if (pin == BOARD_PIN_BTN_2) {
    database_change();
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
    {.pin_number = BOARD_PIN_BTN_2,
     .active_state = BM_BUTTONS_ACTIVE_LOW,
     .pull_config = BM_BUTTONS_PIN_PULLUP,
     .handler = button_handler},
};

static bool sensor_init(void) {
  int err;
  uint32_t nrf_err;

  if (!device_init(DEVICE_NAME, buttons, ARRAY_SIZE(buttons), pm_evt_handler)) {
    return false;
  }
  nrf_err = heart_rate_service_init();
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("heart_rate_service_init() failed, nrf_error %#x", (unsigned int)nrf_err);
    return false;
  }
  nrf_err = advertising_init();
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("advertising_init() failed, nrf_error %#x", (unsigned int)nrf_err);
    return false;
  }
  err = bm_timer_init(&measurement_timer, BM_TIMER_MODE_REPEATED, measurement_timeout_handler);
  if (err != 0) {
    LOG_ERR("bm_timer_init() failed, err %d", err);
    return false;
  }
  return true;
}

static void sensor_start(void) {
  int err = bm_timer_start(&measurement_timer, BM_TIMER_MS_TO_TICKS(MEASUREMENT_INTERVAL_MS), NULL);

  if (err != 0) {
    LOG_ERR("bm_timer_start() failed, err %d", err);
  }
  if (bm_buttons_is_pressed(BOARD_PIN_BTN_2)) {
    database_change();
  }
  if (bm_buttons_is_pressed(BOARD_PIN_BTN_1)) {
    LOG_INF("Forgetting all bonds");
    /* Advertising begins with PM_EVT_PEERS_DELETE_SUCCEEDED. */
    if (pm_peers_delete() != NRF_SUCCESS) {
      LOG_ERR("pm_peers_delete() failed");
    }
    return;
  }
  advertising_start();
}

int main(void) {
  if (sensor_init()) {
    sensor_start();
  }
  return device_run();
}
