/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Just Works bonding" of the original description. As printed the comma after io_caps is missing,
 * and it does not compile.
 */
#include <stdbool.h>

#include "seed_device.h"

uint32_t block_init(void) {
  ble_gap_sec_params_t sec_param = (ble_gap_sec_params_t){
      .bond = true,
      .mitm = false,
      .lesc = 0,
      .keypress = 0,
      .io_caps = BLE_GAP_IO_CAPS_NONE,
      .oob = false,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own.enc = 1,
      .kdist_own.id = 1,
      .kdist_peer.enc = 1,
      .kdist_peer.id = 1,
  };

  return seed_peer_manager_init(&sec_param, seed_pm_evt_handler);
}
