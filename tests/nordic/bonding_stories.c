/* SPDX-License-Identifier: Apache-2.0 */
/* Bonding in both roles, coming back, bonding again. */
#include <string.h>

#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "bm/bluetooth/peer_manager/peer_manager_handler.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "nrf_error.h"

enum { PEER = 1, OTHER_PEER = 2 };

static void check_bonded(uint16_t link) {
  struct pm_conn_sec_status status;
  uint16_t peer = PM_PEER_ID_INVALID;
  CHECK(seen(PM_EVT_CONN_SEC_SUCCEEDED) == 1);
  CHECK(last(PM_EVT_CONN_SEC_SUCCEEDED)->conn_handle == link);
  CHECK(pm_peer_count() == 1);
  CHECK(pm_peer_id_get(link, &peer) == NRF_SUCCESS && peer == 0);
  CHECK(pm_conn_sec_status_get(link, &status) == NRF_SUCCESS);
  CHECK(status.connected && status.encrypted && status.bonded);
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_BONDING));
}

/* The bond that was made with PEER, as it was stored. */
static void check_record(uint8_t role, bool lesc) {
  const ble_gap_addr_t address = address_of(PEER);
  struct pm_peer_data_bonding data;
  CHECK(pm_peer_data_bonding_load(0, &data) == NRF_SUCCESS);
  CHECK(data.own_role == role);
  CHECK(memcmp(data.peer_ble_id.id_addr_info.addr, address.addr, sizeof(address.addr)) == 0);
  CHECK(data.peer_ble_id.id_info.irk[0] == 0x90 + PEER);
  CHECK(data.own_ltk.enc_info.ltk[15] == 0x20 + PEER);
  CHECK(data.own_ltk.enc_info.lesc == lesc);
  CHECK(data.peer_ltk.enc_info.ltk_len == (lesc ? 0 : 16));
}

/* ---- First boots. */

static void bond_as_peripheral(bool lesc) {
  start(lesc);
  CHECK(pm_peer_count() == 0);
  bond(LINK, BLE_GAP_ROLE_PERIPH, PEER, lesc);
  check_bonded(LINK);
  check_record(BLE_GAP_ROLE_PERIPH, lesc);
}

static void bond_as_central(bool lesc) {
  start(lesc);
  bond(LINK, BLE_GAP_ROLE_CENTRAL, PEER, lesc);
  CHECK(place(PM_EVT_CONN_SEC_START) < place(PM_EVT_CONN_SEC_SUCCEEDED));
  check_bonded(LINK);
  check_record(BLE_GAP_ROLE_CENTRAL, lesc);
}

static void bond_as_peripheral_lesc(void) { bond_as_peripheral(true); }
static void bond_as_peripheral_legacy(void) { bond_as_peripheral(false); }
static void bond_as_central_lesc(void) { bond_as_central(true); }
static void bond_as_central_legacy(void) { bond_as_central(false); }

/* ---- Second boots. */

static void come_back_as_peripheral(bool lesc) {
  start(lesc);
  CHECK(pm_peer_count() == 1);
  check_record(BLE_GAP_ROLE_PERIPH, lesc);
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  CHECK(last(PM_EVT_BONDED_PEER_CONNECTED)->peer_id == 0);
  ask_sec_info(LINK, lesc ? 0 : 0x20 + PEER);
  CHECK(fake_last("sec_info_reply")->has_data);
  CHECK(fake_enc_info.ltk[0] == 0x20 + PEER);
  encrypted(LINK, 2);
  check_bonded(LINK);
  CHECK(last(PM_EVT_CONN_SEC_SUCCEEDED)->conn_sec_succeeded.procedure ==
        PM_CONN_SEC_PROCEDURE_ENCRYPTION);
}

static void come_back_as_central(bool lesc) {
  start(lesc);
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_CENTRAL, PEER);
  /* The peripheral asks for security, and gets it with the key of the bond. */
  ask_security(LINK);
  CHECK(fake_last("encrypt")->conn_handle == LINK);
  CHECK(fake_enc_info.ltk[0] == (lesc ? 0x20 : 0x40) + PEER);
  CHECK(fake_count("authenticate") == 0);
  CHECK(fake_master_id.ediv == (lesc ? 0 : 0x40 + PEER));
  encrypted(LINK, 2);
  check_bonded(LINK);
}

static void come_back_as_peripheral_lesc(void) { come_back_as_peripheral(true); }
static void come_back_as_peripheral_legacy(void) { come_back_as_peripheral(false); }
static void come_back_as_central_lesc(void) { come_back_as_central(true); }
static void come_back_as_central_legacy(void) { come_back_as_central(false); }

static void peripheral_lesc(void) {
  boot(bond_as_peripheral_lesc);
  boot(come_back_as_peripheral_lesc);
}

static void peripheral_legacy(void) {
  boot(bond_as_peripheral_legacy);
  boot(come_back_as_peripheral_legacy);
}

static void central_lesc(void) {
  boot(bond_as_central_lesc);
  boot(come_back_as_central_lesc);
}

static void central_legacy(void) {
  boot(bond_as_central_legacy);
  boot(come_back_as_central_legacy);
}

/* ---- A private address: resolved by the SoftDevice's block cipher. Core, Vol 3, Part H, 2.2.2. */

static void come_back_with_private_address(void) {
  ble_gap_addr_t address = {.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE,
                            .addr = {0, 0, 0, 0x12, 0x34, 0x56}};
  uint8_t key[16];
  uint8_t block[16] = {0};
  memset(key, 0x90 + PEER, sizeof(key));
  block[13] = address.addr[5];
  block[14] = address.addr[4];
  block[15] = address.addr[3];
  fake_encrypt(key, block, block);
  address.addr[0] = block[15];
  address.addr[1] = block[14];
  address.addr[2] = block[13];

  start(true);
  connect_address(LINK, BLE_GAP_ROLE_PERIPH, &address);
  CHECK(last(PM_EVT_BONDED_PEER_CONNECTED)->peer_id == 0);
  disconnect(LINK);
  forget_events();
  address.addr[0] ^= 1;
  connect_address(LINK, BLE_GAP_ROLE_PERIPH, &address);
  CHECK(seen(PM_EVT_BONDED_PEER_CONNECTED) == 0);
}

static void private_address(void) {
  boot(bond_as_peripheral_lesc);
  boot(come_back_with_private_address);
}

/* ---- A bonded peer pairs again. */

static void allow_repairing(const struct pm_evt* event) {
  if (event->evt_id == PM_EVT_CONN_SEC_CONFIG_REQ) {
    struct pm_conn_sec_config config = {.allow_repairing = true};
    pm_conn_sec_config_reply(event->conn_handle, &config);
  }
}

static void repairing_is_refused(void) {
  start(true);
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  ask_sec_params(LINK, true);
  CHECK(seen(PM_EVT_CONN_SEC_CONFIG_REQ) == 1);
  CHECK(fake_last("sec_params_reply")->value == BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP);
  CHECK(!fake_last("sec_params_reply")->has_data);
  ended(LINK, BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP);
  CHECK(seen(PM_EVT_CONN_SEC_FAILED) == 1);
  settle();
  check_record(BLE_GAP_ROLE_PERIPH, true);
}

static void repairing_is_allowed(void) {
  struct pm_peer_data_bonding data;
  start(true);
  on_event = allow_repairing;
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  ask_sec_params(LINK, false);
  finish_pairing(LINK, PEER, false);
  settle();
  CHECK(pm_peer_count() == 1);
  CHECK(pm_peer_data_bonding_load(0, &data) == NRF_SUCCESS);
  CHECK(data.own_ltk.enc_info.lesc == 0 && data.peer_ltk.enc_info.ltk_len == 16);
}

static void repairing(void) {
  boot(bond_as_peripheral_lesc);
  boot(repairing_is_refused);
  boot(repairing_is_allowed);
}

/* ---- The standard handlers, as the SDK's samples use them: bonded peers are secured. */

static void use_handlers(const struct pm_evt* event) {
  pm_handler_on_pm_evt(event);
  pm_handler_disconnect_on_sec_failure(event);
  pm_handler_flash_clean(event);
}

static void handlers_secure_a_peer(void) {
  start(true);
  on_event = use_handlers;
  fake_forget_calls();
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  CHECK(fake_last("authenticate")->conn_handle == LINK);
  ask_sec_info(LINK, 0);
  encrypted(LINK, 2);
  settle();
  CHECK(fake_store_has(0, PM_PEER_DATA_ID_PEER_RANK));
  disconnect(LINK);
  /* Somebody whose pairing fails is shown the door. */
  connect_peer(OTHER_LINK, BLE_GAP_ROLE_PERIPH, OTHER_PEER);
  ask_sec_params(OTHER_LINK, true);
  ended(OTHER_LINK, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  CHECK(fake_last("disconnect")->conn_handle == OTHER_LINK);
}

static void standard_handlers(void) {
  boot(bond_as_peripheral_lesc);
  boot(handlers_secure_a_peer);
}

/* ---- Failed pairings have to wait: the timers. */

static void fail_to_pair(uint8_t status) {
  connect_peer(LINK, BLE_GAP_ROLE_PERIPH, PEER);
  fake_forget_calls();
  ask_sec_params(LINK, true);
  ended(LINK, status);
  disconnect(LINK);
}

static void attempts_wait(void) {
  start(true);
  fail_to_pair(BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  CHECK(fake_last("sec_params_reply")->value == BLE_GAP_SEC_STATUS_SUCCESS);
  CHECK(fake_timers_running() > 0);
  fake_pass_ms(3500);
  fail_to_pair(BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS);
  CHECK(fake_last("sec_params_reply")->value == BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS);
  fake_pass_ms(1000);
  fail_to_pair(BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  CHECK(fake_last("sec_params_reply")->value == BLE_GAP_SEC_STATUS_SUCCESS);
  /* Everything is forgotten some day, and then no timer wakes the processor. */
  for (unsigned minute = 0; minute < 10; ++minute) {
    fake_pass_ms(60000);
  }
  CHECK(fake_timers_running() == 0);
}

static void repeated_attempts(void) { boot(attempts_wait); }

/* ---- Lists of the SoftDevice, identity, privacy. */

static void lists_are_set(void) {
  const uint16_t peers[] = {0};
  ble_gap_addr_t address;
  ble_gap_irk_t irk;
  ble_gap_privacy_params_t privacy = {.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY,
                                      .p_device_irk = &irk};
  start(true);
  CHECK(pm_allow_list_set(peers, 1) == NRF_SUCCESS);
  CHECK(fake_last("whitelist_set")->value == 1);
  CHECK(pm_device_identities_list_set(peers, 1) == NRF_SUCCESS);
  CHECK(fake_last("device_identities_set")->value == 1);
  CHECK(pm_id_addr_get(&address) == NRF_SUCCESS && address.addr[0] == 0x11);
  CHECK(pm_id_addr_set(&address) == NRF_SUCCESS && fake_last("addr_set")->has_data);
  CHECK(pm_privacy_get(&privacy) == NRF_SUCCESS && irk.irk[0] == 0x22);
  fake_answer("privacy_set", NRF_ERROR_BUSY, 1);
  privacy.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY;
  CHECK(pm_privacy_set(&privacy) == NRF_ERROR_BUSY);
}

static void lists(void) {
  boot(bond_as_peripheral_lesc);
  boot(lists_are_set);
}

const struct story bonding_stories[] = {{"peripheral_lesc", peripheral_lesc},
                                        {"peripheral_legacy", peripheral_legacy},
                                        {"central_lesc", central_lesc},
                                        {"central_legacy", central_legacy},
                                        {"private_address", private_address},
                                        {"repairing", repairing},
                                        {"standard_handlers", standard_handlers},
                                        {"repeated_attempts", repeated_attempts},
                                        {"lists", lists},
                                        {0}};
