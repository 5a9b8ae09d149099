// SPDX-License-Identifier: Apache-2.0
/** Buttons. Stand-in for builds without the SDK; same names and meaning. */

#ifndef BM_BUTTONS_H_
#define BM_BUTTONS_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Shortest detection delay in microseconds. */
#define BM_BUTTONS_DETECTION_DELAY_MIN_US 1000

/** What has happened to a button. */
enum bm_buttons_evt_type {
  BM_BUTTONS_RELEASE = 0,
  BM_BUTTONS_PRESS = 1,
};

/** Level of the pin while the button is pressed. */
enum bm_buttons_active_state {
  BM_BUTTONS_ACTIVE_LOW = 0,
  BM_BUTTONS_ACTIVE_HIGH = 1,
};

/** Resistor of the pin. */
enum bm_buttons_pin_pull {
  BM_BUTTONS_PIN_NOPULL = 0,
  BM_BUTTONS_PIN_PULLDOWN = 1,
  BM_BUTTONS_PIN_PULLUP = 3,
};

/** Called when a button was pressed or released. */
typedef void (*bm_buttons_handler_t)(uint8_t pin, enum bm_buttons_evt_type action);

/** Button. */
struct bm_buttons_config {
  uint32_t pin_number;                       /**< BOARD_PIN_BTN_*. */
  enum bm_buttons_active_state active_state; /**< Level while pressed. */
  enum bm_buttons_pin_pull pull_config;      /**< Resistor. */
  bm_buttons_handler_t handler;              /**< Whom to call. */
};

/**
 * Sets the buttons up. configs must live on. detection_delay, in microseconds, is how long a pin
 * must keep its level to count.
 *
 * Returns 0, or
 * - -EFAULT: no buttons
 * - -EINVAL: delay below BM_BUTTONS_DETECTION_DELAY_MIN_US
 * - -EPERM: set up already
 */
int bm_buttons_init(const struct bm_buttons_config* configs, uint8_t num_configs,
                    uint32_t detection_delay);

/** Starts watching. Returns 0, or -EPERM: not set up. */
int bm_buttons_enable(void);

/** Stops watching. Returns 0, or -EPERM: not set up. */
int bm_buttons_disable(void);

/** True while the button at a pin is pressed; works without watching. */
bool bm_buttons_is_pressed(uint8_t pin);

#ifdef __cplusplus
}
#endif

#endif  // BM_BUTTONS_H_
