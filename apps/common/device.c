/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <string.h>

#include <bm/bluetooth/peer_manager/nrf_ble_lesc.h>
#include <bm/softdevice_handler/nrf_sdh.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_ctrl.h>

#include "ble_gap.h"
#include "ble_gatts.h"
#include "nrf_error.h"

LOG_MODULE_REGISTER(device, 3);

static uint32_t peer_manager_init(pm_evt_handler_t pm_evt_handler) {
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

bool device_init(const char* name, const struct bm_buttons_config* buttons, uint8_t num_buttons,
                 pm_evt_handler_t pm_evt_handler) {
  int err;
  uint32_t nrf_err;
  ble_gap_conn_sec_mode_t name_write_perm;

  err = bm_buttons_init(buttons, num_buttons, BM_BUTTONS_DETECTION_DELAY_MIN_US);
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
  nrf_err =
      sd_ble_gap_device_name_set(&name_write_perm, (const uint8_t*)name, (uint16_t)strlen(name));
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("sd_ble_gap_device_name_set() failed, nrf_error %#x", (unsigned int)nrf_err);
    return false;
  }
  nrf_err = peer_manager_init(pm_evt_handler);
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("Peer Manager did not start, nrf_error %#x", (unsigned int)nrf_err);
    return false;
  }
  return true;
}

void device_on_ble_evt(const ble_evt_t* evt) {
  uint32_t nrf_err;
  const ble_gap_evt_t* gap_evt = &evt->evt.gap_evt;

  switch (evt->header.evt_id) {
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

int device_run(void) {
  while (true) {
    (void)nrf_ble_lesc_request_handler();
    log_flush();
    k_cpu_idle();
  }
}
