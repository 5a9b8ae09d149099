/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stories of an application on the target, played in C against a scripted SDK. A story consists of
 * boots; each runs in a process of its own, so that the library's memory starts as zeros, and only
 * the store's records survive.
 */
#ifndef NORDIC_TEST_H_
#define NORDIC_TEST_H_

#include <stdbool.h>
#include <stdint.h>

#include "ble.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"

/* Ends the boot, and fails the story. */
_Noreturn void test_failed(const char* file, int line, const char* what);

#define CHECK(condition)                           \
  do {                                             \
    if (!(condition)) {                            \
      test_failed(__FILE__, __LINE__, #condition); \
    }                                              \
  } while (0)

/* For tables: a story, and its name. */
struct story {
  const char* name;
  void (*play)(void);
};
extern const struct story bonding_stories[], storage_stories[], interrupt_stories[];

/* Runs one boot to its end; returns when the power has gone. */
void boot(void (*application)(void));

/* ---- The application: what it does at start, and what its handler has seen. */

/* pm_init, parameters, handler: bonding, as in `lesc`. */
void start(bool lesc);
ble_gap_sec_params_t security(bool lesc);
unsigned seen(enum pm_evt_id id);
/* The last event of that kind; fails the test when there is none. */
const struct pm_evt* last(enum pm_evt_id id);
/* Position of the last event of that kind among all events. */
unsigned place(enum pm_evt_id id);
void forget_events(void);
/* Called for every event, after it was noted; NULL for none. */
extern void (*on_event)(const struct pm_evt* event);
/* All operations of the store that are queued, and what they lead to; deferred ones too. */
void settle(void);

/* ---- The peer, and what the SoftDevice tells of it. */

enum { LINK = 7, OTHER_LINK = 9 };

void connect_peer(uint16_t link, uint8_t role, uint8_t peer);
void connect_address(uint16_t link, uint8_t role, const ble_gap_addr_t* address);
void disconnect(uint16_t link);
ble_gap_addr_t address_of(uint8_t peer);
void ask_sec_params(uint16_t link, bool lesc);
void ask_sec_info(uint16_t link, uint16_t ediv);
void ask_security(uint16_t link);
void ask_dhkey(uint16_t link, const ble_gap_lesc_p256_pk_t* key);
void encrypted(uint16_t link, uint8_t level);
void ended(uint16_t link, uint8_t status);
void subscribed(uint16_t link);
/* From the reply to the pairing request on: keys, encryption, success. The keys tell the peer. */
void finish_pairing(uint16_t link, uint8_t peer, bool lesc);
/* A whole first pairing, its records stored. */
void bond(uint16_t link, uint8_t role, uint8_t peer, bool lesc);

#endif /* NORDIC_TEST_H_ */
