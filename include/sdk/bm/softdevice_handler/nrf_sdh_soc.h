// SPDX-License-Identifier: Apache-2.0
/**
 * SoftDevice handler, SoC: observers of flash, clock and random generator events. Stand-in for
 * builds without the SDK; same names and meaning.
 */

#ifndef NRF_SDH_SOC_H_
#define NRF_SDH_SOC_H_

#include <stdint.h>

#include "bm/softdevice_handler/nrf_sdh.h"
#include "nrf_soc.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Handler of SoC events (NRF_EVT_*). */
typedef void (*nrf_sdh_soc_evt_handler_t)(uint32_t evt_id, void* context);

/** Observer of SoC events. */
struct nrf_sdh_soc_evt_observer {
  nrf_sdh_soc_evt_handler_t handler; /**< Called for every event. */
  void* context;                     /**< Given to the handler. */
};

/** Makes an observer of SoC events, at file scope. */
#define NRF_SDH_SOC_OBSERVER(_name, _handler, _context, _prio)                             \
  NRF_SDH_OBSERVER_RECORD(nrf_sdh_soc_evt_observers, NRF_SDH_OBSERVER_PRIO_##_prio, _name) \
  static const struct nrf_sdh_soc_evt_observer _name = {.handler = (_handler),             \
                                                        .context = (_context)}

#ifdef __cplusplus
}
#endif

#endif  // NRF_SDH_SOC_H_
