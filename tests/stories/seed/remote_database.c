/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Storing data" of the original description, in both forms. As printed a number of services is
 * given where octets are meant, and that many octets are stored; the third form stores the
 * services.
 */
#include <stdbool.h>
#include <zephyr/logging/log.h>

#include "nrf_error.h"
#include "seed_device.h"

LOG_MODULE_REGISTER(remote_database, 3);

#define NUMBER_OF_SERVICES 2

/* What is stored is read while it is written: it has to stay, and to begin at a multiple of 4. */
static _Alignas(4) struct ble_gatt_db_srv array_of_services[NUMBER_OF_SERVICES] = {
    {.srv_uuid = {.uuid = 0x1801, .type = BLE_UUID_TYPE_BLE}},
    {.srv_uuid = {.uuid = 0x180D, .type = BLE_UUID_TYPE_BLE}},
};
static const uint32_t number_of_services = NUMBER_OF_SERVICES;

static uint32_t as_printed(uint16_t peer_id) {
  uint32_t nrf_err;
  uint32_t store_token;
  nrf_err =
      pm_peer_data_remote_db_store(peer_id, array_of_services, number_of_services, &store_token);
  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_BUSY) {
    return nrf_err;
  }
  return NRF_SUCCESS;
}

static uint32_t general_as_printed(uint16_t peer_id) {
  uint32_t nrf_err;
  uint32_t store_token;
  nrf_err = pm_peer_data_store(peer_id, PM_PEER_DATA_ID_GATT_REMOTE, array_of_services,
                               number_of_services, &store_token);
  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_BUSY) {
    return nrf_err;
  }
  return NRF_SUCCESS;
}

static uint32_t with_octets(uint16_t peer_id) {
  return pm_peer_data_remote_db_store(peer_id, array_of_services, sizeof(array_of_services), NULL);
}

static void pm_evt_handler(const struct pm_evt* evt) {
  static uint32_t (*const ways[])(uint16_t) = {as_printed, general_as_printed, with_octets};
  static size_t done;
  static struct ble_gatt_db_srv loaded[NUMBER_OF_SERVICES];
  uint32_t len = sizeof(loaded);
  enum pm_peer_data_id data_id;

  seed_pm_evt_handler(evt);
  if (evt->evt_id != PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) {
    return;
  }
  data_id = evt->peer_data_update_succeeded.data_id;
  if (data_id == PM_PEER_DATA_ID_GATT_REMOTE &&
      pm_peer_data_remote_db_load(evt->peer_id, loaded, &len) == NRF_SUCCESS) {
    LOG_INF("Way %u stored %u services in %u octets", (unsigned int)done,
            (unsigned int)(len / sizeof(loaded[0])), (unsigned int)len);
  }
  if ((data_id == PM_PEER_DATA_ID_BONDING || data_id == PM_PEER_DATA_ID_GATT_REMOTE) &&
      done < sizeof(ways) / sizeof(ways[0])) {
    const uint32_t nrf_err = ways[done++](evt->peer_id);

    if (nrf_err != NRF_SUCCESS) {
      LOG_ERR("Storing failed, nrf_error %#x", (unsigned int)nrf_err);
    }
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
