/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Pairing, no bonding" of the original description; with button 3 held at start, "no
 * pairing/bonding".
 */
#include <bm/bm_buttons.h>
#include <stdbool.h>

#include "board-config.h"
#include "nrf_error.h"
#include "seed_device.h"

uint32_t block_init(void) {
  ble_gap_sec_params_t sec_param = (ble_gap_sec_params_t){
      .bond = false,
      .mitm = false,
      .lesc = 0,
      .keypress = 0,
      .io_caps = BLE_GAP_IO_CAPS_NONE,
      .oob = false,
      .min_key_size = 7,
      .max_key_size = 16,
      .kdist_own.enc = 0,
      .kdist_own.id = 0,
      .kdist_peer.enc = 0,
      .kdist_peer.id = 0,
  };

  return seed_peer_manager_init(bm_buttons_is_pressed(BOARD_PIN_BTN_3) ? NULL : &sec_param,
                                seed_pm_evt_handler);
}
