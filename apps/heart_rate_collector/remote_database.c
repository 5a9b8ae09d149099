/* SPDX-License-Identifier: Apache-2.0 */
#include "remote_database.h"

#include <stdalign.h>
#include <string.h>

#include <zephyr/logging/log.h>

#include "ble_gattc.h"
#include "nrf_error.h"
#include "uuids.h"

LOG_MODULE_REGISTER(remote_database, 3);

enum step {
  STEP_IDLE,
  STEP_SERVICE,
  STEP_CHARACTERISTICS,
  STEP_DESCRIPTORS,
  STEP_SUBSCRIBE,
};

static const uint16_t service_uuids[REMOTE_SERVICE_COUNT] = {
    [REMOTE_SERVICE_GATT] = BLE_UUID_GATT,
    [REMOTE_SERVICE_HEART_RATE] = UUID_HEART_RATE_SERVICE,
};

/* What to write into the CCCD of which characteristic. */
static const struct {
  enum remote_service service;
  uint16_t char_uuid;
  uint8_t cccd_value[2];
} subscriptions[] = {
    {REMOTE_SERVICE_GATT,
     BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED,
     {BLE_GATT_HVX_INDICATION, 0}},
    {REMOTE_SERVICE_HEART_RATE, UUID_HEART_RATE_MEASUREMENT_CHAR, {BLE_GATT_HVX_NOTIFICATION, 0}},
};
#define SUBSCRIPTION_COUNT (sizeof(subscriptions) / sizeof(subscriptions[0]))

static remote_database_handler_t outcome_handler;

/* Aligned as the store wants it. */
static alignas(4) struct ble_gatt_db_srv records[REMOTE_SERVICE_COUNT];

static struct {
  enum step step;
  uint16_t conn_handle;
  /* Index into records, characteristics or subscriptions, as the step says. */
  uint8_t service;
  uint8_t characteristic;
  uint8_t subscription;
  /* Where the next request of the step begins. */
  uint16_t next_handle;
  /* The stack was busy with another client's request; ask again after the next event. */
  bool request_refused;
} discovery;

static struct ble_gatt_db_srv* current_service(void) { return &records[discovery.service]; }

static const struct ble_gatt_db_char* char_find(enum remote_service service, uint16_t char_uuid) {
  const struct ble_gatt_db_srv* record = &records[service];

  for (uint8_t i = 0; i < record->char_count && i < CONFIG_BLE_GATT_DB_MAX_CHARS; i++) {
    const ble_uuid_t* uuid = &record->characteristics[i].characteristic.uuid;

    if (uuid->type == BLE_UUID_TYPE_BLE && uuid->uuid == char_uuid) {
      return &record->characteristics[i];
    }
  }
  return NULL;
}

static void finish(bool complete) {
  discovery.step = STEP_IDLE;
  outcome_handler(discovery.conn_handle, complete);
}

static uint32_t subscription_write(void) {
  const struct ble_gatt_db_char* characteristic =
      char_find(subscriptions[discovery.subscription].service,
                subscriptions[discovery.subscription].char_uuid);
  const ble_gattc_write_params_t params = {
      .write_op = BLE_GATT_OP_WRITE_REQ,
      .handle = characteristic == NULL ? BLE_GATT_HANDLE_INVALID : characteristic->cccd_handle,
      .len = sizeof(subscriptions[0].cccd_value),
      .p_value = subscriptions[discovery.subscription].cccd_value,
  };

  if (params.handle == BLE_GATT_HANDLE_INVALID) {
    return NRF_ERROR_NOT_FOUND;
  }
  return sd_ble_gattc_write(discovery.conn_handle, &params);
}

/* Sends the request that the present step stands for. */
static void request_send(void) {
  uint32_t nrf_err = NRF_SUCCESS;
  const ble_uuid_t uuid = {
      .uuid = service_uuids[discovery.service],
      .type = BLE_UUID_TYPE_BLE,
  };
  const ble_gattc_handle_range_t range = {
      .start_handle = discovery.next_handle,
      .end_handle = current_service()->handle_range.end_handle,
  };

  switch (discovery.step) {
    case STEP_IDLE:
      return;
    case STEP_SERVICE:
      nrf_err = sd_ble_gattc_primary_services_discover(discovery.conn_handle, BLE_GATT_HANDLE_START,
                                                       &uuid);
      break;
    case STEP_CHARACTERISTICS:
      nrf_err = sd_ble_gattc_characteristics_discover(discovery.conn_handle, &range);
      break;
    case STEP_DESCRIPTORS:
      nrf_err = sd_ble_gattc_descriptors_discover(discovery.conn_handle, &range);
      break;
    case STEP_SUBSCRIBE:
      nrf_err = subscription_write();
      break;
  }

  discovery.request_refused = nrf_err == NRF_ERROR_BUSY;
  if (nrf_err != NRF_SUCCESS && nrf_err != NRF_ERROR_BUSY) {
    LOG_ERR("Discovery step %d failed, nrf_error %#x", (int)discovery.step, (unsigned int)nrf_err);
    finish(false);
  }
}

static void service_start(uint8_t service) {
  discovery.service = service;
  discovery.step = STEP_SERVICE;
  request_send();
}

static void subscriptions_start(void) {
  /* request_send() looks at the current service's record in any step. */
  discovery.service = 0;
  discovery.subscription = 0;
  discovery.step = STEP_SUBSCRIBE;
  request_send();
}

/* Last handle that belongs to a characteristic: the one before the next declaration, or the
 * service's last. */
static uint16_t char_end_handle(uint8_t index) {
  const struct ble_gatt_db_srv* record = current_service();

  if (index + 1 < record->char_count) {
    return record->characteristics[index + 1].characteristic.handle_decl - 1;
  }
  return record->handle_range.end_handle;
}

/* Goes to the next characteristic that has room for descriptors; after the last one to the next
 * service. */
static void descriptors_continue(void) {
  const struct ble_gatt_db_srv* record = current_service();

  for (; discovery.characteristic < record->char_count; discovery.characteristic++) {
    const uint16_t value_handle =
        record->characteristics[discovery.characteristic].characteristic.handle_value;

    if (value_handle < char_end_handle(discovery.characteristic)) {
      discovery.step = STEP_DESCRIPTORS;
      discovery.next_handle = value_handle + 1;
      request_send();
      return;
    }
  }

  if (discovery.service + 1 < REMOTE_SERVICE_COUNT) {
    service_start(discovery.service + 1);
    return;
  }
  subscriptions_start();
}

static void on_service(const ble_gattc_evt_t* evt) {
  struct ble_gatt_db_srv* record = current_service();

  if (evt->gatt_status != BLE_GATT_STATUS_SUCCESS || evt->params.prim_srvc_disc_rsp.count == 0) {
    LOG_ERR("The peer has no service %#x", service_uuids[discovery.service]);
    finish(false);
    return;
  }
  record->srv_uuid = evt->params.prim_srvc_disc_rsp.services[0].uuid;
  record->handle_range = evt->params.prim_srvc_disc_rsp.services[0].handle_range;
  discovery.characteristic = 0;
  discovery.step = STEP_CHARACTERISTICS;
  discovery.next_handle = record->handle_range.start_handle;
  request_send();
}

static void on_characteristics(const ble_gattc_evt_t* evt) {
  struct ble_gatt_db_srv* record = current_service();
  const ble_gattc_evt_char_disc_rsp_t* rsp = &evt->params.char_disc_rsp;
  uint16_t last_decl = record->handle_range.end_handle;

  if (evt->gatt_status == BLE_GATT_STATUS_SUCCESS) {
    for (uint16_t i = 0; i < rsp->count; i++) {
      last_decl = rsp->chars[i].handle_decl;
      if (record->char_count < CONFIG_BLE_GATT_DB_MAX_CHARS) {
        record->characteristics[record->char_count++].characteristic = rsp->chars[i];
      }
    }
    if (rsp->count > 0 && last_decl < record->handle_range.end_handle) {
      discovery.next_handle = last_decl + 1;
      request_send();
      return;
    }
  }
  descriptors_continue();
}

static void on_descriptors(const ble_gattc_evt_t* evt) {
  struct ble_gatt_db_char* characteristic =
      &current_service()->characteristics[discovery.characteristic];
  const ble_gattc_evt_desc_disc_rsp_t* rsp = &evt->params.desc_disc_rsp;
  const uint16_t end_handle = char_end_handle(discovery.characteristic);
  uint16_t last_handle = end_handle;

  if (evt->gatt_status == BLE_GATT_STATUS_SUCCESS && rsp->count > 0) {
    for (uint16_t i = 0; i < rsp->count; i++) {
      last_handle = rsp->descs[i].handle;
      if (last_handle <= end_handle &&
          rsp->descs[i].uuid.uuid == BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG) {
        characteristic->cccd_handle = last_handle;
      }
    }
    if (last_handle < end_handle) {
      discovery.next_handle = last_handle + 1;
      request_send();
      return;
    }
  }
  discovery.characteristic++;
  descriptors_continue();
}

static void on_write(const ble_gattc_evt_t* evt) {
  if (evt->gatt_status != BLE_GATT_STATUS_SUCCESS) {
    LOG_ERR("Subscribing failed, status %#x", evt->gatt_status);
    finish(false);
    return;
  }
  discovery.subscription++;
  if (discovery.subscription < SUBSCRIPTION_COUNT) {
    request_send();
    return;
  }
  finish(true);
}

void remote_database_init(remote_database_handler_t handler) { outcome_handler = handler; }

void remote_database_discover(uint16_t conn_handle) {
  memset(records, 0, sizeof(records));
  discovery.conn_handle = conn_handle;
  service_start(0);
}

void remote_database_on_ble_evt(const ble_evt_t* evt) {
  const ble_gattc_evt_t* gattc_evt = &evt->evt.gattc_evt;

  if (discovery.step == STEP_IDLE || gattc_evt->conn_handle != discovery.conn_handle) {
    return;
  }
  if (evt->header.evt_id == BLE_GAP_EVT_DISCONNECTED) {
    finish(false);
    return;
  }
  if (discovery.request_refused) {
    request_send();
    return;
  }

  switch (evt->header.evt_id) {
    case BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP:
      on_service(gattc_evt);
      break;
    case BLE_GATTC_EVT_CHAR_DISC_RSP:
      on_characteristics(gattc_evt);
      break;
    case BLE_GATTC_EVT_DESC_DISC_RSP:
      on_descriptors(gattc_evt);
      break;
    case BLE_GATTC_EVT_WRITE_RSP:
      on_write(gattc_evt);
      break;
    case BLE_GATTC_EVT_TIMEOUT:
      finish(false);
      break;
    default:
      break;
  }
}

struct ble_gatt_db_srv* remote_database_records(void) { return records; }

uint16_t remote_database_value_handle(enum remote_service service, uint16_t char_uuid) {
  const struct ble_gatt_db_char* characteristic = char_find(service, char_uuid);

  return characteristic == NULL ? BLE_GATT_HANDLE_INVALID
                                : characteristic->characteristic.handle_value;
}
