/* SPDX-License-Identifier: Apache-2.0 */
/* The store: mounting, a full queue, a full memory, completions in every order, deletion. */
#include <errno.h>
#include <string.h>

#include "bm/bluetooth/peer_manager/peer_manager_handler.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "nrf_error.h"

enum { PEER = 1, OTHER_PEER = 2, THIRD_PEER = 3 };

/* ---- Mounting. */

static void a_blank_memory(void) {
  CHECK(pm_init() == NRF_SUCCESS);
  CHECK(pm_peer_count() == 0 && fake_store_mounts() == 1);
  /* Again: the SDK's store refuses to mount what is mounted. */
  CHECK(pm_init() == NRF_SUCCESS);
  CHECK(fake_store_mounts() == 1);
}

static void a_memory_that_fails(void) {
  fake_store_mount_fails(-EIO);
  CHECK(pm_init() == NRF_ERROR_INTERNAL);
  CHECK(pm_register(NULL) == NRF_ERROR_INVALID_STATE);
  fake_store_mount_fails(0);
  CHECK(pm_init() == NRF_SUCCESS);
}

static void a_mount_that_is_refused(void) {
  fake_store_refuse(1);
  CHECK(pm_init() == NRF_ERROR_INTERNAL);
}

/* ---- Calls before the first pm_init() that ask no state: each the first of its boot. */

static void a_link_is_excluded_first(void) { CHECK(pm_conn_exclude(LINK, NULL) == NRF_ERROR_NULL); }

static void ranks_are_asked_first(void) {
#ifdef CONFIG_PM_PEER_RANKS
  const uint32_t expected = NRF_ERROR_INVALID_STATE;
#else
  const uint32_t expected = NRF_ERROR_NOT_SUPPORTED;
#endif

  CHECK(pm_peer_ranks_get(NULL, NULL, NULL, NULL) == expected);
}

static void mounting(void) {
  boot(a_blank_memory);
  boot(a_memory_that_fails);
  boot(a_mount_that_is_refused);
  boot(a_link_is_excluded_first);
  boot(ranks_are_asked_first);
}

/* ---- A queue that is full for a while. */

static void the_bond_waits(void) {
  start(true);
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  ask_sec_params(LINK, true);
  fake_store_refuse(100);
  finish_pairing(LINK, PEER, true);
  CHECK(seen(PM_EVT_CONN_SEC_SUCCEEDED) == 1);
  CHECK(fake_store_queued() == 0 && !fake_store_has(0, PM_PEER_DATA_ID_BONDING));
  /* Room again: the next event of the SoftDevice takes it. */
  fake_store_refuse(0);
  subscribed(LINK);
  settle();
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_BONDING));
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) >= 1);
  CHECK(seen(PM_EVT_STORAGE_FULL) == 0);
}

/* The queue is full of others' operations: none of ours completes, and gives a sign. */
static void a_deletion_waits(void) {
  start(true);
  fake_store_refuse(100);
  CHECK(pm_peer_delete(0) == NRF_SUCCESS);
  CHECK(fake_store_queued() == 0);
  fake_store_refuse(0);
  connect_peer(OTHER_LINK, BLE_GAP_ROLE_PERIPH, OTHER_PEER);
  settle();
  CHECK(seen(PM_EVT_PEER_DELETE_SUCCEEDED) == 1 && fake_store_records() == 0);
}

static void calls_are_told(void) {
  static const uint32_t label[2] = {1, 2};
  uint32_t token = 0;
  start(true);
  CHECK(pm_peer_count() == 1);
  fake_store_refuse(1);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_ERROR_BUSY);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_SUCCESS);
  settle();
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_data_update_succeeded.token == token);
}

static void store_is_busy(void) {
  boot(the_bond_waits);
  boot(calls_are_told);
  boot(a_deletion_waits);
}

/* ---- No room. */

static void no_room_for_the_bond(void) {
  start(true);
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  ask_sec_params(LINK, true);
  fake_store_fail(-ENOSPC);
  finish_pairing(LINK, PEER, true);
  fake_store_complete(1);
  CHECK(seen(PM_EVT_STORAGE_FULL) == 1);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 0);
  CHECK(!fake_store_has(0, PM_PEER_DATA_ID_BONDING));
}

static void no_room_for_a_label(void) {
  static const uint32_t label[2] = {1, 2};
  uint32_t token = 0;
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  fake_store_fail(-ENOSPC);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_SUCCESS);
  settle();
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_FAILED)->peer_data_update_failed.token == token);
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_FAILED)->peer_data_update_failed.error == NRF_ERROR_RESOURCES);
  fake_store_fail(-EIO);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_SUCCESS);
  settle();
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_FAILED)->peer_data_update_failed.error == NRF_ERROR_INTERNAL);
}

static void store_is_full(void) {
  boot(no_room_for_the_bond);
  boot(no_room_for_a_label);
}

/* ---- A store that completes inside the call: events wait for a turn of their own, and keep their
 * order, also with those that come late. */

static uint32_t next_label[2] = {3, 4};

static void store_once_more(const struct pm_evt* event) {
  if (event->evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED && next_label[0] != 0) {
    next_label[0] = 0;
    CHECK(pm_peer_data_store(0, PM_PEER_DATA_ID_GATT_REMOTE, next_label, sizeof(next_label),
                             NULL) == NRF_SUCCESS);
  }
}

static void completions_inside_calls(void) {
  static const uint32_t label[2] = {1, 2};
  uint32_t token = 0;
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  forget_events();
  fake_store_at_once(true);
  on_event = store_once_more;
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_SUCCESS);
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_APPLICATION));
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 0);
  fake_pass_ms(2);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 1);
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_data_update_succeeded.token == token);
  fake_pass_ms(2);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 2);
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_data_update_succeeded.data_id ==
        PM_PEER_DATA_ID_GATT_REMOTE);
}

static void completions_keep_their_order(void) {
  static const uint32_t label[2] = {1, 2};
  start(true);
  forget_events();
  /* One is done inside the call, the next, a deletion, in an interrupt before the first was told.
   */
  fake_store_at_once(true);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), NULL) == NRF_SUCCESS);
  fake_store_at_once(false);
  CHECK(pm_peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION) == NRF_SUCCESS);
  fake_store_complete(1);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 0);
  fake_pass_ms(2);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 2);
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_data_update_succeeded.action ==
        PM_PEER_DATA_OP_DELETE);
}

/* A standard handler that the application calls in its main loop. */
static void a_rank_inside_a_handler(void) {
  const struct pm_evt connected = {.evt_id = PM_EVT_BONDED_PEER_CONNECTED, .peer_id = 0};
  start(true);
  forget_events();
  fake_store_at_once(true);
  pm_handler_flash_clean(&connected);
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_PEER_RANK));
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 0);
  fake_pass_ms(2);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 1);
}

static void at_once(void) {
  boot(completions_inside_calls);
  boot(completions_keep_their_order);
  boot(a_rank_inside_a_handler);
}

/* ---- Events of the store that tell of none of our operations. */

static void events_of_nobody(void) {
  static const uint32_t label[2] = {1, 2};
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  forget_events();
  for (unsigned i = 0; i < 3u * CONFIG_BM_ZMS_OP_QUEUE_SIZE; ++i) {
    fake_store_tell(BM_ZMS_EVT_WRITE);
  }
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), NULL) == NRF_SUCCESS);
  fake_store_tell(BM_ZMS_EVT_CLEAR);
  fake_pass_ms(2);
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 0);
  settle();
  CHECK(seen(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED) == 1);
}

static void strange_events(void) { boot(events_of_nobody); }

/* ---- The SDK's store may name another record in its events than the one they are of. */

static void events_of_wrong_records(void) {
  static const uint32_t label[2] = {1, 2};
  uint32_t token = 0;
  fake_store_corrupt_ids(true);
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_id == 0);
  CHECK(pm_peer_data_app_data_store(0, label, sizeof(label), &token) == NRF_SUCCESS);
  settle();
  CHECK(last(PM_EVT_PEER_DATA_UPDATE_SUCCEEDED)->peer_data_update_succeeded.token == token);
}

static void wrong_ids(void) { boot(events_of_wrong_records); }

/* ---- Deletion. */

static void three_bonds(void) {
  start(true);
  for (uint8_t peer = PEER; peer <= THIRD_PEER; ++peer) {
    bond(LINK, BLE_GAP_ROLE_PERIPH, peer, true);
    disconnect(LINK);
    settle();
  }
  CHECK(pm_peer_count() == 3);
}

static void one_is_deleted(void) {
  start(true);
  CHECK(pm_peer_delete(1) == NRF_SUCCESS);
  CHECK(pm_peer_delete(1) == NRF_ERROR_INVALID_PARAM);
  CHECK(seen(PM_EVT_PEER_DELETE_SUCCEEDED) == 0);
  /* The bond first; a power cut now leaves no peer. */
  fake_store_complete(1);
  CHECK(!fake_store_has(1, PM_PEER_DATA_ID_BONDING));
  settle();
  CHECK(last(PM_EVT_PEER_DELETE_SUCCEEDED)->peer_id == 1);
  CHECK(pm_peer_count() == 2);
}

static void a_connected_peer_is_deleted(void) {
  uint16_t peer = 0;
  start(true);
  CHECK(pm_peer_count() == 2);
  CHECK(pm_next_peer_id_get(PM_PEER_ID_INVALID) == 0 && pm_next_peer_id_get(0) == 2);
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, THIRD_PEER);
  CHECK(pm_peer_delete(2) == NRF_SUCCESS);
  settle();
  CHECK(last(PM_EVT_PEER_DELETE_SUCCEEDED)->peer_id == 2);
  CHECK(pm_peer_id_get(LINK, &peer) == NRF_SUCCESS && peer == PM_PEER_ID_INVALID);
}

static void all_are_deleted(void) {
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, OTHER_PEER, true);
  disconnect(LINK);
  settle();
  CHECK(pm_peer_count() == 2);
  CHECK(pm_peers_delete() == NRF_SUCCESS);
  settle();
  CHECK(seen(PM_EVT_PEER_DELETE_SUCCEEDED) == 2 && seen(PM_EVT_PEERS_DELETE_SUCCEEDED) == 1);
  CHECK(pm_peer_count() == 0 && fake_store_records() == 0);
  /* Without any peer it is told at once. */
  CHECK(pm_peers_delete() == NRF_SUCCESS);
  CHECK(seen(PM_EVT_PEERS_DELETE_SUCCEEDED) == 2);
}

static void deletion(void) {
  boot(three_bonds);
  boot(one_is_deleted);
  boot(a_connected_peer_is_deleted);
  boot(all_are_deleted);
}

/* ---- CCCDs: read from the SoftDevice, stored, and given back when the peer comes again. */

static void a_peer_subscribes(void) {
  start(true);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, true);
  memset(fake_sys_attr, 0xA5, 20);
  fake_sys_attr_len = 20;
  subscribed(LINK);
  settle();
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_GATT_LOCAL));
}

static void its_subscription_is_back(void) {
  start(true);
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  CHECK(fake_last("sys_attr_set")->value == 20 && fake_sys_attr[19] == 0xA5);
  CHECK(seen(PM_EVT_LOCAL_DB_CACHE_APPLIED) == 1);
}

static void subscription(void) {
  boot(a_peer_subscribes);
  boot(its_subscription_is_back);
}

const struct story storage_stories[] = {{"mounting", mounting},
                                        {"store_is_busy", store_is_busy},
                                        {"store_is_full", store_is_full},
                                        {"at_once", at_once},
                                        {"wrong_ids", wrong_ids},
                                        {"deletion", deletion},
                                        {"subscription", subscription},
                                        {"strange_events", strange_events},
                                        {0}};
