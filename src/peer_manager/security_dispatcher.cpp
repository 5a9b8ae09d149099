// SPDX-License-Identifier: Apache-2.0
//
// Starting procedures and answering the peer's. What ends them is in
// security_dispatcher_outcome.cpp.
#include "pm/peer_manager/detail/security_dispatcher.hpp"

namespace pm {

void SecurityDispatcher::on_ble_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_DISCONNECTED:
      on_disconnected(gap.conn_handle, gap.params.disconnected.reason);
      break;
    case BLE_GAP_EVT_SEC_PARAMS_REQUEST:
      on_sec_params_request(gap.conn_handle, gap.params.sec_params_request);
      break;
    case BLE_GAP_EVT_SEC_INFO_REQUEST:
      on_sec_info_request(gap.conn_handle, gap.params.sec_info_request);
      break;
    case BLE_GAP_EVT_CONN_SEC_UPDATE:
      on_conn_sec_update(gap.conn_handle, gap.params.conn_sec_update.conn_sec.sec_mode);
      break;
    case BLE_GAP_EVT_AUTH_STATUS:
      on_auth_status(gap.conn_handle, gap.params.auth_status);
      break;
    default:
      break;
  }
}

void SecurityDispatcher::start(uint16_t conn_handle, pm_conn_sec_procedure procedure) {
  states_->set(conn_handle, LinkFlag::kProcedureRunning);
  states_->set(conn_handle, LinkFlag::kParamsExchanged, false);
  states_->set(conn_handle, LinkFlag::kProcedureIsPairing,
               procedure != PM_CONN_SEC_PROCEDURE_ENCRYPTION);
  states_->set(conn_handle, LinkFlag::kProcedureIsBonding,
               procedure == PM_CONN_SEC_PROCEDURE_BONDING);
  pm_evt event = make_event(PM_EVT_CONN_SEC_START, conn_handle);
  event.conn_sec_start.procedure = procedure;
  router_->to_application(event);
}

Status SecurityDispatcher::link_secure(uint16_t conn_handle, const ble_gap_sec_params_t* params,
                                       bool force_repairing) {
  switch (states_->role(conn_handle)) {
    case BLE_GAP_ROLE_CENTRAL: {
      states_->set(conn_handle, LinkFlag::kAllowRepairing, force_repairing);
      if (params == nullptr) {
        return pair(conn_handle, nullptr);
      }
      const PeerId peer = ids_->peer_of(conn_handle);
      return peer != kInvalidPeer && !force_repairing ? encrypt(conn_handle, peer)
                                                      : pair(conn_handle, params);
    }
    case BLE_GAP_ROLE_PERIPH:
      // The Security Request leaves it to the central what happens, if anything: no procedure has
      // begun yet.
      return params == nullptr ? Status::kOk : pair(conn_handle, params);
    default:
      return Status::kInvalidConnHandle;
  }
}

Status SecurityDispatcher::encrypt(uint16_t conn_handle, PeerId peer) {
  pm_peer_data_bonding bonding;
  const Status loaded = database_->load_bonding(peer, bonding);
  if (!ok(loaded)) {
    wipe(&bonding, sizeof bonding);
    // Absent: its write is still on its way.
    return loaded == Status::kNotFound ? Status::kBusy : Status::kInternal;
  }
  const ble_gap_enc_key_t& key =
      bonding.own_ltk.enc_info.lesc != 0 ? bonding.own_ltk : bonding.peer_ltk;
  const bool is_usable = key.enc_info.lesc != 0 || !is_zero(key.master_id);
  const Status status = is_usable
                            ? soft_device_->gap_encrypt(conn_handle, key.master_id, key.enc_info)
                            : Status::kInvalidData;
  wipe(&bonding, sizeof bonding);
  if (ok(status)) {
    start(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION);
  }
  return status;
}

// A start that fails changes nothing of a procedure that is under way.
Status SecurityDispatcher::pair(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
  const Status asked = soft_device_->gap_authenticate(conn_handle, params);
  const Status status = asked == Status::kNoMem ? Status::kBusy : asked;
  const bool has_begun =
      ok(status) && params != nullptr && states_->role(conn_handle) == BLE_GAP_ROLE_CENTRAL;
  if (has_begun) {
    start(conn_handle,
          params->bond != 0 ? PM_CONN_SEC_PROCEDURE_BONDING : PM_CONN_SEC_PROCEDURE_PAIRING);
  }
  return status;
}

void SecurityDispatcher::on_sec_params_request(uint16_t conn_handle,
                                               const ble_gap_evt_sec_params_request_t& request) {
  if (states_->role(conn_handle) == BLE_GAP_ROLE_PERIPH) {
    start(conn_handle, request.peer_params.bond != 0 ? PM_CONN_SEC_PROCEDURE_BONDING
                                                     : PM_CONN_SEC_PROCEDURE_PAIRING);
  }
  // The security manager asks for the parameters, and comes back by params_reply().
  router_->params_requested(conn_handle, request.peer_params);
}

Status SecurityDispatcher::params_reply(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
  const uint8_t role = states_->role(conn_handle);
  if (role == BLE_GAP_ROLE_INVALID) {
    return Status::kInvalidConnHandle;
  }
  if (role == BLE_GAP_ROLE_PERIPH) {
    states_->set(conn_handle, LinkFlag::kAllowRepairing, false);
  }
  uint8_t sec_status = BLE_GAP_SEC_STATUS_SUCCESS;
  if (is_blocked(conn_handle)) {
    sec_status = BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS;
  } else if (params == nullptr || !may_pair(conn_handle, role)) {
    sec_status = BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP;
  }
  if (sec_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    return soft_device_->gap_sec_params_reply(conn_handle, sec_status, nullptr, nullptr);
  }
  ble_gap_sec_keyset_t keyset{};
  PM_TRY(prepare_keys(conn_handle, role, params->bond != 0, keyset));
  const Status status = soft_device_->gap_sec_params_reply(
      conn_handle, sec_status, role == BLE_GAP_ROLE_PERIPH ? params : nullptr, &keyset);
  if (!ok(status) && status != Status::kBusy) {
    drop_new_keys(conn_handle);
  }
  states_->set(conn_handle, LinkFlag::kReceivesKeys, ok(status) && params->bond != 0);
  states_->set(conn_handle, LinkFlag::kParamsExchanged, ok(status));
  return status;
}

bool SecurityDispatcher::is_blocked(uint16_t conn_handle) const {
  if constexpr (!config::kPairingAttemptsProtection) {
    return false;
  }
  const ble_gap_addr_t* address = ids_->address_of(conn_handle);
  return address == nullptr || attempts_->is_blocked(*address);
}

// A central may replace our bond with it only with consent.
bool SecurityDispatcher::may_pair(uint16_t conn_handle, uint8_t role) {
  const bool is_repairing =
      role == BLE_GAP_ROLE_PERIPH && ids_->peer_of(conn_handle) != kInvalidPeer;
  return !is_repairing || is_repairing_allowed(conn_handle);
}

bool SecurityDispatcher::is_repairing_allowed(uint16_t conn_handle) {
  if (!states_->get(conn_handle, LinkFlag::kAllowRepairing)) {
    router_->to_application(PM_EVT_CONN_SEC_CONFIG_REQ, conn_handle);
  }
  return states_->get(conn_handle, LinkFlag::kAllowRepairing);
}

void SecurityDispatcher::drop_new_keys(uint16_t conn_handle) {
  const int index = soft_device_->link_index(conn_handle);
  if (index < 0 || index >= config::kLinks) {
    return;
  }
  static_cast<void>(database_->release_buffer(key_of(temporary_owner(index), kBondingData)));
  states_->set(conn_handle, LinkFlag::kReceivesKeys, false);
  wipe(&new_keys_[index], sizeof new_keys_[index]);
}

// Memory for the keys of a pairing. With a bond, a buffer is reserved, so that the bond can be
// kept when it is made.
Status SecurityDispatcher::prepare_keys(uint16_t conn_handle, uint8_t role, bool bond,
                                        ble_gap_sec_keyset_t& keyset) {
  const int index = states_->index(conn_handle);
  const ble_gap_addr_t* address = ids_->address_of(conn_handle);
  if (index < 0 || address == nullptr) {
    return Status::kInvalidState;
  }
  if (lesc_->is_making_key()) {
    return Status::kBusy;
  }
  keyset.keys_own.p_pk = lesc_->public_key();
  keyset.keys_peer.p_pk = lesc_->peer_key_memory(index);
  if (!bond) {
    return Status::kOk;
  }
  if (database_->acquire_buffer(key_of(temporary_owner(index), kBondingData), 1) == nullptr) {
    return Status::kBusy;
  }
  pm_peer_data_bonding& bonding = new_keys_[index];
  wipe(&bonding, sizeof bonding);
  bonding.own_role = role;
  // Holds unless the peer distributes its identity.
  copy_octets(&bonding.peer_ble_id.id_addr_info, address, sizeof *address);
  keyset.keys_own.p_enc_key = &bonding.own_ltk;
  keyset.keys_peer.p_enc_key = &bonding.peer_ltk;
  keyset.keys_peer.p_id_key = &bonding.peer_ble_id;
  return Status::kOk;
}

void SecurityDispatcher::on_sec_info_request(uint16_t conn_handle,
                                             const ble_gap_evt_sec_info_request_t& request) {
  pm_peer_data_bonding bonding{};
  const PeerId named =
      ids_->find_by_master_id(request.master_id, ids_->peer_of(conn_handle), bonding);
  if (named != kInvalidPeer) {
    ids_->set_peer(conn_handle, named);
  }
  start(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION);

  const ble_gap_enc_key_t& key = bonding.own_ltk;
  const bool has_key =
      request.enc_info != 0 &&
      (named != kInvalidPeer ? ids_->peer_of(conn_handle) == named
                             : ok(database_->load_bonding(ids_->peer_of(conn_handle), bonding))) &&
      (key.enc_info.lesc != 0 || are_equal(key.master_id, request.master_id));
  const Status status =
      soft_device_->gap_sec_info_reply(conn_handle, has_key ? &key.enc_info : nullptr);
  wipe(&bonding, sizeof bonding);
  if (status == Status::kInvalidState) {
    // The link is going down, which will end the procedure.
    return;
  }
  if (!ok(status)) {
    router_->unexpected(conn_handle, status);
    return;
  }
  if (request.enc_info != 0 && !has_key) {
    fail_running(conn_handle, PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING,
                 BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
  }
}

}  // namespace pm
