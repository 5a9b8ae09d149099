// SPDX-License-Identifier: Apache-2.0
//
// nrf_ble_lesc_*. The main loop calls the request handler from the first turn on, whatever has
// failed before it: before boot() there is nothing to do.
#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"

#include "c_api/api.hpp"
#include "c_api/globals.hpp"
#include "c_api/returned.hpp"
#include "nrf_error.h"
#include "pm/peer_manager/peer_manager.hpp"

namespace {

using pm::PeerManager;
using pm::c_api::peer_manager;
using pm::c_api::returned;

/// `otherwise`: the result before boot().
template <class Call>
uint32_t call(const char* function, uint32_t otherwise, Call&& call_it) {
  PeerManager* manager = peer_manager();
  return returned(function, manager == nullptr ? otherwise : pm::to_code(call_it(*manager)));
}

}  // namespace

extern "C" {

PM_API uint32_t nrf_ble_lesc_init(void) {
  return call(__func__, NRF_ERROR_INTERNAL, [](PeerManager& m) { return m.lesc_init(); });
}

PM_API uint32_t nrf_ble_lesc_keypair_generate(void) {
  return call(__func__, NRF_ERROR_INTERNAL,
              [](PeerManager& m) { return m.lesc_keypair_generate(); });
}

PM_API uint32_t nrf_ble_lesc_own_oob_data_generate(void) {
  return call(__func__, NRF_ERROR_INVALID_STATE,
              [](PeerManager& m) { return m.lesc_own_oob_data_generate(); });
}

PM_API ble_gap_lesc_p256_pk_t* nrf_ble_lesc_public_key_get(void) {
  PeerManager* manager = peer_manager();
  return returned(__func__, manager == nullptr ? nullptr : manager->lesc_public_key_get());
}

PM_API ble_gap_lesc_oob_data_t* nrf_ble_lesc_own_oob_data_get(void) {
  PeerManager* manager = peer_manager();
  return returned(__func__, manager == nullptr ? nullptr : manager->lesc_own_oob_data_get());
}

PM_API void nrf_ble_lesc_peer_oob_data_handler_set(nrf_ble_lesc_peer_oob_data_handler handler) {
  returned(__func__);
  if (PeerManager* manager = peer_manager()) {
    manager->lesc_peer_oob_data_handler_set(handler);
  }
}

PM_API uint32_t nrf_ble_lesc_request_handler(void) {
  return call(__func__, NRF_SUCCESS, [](PeerManager& m) { return m.lesc_request_handler(); });
}

PM_API void nrf_ble_lesc_on_ble_evt(const ble_evt_t* ble_evt) {
  returned(__func__);
  if (PeerManager* manager = peer_manager(); manager != nullptr && ble_evt != nullptr) {
    manager->lesc_on_ble_event(*ble_evt);
  }
}

}  // extern "C"
