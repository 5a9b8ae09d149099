/* SPDX-License-Identifier: Apache-2.0 */
/* In C, because the SDK's macro for observers is C. */
#include "c_api/observers.h"

#include "bm/softdevice_handler/nrf_sdh_ble.h"

void pm_observers_link(void) {}

NRF_SDH_BLE_OBSERVER(ble_conn_state, pm_observer_first, NULL, HIGHEST);
NRF_SDH_BLE_OBSERVER(peer_manager, pm_observer, NULL, HIGH);
