// SPDX-License-Identifier: Apache-2.0
//
// bm_buttons_*, k_*, log: what an application uses of its board.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <span>

#include "bm/bm_buttons.h"
#include "bm/softdevice_handler/nrf_sdh.h"
#include "board-config.h"
#include "c_api/globals.hpp"
#include "pm/c_api/runtime.hpp"
#include "pm/ports/log.hpp"
#include "zephyr/kernel.h"
#include "zephyr/logging/log.h"
#include "zephyr/logging/log_ctrl.h"

namespace {

constexpr uint8_t kButtonPins[] = {BOARD_PIN_BTN_0, BOARD_PIN_BTN_1, BOARD_PIN_BTN_2,
                                   BOARD_PIN_BTN_3};

std::span<const bm_buttons_config> buttons;
bool is_watching = false;

void write_log(int level, const char* module, const char* format, va_list arguments) {
  char text[256];
  (void)std::vsnprintf(text, sizeof(text), format, arguments);
  if (pm::c_api::runtime() != nullptr) {
    pm::c_api::runtime()->log(level, module, text);
  }
}

}  // namespace

namespace pm::c_api {

void button_changed(unsigned button, bool is_pressed) {
  if (!is_watching || button >= std::size(kButtonPins)) {
    return;
  }
  const uint8_t pin = kButtonPins[button];
  for (const bm_buttons_config& config : buttons) {
    if (config.pin_number == pin && config.handler != nullptr) {
      config.handler(pin, is_pressed ? BM_BUTTONS_PRESS : BM_BUTTONS_RELEASE);
    }
  }
}

}  // namespace pm::c_api

extern "C" {

int bm_buttons_init(const struct bm_buttons_config* configs, uint8_t num_configs,
                    uint32_t detection_delay) {
  if (configs == nullptr || num_configs == 0) {
    return -EFAULT;
  }
  if (detection_delay < BM_BUTTONS_DETECTION_DELAY_MIN_US) {
    return -EINVAL;
  }
  if (!buttons.empty()) {
    return -EPERM;
  }
  buttons = {configs, num_configs};
  return 0;
}

int bm_buttons_enable(void) {
  if (buttons.empty()) {
    return -EPERM;
  }
  is_watching = true;
  return 0;
}

int bm_buttons_disable(void) {
  if (buttons.empty()) {
    return -EPERM;
  }
  is_watching = false;
  return 0;
}

bool bm_buttons_is_pressed(uint8_t pin) {
  for (unsigned button = 0; button < std::size(kButtonPins); ++button) {
    if (kButtonPins[button] == pin) {
      return pm::c_api::runtime()->is_button_pressed(button);
    }
  }
  return false;
}

void k_cpu_idle(void) {
  pm::c_api::runtime()->idle();
  nrf_sdh_evts_poll();
}

void k_busy_wait(uint32_t usec_to_wait) {
  const uint64_t end = pm::c_api::runtime()->timers().now_us() + usec_to_wait;
  while (pm::c_api::runtime()->timers().now_us() < end) {
    // Virtual time goes on only while the application waits for it.
    pm::c_api::runtime()->idle();
  }
}

void log_flush(void) {}

void pm_sdk_log(int level, const char* module, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  write_log(level, module, format, arguments);
  va_end(arguments);
}

void pm_log_write(int level, const char* module, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  write_log(level, module, format, arguments);
  va_end(arguments);
}

void pm_assert_failed(const char* file, int line) {
  pm_log_write(1, "assert", "our own mistake at %s:%d", file, line);
}

}  // extern "C"
