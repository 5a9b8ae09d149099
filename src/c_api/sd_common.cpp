// SPDX-License-Identifier: Apache-2.0
//
// sd_softdevice_*, sd_ble_*, SoC calls: the SoftDevice interface over our own host, where there is
// no SoftDevice.
#include <algorithm>

#include "c_api/sd_call.hpp"
#include "nrf_error.h"
#include "nrf_sdm.h"
#include "nrf_soc.h"
#include "pm/c_api/runtime.hpp"

using pm::Status;
using pm::c_api::runtime;
using pm::c_api::sd_call;
using pm::host::Host;

namespace {

// The radio resources of a PC: taken, or not.
bool softdevice_enabled = false;

}  // namespace

extern "C" {

uint32_t sd_softdevice_enable(nrf_clock_lf_cfg_t const*, nrf_fault_handler_t) {
  if (softdevice_enabled) {
    return NRF_ERROR_INVALID_STATE;
  }
  softdevice_enabled = true;
  return NRF_SUCCESS;
}

uint32_t sd_softdevice_disable(void) {
  if (runtime() != nullptr) {
    runtime()->host().disable();
  }
  softdevice_enabled = false;
  return NRF_SUCCESS;
}

uint32_t sd_softdevice_is_enabled(uint8_t* p_softdevice_enabled) {
  *p_softdevice_enabled = softdevice_enabled ? 1 : 0;
  return NRF_SUCCESS;
}

uint32_t sd_ble_cfg_set(uint32_t cfg_id, ble_cfg_t const* p_cfg, uint32_t) {
  return sd_call([&](Host& h) { return h.cfg_set(cfg_id, p_cfg); });
}

uint32_t sd_ble_enable(uint32_t* p_app_ram_base) {
  if (p_app_ram_base == nullptr) {
    return NRF_ERROR_INVALID_ADDR;
  }
  if (runtime() == nullptr || !softdevice_enabled) {
    return NRF_ERROR_SOFTDEVICE_NOT_ENABLED;
  }
  const Status status = runtime()->host().enable([] {
    runtime()->idle();
    return true;
  });
  if (!pm::ok(status) && !runtime()->host().last_error().empty()) {
    runtime()->log(1, "stack", runtime()->host().last_error().c_str());
  }
  return pm::to_code(status);
}

uint32_t sd_ble_evt_get(uint8_t* p_dest, uint16_t* p_len) {
  return sd_call([&](Host& h) { return h.evt_get(p_dest, p_len); });
}

uint32_t sd_ble_uuid_vs_add(ble_uuid128_t const* p_vs_uuid, uint8_t* p_uuid_type) {
  return sd_call([&](Host& h) { return h.uuid_vs_add(p_vs_uuid, p_uuid_type); });
}

uint32_t sd_ble_uuid_vs_remove(uint8_t* p_uuid_type) {
  return sd_call([&](Host& h) { return h.uuid_vs_remove(p_uuid_type); });
}

uint32_t sd_ble_uuid_encode(ble_uuid_t const* p_uuid, uint8_t* p_uuid_le_len, uint8_t* p_uuid_le) {
  return sd_call([&](Host& h) { return h.uuid_encode(p_uuid, p_uuid_le_len, p_uuid_le); });
}

uint32_t sd_ble_uuid_decode(uint8_t uuid_le_len, uint8_t const* p_uuid_le, ble_uuid_t* p_uuid) {
  return sd_call([&](Host& h) { return h.uuid_decode(uuid_le_len, p_uuid_le, p_uuid); });
}

uint32_t sd_ble_version_get(ble_version_t* p_version) {
  return sd_call([&](Host& h) { return h.version_get(p_version); });
}

uint32_t sd_ble_user_mem_reply(uint16_t conn_handle, ble_user_mem_block_t const* p_block) {
  return sd_call([&](Host& h) { return h.user_mem_reply(conn_handle, p_block); });
}

uint32_t sd_ble_opt_set(uint32_t opt_id, ble_opt_t const* p_opt) {
  return sd_call([&](Host& h) { return h.opt_set(opt_id, p_opt); });
}

uint32_t sd_ble_opt_get(uint32_t opt_id, ble_opt_t* p_opt) {
  return sd_call([&](Host& h) { return h.opt_get(opt_id, p_opt); });
}

// Randomness of a PC needs no seed, and its flash is not the SoftDevice's: there are no SoC events.
uint32_t sd_evt_get(uint32_t*) { return NRF_ERROR_NOT_FOUND; }

uint32_t sd_rand_seed_set(uint8_t*) { return NRF_SUCCESS; }

uint32_t sd_rand_application_vector_get(uint8_t* p_buff, uint8_t length) {
  if (p_buff == nullptr) {
    return NRF_ERROR_INVALID_ADDR;
  }
  return runtime() == nullptr ? uint32_t{NRF_ERROR_SOFTDEVICE_NOT_ENABLED}
                              : pm::to_code(runtime()->crypto().random({p_buff, length}));
}

uint32_t sd_ecb_block_encrypt(nrf_ecb_hal_data_t* p_ecb_data) {
  if (p_ecb_data == nullptr) {
    return NRF_ERROR_INVALID_ADDR;
  }
  return runtime() == nullptr ? uint32_t{NRF_ERROR_SOFTDEVICE_NOT_ENABLED}
                              : pm::to_code(runtime()->crypto().aes128(
                                    std::span(p_ecb_data->key), std::span(p_ecb_data->cleartext),
                                    std::span(p_ecb_data->ciphertext)));
}

}  // extern "C"
