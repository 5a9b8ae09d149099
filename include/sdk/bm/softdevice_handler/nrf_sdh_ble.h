// SPDX-License-Identifier: Apache-2.0
/**
 * SoftDevice handler, Bluetooth: enabling the stack with the configured sizes, observers of its
 * events, link indices. Stand-in for builds without the SDK; same names and meaning.
 */

#ifndef NRF_SDH_BLE_H_
#define NRF_SDH_BLE_H_

#include <stdint.h>

#include "ble.h"
#include "bm/softdevice_handler/nrf_sdh.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Handler of Bluetooth events. The event lives until it returns. */
typedef void (*nrf_sdh_ble_evt_handler_t)(const ble_evt_t* ble_evt, void* context);

/** Observer of Bluetooth events. */
struct nrf_sdh_ble_evt_observer {
  nrf_sdh_ble_evt_handler_t handler; /**< Called for every event. */
  void* context;                     /**< Given to the handler. */
};

/** Makes an observer of Bluetooth events, at file scope. _prio: HIGHEST, HIGH, USER, USER_LOW or
 * LOWEST. */
#define NRF_SDH_BLE_OBSERVER(_name, _handler, _context, _prio)                             \
  NRF_SDH_OBSERVER_RECORD(nrf_sdh_ble_evt_observers, NRF_SDH_OBSERVER_PRIO_##_prio, _name) \
  static const struct nrf_sdh_ble_evt_observer _name = {.handler = (_handler),             \
                                                        .context = (_context)}

/**
 * Configures the stack from CONFIG_NRF_SDH_BLE_* under a connection tag, and enables it.
 *
 * Returns the result of sd_ble_enable.
 */
int nrf_sdh_ble_enable(uint8_t conn_cfg_tag);

/**
 * Gives the index of a link, from 0 up; -1 when it is unknown. Always 0 when one link is
 * configured. An index is given before any observer sees BLE_GAP_EVT_CONNECTED, and taken back
 * after all have seen BLE_GAP_EVT_DISCONNECTED.
 */
int nrf_sdh_ble_idx_get(uint16_t conn_handle);

/** Gives the link with an index, BLE_CONN_HANDLE_INVALID when there is none. */
uint16_t nrf_sdh_ble_conn_handle_get(int idx);

#ifdef __cplusplus
}
#endif

#endif  // NRF_SDH_BLE_H_
