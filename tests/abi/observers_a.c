// SPDX-License-Identifier: Apache-2.0
// Observers declared in another order than they are to run in; the rest is in observers_b.c.
#include "observers.h"

NRF_SDH_BLE_OBSERVER(zebra, observers_note_ble, "ble LOWEST zebra", LOWEST);
NRF_SDH_BLE_OBSERVER(peer_manager, observers_note_ble, "ble HIGH peer_manager", HIGH);
NRF_SDH_SOC_OBSERVER(storage, observers_note_soc, "soc HIGH storage", HIGH);
NRF_SDH_BLE_OBSERVER(application, observers_note_ble, "ble USER_LOW application", USER_LOW);
NRF_SDH_STATE_EVT_OBSERVER(late, observers_note_state, "state USER late", USER);
