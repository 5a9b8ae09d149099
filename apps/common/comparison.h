/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numeric comparison with two buttons: button 0 says that both displays show the same six digits,
 * button 1 that they do not. Shared by the heart rate applications.
 */
#ifndef COMPARISON_H_
#define COMPARISON_H_

#include <stdbool.h>
#include <stdint.h>

#include "ble.h"

/** Watches for passkeys to compare. Call it with each Bluetooth event. */
void comparison_on_ble_evt(const ble_evt_t* evt);

/** Takes a pressed button. Returns true if it answered a waiting comparison, and is used up. */
bool comparison_on_button_press(uint8_t pin);

#endif /* COMPARISON_H_ */
