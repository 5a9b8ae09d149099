/* SPDX-License-Identifier: Apache-2.0 */
#include "heart_rate_service.h"

#include <stdbool.h>

#include "ble.h"
#include "ble_gatts.h"
#include "nrf_error.h"

#define UUID_HEART_RATE_SERVICE 0x180D
#define UUID_HEART_RATE_MEASUREMENT_CHAR 0x2A37
#define UUID_BODY_SENSOR_LOCATION_CHAR 0x2A38
#define UUID_BATTERY_SERVICE 0x180F
#define UUID_BATTERY_LEVEL_CHAR 0x2A19

#define BODY_SENSOR_LOCATION_CHEST 1

/* Flags of a measurement: value in one octet, nothing else included. */
#define MEASUREMENT_FLAGS_8BIT 0x00

static ble_gatts_char_handles_t measurement;
static bool has_battery_service;
static uint8_t beats_per_minute = 60;

static uint32_t read_char_add(uint16_t service, uint16_t uuid, uint8_t value) {
  const ble_uuid_t char_uuid = {.uuid = uuid, .type = BLE_UUID_TYPE_BLE};
  ble_gatts_char_handles_t handles;
  ble_gatts_char_md_t char_md = {.char_props.read = 1};
  ble_gatts_attr_md_t attr_md = {.vloc = BLE_GATTS_VLOC_STACK};
  ble_gatts_attr_t attr = {
      .p_uuid = &char_uuid,
      .p_attr_md = &attr_md,
      .init_len = sizeof(value),
      .max_len = sizeof(value),
      .p_value = &value,
  };

  BLE_GAP_CONN_SEC_MODE_SET_LESC_ENC_WITH_MITM(&attr_md.read_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.write_perm);
  return sd_ble_gatts_characteristic_add(service, &char_md, &attr, &handles);
}

static uint32_t measurement_char_add(uint16_t service) {
  const ble_uuid_t char_uuid = {
      .uuid = UUID_HEART_RATE_MEASUREMENT_CHAR,
      .type = BLE_UUID_TYPE_BLE,
  };
  uint8_t value[] = {MEASUREMENT_FLAGS_8BIT, 0};
  ble_gatts_attr_md_t cccd_md = {.vloc = BLE_GATTS_VLOC_STACK};
  ble_gatts_char_md_t char_md = {.char_props.notify = 1, .p_cccd_md = &cccd_md};
  ble_gatts_attr_md_t attr_md = {.vloc = BLE_GATTS_VLOC_STACK};
  ble_gatts_attr_t attr = {
      .p_uuid = &char_uuid,
      .p_attr_md = &attr_md,
      .init_len = sizeof(value),
      .max_len = sizeof(value),
      .p_value = value,
  };

  BLE_GAP_CONN_SEC_MODE_SET_OPEN(&cccd_md.read_perm);
  BLE_GAP_CONN_SEC_MODE_SET_LESC_ENC_WITH_MITM(&cccd_md.write_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.read_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.write_perm);
  return sd_ble_gatts_characteristic_add(service, &char_md, &attr, &measurement);
}

static uint32_t service_add(uint16_t uuid, uint16_t* handle) {
  const ble_uuid_t service_uuid = {.uuid = uuid, .type = BLE_UUID_TYPE_BLE};

  return sd_ble_gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &service_uuid, handle);
}

uint32_t heart_rate_service_init(void) {
  uint16_t service;
  uint32_t nrf_err = service_add(UUID_HEART_RATE_SERVICE, &service);

  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = measurement_char_add(service);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  return read_char_add(service, UUID_BODY_SENSOR_LOCATION_CHAR, BODY_SENSOR_LOCATION_CHEST);
}

uint32_t heart_rate_service_notify(uint16_t conn_handle) {
  uint8_t value[] = {MEASUREMENT_FLAGS_8BIT, beats_per_minute};
  uint16_t len = sizeof(value);
  const ble_gatts_hvx_params_t params = {
      .handle = measurement.value_handle,
      .type = BLE_GATT_HVX_NOTIFICATION,
      .p_len = &len,
      .p_data = value,
  };
  const uint32_t nrf_err = sd_ble_gatts_hvx(conn_handle, &params);

  if (nrf_err == NRF_SUCCESS) {
    /* A pulse that a reader of the trace can follow. */
    beats_per_minute = beats_per_minute == 180 ? 60 : beats_per_minute + 1;
  }
  return nrf_err;
}

uint32_t battery_service_add(void) {
  uint16_t service;
  uint32_t nrf_err;

  if (has_battery_service) {
    return NRF_SUCCESS;
  }
  nrf_err = service_add(UUID_BATTERY_SERVICE, &service);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  has_battery_service = true;
  return read_char_add(service, UUID_BATTERY_LEVEL_CHAR, 100);
}
