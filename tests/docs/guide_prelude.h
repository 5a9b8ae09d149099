/* SPDX-License-Identifier: Apache-2.0 */
/* What the guide's code in C stands behind: the headers, and the application's other parts. */
#include <stdbool.h>
#include <stdint.h>

#include "ble.h"
#include "ble_gap.h"
#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "bm/bluetooth/peer_manager/peer_manager_handler.h"
#include "bm/softdevice_handler/nrf_sdh_ble.h"
#include "nrf_error.h"
#include "zephyr/kernel.h"
#include "zephyr/logging/log.h"

LOG_MODULE_REGISTER(guide, 3);

void advertising_start(void);
void show_digits(const uint8_t* digits, uint8_t count);
