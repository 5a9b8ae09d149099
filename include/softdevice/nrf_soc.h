// SPDX-License-Identifier: Apache-2.0
/** What the SoftDevice offers of the chip: events, random numbers, AES, flash. */

#ifndef NRF_SOC_H_
#define NRF_SOC_H_

#include <stdint.h>

#include "nrf_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes. */
#define NRF_ERROR_SOC_MUTEX_ALREADY_TAKEN 0x2000
#define NRF_ERROR_SOC_NVIC_INTERRUPT_NOT_AVAILABLE 0x2001
#define NRF_ERROR_SOC_NVIC_INTERRUPT_PRIORITY_NOT_ALLOWED 0x2002
#define NRF_ERROR_SOC_NVIC_SHOULD_NOT_RETURN 0x2003
#define NRF_ERROR_SOC_POWER_MODE_UNKNOWN 0x2004
#define NRF_ERROR_SOC_POWER_POF_THRESHOLD_UNKNOWN 0x2005
#define NRF_ERROR_SOC_POWER_OFF_SHOULD_NOT_RETURN 0x2006
#define NRF_ERROR_SOC_RAND_NOT_ENOUGH_VALUES 0x2007
#define NRF_ERROR_SOC_PPI_INVALID_CHANNEL 0x2008
#define NRF_ERROR_SOC_PPI_INVALID_GROUP 0x2009

/* Octets of a seed, and of AES key and blocks. */
#define SD_RAND_SEED_SIZE 32
#define SOC_ECB_KEY_LENGTH 16
#define SOC_ECB_CLEARTEXT_LENGTH 16
#define SOC_ECB_CIPHERTEXT_LENGTH SOC_ECB_CLEARTEXT_LENGTH

/** SoC events. */
enum NRF_SOC_EVTS {
  NRF_EVT_HFCLKSTARTED = 0,
  NRF_EVT_POWER_FAILURE_WARNING = 1,
  NRF_EVT_FLASH_OPERATION_SUCCESS = 2,
  NRF_EVT_FLASH_OPERATION_ERROR = 3,
  NRF_EVT_RADIO_BLOCKED = 4,
  NRF_EVT_RADIO_SIGNAL_CALLBACK_INVALID_RETURN = 5,
  NRF_EVT_RADIO_SESSION_IDLE = 6,
  NRF_EVT_RADIO_SESSION_CLOSED = 7,
  NRF_EVT_RAND_SEED_REQUEST = 8,
  NRF_EVT_NUMBER_OF_EVTS = 9,
};

/** Supervisor call numbers. */
enum NRF_SOC_SVCS {
  SD_FLASH_WRITE = 0x29,
  SD_RAND_APPLICATION_VECTOR_GET = 0x30,
  SD_ECB_BLOCK_ENCRYPT = 0x44,
  SD_ECB_BLOCKS_ENCRYPT = 0x45,
  SD_EVT_GET = 0x49,
  SD_RAND_SEED_SET = 0x4F,
};

typedef uint8_t soc_ecb_key_t[SOC_ECB_KEY_LENGTH];
typedef uint8_t soc_ecb_cleartext_t[SOC_ECB_CLEARTEXT_LENGTH];
typedef uint8_t soc_ecb_ciphertext_t[SOC_ECB_CIPHERTEXT_LENGTH];

/** One AES-128 block with key, most significant octet first as in FIPS-197. */
typedef struct {
  soc_ecb_key_t key;
  soc_ecb_cleartext_t cleartext;
  soc_ecb_ciphertext_t ciphertext;
} nrf_ecb_hal_data_t;

/** The same by pointers, for several blocks. */
typedef struct {
  soc_ecb_key_t const* p_key;
  soc_ecb_cleartext_t const* p_cleartext;
  soc_ecb_ciphertext_t* p_ciphertext;
} nrf_ecb_hal_data_block_t;

/**
 * Takes one SoC event (NRF_EVT_*).
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_NOT_FOUND: no event
 */
uint32_t sd_evt_get(uint32_t* p_evt_id);

/**
 * Gives random octets.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 * - NRF_ERROR_INVALID_STATE: the generator is not seeded
 */
uint32_t sd_rand_application_vector_get(uint8_t* p_buff, uint8_t length);

/**
 * Answers NRF_EVT_RAND_SEED_REQUEST. Must have been done before @ref sd_ble_enable.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_ADDR: a pointer is NULL or unusable
 */
uint32_t sd_rand_seed_set(uint8_t p_seed[SD_RAND_SEED_SIZE]);

/**
 * AES-128 on one block. Key and blocks are most significant octet first, as in FIPS-197: Bluetooth
 * values must be turned around before and after.
 *
 * Returns NRF_SUCCESS.
 */
uint32_t sd_ecb_block_encrypt(nrf_ecb_hal_data_t* p_ecb_data);

/**
 * Writes size 32-bit words. With the SoftDevice enabled exactly one of
 * NRF_EVT_FLASH_OPERATION_SUCCESS and NRF_EVT_FLASH_OPERATION_ERROR follows, and the source must
 * stay as it is until then; otherwise the write is done on return.
 *
 * Returns NRF_SUCCESS, or
 * - NRF_ERROR_INVALID_STATE: power failure pending
 * - NRF_ERROR_INVALID_ADDR: unaligned or absent
 * - NRF_ERROR_BUSY: the previous operation is not complete
 * - NRF_ERROR_INVALID_LENGTH: size is 0
 * - NRF_ERROR_FORBIDDEN: outside the area of the application
 */
uint32_t sd_flash_write(uint32_t* p_dst, uint32_t const* p_src, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif  // NRF_SOC_H_
