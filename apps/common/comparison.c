/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison.h"

#include <zephyr/logging/log.h>

#include "ble_gap.h"
#include "board-config.h"
#include "nrf_error.h"

LOG_MODULE_REGISTER(comparison, 3);

/* The connection whose user answer is awaited. */
static uint16_t waiting_conn = BLE_CONN_HANDLE_INVALID;

void comparison_on_ble_evt(const ble_evt_t* evt) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      LOG_INF("Passkey: %.*s", BLE_GAP_PASSKEY_LEN,
              (const char*)gap_evt->params.passkey_display.passkey);
      if (gap_evt->params.passkey_display.match_request) {
        waiting_conn = gap_evt->conn_handle;
        LOG_INF("Button 0: both show the same. Button 1: they differ.");
      }
      break;

    case BLE_GAP_EVT_AUTH_STATUS:
    case BLE_GAP_EVT_DISCONNECTED:
      if (gap_evt->conn_handle == waiting_conn) {
        waiting_conn = BLE_CONN_HANDLE_INVALID;
      }
      break;

    default:
      break;
  }
}

bool comparison_on_button_press(uint8_t pin) {
  uint32_t nrf_err;
  const uint16_t conn_handle = waiting_conn;

  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    return false;
  }

  if (pin == BOARD_PIN_BTN_0) {
    nrf_err = sd_ble_gap_auth_key_reply(conn_handle, BLE_GAP_AUTH_KEY_TYPE_PASSKEY, NULL);
  } else if (pin == BOARD_PIN_BTN_1) {
    nrf_err = sd_ble_gap_auth_key_reply(conn_handle, BLE_GAP_AUTH_KEY_TYPE_NONE, NULL);
  } else {
    /* Other buttons are ignored while the user is asked. */
    return true;
  }

  waiting_conn = BLE_CONN_HANDLE_INVALID;
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("sd_ble_gap_auth_key_reply() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
  return true;
}
