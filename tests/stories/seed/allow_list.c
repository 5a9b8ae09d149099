/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Using allow list" of the original description, but for the advertising module: what its event
 * would ask for is asked when the list has been set.
 */
#include <stdbool.h>
#include <zephyr/logging/log.h>

#include "nrf_error.h"
#include "seed_device.h"

LOG_MODULE_REGISTER(allow_list, 3);

static uint32_t allow_list_set(void) {
  uint32_t nrf_err;

  {
    /* Fetch a list of peer IDs from Peer Manager and add them to the allow list. */
    uint16_t peer_ids[8] = {PM_PEER_ID_INVALID};
    uint32_t n_peer_ids = 0;
    uint16_t peer_id = pm_next_peer_id_get(PM_PEER_ID_INVALID);

    while ((peer_id != PM_PEER_ID_INVALID) && (n_peer_ids < 8)) {
      peer_ids[n_peer_ids++] = peer_id;
      peer_id = pm_next_peer_id_get(peer_id);
    }

    /* Set the allow list. */
    nrf_err = pm_allow_list_set(peer_ids, n_peer_ids);
    if (nrf_err) {
      return nrf_err;
    }
  }
  return NRF_SUCCESS;
}

static uint32_t allow_list_reply(const ble_gap_addr_t* addrs, uint32_t addr_cnt,
                                 const ble_gap_irk_t* irks, uint32_t irk_cnt) {
  LOG_INF("%u addresses, %u IRKs, first kind of address %u", (unsigned int)addr_cnt,
          (unsigned int)irk_cnt, (unsigned int)addrs[0].addr_type);
  return irks != NULL ? NRF_SUCCESS : NRF_ERROR_NULL;
}

static void on_allow_list_request(void) {
  uint32_t nrf_err;

  /* Storage for the allow list. */
  ble_gap_irk_t irks[8] = {0};
  ble_gap_addr_t addrs[8] = {0};
  uint32_t irk_cnt = 8;
  uint32_t addr_cnt = 8;

  nrf_err = pm_allow_list_get(addrs, &addr_cnt, irks, &irk_cnt);
  if (nrf_err) {
    return;
  }

  /* Apply the allow list. */
  nrf_err = allow_list_reply(addrs, addr_cnt, irks, irk_cnt);
  if (nrf_err) {
    return;
  }
}

static void pm_evt_handler(const struct pm_evt* evt) {
  seed_pm_evt_handler(evt);
  if (evt->evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED &&
      evt->peer_data_update_succeeded.data_id == PM_PEER_DATA_ID_BONDING) {
    const uint32_t nrf_err = allow_list_set();

    LOG_INF("Allow list set: %#x", (unsigned int)nrf_err);
    on_allow_list_request();
  }
}

uint32_t block_init(void) {
  ble_gap_sec_params_t sec_param = {
      .bond = 1,
      .lesc = 1,
      .io_caps = BLE_GAP_IO_CAPS_NONE,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own = {.enc = 1, .id = 1},
      .kdist_peer = {.enc = 1, .id = 1},
  };

  return seed_peer_manager_init(&sec_param, pm_evt_handler);
}
