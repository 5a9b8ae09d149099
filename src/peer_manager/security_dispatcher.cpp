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

// The procedure is kept in two flags as the number it has in events.
static_assert(PM_CONN_SEC_PROCEDURE_BONDING == 1 && PM_CONN_SEC_PROCEDURE_PAIRING == 2 &&
              bit(LinkFlag::kProcedureIsPairing) == 2 * bit(LinkFlag::kProcedureIsBonding));

void SecurityDispatcher::start(uint16_t conn_handle, pm_conn_sec_procedure procedure) {
  states_->assign(
      conn_handle,
      bit(LinkFlag::kProcedureRunning) | kProcedureFlags | bit(LinkFlag::kParamsExchanged),
      bit(LinkFlag::kProcedureRunning) | procedure * bit(LinkFlag::kProcedureIsBonding));
  tell(conn_handle, PM_EVT_CONN_SEC_START, procedure, kNone);
}

// A start that fails changes nothing of a procedure that is under way.
Status SecurityDispatcher::link_secure(uint16_t conn_handle, Link& link,
                                       const ble_gap_sec_params_t* params, bool force_repairing) {
  const bool is_central = link.is_central();
  if (is_central) {
    link.assign(bit(LinkFlag::kAllowRepairing), bit(LinkFlag::kAllowRepairing, force_repairing));
    if (params != nullptr && !force_repairing && is_peer_id(link.peer)) {
      return encrypt(conn_handle, link.peer);
    }
  } else if (params == nullptr) {
    return Status::kOk;
  }
  const Status status = soft_device_->gap_authenticate(conn_handle, params);
  // The Security Request of a peripheral leaves it to the central what happens, if anything: no
  // procedure has begun yet.
  if (ok(status) && is_central && params != nullptr) {
    start(conn_handle, pairing_with(*params));
  }
  return status == Status::kNoMem ? Status::kBusy : status;
}

Status SecurityDispatcher::encrypt(uint16_t conn_handle, PeerId peer) {
  pm_peer_data_bonding bonding;
  Status status = database_->load_bonding(peer, bonding);
  if (ok(status)) {
    const ble_gap_enc_key_t& key =
        bonding.own_ltk.enc_info.lesc != 0 ? bonding.own_ltk : bonding.peer_ltk;
    const bool is_usable = key.enc_info.lesc != 0 || !is_zero(key.master_id);
    status = is_usable ? soft_device_->gap_encrypt(conn_handle, key.master_id, key.enc_info)
                       : Status::kInvalidData;
  } else {
    // Absent: its write is still on its way.
    status = status == Status::kNotFound ? Status::kBusy : Status::kInternal;
  }
  wipe(&bonding, sizeof bonding);
  if (ok(status)) {
    start(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION);
  }
  return status;
}

void SecurityDispatcher::on_sec_params_request(uint16_t conn_handle,
                                               const ble_gap_evt_sec_params_request_t& request) {
  const Link* link = states_->find(conn_handle);
  if (link != nullptr && !link->is_central()) {
    start(conn_handle, pairing_with(request.peer_params));
  }
  // The security manager asks for the parameters, and comes back by params_reply().
  router_->params_requested(conn_handle, request.peer_params);
}

Status SecurityDispatcher::params_reply(uint16_t conn_handle, Link& link,
                                        const ble_gap_sec_params_t* params) {
  const bool is_central = link.is_central();
  if (!is_central) {
    link.assign(bit(LinkFlag::kAllowRepairing), 0);
  }
  uint8_t sec_status = BLE_GAP_SEC_STATUS_SUCCESS;
  if (attempts_->is_blocked(link.address)) {
    sec_status = BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS;
    // A central may replace our bond with it only with consent.
  } else if (params == nullptr ||
             (!is_central && is_peer_id(link.peer) && !is_repairing_allowed(conn_handle, link))) {
    sec_status = BLE_GAP_SEC_STATUS_PAIRING_NOT_SUPP;
  }
  if (sec_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    return soft_device_->gap_sec_params_reply(conn_handle, sec_status, nullptr, nullptr);
  }
  if (lesc_->is_making_key()) {
    return Status::kBusy;
  }
  const int index = states_->index_of(link);
  ble_gap_sec_keyset_t keyset{};
  keyset.keys_own.p_pk = lesc_->public_key();
  keyset.keys_peer.p_pk = lesc_->peer_key_memory(index);
  // Those of a former pairing; from here on a buffer means that the SoftDevice writes keys.
  drop_new_keys(conn_handle);
  if (params->bond != 0) {
    // A buffer is reserved, so that the bond can be kept when it is made.
    if (database_->acquire_buffer(key_of(temporary_owner(index), kBondingData), 1) == nullptr) {
      return Status::kBusy;
    }
    pm_peer_data_bonding& bonding = new_keys_[index];
    bonding.own_role = is_central ? BLE_GAP_ROLE_CENTRAL : BLE_GAP_ROLE_PERIPH;
    // Holds unless the peer distributes its identity.
    copy_octets(&bonding.peer_ble_id.id_addr_info, &link.address, sizeof link.address);
    keyset.keys_own.p_enc_key = &bonding.own_ltk;
    keyset.keys_peer.p_enc_key = &bonding.peer_ltk;
    keyset.keys_peer.p_id_key = &bonding.peer_ble_id;
  }
  const Status status = soft_device_->gap_sec_params_reply(conn_handle, sec_status,
                                                           is_central ? nullptr : params, &keyset);
  link.assign(bit(LinkFlag::kParamsExchanged), bit(LinkFlag::kParamsExchanged, ok(status)));
  if (!ok(status)) {
    drop_new_keys(conn_handle);
  }
  return status;
}

bool SecurityDispatcher::is_repairing_allowed(uint16_t conn_handle, const Link& link) {
  if (!link.has(LinkFlag::kAllowRepairing)) {
    router_->to_application(PM_EVT_CONN_SEC_CONFIG_REQ, conn_handle);
  }
  return link.has(LinkFlag::kAllowRepairing);
}

void SecurityDispatcher::drop_new_keys(uint16_t conn_handle) {
  const int index = soft_device_->link_index(conn_handle);
  if (index < 0 || index >= config::kLinks) {
    return;
  }
  static_cast<void>(database_->release_buffer(key_of(temporary_owner(index), kBondingData)));
  wipe(&new_keys_[index], sizeof new_keys_[index]);
}

void SecurityDispatcher::on_sec_info_request(uint16_t conn_handle,
                                             const ble_gap_evt_sec_info_request_t& request) {
  pm_peer_data_bonding bonding;
  const PeerId named =
      ids_->find_by_master_id(request.master_id, ids_->peer_of(conn_handle), bonding);
  if (is_peer_id(named)) {
    ids_->set_peer(conn_handle, named);
  }
  start(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION);

  const ble_gap_enc_key_t& key = bonding.own_ltk;
  // Asked anew: a handler may have deleted the peer.
  const PeerId peer = ids_->peer_of(conn_handle);
  const bool has_key = request.enc_info != 0 && is_peer_id(peer) &&
                       (peer == named || ok(database_->load_bonding(peer, bonding))) &&
                       (key.enc_info.lesc != 0 || are_equal(key.master_id, request.master_id));
  const Status status =
      soft_device_->gap_sec_info_reply(conn_handle, has_key ? &key.enc_info : nullptr);
  wipe(&bonding, sizeof bonding);
  if (!ok(status)) {
    // Otherwise the link is going down, which will end the procedure.
    if (status != Status::kInvalidState) {
      router_->unexpected(conn_handle, status);
    }
    return;
  }
  if (request.enc_info != 0 && !has_key) {
    fail_running(conn_handle, failure(PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING));
  }
}

}  // namespace pm
