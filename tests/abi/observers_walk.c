// SPDX-License-Identifier: Apache-2.0
#include "observers.h"

#include "bm/softdevice_handler/nrf_sdh_observers.h"

static const char** notes_;
static size_t room_;
static size_t count_;

static void note(const char* text) {
  if (count_ < room_) {
    notes_[count_] = text;
  }
  ++count_;
}

void observers_note_ble(const ble_evt_t* ble_evt, void* context) {
  (void)ble_evt;
  note((const char*)context);
}

void observers_note_soc(uint32_t evt_id, void* context) {
  (void)evt_id;
  note((const char*)context);
}

int observers_note_state(enum nrf_sdh_state_evt state, void* context) {
  (void)state;
  note((const char*)context);
  return 0;
}

size_t observers_walk(const char** notes, size_t room) {
  notes_ = notes;
  room_ = room;
  count_ = 0;
  NRF_SDH_OBSERVER_FOREACH(nrf_sdh_state_evt_observer, observer) {
    (void)observer->handler(NRF_SDH_STATE_EVT_ENABLED, observer->context);
  }
  NRF_SDH_OBSERVER_FOREACH(nrf_sdh_soc_evt_observer, observer) {
    observer->handler(NRF_EVT_HFCLKSTARTED, observer->context);
  }
  NRF_SDH_OBSERVER_FOREACH(nrf_sdh_ble_evt_observer, observer) {
    observer->handler(NULL, observer->context);
  }
  return count_;
}
