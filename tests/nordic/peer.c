/* SPDX-License-Identifier: Apache-2.0 */
/* The peer: what the SoftDevice tells of it. */
#include <string.h>

#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "nrf_error.h"

ble_gap_sec_params_t security(bool lesc) {
  return (ble_gap_sec_params_t){.bond = 1,
                                .lesc = lesc,
                                .io_caps = BLE_GAP_IO_CAPS_NONE,
                                .min_key_size = 7,
                                .max_key_size = 16,
                                .kdist_own = {.enc = 1, .id = 1},
                                .kdist_peer = {.enc = 1, .id = 1}};
}

ble_gap_addr_t address_of(uint8_t peer) {
  return (ble_gap_addr_t){.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC,
                          .addr = {peer, 2, 3, 4, 5, 0xC6}};
}

static ble_evt_t gap_event(uint16_t id, uint16_t link) {
  ble_evt_t event;
  memset(&event, 0, sizeof(event));
  event.header.evt_id = id;
  event.header.evt_len = sizeof(event);
  event.evt.gap_evt.conn_handle = link;
  return event;
}

void connect_address(uint16_t link, uint8_t role, const ble_gap_addr_t* address) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_CONNECTED, link);
  event.evt.gap_evt.params.connected.role = role;
  event.evt.gap_evt.params.connected.peer_addr = *address;
  fake_deliver(&event);
}

void connect_peer(uint16_t link, uint8_t role, uint8_t peer) {
  const ble_gap_addr_t address = address_of(peer);
  connect_address(link, role, &address);
}

void disconnect(uint16_t link) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_DISCONNECTED, link);
  event.evt.gap_evt.params.disconnected.reason = BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION;
  fake_deliver(&event);
}

void ask_sec_params(uint16_t link, bool lesc) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, link);
  event.evt.gap_evt.params.sec_params_request.peer_params = security(lesc);
  fake_deliver(&event);
}

void ask_sec_info(uint16_t link, uint16_t ediv) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_INFO_REQUEST, link);
  event.evt.gap_evt.params.sec_info_request.enc_info = 1;
  event.evt.gap_evt.params.sec_info_request.master_id.ediv = ediv;
  memset(event.evt.gap_evt.params.sec_info_request.master_id.rand, ediv != 0 ? 0x77 : 0, 8);
  fake_deliver(&event);
}

void ask_security(uint16_t link) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_REQUEST, link);
  event.evt.gap_evt.params.sec_request.bond = 1;
  fake_deliver(&event);
}

void ask_dhkey(uint16_t link, const ble_gap_lesc_p256_pk_t* key) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, link);
  /* The SoftDevice puts it where the reply told it to. */
  CHECK(fake_keyset.keys_peer.p_pk != NULL);
  *fake_keyset.keys_peer.p_pk = *key;
  event.evt.gap_evt.params.lesc_dhkey_request.p_pk_peer = fake_keyset.keys_peer.p_pk;
  fake_deliver(&event);
}

void encrypted(uint16_t link, uint8_t level) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_CONN_SEC_UPDATE, link);
  event.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode.sm = 1;
  event.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode.lv = level & 0x0Fu;
  event.evt.gap_evt.params.conn_sec_update.conn_sec.encr_key_size = 16;
  fake_deliver(&event);
}

void ended(uint16_t link, uint8_t status) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_AUTH_STATUS, link);
  event.evt.gap_evt.params.auth_status.auth_status = status;
  fake_deliver(&event);
}

void subscribed(uint16_t link) {
  ble_evt_t event = gap_event(BLE_GATTS_EVT_WRITE, link);
  event.evt.gatts_evt.conn_handle = link;
  event.evt.gatts_evt.params.write.uuid.uuid = BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG;
  event.evt.gatts_evt.params.write.uuid.type = BLE_UUID_TYPE_BLE;
  event.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_REQ;
  fake_deliver(&event);
}

static void fill_key(ble_gap_enc_key_t* key, uint8_t value, bool lesc) {
  CHECK(key != NULL);
  memset(key->enc_info.ltk, value, sizeof(key->enc_info.ltk));
  key->enc_info.lesc = lesc;
  key->enc_info.ltk_len = 16;
  key->master_id.ediv = lesc ? 0 : value;
  memset(key->master_id.rand, lesc ? 0 : 0x77, sizeof(key->master_id.rand));
}

void finish_pairing(uint16_t link, uint8_t peer, bool lesc) {
  CHECK(fake_last("sec_params_reply")->value == BLE_GAP_SEC_STATUS_SUCCESS);
  if (lesc) {
    ble_gap_lesc_p256_pk_t key;
    ble_gap_lesc_dhkey_t expected;
    memset(key.pk, 0x60 + peer, sizeof(key.pk));
    ask_dhkey(link, &key);
    CHECK(fake_count("lesc_dhkey_reply") == 0); /* Not inside the event. */
    CHECK(nrf_ble_lesc_request_handler() == NRF_SUCCESS);
    CHECK(fake_last("lesc_dhkey_reply")->value == BLE_GAP_SEC_STATUS_SUCCESS);
    CHECK(fake_last("lesc_dhkey_reply")->conn_handle == link);
    fake_expected_dhkey(&key, &expected);
    CHECK(memcmp(&expected, &fake_dhkey, sizeof(expected)) == 0);
  } else {
    fill_key(fake_keyset.keys_peer.p_enc_key, 0x40 + peer, false);
  }
  fill_key(fake_keyset.keys_own.p_enc_key, 0x20 + peer, lesc);
  ble_gap_id_key_t* id_key = fake_keyset.keys_peer.p_id_key;
  CHECK(id_key != NULL);
  memset(id_key->id_info.irk, 0x90 + peer, sizeof(id_key->id_info.irk));
  id_key->id_addr_info = address_of(peer);
  encrypted(link, 2);

  ble_evt_t event = gap_event(BLE_GAP_EVT_AUTH_STATUS, link);
  ble_gap_evt_auth_status_t* status = &event.evt.gap_evt.params.auth_status;
  status->auth_status = BLE_GAP_SEC_STATUS_SUCCESS;
  status->bonded = 1;
  status->lesc = lesc;
  status->kdist_own.enc = 1;
  status->kdist_own.id = 1;
  status->kdist_peer.enc = !lesc;
  status->kdist_peer.id = 1;
  fake_deliver(&event);
}

void bond(uint16_t link, uint8_t role, uint8_t peer, bool lesc) {
  fake_forget_calls();
  connect_peer(link, role, peer);
  if (role == BLE_GAP_ROLE_CENTRAL) {
    CHECK(pm_conn_secure(link, false) == NRF_SUCCESS);
    CHECK(fake_last("authenticate")->has_data);
  }
  ask_sec_params(link, lesc);
  finish_pairing(link, peer, lesc);
  settle();
}
