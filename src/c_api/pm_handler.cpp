// SPDX-License-Identifier: Apache-2.0
//
// pm_handler_*: the standard handlers.
#include "bm/bluetooth/peer_manager/peer_manager_handler.h"

#include "c_api/api.hpp"
#include "c_api/globals.hpp"
#include "c_api/returned.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

using pm::StandardHandlers;
using pm::c_api::returned;
using pm::c_api::standard_handlers;
using pm::c_api::turn_began;
using pm::c_api::turn_ended;

extern "C" {

PM_API void pm_handler_on_pm_evt(const struct pm_evt* pm_evt) {
  returned(__func__);
  if (turn_began() != nullptr) {
    standard_handlers()->on_pm_evt(*pm_evt);
  }
  turn_ended();
}

PM_API void pm_handler_pm_evt_log(const struct pm_evt* pm_evt) {
  returned(__func__);
  if (StandardHandlers* handlers = standard_handlers()) {
    handlers->pm_evt_log(*pm_evt);
  }
}

PM_API void pm_handler_flash_clean(const struct pm_evt* pm_evt) {
  returned(__func__);
  if (turn_began() != nullptr) {
    standard_handlers()->flash_clean(*pm_evt);
  }
  turn_ended();
}

PM_API void pm_handler_flash_clean_on_return(void) {
  returned(__func__);
  if (turn_began() != nullptr) {
    standard_handlers()->flash_clean_on_return();
  }
  turn_ended();
}

PM_API void pm_handler_disconnect_on_sec_failure(const struct pm_evt* pm_evt) {
  returned(__func__);
  if (StandardHandlers* handlers = standard_handlers()) {
    handlers->disconnect_on_sec_failure(*pm_evt);
  }
}

PM_API void pm_handler_disconnect_on_insufficient_sec(const struct pm_evt* pm_evt,
                                                      struct pm_conn_sec_status* min_conn_sec) {
  returned(__func__);
  if (StandardHandlers* handlers = standard_handlers();
      handlers != nullptr && min_conn_sec != nullptr) {
    handlers->disconnect_on_insufficient_sec(*pm_evt, *min_conn_sec);
  }
}

PM_API void pm_handler_secure_on_connection(const ble_evt_t* ble_evt) {
  returned(__func__);
  if (turn_began() != nullptr) {
    standard_handlers()->secure_on_connection(*ble_evt);
  }
  turn_ended();
}

PM_API void pm_handler_secure_on_error(const ble_evt_t* ble_evt) {
  returned(__func__);
  if (turn_began() != nullptr) {
    standard_handlers()->secure_on_error(*ble_evt);
  }
  turn_ended();
}

}  // extern "C"
