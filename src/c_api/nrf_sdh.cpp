// SPDX-License-Identifier: Apache-2.0
//
// nrf_sdh_*: enabling, and telling events to the observers that the linker has gathered.
#include <cerrno>

#include "bm/softdevice_handler/nrf_sdh_observers.h"
#include "c_api/globals.hpp"
#include "c_api/trace.hpp"
#include "nrf_error.h"
#include "nrf_sdm.h"
#include "nrf_soc.h"
#include "pm/c_api/runtime.hpp"

namespace {

bool is_suspended = false;
// A handler that waits for something lets further events come; they wait for their turn.
bool is_delivering = false;

// The largest event, 8-byte aligned because of the pointers inside.
alignas(8) uint8_t event_octets[BLE_EVT_LEN_MAX(CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE)];

int tell_state(nrf_sdh_state_evt state) {
  int postponed = 0;
  NRF_SDH_OBSERVER_FOREACH(nrf_sdh_state_evt_observer, observer) {
    if (observer->handler(state, observer->context) != 0) {
      postponed = -EBUSY;
    }
  }
  return postponed;
}

bool is_enabled() {
  uint8_t enabled = 0;
  return sd_softdevice_is_enabled(&enabled) == NRF_SUCCESS && enabled != 0;
}

void deliver_soc_events() {
  uint32_t evt_id = 0;
  while (sd_evt_get(&evt_id) == NRF_SUCCESS) {
    NRF_SDH_OBSERVER_FOREACH(nrf_sdh_soc_evt_observer, observer) {
      observer->handler(evt_id, observer->context);
    }
  }
}

void deliver_ble_events() {
  for (;;) {
    uint16_t length = sizeof(event_octets);
    if (sd_ble_evt_get(event_octets, &length) != NRF_SUCCESS) {
      return;
    }
    const auto* event = reinterpret_cast<const ble_evt_t*>(event_octets);
    pm::c_api::trace_ble_event(*event);
    NRF_SDH_OBSERVER_FOREACH(nrf_sdh_ble_evt_observer, observer) {
      observer->handler(event, observer->context);
    }
  }
}

}  // namespace

extern "C" {

int nrf_sdh_enable_request(void) {
  if (is_enabled()) {
    return -EALREADY;
  }
  if (const int postponed = tell_state(NRF_SDH_STATE_EVT_ENABLE_PREPARE); postponed != 0) {
    return postponed;
  }
  if (sd_softdevice_enable(nullptr, nullptr) != NRF_SUCCESS) {
    return -EINVAL;
  }
  (void)tell_state(NRF_SDH_STATE_EVT_ENABLED);
  return 0;
}

int nrf_sdh_disable_request(void) {
  if (!is_enabled()) {
    return -EALREADY;
  }
  if (const int postponed = tell_state(NRF_SDH_STATE_EVT_DISABLE_PREPARE); postponed != 0) {
    return postponed;
  }
  if (sd_softdevice_disable() != NRF_SUCCESS) {
    return -EINVAL;
  }
  (void)tell_state(NRF_SDH_STATE_EVT_DISABLED);
  return 0;
}

int nrf_sdh_observer_ready(struct nrf_sdh_state_evt_observer* observer) {
  if (observer == nullptr) {
    return -EFAULT;
  }
  return is_enabled() ? nrf_sdh_disable_request() : nrf_sdh_enable_request();
}

void nrf_sdh_suspend(void) { is_suspended = true; }

void nrf_sdh_resume(void) { is_suspended = false; }

bool nrf_sdh_is_suspended(void) { return is_suspended; }

void nrf_sdh_evts_poll(void) {
  if (is_suspended || is_delivering) {
    return;
  }
  is_delivering = true;
  deliver_soc_events();
  deliver_ble_events();
  is_delivering = false;
}

int nrf_sdh_ble_enable(uint8_t conn_cfg_tag) {
  ble_cfg_t cfg = {};
  cfg.conn_cfg.conn_cfg_tag = conn_cfg_tag;
  cfg.conn_cfg.params.gap_conn_cfg.conn_count = CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT;
  cfg.conn_cfg.params.gap_conn_cfg.event_length = CONFIG_NRF_SDH_BLE_GAP_EVENT_LENGTH;
  uint32_t nrf_err = sd_ble_cfg_set(BLE_CONN_CFG_GAP, &cfg, 0);

  if (nrf_err == NRF_SUCCESS) {
    cfg = {};
    cfg.gap_cfg.role_count_cfg.adv_set_count = BLE_GAP_ADV_SET_COUNT_DEFAULT;
    cfg.gap_cfg.role_count_cfg.periph_role_count = CONFIG_NRF_SDH_BLE_PERIPHERAL_LINK_COUNT;
    cfg.gap_cfg.role_count_cfg.central_role_count = CONFIG_NRF_SDH_BLE_CENTRAL_LINK_COUNT;
    cfg.gap_cfg.role_count_cfg.central_sec_count = CONFIG_NRF_SDH_BLE_CENTRAL_LINK_COUNT;
    nrf_err = sd_ble_cfg_set(BLE_GAP_CFG_ROLE_COUNT, &cfg, 0);
  }
  if (nrf_err == NRF_SUCCESS && CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE != BLE_GATT_ATT_MTU_DEFAULT) {
    cfg = {};
    cfg.conn_cfg.conn_cfg_tag = conn_cfg_tag;
    cfg.conn_cfg.params.gatt_conn_cfg.att_mtu = CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE;
    nrf_err = sd_ble_cfg_set(BLE_CONN_CFG_GATT, &cfg, 0);
  }
  if (nrf_err == NRF_SUCCESS) {
    cfg = {};
    cfg.common_cfg.vs_uuid_cfg.vs_uuid_count = CONFIG_NRF_SDH_BLE_VS_UUID_COUNT;
    nrf_err = sd_ble_cfg_set(BLE_COMMON_CFG_VS_UUID, &cfg, 0);
  }
  if (nrf_err == NRF_SUCCESS) {
    cfg = {};
    cfg.gatts_cfg.attr_tab_size.attr_tab_size = CONFIG_NRF_SDH_BLE_GATTS_ATTR_TAB_SIZE;
    nrf_err = sd_ble_cfg_set(BLE_GATTS_CFG_ATTR_TAB_SIZE, &cfg, 0);
  }
  if (nrf_err == NRF_SUCCESS) {
    cfg = {};
#ifdef CONFIG_NRF_SDH_BLE_SERVICE_CHANGED
    cfg.gatts_cfg.service_changed.service_changed = 1;
#endif
    nrf_err = sd_ble_cfg_set(BLE_GATTS_CFG_SERVICE_CHANGED, &cfg, 0);
  }
  if (nrf_err == NRF_SUCCESS) {
    uint32_t app_ram_base = 0;
    nrf_err = sd_ble_enable(&app_ram_base);
  }
  if (nrf_err == NRF_SUCCESS) {
    (void)tell_state(NRF_SDH_STATE_EVT_BLE_ENABLED);
  }
  return static_cast<int>(nrf_err);
}

int nrf_sdh_ble_idx_get(uint16_t conn_handle) {
  return pm::c_api::runtime()->host().link_index(conn_handle);
}

uint16_t nrf_sdh_ble_conn_handle_get(int idx) {
  return pm::c_api::runtime()->host().link_handle(idx);
}

}  // extern "C"
