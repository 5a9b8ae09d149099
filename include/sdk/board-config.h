// SPDX-License-Identifier: Apache-2.0
/** Pins of the buttons and LEDs of a board, as 32 * port + pin. Stand-in: an nRF54L15 DK. */

#ifndef BOARD_CONFIG_H_
#define BOARD_CONFIG_H_

#define BOARD_PIN_BTN_0 45
#define BOARD_PIN_BTN_1 41
#define BOARD_PIN_BTN_2 40
#define BOARD_PIN_BTN_3 4

#define BOARD_PIN_LED_0 73
#define BOARD_PIN_LED_1 42
#define BOARD_PIN_LED_2 71
#define BOARD_PIN_LED_3 46

#endif  // BOARD_CONFIG_H_
