// SPDX-License-Identifier: Apache-2.0
#include "host/smp/app_events.hpp"

#include "host/smp/passkey.hpp"

namespace pm::host::smp {

template <class Params, class Fill>
uint64_t AppEvents::raise(uint16_t evt_id, Fill&& fill) {
  return queue_.raise(evt_id, conn_handle_, kGapEvtLen<Params>,
                      [&](ble_evt_t& event) { fill(event.evt.gap_evt.params); });
}

uint64_t AppEvents::sec_params_request(const Pairing& pairing) {
  return raise<ble_gap_evt_sec_params_request_t>(BLE_GAP_EVT_SEC_PARAMS_REQUEST, [&](auto& params) {
    const Features& features = pairing.peer_features();
    const uint8_t own = pairing.is_initiator ? features.responder_keys : features.initiator_keys;
    const uint8_t other = pairing.is_initiator ? features.initiator_keys : features.responder_keys;
    ble_gap_sec_params_t& peer = params.sec_params_request.peer_params;
    peer.bond = features.bonding();
    peer.mitm = features.mitm();
    peer.lesc = features.secure_connections();
    peer.keypress = features.keypress();
    peer.io_caps = features.io_capability & 0x07;
    peer.oob = features.oob & 0x01;
    peer.max_key_size = features.max_key_size;
    // Seen from the peer: its own keys are those that it distributes.
    peer.kdist_own.enc = (own & kDistributeEncKey) != 0;
    peer.kdist_own.id = (own & kDistributeIdKey) != 0;
    peer.kdist_peer.enc = (other & kDistributeEncKey) != 0;
    peer.kdist_peer.id = (other & kDistributeIdKey) != 0;
  });
}

void AppEvents::sec_request(uint8_t auth_req) {
  raise<ble_gap_evt_sec_request_t>(BLE_GAP_EVT_SEC_REQUEST, [&](auto& params) {
    params.sec_request.bond = (auth_req & kAuthBondingMask) == kAuthBonding;
    params.sec_request.mitm = (auth_req & kAuthMitm) != 0;
    params.sec_request.lesc = (auth_req & kAuthSecureConnections) != 0;
    params.sec_request.keypress = (auth_req & kAuthKeypress) != 0;
  });
}

uint64_t AppEvents::sec_info_request(const ble_gap_addr_t& peer,
                                     const ble_gap_master_id_t& master_id) {
  return raise<ble_gap_evt_sec_info_request_t>(BLE_GAP_EVT_SEC_INFO_REQUEST, [&](auto& params) {
    params.sec_info_request.peer_addr = peer;
    params.sec_info_request.master_id = master_id;
    params.sec_info_request.enc_info = 1;
  });
}

uint64_t AppEvents::passkey_display(uint32_t passkey, bool match_request) {
  return raise<ble_gap_evt_passkey_display_t>(BLE_GAP_EVT_PASSKEY_DISPLAY, [&](auto& params) {
    passkey_to_digits(passkey, params.passkey_display.passkey);
    params.passkey_display.match_request = match_request;
  });
}

uint64_t AppEvents::auth_key_request(uint8_t key_type) {
  return raise<ble_gap_evt_auth_key_request_t>(BLE_GAP_EVT_AUTH_KEY_REQUEST, [&](auto& params) {
    params.auth_key_request.key_type = key_type;
  });
}

uint64_t AppEvents::lesc_dhkey_request(ble_gap_lesc_p256_pk_t* peer_public_key, bool oob) {
  return raise<ble_gap_evt_lesc_dhkey_request_t>(BLE_GAP_EVT_LESC_DHKEY_REQUEST, [&](auto& params) {
    params.lesc_dhkey_request.p_pk_peer = peer_public_key;
    params.lesc_dhkey_request.oobd_req = oob;
  });
}

void AppEvents::key_pressed(uint8_t type) {
  raise<ble_gap_evt_key_pressed_t>(BLE_GAP_EVT_KEY_PRESSED,
                                   [&](auto& params) { params.key_pressed.kp_not = type; });
}

void AppEvents::conn_sec_update(uint8_t level, uint8_t key_size) {
  raise<ble_gap_evt_conn_sec_update_t>(BLE_GAP_EVT_CONN_SEC_UPDATE, [&](auto& params) {
    ble_gap_conn_sec_t& security = params.conn_sec_update.conn_sec;
    security.sec_mode.sm = 1;
    security.sec_mode.lv = level & 0x0F;
    security.encr_key_size = key_size;
  });
}

void AppEvents::auth_status_failed(uint8_t status, uint8_t source, bool lesc) {
  raise<ble_gap_evt_auth_status_t>(BLE_GAP_EVT_AUTH_STATUS, [&](auto& params) {
    params.auth_status.auth_status = status;
    params.auth_status.error_src = source & 0x03;
    params.auth_status.lesc = lesc;
  });
}

void AppEvents::auth_status_succeeded(const Pairing& pairing) {
  raise<ble_gap_evt_auth_status_t>(BLE_GAP_EVT_AUTH_STATUS, [&](auto& params) {
    const Agreement& agreement = pairing.agreement;
    ble_gap_evt_auth_status_t& status = params.auth_status;
    status.auth_status = BLE_GAP_SEC_STATUS_SUCCESS;
    status.bonded = agreement.bonding;
    status.lesc = agreement.secure_connections;
    status.sm1_levels.lv1 = 1;
    status.sm1_levels.lv2 = 1;
    status.sm1_levels.lv3 = agreement.level() >= 3;
    status.sm1_levels.lv4 = agreement.level() >= 4;
    // The LTK of Secure Connections counts as ours on both sides.
    const bool sc_ltk = agreement.secure_connections && agreement.bonding;
    status.kdist_own.enc = sc_ltk || (pairing.own_keys() & kDistributeEncKey) != 0;
    status.kdist_own.id = (pairing.own_keys() & kDistributeIdKey) != 0;
    status.kdist_peer.enc = (pairing.peer_keys() & kDistributeEncKey) != 0;
    status.kdist_peer.id = (pairing.peer_keys() & kDistributeIdKey) != 0;
  });
}

}  // namespace pm::host::smp
