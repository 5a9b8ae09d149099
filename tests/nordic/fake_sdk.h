/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library finds on the target, scripted: sd_*, nrf_sdh_*, bm_zms_*, bm_timer_*, psa_*.
 * Calls are recorded, results can be chosen, and nothing happens before the test lets it: events of
 * the SoftDevice, completions of the store, time.
 */
#ifndef NORDIC_FAKE_SDK_H_
#define NORDIC_FAKE_SDK_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ble.h"
#include "bm/fs/bm_zms.h"

/* Calls, by the name of the function. */
struct fake_call {
  const char* name;
  uint16_t conn_handle;
  uint32_t value; /* What is most telling: a status, a length, a count. */
  bool has_data;  /* The main pointer was not NULL. */
};
unsigned fake_count(const char* name);
/* The last call of that name; fails the test when there is none. */
const struct fake_call* fake_last(const char* name);
void fake_forget_calls(void);
/* The next `times` calls of that name return `result`. */
void fake_answer(const char* name, uint32_t result, unsigned times);

/* What was given with the last calls. */
extern ble_gap_sec_params_t fake_sec_params;
extern ble_gap_sec_keyset_t fake_keyset;
extern ble_gap_enc_info_t fake_enc_info;
extern ble_gap_master_id_t fake_master_id;
extern ble_gap_lesc_dhkey_t fake_dhkey;
extern uint8_t fake_sys_attr[64];
extern uint16_t fake_sys_attr_len;

/* Passes an event to the observers, as the SoftDevice handler does, with a link index if it has a
 * link. */
void fake_deliver(const ble_evt_t* event);

/* The store. Its records survive boots. */
void fake_store_share(void);              /* Before the first boot. */
void fake_store_clear(void);              /* No records. */
void fake_store_complete(unsigned count); /* The oldest operations; at most those queued. */
unsigned fake_store_queued(void);
void fake_store_refuse(unsigned times);     /* The next writes: queue full. */
void fake_store_fail(int result);           /* All completions until further notice; 0 ends it. */
void fake_store_at_once(bool is_at_once);   /* Complete inside the call. */
void fake_store_mount_fails(int result);    /* The next mount. */
void fake_store_corrupt_ids(bool is_wrong); /* Events name another record than they are of. */
void fake_store_tell(enum bm_zms_evt_type type); /* A success of nobody's operation. */
unsigned fake_store_records(void);
unsigned fake_store_mounts(void);
unsigned fake_store_reads(void);
unsigned fake_store_writes(void); /* Accepted ones; deletions too. */
size_t fake_store_octets(void);   /* What they were given. */
bool fake_store_has(uint16_t peer, uint16_t data_id);

/* Time, in the interrupt of the timers. */
void fake_pass_ms(uint32_t milliseconds);
unsigned fake_timers_running(void);

/* Runs in the middle of the next key agreement, as an interrupt would. */
void fake_interrupt_agreement(void (*handler)(void));
unsigned fake_agreements(void);
/* No agreement succeeds with a key that begins so: it is not on the curve. */
#define FAKE_INVALID_POINT 0xEE
/* What an agreement with that public key gives: the shared secret, least significant octet first.
 */
void fake_expected_dhkey(const ble_gap_lesc_p256_pk_t* peer, ble_gap_lesc_dhkey_t* dhkey);
void fake_random_fails(bool fails);

/* True while the SoftDevice's events are held back. */
bool fake_events_held(void);

/* The block cipher that stands in for AES. */
void fake_encrypt(const uint8_t key[16], const uint8_t clear[16], uint8_t cipher[16]);

#endif /* NORDIC_FAKE_SDK_H_ */
