/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Initialization" and "Event handling" of the original description. Button 1 held at start: erase
 * the bonds; with button 2 too: in the order that also works when there are none.
 */
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <stdbool.h>
#include <zephyr/logging/log.h>

#include "board-config.h"
#include "nrf_error.h"
#include "seed_device.h"

LOG_MODULE_REGISTER(initialization, 3);

#define SEC_PARAM_BOND 1
#define SEC_PARAM_MITM 0
#define SEC_PARAM_LESC 1
#define SEC_PARAM_KEYPRESS 0
#define SEC_PARAM_IO_CAPABILITIES BLE_GAP_IO_CAPS_NONE
#define SEC_PARAM_OOB 0
#define SEC_PARAM_MIN_KEY_SIZE 7
#define SEC_PARAM_MAX_KEY_SIZE 16

static void scan_start(void) { seed_start(); }

static void pm_evt_handler(const struct pm_evt* p_evt) {
  pm_handler_on_pm_evt(p_evt);
  pm_handler_disconnect_on_sec_failure(p_evt);
  pm_handler_flash_clean(p_evt);

  switch (p_evt->evt_id) {
    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      scan_start();
      break;
    default:
      break;
  }
}

static uint32_t peer_manager_init(bool erase_bonds) {
  uint32_t nrf_err;
  ble_gap_sec_params_t sec_param;

  nrf_err = pm_init();
  if (nrf_err) {
    return nrf_err;
  }

  if (erase_bonds) {
    pm_peers_delete();
  }

  /* Security parameters to be used for all security procedures. */
  sec_param = (ble_gap_sec_params_t){
      .bond = SEC_PARAM_BOND,
      .mitm = SEC_PARAM_MITM,
      .lesc = SEC_PARAM_LESC,
      .keypress = SEC_PARAM_KEYPRESS,
      .io_caps = SEC_PARAM_IO_CAPABILITIES,
      .oob = SEC_PARAM_OOB,
      .min_key_size = SEC_PARAM_MIN_KEY_SIZE,
      .max_key_size = SEC_PARAM_MAX_KEY_SIZE,
      .kdist_own.enc = 1,
      .kdist_own.id = 1,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 1,
  };

  nrf_err = pm_sec_params_set(&sec_param);
  if (nrf_err) {
    LOG_ERR("pm_sec_params_set() failed, nrf_error %#x", nrf_err);
    return nrf_err;
  }

  nrf_err = pm_register(pm_evt_handler);
  if (nrf_err) {
    LOG_ERR("pm_register() failed, nrf_error %#x", nrf_err);
    return nrf_err;
  }

  return NRF_SUCCESS;
}

uint32_t block_init(void) {
  const bool erase_bonds = bm_buttons_is_pressed(BOARD_PIN_BTN_1);
  const bool erase_last = erase_bonds && bm_buttons_is_pressed(BOARD_PIN_BTN_2);
  uint32_t nrf_err = peer_manager_init(erase_bonds && !erase_last);

  if (nrf_err == NRF_SUCCESS && erase_last) {
    /* Without bonds the event is sent from inside the call: the handler has to be there. */
    nrf_err = pm_peers_delete();
  }
  return nrf_err;
}
