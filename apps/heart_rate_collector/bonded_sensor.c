/* SPDX-License-Identifier: Apache-2.0 */
#include "bonded_sensor.h"

#include <stdalign.h>
#include <string.h>

#include <zephyr/logging/log.h>

#include "nrf_error.h"
#include "remote_database.h"

LOG_MODULE_REGISTER(bonded_sensor, 3);

#define DATABASE_SIZE (REMOTE_SERVICE_COUNT * sizeof(struct ble_gatt_db_srv))

/* The store reads it when it gets round to it: static, and aligned as it wants. */
static alignas(4) const char label[] = "chest strap, bonded here";

/* The peer whose items wait for the store, and which of them. */
static uint16_t storing_peer = PM_PEER_ID_INVALID;
static bool database_waits;
static bool label_waits;

static bool accepted(const char* what, uint32_t nrf_err) {
  if (nrf_err == NRF_ERROR_BUSY) {
    return false;
  }
  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("Storing the %s failed, nrf_error %#x", what, (unsigned int)nrf_err);
  }
  return true;
}

static void store_waiting_items(void) {
  if (database_waits) {
    database_waits = !accepted(
        "database",
        pm_peer_data_remote_db_store(storing_peer, remote_database_records(), DATABASE_SIZE, NULL));
  }
  if (label_waits) {
    label_waits =
        !accepted("label", pm_peer_data_app_data_store(storing_peer, label, sizeof(label), NULL));
  }
}

void bonded_sensor_store(uint16_t peer_id) {
  storing_peer = peer_id;
  database_waits = true;
  label_waits = true;
  store_waiting_items();
}

bool bonded_sensor_load(uint16_t peer_id) {
  char loaded_label[sizeof(label)] = {0};
  uint32_t len = sizeof(loaded_label);
  uint32_t nrf_err = pm_peer_data_app_data_load(peer_id, loaded_label, &len);

  if (nrf_err == NRF_SUCCESS) {
    LOG_INF("Peer %u is the %.*s", peer_id, (int)sizeof(loaded_label) - 1, loaded_label);
  } else {
    LOG_WRN("Peer %u has no label, nrf_error %#x", peer_id, (unsigned int)nrf_err);
  }

  len = DATABASE_SIZE;
  nrf_err = pm_peer_data_remote_db_load(peer_id, remote_database_records(), &len);
  return nrf_err == NRF_SUCCESS && len == DATABASE_SIZE;
}

void bonded_sensor_on_pm_evt(const struct pm_evt* evt) {
  switch (evt->evt_id) {
    case PM_EVT_PEER_DELETE_SUCCEEDED:
      if (evt->peer_id == storing_peer) {
        database_waits = false;
        label_waits = false;
      }
      break;
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
      store_waiting_items();
      break;
    default:
      break;
  }
}
