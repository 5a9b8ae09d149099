/* SPDX-License-Identifier: Apache-2.0 */
/* In C, because the SDK's macro for observers is C. */
#include "c_api/observers.h"

#include "bm/softdevice_handler/nrf_sdh_ble.h"

void pm_observers_link(void) {}

static void on_ble_evt_first(const ble_evt_t* ble_evt, void* context) {
  (void)context;
  pm_observer_first(ble_evt);
}
NRF_SDH_BLE_OBSERVER(ble_conn_state, on_ble_evt_first, NULL, HIGHEST);

static void on_ble_evt(const ble_evt_t* ble_evt, void* context) {
  (void)context;
  pm_observer(ble_evt);
}
NRF_SDH_BLE_OBSERVER(peer_manager, on_ble_evt, NULL, HIGH);
