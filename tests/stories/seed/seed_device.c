/* SPDX-License-Identifier: Apache-2.0 */
#include "seed_device.h"

#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <bm/softdevice_handler/nrf_sdh.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <stdbool.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "ble.h"
#include "board-config.h"
#include "device.h"
#include "nrf_error.h"

LOG_MODULE_REGISTER(seed, 3);

static uint8_t report_octets[BLE_GAP_SCAN_BUFFER_MIN];
static const ble_data_t report_buffer = {.p_data = report_octets, .len = sizeof(report_octets)};
static const ble_gap_scan_params_t scan_params = {
    .scan_phys = BLE_GAP_PHY_1MBPS, .interval = 96, .window = 96};
static const ble_gap_conn_params_t conn_params = {
    .min_conn_interval = 24, .max_conn_interval = 24, .conn_sup_timeout = 400};

static uint8_t flags[] = {2, BLE_GAP_AD_TYPE_FLAGS, BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE};
static uint8_t adv_handle = BLE_GAP_ADV_SET_HANDLE_NOT_SET;

static bool is_central(void) { return bm_buttons_is_pressed(BOARD_PIN_BTN_0); }

static void expect_success(const char* what, uint32_t nrf_err) {
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("%s failed, nrf_error %#x", what, (unsigned int)nrf_err);
  }
}

void seed_start(void) {
  const ble_gap_adv_data_t data = {.adv_data = {.p_data = flags, .len = sizeof(flags)}};
  const ble_gap_adv_params_t params = {
      .properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED, .interval = 160};

  if (is_central()) {
    LOG_INF("Scanning");
    expect_success("scanning", sd_ble_gap_scan_start(&scan_params, &report_buffer));
    return;
  }
  LOG_INF("Advertising");
  expect_success("configuring", sd_ble_gap_adv_set_configure(&adv_handle, &data, &params));
  expect_success("advertising", sd_ble_gap_adv_start(adv_handle, CONFIG_NRF_SDH_BLE_CONN_TAG));
}

uint32_t seed_peer_manager_init(ble_gap_sec_params_t* sec_param, pm_evt_handler_t pm_evt_handler) {
  uint32_t nrf_err = pm_init();

  if (nrf_err == NRF_SUCCESS) {
    nrf_err = pm_sec_params_set(sec_param);
  }
  return nrf_err == NRF_SUCCESS ? pm_register(pm_evt_handler) : nrf_err;
}

void seed_pm_evt_handler(const struct pm_evt* evt) {
  pm_handler_on_pm_evt(evt);
  pm_handler_disconnect_on_sec_failure(evt);
  pm_handler_flash_clean(evt);
}

static void answer_key_request(uint16_t conn_handle, uint8_t key_type) {
  static const uint8_t passkey[BLE_GAP_PASSKEY_LEN] = {'1', '2', '3', '4', '5', '6'};
  static const uint8_t out_of_band[BLE_GAP_SEC_KEY_LEN] = {0x0B, 0x0A, 0x0D};

  expect_success("answering", sd_ble_gap_auth_key_reply(
                                  conn_handle, key_type,
                                  key_type == BLE_GAP_AUTH_KEY_TYPE_OOB ? out_of_band : passkey));
}

/* The standard handler secures links of peers that it knows. */
static void secure_if_unknown(uint16_t conn_handle) {
  uint16_t peer_id = PM_PEER_ID_INVALID;

  expect_success("asking", pm_peer_id_get(conn_handle, &peer_id));
  if (peer_id == PM_PEER_ID_INVALID) {
    expect_success("securing", pm_conn_secure(conn_handle, false));
  }
}

static void on_ble_evt(const ble_evt_t* evt, void* context) {
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  ARG_UNUSED(context);
  device_on_ble_evt(evt);

  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_ADV_REPORT:
      expect_success("connecting",
                     sd_ble_gap_connect(&gap_evt->params.adv_report.peer_addr, &scan_params,
                                        &conn_params, CONFIG_NRF_SDH_BLE_CONN_TAG));
      break;
    case BLE_GAP_EVT_CONNECTED:
      if (is_central()) {
        secure_if_unknown(gap_evt->conn_handle);
      }
      break;
    case BLE_GAP_EVT_AUTH_KEY_REQUEST:
      answer_key_request(gap_evt->conn_handle, gap_evt->params.auth_key_request.key_type);
      break;
    default:
      break;
  }
}
NRF_SDH_BLE_OBSERVER(seed_observer, on_ble_evt, NULL, USER_LOW);

int main(void) {
  uint32_t nrf_err;

  if (nrf_sdh_enable_request() != 0 || nrf_sdh_ble_enable(CONFIG_NRF_SDH_BLE_CONN_TAG) != 0) {
    LOG_ERR("the stack did not start");
  }
  nrf_err = block_init();
  LOG_INF("Started with %#x", (unsigned int)nrf_err);
  /* With button 1 held the end of the deletion starts it. */
  if (nrf_err == NRF_SUCCESS && !bm_buttons_is_pressed(BOARD_PIN_BTN_1)) {
    seed_start();
  }
  return device_run();
}
