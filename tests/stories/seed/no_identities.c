/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Disallow IRKs" of the original description. As printed the key sizes are left zero, which no
 * pairing may have; with sizes it does what it is meant to.
 */
#include <stdbool.h>
#include <zephyr/logging/log.h>

#include "nrf_error.h"
#include "seed_device.h"

LOG_MODULE_REGISTER(no_identities, 3);

static uint32_t as_printed(void) {
  ble_gap_sec_params_t sec_param = (ble_gap_sec_params_t){
      .bond = true,
      .kdist_own.enc = 1,
      .kdist_own.id = 0,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 0,
  };

  return pm_sec_params_set(&sec_param);
}

static void pm_evt_handler(const struct pm_evt* evt) {
  uint16_t peer_ids[1];
  uint32_t count = 1;

  seed_pm_evt_handler(evt);
  if (evt->evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED &&
      evt->peer_data_update_succeeded.data_id == PM_PEER_DATA_ID_BONDING &&
      pm_peer_id_list(peer_ids, &count, PM_PEER_ID_INVALID, PM_PEER_ID_LIST_SKIP_NO_IRK) ==
          NRF_SUCCESS) {
    LOG_INF("%u of %u peers with IRK", (unsigned int)count, (unsigned int)pm_peer_count());
  }
}

uint32_t block_init(void) {
  ble_gap_sec_params_t sec_param = (ble_gap_sec_params_t){
      .bond = true,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own.enc = 1,
      .kdist_own.id = 0,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 0,
  };
  const uint32_t nrf_err = seed_peer_manager_init(&sec_param, pm_evt_handler);

  if (nrf_err == NRF_SUCCESS) {
    LOG_INF("As printed: %#x", (unsigned int)as_printed());
  }
  return nrf_err;
}
