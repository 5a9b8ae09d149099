/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main loop computes a shared secret, or is inside a call; interrupts bring events of the
 * SoftDevice, completions and timers in the middle.
 */
#include <string.h>

#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "nrf_error.h"

enum { PEER = 1, OTHER_PEER = 2 };

static ble_gap_lesc_p256_pk_t key_of(uint8_t value) {
  ble_gap_lesc_p256_pk_t key;
  memset(key.pk, value, sizeof(key.pk));
  return key;
}

/* A link whose pairing waits for its DH key. */
static void pair_until_dhkey(uint16_t link, uint8_t peer) {
  const ble_gap_lesc_p256_pk_t key = key_of(0x60 + peer);
  connect_peer(link, BLE_GAP_ROLE_PERIPH, peer);
  ask_sec_params(link, true);
  ask_dhkey(link, &key);
}

static void check_dhkey(uint16_t link, uint8_t peer) {
  const ble_gap_lesc_p256_pk_t key = key_of(0x60 + peer);
  ble_gap_lesc_dhkey_t expected;
  fake_expected_dhkey(&key, &expected);
  CHECK(fake_last("lesc_dhkey_reply")->conn_handle == link);
  CHECK(fake_last("lesc_dhkey_reply")->value == BLE_GAP_SEC_STATUS_SUCCESS);
  CHECK(memcmp(&expected, &fake_dhkey, sizeof(expected)) == 0);
}

/* ---- The link goes away. */

static void the_link_goes(void) { disconnect(LINK); }

static void gone_meanwhile(void) {
  start(true);
  pair_until_dhkey(LINK, PEER);
  fake_interrupt_agreement(the_link_goes);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_agreements() == 1 && fake_count("lesc_dhkey_reply") == 0);
  /* Nothing sticks: the next pairing is as if nothing had been. */
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  CHECK(seen(PM_EVT_CONN_SEC_SUCCEEDED) == 1);
}

static void link_goes(void) { boot(gone_meanwhile); }

/* ---- It goes, and another comes under the same handle with a request of its own. */

static void another_comes(void) {
  disconnect(LINK);
  pair_until_dhkey(LINK, OTHER_PEER);
}

static void replaced_meanwhile(void) {
  start(true);
  pair_until_dhkey(LINK, PEER);
  fake_interrupt_agreement(another_comes);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_count("lesc_dhkey_reply") == 0); /* The first one's key is nobody's. */
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_count("lesc_dhkey_reply") == 1);
  check_dhkey(LINK, OTHER_PEER);
}

static void link_is_replaced(void) { boot(replaced_meanwhile); }

/* ---- Another link pairs at the same time, a write completes, an address is resolved. */

static void all_at_once(void) {
  ble_gap_addr_t private_address = {.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE,
                                    .addr = {1, 2, 3, 4, 5, 0x46}};
  fake_store_complete(1);
  connect_address(OTHER_LINK, BLE_GAP_ROLE_PERIPH, &private_address);
  disconnect(OTHER_LINK);
  pair_until_dhkey(OTHER_LINK, OTHER_PEER);
  fake_pass_ms(5);
}

static void others_meanwhile(void) {
  static const uint32_t label[2] = {1, 2};
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, 3, true);
  disconnect(LINK);
  settle();
  forget_events();
  pair_until_dhkey(LINK, PEER);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), NULL) == NRF_SUCCESS);
  fake_interrupt_agreement(all_at_once);
  fake_forget_calls();
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  /* Both were answered, each with its own; which one first is of no importance. */
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 1);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_count("lesc_dhkey_reply") == 2);
  check_dhkey(OTHER_LINK, OTHER_PEER);
}

static void several_links(void) { boot(others_meanwhile); }

/* ---- The pairing fails before its key is there: nobody is answered, and with another key pair for
 * each pairing the present one is not taken away from under the computation. */

static void the_pairing_fails(void) { ended(LINK, BLE_GAP_SEC_STATUS_NUM_COMP_FAILURE); }

static void failed_meanwhile(void) {
  ble_gap_lesc_p256_pk_t before;
  start(true);
  pair_until_dhkey(LINK, PEER);
  before = *nrf_ble_lesc_public_key_get();
  fake_forget_calls();
  fake_interrupt_agreement(the_pairing_fails);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_count("lesc_dhkey_reply") == 0);
  CHECK(seen(PM_EVT_CONN_SEC_FAILED) == 1);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(memcmp(&before, nrf_ble_lesc_public_key_get(), sizeof(before)) != 0);
}

static void pairing_fails(void) { boot(failed_meanwhile); }

/* ---- A peer's key that is no point of the curve fails its pairing and nothing else. */

static void no_point(void) {
  const ble_gap_lesc_p256_pk_t key = key_of(FAKE_INVALID_POINT);
  start(true);
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  ask_sec_params(LINK, true);
  ask_dhkey(LINK, &key);
  CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
  CHECK(fake_last("lesc_dhkey_reply")->value == BLE_GAP_SEC_STATUS_DHKEY_FAILURE);
  ended(LINK, BLE_GAP_SEC_STATUS_DHKEY_FAILURE);
  disconnect(LINK);
  fake_pass_ms(60000);
  bond(LINK, BLE_GAP_ROLE_PERIPH, OTHER_PEER, true);
}

static void invalid_point(void) { boot(no_point); }

/* ---- Without randomness there is no key pair, and pm_init says so. */

static void random_is_broken(void) {
  fake_random_fails(true);
  CHECK(pm_init() == NRF_ERROR_INTERNAL);
  fake_random_fails(false);
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
}

static void no_randomness(void) { boot(random_is_broken); }

/* ---- Timers and completions do not fall into the Peer Manager's own work. */

static bool was_interrupted;

static void interrupt_the_event(const struct pm_evt* event) {
  static const uint32_t label[2] = {1, 2};
  if (event->evt_id != PM_EVT_CONN_SEC_SUCCEEDED) {
    return;
  }
  was_interrupted = true;
  /* Inside an event: a completion, and the timer that tells of it, come as interrupts. */
  const unsigned seen_before = seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), NULL) == NRF_SUCCESS);
  while (fake_store_queued() > 0) {
    fake_store_complete(1);
  }
  fake_pass_ms(5);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == seen_before);
}

static void hold_check(const struct pm_evt* event) {
  /* What a timer tells, it tells while the SoftDevice's events wait. */
  CHECK(event->evt_id != PM_EVT_PEER_DATA_UPDATE_SUCCEEDED || fake_events_held());
}

static void work_is_not_interrupted(void) {
  start(true);
  on_event = interrupt_the_event;
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  CHECK(was_interrupted);
  on_event = hold_check;
  fake_pass_ms(5);
  CHECK(!fake_events_held());
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) >= 2);
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_APPLICATION));
}

static void own_work(void) { boot(work_is_not_interrupted); }

const struct story interrupt_stories[] = {
    {"link_goes", link_goes},         {"link_is_replaced", link_is_replaced},
    {"several_links", several_links}, {"pairing_fails", pairing_fails},
    {"invalid_point", invalid_point}, {"no_randomness", no_randomness},
    {"own_work", own_work},           {0}};
