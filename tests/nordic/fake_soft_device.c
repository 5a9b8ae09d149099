/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ble_gap.h"
#include "bm/softdevice_handler/nrf_sdh_observers.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "nrf_error.h"
#include "nrf_soc.h"

#define MAX_CALLS 512
#define MAX_ANSWERS 8

ble_gap_sec_params_t fake_sec_params;
ble_gap_sec_keyset_t fake_keyset;
ble_gap_enc_info_t fake_enc_info;
ble_gap_master_id_t fake_master_id;
ble_gap_lesc_dhkey_t fake_dhkey;
uint8_t fake_sys_attr[64];
uint16_t fake_sys_attr_len;

static struct fake_call calls[MAX_CALLS];
static unsigned call_count;

static struct {
  const char* name;
  uint32_t result;
  unsigned times;
} answers[MAX_ANSWERS];

static uint16_t links[CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT];
static bool link_used[CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT];
static bool is_suspended;

unsigned fake_count(const char* name) {
  unsigned count = 0;
  for (unsigned i = 0; i < call_count; ++i) {
    count += strcmp(calls[i].name, name) == 0;
  }
  return count;
}

const struct fake_call* fake_last(const char* name) {
  for (unsigned i = call_count; i > 0; --i) {
    if (strcmp(calls[i - 1].name, name) == 0) {
      return &calls[i - 1];
    }
  }
  test_failed(__FILE__, __LINE__, name);
  return NULL;
}

void fake_forget_calls(void) { call_count = 0; }

void fake_answer(const char* name, uint32_t result, unsigned times) {
  for (unsigned i = 0; i < MAX_ANSWERS; ++i) {
    if (answers[i].times == 0) {
      answers[i].name = name;
      answers[i].result = result;
      answers[i].times = times;
      return;
    }
  }
  test_failed(__FILE__, __LINE__, "too many answers");
}

static uint32_t note(const char* name, uint16_t conn_handle, uint32_t value, bool has_data) {
  CHECK(call_count < MAX_CALLS);
  calls[call_count++] = (struct fake_call){name, conn_handle, value, has_data};
  for (unsigned i = 0; i < MAX_ANSWERS; ++i) {
    if (answers[i].times != 0 && strcmp(answers[i].name, name) == 0) {
      --answers[i].times;
      return answers[i].result;
    }
  }
  return NRF_SUCCESS;
}

/* Links and events. */

int nrf_sdh_ble_idx_get(uint16_t conn_handle) {
  for (int i = 0; i < CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT; ++i) {
    if (link_used[i] && links[i] == conn_handle) {
      return i;
    }
  }
  return -1;
}

uint16_t nrf_sdh_ble_conn_handle_get(int idx) {
  const bool is_used = idx >= 0 && idx < CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT && link_used[idx];
  return is_used ? links[idx] : BLE_CONN_HANDLE_INVALID;
}

void fake_deliver(const ble_evt_t* event) {
  const uint16_t conn_handle = event->evt.gap_evt.conn_handle;
  CHECK(!is_suspended);
  if (event->header.evt_id == BLE_GAP_EVT_CONNECTED) {
    int index = 0;
    while (index < CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT && link_used[index]) {
      ++index;
    }
    CHECK(index < CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT);
    links[index] = conn_handle;
    link_used[index] = true;
  }
  NRF_SDH_OBSERVER_FOREACH(nrf_sdh_ble_evt_observer, observer) {
    observer->handler(event, observer->context);
  }
  if (event->header.evt_id == BLE_GAP_EVT_DISCONNECTED) {
    link_used[nrf_sdh_ble_idx_get(conn_handle)] = false;
  }
}

void nrf_sdh_suspend(void) { is_suspended = true; }
void nrf_sdh_resume(void) { is_suspended = false; }
bool nrf_sdh_is_suspended(void) { return is_suspended; }
bool fake_events_held(void) { return is_suspended; }

/* GAP. */

uint32_t sd_ble_gap_addr_set(ble_gap_addr_t const* p_addr) {
  return note("addr_set", 0, 0, p_addr != NULL);
}

uint32_t sd_ble_gap_addr_get(ble_gap_addr_t* p_addr) {
  memset(p_addr, 0x11, sizeof(*p_addr));
  return note("addr_get", 0, 0, true);
}

uint32_t sd_ble_gap_privacy_set(ble_gap_privacy_params_t const* p_privacy_params) {
  return note("privacy_set", 0, p_privacy_params->privacy_mode, true);
}

uint32_t sd_ble_gap_privacy_get(ble_gap_privacy_params_t* p_privacy_params) {
  memset(p_privacy_params->p_device_irk, 0x22, sizeof(*p_privacy_params->p_device_irk));
  return note("privacy_get", 0, 0, true);
}

uint32_t sd_ble_gap_whitelist_set(ble_gap_addr_t const* const* pp_wl_addrs, uint8_t len) {
  return note("whitelist_set", 0, len, pp_wl_addrs != NULL);
}

uint32_t sd_ble_gap_device_identities_set(ble_gap_id_key_t const* const* pp_id_keys,
                                          ble_gap_irk_t const* const* pp_local_irks, uint8_t len) {
  (void)pp_local_irks;
  return note("device_identities_set", 0, len, pp_id_keys != NULL);
}

uint32_t sd_ble_gap_authenticate(uint16_t conn_handle, ble_gap_sec_params_t const* p_sec_params) {
  if (p_sec_params != NULL) {
    fake_sec_params = *p_sec_params;
  }
  return note("authenticate", conn_handle, 0, p_sec_params != NULL);
}

uint32_t sd_ble_gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_sec_params_t const* p_sec_params,
                                     ble_gap_sec_keyset_t const* p_sec_keyset) {
  if (p_sec_params != NULL) {
    fake_sec_params = *p_sec_params;
  }
  if (p_sec_keyset != NULL) {
    fake_keyset = *p_sec_keyset;
  }
  return note("sec_params_reply", conn_handle, sec_status, p_sec_keyset != NULL);
}

uint32_t sd_ble_gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                     ble_gap_lesc_dhkey_t const* p_dhkey) {
  if (p_dhkey != NULL) {
    fake_dhkey = *p_dhkey;
  }
  return note("lesc_dhkey_reply", conn_handle, sec_status, p_dhkey != NULL);
}

uint32_t sd_ble_gap_lesc_oob_data_get(uint16_t conn_handle, ble_gap_lesc_p256_pk_t const* p_pk_own,
                                      ble_gap_lesc_oob_data_t* p_oobd_own) {
  memset(p_oobd_own, 0x33, sizeof(*p_oobd_own));
  return note("lesc_oob_data_get", conn_handle, 0, p_pk_own != NULL);
}

uint32_t sd_ble_gap_lesc_oob_data_set(uint16_t conn_handle,
                                      ble_gap_lesc_oob_data_t const* p_oobd_own,
                                      ble_gap_lesc_oob_data_t const* p_oobd_peer) {
  return note("lesc_oob_data_set", conn_handle, p_oobd_own != NULL, p_oobd_peer != NULL);
}

uint32_t sd_ble_gap_encrypt(uint16_t conn_handle, ble_gap_master_id_t const* p_master_id,
                            ble_gap_enc_info_t const* p_enc_info) {
  fake_master_id = *p_master_id;
  fake_enc_info = *p_enc_info;
  return note("encrypt", conn_handle, 0, true);
}

uint32_t sd_ble_gap_sec_info_reply(uint16_t conn_handle, ble_gap_enc_info_t const* p_enc_info) {
  if (p_enc_info != NULL) {
    fake_enc_info = *p_enc_info;
  }
  return note("sec_info_reply", conn_handle, 0, p_enc_info != NULL);
}

uint32_t sd_ble_gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) {
  return note("disconnect", conn_handle, hci_status_code, false);
}

/* GATT. */

uint32_t sd_ble_gatts_sys_attr_set(uint16_t conn_handle, uint8_t const* p_sys_attr_data,
                                   uint16_t len, uint32_t flags) {
  (void)flags;
  if (p_sys_attr_data != NULL) {
    CHECK(len <= sizeof(fake_sys_attr));
    memcpy(fake_sys_attr, p_sys_attr_data, len);
  }
  return note("sys_attr_set", conn_handle, len, p_sys_attr_data != NULL);
}

uint32_t sd_ble_gatts_sys_attr_get(uint16_t conn_handle, uint8_t* p_sys_attr_data, uint16_t* p_len,
                                   uint32_t flags) {
  const uint16_t room = *p_len;
  (void)flags;
  if (fake_sys_attr_len == 0) {
    return note("sys_attr_get", conn_handle, 0, false) + NRF_ERROR_NOT_FOUND;
  }
  *p_len = fake_sys_attr_len;
  if (p_sys_attr_data != NULL) {
    if (room < fake_sys_attr_len) {
      return NRF_ERROR_DATA_SIZE;
    }
    memcpy(p_sys_attr_data, fake_sys_attr, fake_sys_attr_len);
  }
  return note("sys_attr_get", conn_handle, fake_sys_attr_len, p_sys_attr_data != NULL);
}

uint32_t sd_ble_gatts_service_changed(uint16_t conn_handle, uint16_t start_handle,
                                      uint16_t end_handle) {
  (void)end_handle;
  return note("service_changed", conn_handle, start_handle, false);
}

uint32_t sd_ble_gatts_initial_user_handle_get(uint16_t* p_handle) {
  *p_handle = 0x0E;
  return note("initial_user_handle_get", 0, 0, false);
}

uint32_t sd_ble_gatts_attr_get(uint16_t handle, ble_uuid_t* p_uuid, ble_gatts_attr_md_t* p_md) {
  (void)p_uuid;
  (void)p_md;
  return handle > 0x20 ? NRF_ERROR_NOT_FOUND : NRF_SUCCESS;
}

uint32_t sd_ble_gatts_value_get(uint16_t conn_handle, uint16_t handle, ble_gatts_value_t* p_value) {
  (void)handle;
  p_value->len = 0;
  return note("value_get", conn_handle, 0, false);
}

uint32_t sd_ble_gattc_char_value_by_uuid_read(uint16_t conn_handle, ble_uuid_t const* p_uuid,
                                              ble_gattc_handle_range_t const* p_handle_range) {
  (void)p_handle_range;
  return note("char_value_by_uuid_read", conn_handle, p_uuid->uuid, true);
}

uint32_t sd_ble_gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t offset) {
  (void)offset;
  return note("read", conn_handle, handle, false);
}

/* SoC. */

void fake_encrypt(const uint8_t key[16], const uint8_t clear[16], uint8_t cipher[16]) {
  uint8_t block[16];
  uint8_t last = 0x5A;
  for (unsigned i = 0; i < 48; ++i) {
    const unsigned at = i % 16;
    const uint8_t from = i < 16 ? clear[at] : block[at];
    last = (uint8_t)((from ^ key[at] ^ (last << 1) ^ (last >> 7)) * 7 + i);
    block[at] = last;
  }
  memcpy(cipher, block, sizeof(block));
}

uint32_t sd_ecb_block_encrypt(nrf_ecb_hal_data_t* p_ecb_data) {
  fake_encrypt(p_ecb_data->key, p_ecb_data->cleartext, p_ecb_data->ciphertext);
  return note("ecb_block_encrypt", 0, 0, true);
}
