// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "host/event_queue.hpp"
#include "host/smp/outcome.hpp"
#include "host/smp/pairing.hpp"

namespace pm::host::smp {

/// The security events of one link, as the application sees them. (SoftDevice interface:
/// BLE_GAP_EVT_*.) Those that ask for an answer give their number in the queue.
class AppEvents {
 public:
  AppEvents(EventQueue& queue, uint16_t conn_handle) : queue_(queue), conn_handle_(conn_handle) {}

  uint64_t sec_params_request(const Pairing& pairing);
  void sec_request(uint8_t auth_req);
  uint64_t sec_info_request(const ble_gap_addr_t& peer, const ble_gap_master_id_t& master_id);
  uint64_t passkey_display(uint32_t passkey, bool match_request);
  uint64_t auth_key_request(uint8_t key_type);
  uint64_t lesc_dhkey_request(ble_gap_lesc_p256_pk_t* peer_public_key, bool oob);
  void key_pressed(uint8_t type);
  void conn_sec_update(uint8_t level, uint8_t key_size);
  void auth_status_failed(uint8_t status, uint8_t source, bool lesc);
  void auth_status_succeeded(const Pairing& pairing);

 private:
  template <class Params, class Fill>
  uint64_t raise(uint16_t evt_id, Fill&& fill);

  EventQueue& queue_;
  uint16_t conn_handle_;
};

}  // namespace pm::host::smp
