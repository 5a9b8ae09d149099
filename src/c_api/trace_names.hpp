// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"

namespace pm::c_api {

/// Names as in the C headers; nullptr for a number that has none.
const char* ble_event_name(uint16_t evt_id);
const char* pm_event_name(pm_evt_id evt_id);
const char* data_id_name(unsigned data_id);
const char* procedure_name(pm_conn_sec_procedure procedure);

}  // namespace pm::c_api
