// SPDX-License-Identifier: Apache-2.0
/** The SoftDevice as a whole: enabling and disabling. */

#ifndef NRF_SDM_H_
#define NRF_SDM_H_

#include <stdint.h>

#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes. */
#define NRF_ERROR_SDM_LFCLK_SOURCE_UNKNOWN 0x1000
#define NRF_ERROR_SDM_INCORRECT_INTERRUPT_CONFIGURATION 0x1001
#define NRF_ERROR_SDM_INCORRECT_CLENR0 0x1002
#define NRF_ERROR_SDM_INCORRECT_GRTC_CONFIGURATION 0x1003

/* Low frequency clock sources. */
#define NRF_CLOCK_LF_SRC_RC 0
#define NRF_CLOCK_LF_SRC_XTAL 1

/* Accuracy of the low frequency clock. */
#define NRF_CLOCK_LF_ACCURACY_250_PPM 0
#define NRF_CLOCK_LF_ACCURACY_500_PPM 1
#define NRF_CLOCK_LF_ACCURACY_150_PPM 2
#define NRF_CLOCK_LF_ACCURACY_100_PPM 3
#define NRF_CLOCK_LF_ACCURACY_75_PPM 4
#define NRF_CLOCK_LF_ACCURACY_50_PPM 5
#define NRF_CLOCK_LF_ACCURACY_30_PPM 6
#define NRF_CLOCK_LF_ACCURACY_20_PPM 7
#define NRF_CLOCK_LF_ACCURACY_10_PPM 8
#define NRF_CLOCK_LF_ACCURACY_5_PPM 9
#define NRF_CLOCK_LF_ACCURACY_2_PPM 10
#define NRF_CLOCK_LF_ACCURACY_1_PPM 11

/** Clock configuration. */
typedef struct {
  uint8_t source;         /**< NRF_CLOCK_LF_SRC_*. */
  uint8_t rc_ctiv;        /**< RC: calibration interval, 250 ms. */
  uint8_t rc_temp_ctiv;   /**< RC: calibrate at least every so many intervals. */
  uint8_t accuracy;       /**< NRF_CLOCK_LF_ACCURACY_*. */
  uint16_t hfclk_latency; /**< Start-up time of the high frequency crystal, us. */
  uint8_t hfint_ctiv;     /**< Calibration interval of the internal high frequency clock. */
} nrf_clock_lf_cfg_t;

/**
 * Called when the SoftDevice cannot go on. Must not return.
 *
 * id tells the kind of fault, pc where it was found, info more about it.
 */
typedef void (*nrf_fault_handler_t)(uint32_t id, uint32_t pc, uint32_t info);

/**
 * Takes over the radio and what belongs to it. p_clock_lf_cfg NULL: RC source, rc_ctiv 16,
 * rc_temp_ctiv 2, hfclk_latency 1500 us, hfint_ctiv 4.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: enabled already
 * - NRF_ERROR_INVALID_PARAM: bad clock
 * - NRF_ERROR_SDM_LFCLK_SOURCE_UNKNOWN: unknown clock source
 * - NRF_ERROR_SDM_INCORRECT_INTERRUPT_CONFIGURATION: an interrupt of the SoftDevice is in use
 * - NRF_ERROR_SDM_INCORRECT_CLENR0: CLENR0 is set wrongly
 * - NRF_ERROR_SDM_INCORRECT_GRTC_CONFIGURATION: the system timer is set up wrongly
 */
uint32_t sd_softdevice_enable(nrf_clock_lf_cfg_t const* p_clock_lf_cfg,
                              nrf_fault_handler_t fault_handler);

/**
 * Gives everything back. May be called when not enabled.
 *
 * Returns NRF_SUCCESS.
 */
uint32_t sd_softdevice_disable(void);

/**
 * Writes 1 when enabled, else 0.
 *
 * Returns NRF_SUCCESS.
 */
uint32_t sd_softdevice_is_enabled(uint8_t* p_softdevice_enabled);

#ifdef __cplusplus
}
#endif

#endif  // NRF_SDM_H_
