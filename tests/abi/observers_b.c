// SPDX-License-Identifier: Apache-2.0
// See observers_a.c.
#include "observers.h"

NRF_SDH_STATE_EVT_OBSERVER(early, observers_note_state, "state HIGHEST early", HIGHEST);
NRF_SDH_BLE_OBSERVER(user, observers_note_ble, "ble USER user", USER);
NRF_SDH_SOC_OBSERVER(random_seed, observers_note_soc, "soc HIGHEST random_seed", HIGHEST);
NRF_SDH_BLE_OBSERVER(adv, observers_note_ble, "ble HIGH adv", HIGH);
NRF_SDH_BLE_OBSERVER(connection_states, observers_note_ble, "ble HIGHEST connection_states",
                     HIGHEST);
