// SPDX-License-Identifier: Apache-2.0
/**
 * Where the linker has gathered the observers (cmake/observers.ld). For the implementation of the
 * SoftDevice handler; applications do not include this.
 *
 * The symbols are hidden: an executable and each shared object have lists of their own.
 */

#ifndef NRF_SDH_OBSERVERS_H_
#define NRF_SDH_OBSERVERS_H_

#include "bm/softdevice_handler/nrf_sdh.h"
#include "bm/softdevice_handler/nrf_sdh_ble.h"
#include "bm/softdevice_handler/nrf_sdh_soc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NRF_SDH_OBSERVER_LIST(type)                                                       \
  extern __attribute__((visibility("hidden"))) const struct type _##type##s_list_start[]; \
  extern __attribute__((visibility("hidden"))) const struct type _##type##s_list_end[]

NRF_SDH_OBSERVER_LIST(nrf_sdh_ble_evt_observer);
NRF_SDH_OBSERVER_LIST(nrf_sdh_soc_evt_observer);
NRF_SDH_OBSERVER_LIST(nrf_sdh_state_evt_observer);

/** Walks a list in the order of priority: NRF_SDH_OBSERVER_FOREACH(nrf_sdh_ble_evt_observer, obs).
 */
#define NRF_SDH_OBSERVER_FOREACH(type, iterator)                                             \
  for (const struct type* iterator = _##type##s_list_start; iterator != _##type##s_list_end; \
       ++iterator)

#ifdef __cplusplus
}
#endif

#endif  // NRF_SDH_OBSERVERS_H_
