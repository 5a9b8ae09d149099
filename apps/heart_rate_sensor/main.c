/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heart rate sensor: a peripheral that lets bonded collectors alone subscribe to its measurements.
 *
 * Button 1 held at start: forget all bonds. Button 2, pressed or held at start: a battery service
 * joins the database. Buttons 0 and 1 answer the numeric comparison while it is asked.
 */
#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/nrf_ble_lesc.h>
#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <bm/bm_timer.h>
#include <bm/softdevice_handler/nrf_sdh.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/util.h>

#include "ble.h"
#include "ble_gap.h"
#include "ble_gatts.h"
#include "board-config.h"
#include "comparison.h"
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

static uint32_t peer_manager_init(void) {
  uint32_t nrf_err;
  ble_gap_sec_params_t sec_param = {
      .bond = 1,
      .mitm = 1,
      .lesc = 1,
      .keypress = 0,
      .io_caps = BLE_GAP_IO_CAPS_DISPLAY_YESNO,
      .oob = 0,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own.enc = 1,
      .kdist_own.id = 1,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 1,
  };

  nrf_err = pm_init();
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = pm_sec_params_set(&sec_param);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  return pm_register(pm_evt_handler);
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
  uint32_t nrf_err;
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  ARG_UNUSED(context);

  comparison_on_ble_evt(evt);

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

    case BLE_GAP_EVT_PHY_UPDATE_REQUEST: {
      const ble_gap_phys_t phys = {
          .tx_phys = BLE_GAP_PHY_AUTO,
          .rx_phys = BLE_GAP_PHY_AUTO,
      };

      nrf_err = sd_ble_gap_phy_update(gap_evt->conn_handle, &phys);
      if (nrf_err != NRF_SUCCESS) {
        LOG_WRN("sd_ble_gap_phy_update() failed, nrf_error %#x", (unsigned int)nrf_err);
      }
      break;
    }

    case BLE_GAP_EVT_DATA_LENGTH_UPDATE_REQUEST:
      nrf_err = sd_ble_gap_data_length_update(gap_evt->conn_handle, NULL, NULL);
      if (nrf_err != NRF_SUCCESS) {
        LOG_WRN("sd_ble_gap_data_length_update() failed, nrf_error %#x", (unsigned int)nrf_err);
      }
      break;

    case BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST:
      nrf_err = sd_ble_gatts_exchange_mtu_reply(evt->evt.gatts_evt.conn_handle,
                                                CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE);
      if (nrf_err != NRF_SUCCESS) {
        LOG_WRN("sd_ble_gatts_exchange_mtu_reply() failed, nrf_error %#x", (unsigned int)nrf_err);
      }
      break;

    case BLE_GATTS_EVT_TIMEOUT:
    case BLE_GATTC_EVT_TIMEOUT:
      (void)sd_ble_gap_disconnect(gap_evt->conn_handle, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
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

static bool device_init(void) {
  int err;
  uint32_t nrf_err;
  ble_gap_conn_sec_mode_t name_write_perm;

  err = bm_buttons_init(buttons, ARRAY_SIZE(buttons), BM_BUTTONS_DETECTION_DELAY_MIN_US);
  if (err != 0) {
    LOG_ERR("bm_buttons_init() failed, err %d", err);
    return false;
  }
  err = bm_buttons_enable();
  if (err != 0) {
    LOG_ERR("bm_buttons_enable() failed, err %d", err);
    return false;
  }
  err = nrf_sdh_enable_request();
  if (err != 0) {
    LOG_ERR("nrf_sdh_enable_request() failed, err %d", err);
    return false;
  }
  err = nrf_sdh_ble_enable(CONFIG_NRF_SDH_BLE_CONN_TAG);
  if (err != 0) {
    LOG_ERR("nrf_sdh_ble_enable() failed, err %d", err);
    return false;
  }

  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&name_write_perm);
  nrf_err = sd_ble_gap_device_name_set(&name_write_perm, (const uint8_t*)DEVICE_NAME,
                                       sizeof(DEVICE_NAME) - 1);
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("sd_ble_gap_device_name_set() failed, nrf_error %#x", (unsigned int)nrf_err);
    return false;
  }
  nrf_err = peer_manager_init();
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("Peer Manager did not start, nrf_error %#x", (unsigned int)nrf_err);
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

static void device_start(void) {
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
  if (device_init()) {
    device_start();
  }

  while (true) {
    (void)nrf_ble_lesc_request_handler();
    log_flush();
    k_cpu_idle();
  }
}
