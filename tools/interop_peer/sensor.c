/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <bm/bm_timer.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include "ble_gap.h"
#include "ble_gatts.h"
#include "nrf_error.h"
#include "peer.h"
#include "uuids.h"

LOG_MODULE_REGISTER(sensor, 3);

#define ADV_INTERVAL_625US 64
#define MEASUREMENT_MS 500

#define UUID_BODY_SENSOR_LOCATION_CHAR 0x2A38

static uint8_t adv_handle = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
static uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;
static ble_gatts_char_handles_t measurement;
static struct bm_timer measurement_timer;

static uint8_t adv_octets[] = {
    2,
    BLE_GAP_AD_TYPE_FLAGS,
    BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE,
    3,
    BLE_GAP_AD_TYPE_16BIT_SERVICE_UUID_COMPLETE,
    UUID_HEART_RATE_SERVICE & 0xFF,
    UUID_HEART_RATE_SERVICE >> 8,
    8,
    BLE_GAP_AD_TYPE_COMPLETE_LOCAL_NAME,
    'P',
    'M',
    ' ',
    'P',
    'e',
    'e',
    'r',
};

static void set_permission(const struct peer_options* options, ble_gap_conn_sec_mode_t* mode) {
  if (!options->mitm) {
    BLE_GAP_CONN_SEC_MODE_SET_ENC_NO_MITM(mode);
  } else if (options->lesc) {
    BLE_GAP_CONN_SEC_MODE_SET_LESC_ENC_WITH_MITM(mode);
  } else {
    BLE_GAP_CONN_SEC_MODE_SET_ENC_WITH_MITM(mode);
  }
}

static uint32_t measurement_add(const struct peer_options* options, uint16_t service) {
  const ble_uuid_t uuid = {.uuid = UUID_HEART_RATE_MEASUREMENT_CHAR, .type = BLE_UUID_TYPE_BLE};
  uint8_t value[] = {0, 0};
  ble_gatts_attr_md_t cccd_md = {.vloc = BLE_GATTS_VLOC_STACK};
  ble_gatts_char_md_t char_md = {.char_props.notify = 1, .p_cccd_md = &cccd_md};
  ble_gatts_attr_md_t attr_md = {.vloc = BLE_GATTS_VLOC_STACK};
  const ble_gatts_attr_t attr = {.p_uuid = &uuid,
                                 .p_attr_md = &attr_md,
                                 .init_len = sizeof(value),
                                 .max_len = sizeof(value),
                                 .p_value = value};

  BLE_GAP_CONN_SEC_MODE_SET_OPEN(&cccd_md.read_perm);
  set_permission(options, &cccd_md.write_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.read_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.write_perm);
  return sd_ble_gatts_characteristic_add(service, &char_md, &attr, &measurement);
}

static uint32_t location_add(const struct peer_options* options, uint16_t service) {
  const ble_uuid_t uuid = {.uuid = UUID_BODY_SENSOR_LOCATION_CHAR, .type = BLE_UUID_TYPE_BLE};
  uint8_t value = 1; /* chest */
  ble_gatts_char_handles_t handles;
  const ble_gatts_char_md_t char_md = {.char_props.read = 1};
  ble_gatts_attr_md_t attr_md = {.vloc = BLE_GATTS_VLOC_STACK};
  const ble_gatts_attr_t attr = {.p_uuid = &uuid,
                                 .p_attr_md = &attr_md,
                                 .init_len = sizeof(value),
                                 .max_len = sizeof(value),
                                 .p_value = &value};

  set_permission(options, &attr_md.read_perm);
  BLE_GAP_CONN_SEC_MODE_SET_NO_ACCESS(&attr_md.write_perm);
  return sd_ble_gatts_characteristic_add(service, &char_md, &attr, &handles);
}

static void advertise(void) {
  const uint32_t nrf_err = sd_ble_gap_adv_start(adv_handle, CONFIG_NRF_SDH_BLE_CONN_TAG);

  if (nrf_err != NRF_SUCCESS) {
    LOG_ERR("sd_ble_gap_adv_start() failed, nrf_error %#x", (unsigned int)nrf_err);
  }
}

static void on_measurement_timer(void* context) {
  uint8_t value[] = {0, 72};
  uint16_t len = sizeof(value);
  const ble_gatts_hvx_params_t params = {.handle = measurement.value_handle,
                                         .type = BLE_GATT_HVX_NOTIFICATION,
                                         .p_len = &len,
                                         .p_data = value};

  ARG_UNUSED(context);

  if (conn_handle != BLE_CONN_HANDLE_INVALID) {
    /* Refused while nobody has subscribed. */
    (void)sd_ble_gatts_hvx(conn_handle, &params);
  }
}

static uint32_t init(const struct peer_options* options) {
  const ble_uuid_t uuid = {.uuid = UUID_HEART_RATE_SERVICE, .type = BLE_UUID_TYPE_BLE};
  const ble_gap_adv_data_t data = {.adv_data = {.p_data = adv_octets, .len = sizeof(adv_octets)}};
  const ble_gap_adv_params_t params = {
      .properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED,
      .interval = ADV_INTERVAL_625US,
      .filter_policy = BLE_GAP_ADV_FP_ANY,
      .primary_phy = BLE_GAP_PHY_1MBPS,
  };
  uint16_t service;
  uint32_t nrf_err = sd_ble_gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &uuid, &service);

  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = measurement_add(options, service);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  nrf_err = location_add(options, service);
  if (nrf_err != NRF_SUCCESS) {
    return nrf_err;
  }
  if (bm_timer_init(&measurement_timer, BM_TIMER_MODE_REPEATED, on_measurement_timer) != 0) {
    return NRF_ERROR_INTERNAL;
  }
  return sd_ble_gap_adv_set_configure(&adv_handle, &data, &params);
}

static void start(void) {
  (void)bm_timer_start(&measurement_timer, BM_TIMER_MS_TO_TICKS(MEASUREMENT_MS), NULL);
  advertise();
}

/* Not by a timer: who connects while advertising is off is refused at once by some controllers. */
static bool command(const char* line) {
  if (strcmp(line, "advertise") != 0) {
    return false;
  }
  if (conn_handle == BLE_CONN_HANDLE_INVALID) {
    (void)sd_ble_gap_adv_stop(adv_handle);
    advertise();
  }
  return true;
}

static void on_ble_evt(const ble_evt_t* evt) {
  switch (evt->header.evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      conn_handle = evt->evt.gap_evt.conn_handle;
      break;

    case BLE_GAP_EVT_DISCONNECTED:
      conn_handle = BLE_CONN_HANDLE_INVALID;
      advertise();
      break;

    default:
      break;
  }
}

const struct peer_role sensor_role = {
    .init = init, .start = start, .on_ble_evt = on_ble_evt, .command = command};
