/* SPDX-License-Identifier: Apache-2.0 */
/* Timers, PSA Crypto. */
#include <psa/crypto.h>
#include <string.h>

#include "bm/bm_timer.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "zephyr/kernel.h"

void k_busy_wait(uint32_t usec_to_wait) { (void)usec_to_wait; }

/* ---- Timers. */

#define MAX_TIMERS 16

static struct {
  struct bm_timer* timer;
  bool is_running;
  uint64_t due;
} timers[MAX_TIMERS];
static uint64_t now_ticks;

static unsigned timer_index(const struct bm_timer* timer) {
  unsigned i = 0;
  while (i < MAX_TIMERS && timers[i].timer != timer && timers[i].timer != NULL) {
    ++i;
  }
  CHECK(i < MAX_TIMERS);
  return i;
}

int bm_timer_init(struct bm_timer* timer, enum bm_timer_mode mode,
                  bm_timer_timeout_handler_t timeout_handler) {
  const unsigned i = timer_index(timer);
  CHECK(!timers[i].is_running);
  timers[i].timer = timer;
  timer->mode = mode;
  timer->handler = timeout_handler;
  return 0;
}

int bm_timer_start(struct bm_timer* timer, uint32_t timeout_ticks, void* context) {
  const unsigned i = timer_index(timer);
  CHECK(timers[i].timer == timer); /* Set up before. */
  CHECK(timeout_ticks >= BM_TIMER_MIN_TIMEOUT_TICKS);
  timer->context = context;
  timer->period_ticks = timeout_ticks;
  timers[i].is_running = true;
  timers[i].due = now_ticks + timeout_ticks;
  return 0;
}

int bm_timer_stop(struct bm_timer* timer) {
  timers[timer_index(timer)].is_running = false;
  return 0;
}

unsigned fake_timers_running(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < MAX_TIMERS; ++i) {
    count += timers[i].is_running;
  }
  return count;
}

void fake_pass_ms(uint32_t milliseconds) {
  const uint64_t end = now_ticks + BM_TIMER_MS_TO_TICKS(milliseconds);
  for (;;) {
    unsigned next = MAX_TIMERS;
    for (unsigned i = 0; i < MAX_TIMERS; ++i) {
      const bool is_due = timers[i].is_running && timers[i].due <= end;
      if (is_due && (next == MAX_TIMERS || timers[i].due < timers[next].due)) {
        next = i;
      }
    }
    if (next == MAX_TIMERS) {
      break;
    }
    struct bm_timer* timer = timers[next].timer;
    now_ticks = timers[next].due;
    timers[next].is_running = timer->mode == BM_TIMER_MODE_REPEATED;
    timers[next].due += timer->period_ticks;
    timer->handler(timer->context);
  }
  now_ticks = end;
}

/* ---- PSA Crypto, with one key slot. */

static psa_key_id_t key; /* 0: none. */
static psa_key_id_t last_key;
static unsigned agreements;
static bool random_fails;
static void (*interrupt)(void);

void fake_interrupt_agreement(void (*handler)(void)) { interrupt = handler; }
unsigned fake_agreements(void) { return agreements; }
void fake_random_fails(bool fails) { random_fails = fails; }

psa_status_t psa_crypto_init(void) { return PSA_SUCCESS; }

psa_status_t psa_generate_key(const psa_key_attributes_t* attributes, psa_key_id_t* id) {
  CHECK(psa_get_key_type(attributes) == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  CHECK(psa_get_key_bits(attributes) == 256);
  if (random_fails) {
    return PSA_ERROR_INSUFFICIENT_ENTROPY;
  }
  if (key != 0) {
    return PSA_ERROR_INSUFFICIENT_MEMORY;
  }
  key = *id = ++last_key;
  return PSA_SUCCESS;
}

psa_status_t psa_destroy_key(psa_key_id_t id) {
  CHECK(id == key);
  key = 0;
  return PSA_SUCCESS;
}

psa_status_t psa_export_public_key(psa_key_id_t id, uint8_t* data, size_t size, size_t* length) {
  CHECK(id == key && size >= 65);
  data[0] = 0x04;
  for (unsigned i = 0; i < 64; ++i) {
    data[1 + i] = (uint8_t)(id * 16 + i);
  }
  *length = 65;
  return PSA_SUCCESS;
}

psa_status_t psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t id, const uint8_t* peer_key,
                                   size_t peer_key_length, uint8_t* output, size_t output_size,
                                   size_t* output_length) {
  void (*const handler)(void) = interrupt;
  CHECK(alg == PSA_ALG_ECDH && id == key && peer_key_length == 65 && peer_key[0] == 0x04);
  CHECK(output_size >= 32);
  ++agreements;
  if (handler != NULL) {
    interrupt = NULL;
    handler();
  }
  CHECK(id == key); /* Nobody took it away meanwhile. */
  /* Most significant octet first: the last octet of X is the first of the Bluetooth order. */
  if (peer_key[32] == FAKE_INVALID_POINT) {
    return PSA_ERROR_INVALID_ARGUMENT;
  }
  for (unsigned i = 0; i < 32; ++i) {
    output[i] = (uint8_t)(peer_key[1 + i] ^ id);
  }
  *output_length = 32;
  return PSA_SUCCESS;
}

void fake_expected_dhkey(const ble_gap_lesc_p256_pk_t* peer, ble_gap_lesc_dhkey_t* dhkey) {
  for (unsigned i = 0; i < 32; ++i) {
    dhkey->key[i] = (uint8_t)(peer->pk[i] ^ key);
  }
}
