// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/security_manager.hpp"

#include <bit>

namespace pm {

bool are_valid(const ble_gap_sec_params_t& params) {
  const bool distributes_keys = params.kdist_own.enc != 0 || params.kdist_own.id != 0 ||
                                params.kdist_peer.enc != 0 || params.kdist_peer.id != 0;
  if (params.oob != 0 && params.mitm == 0) {
    return false;
  }
  if (params.io_caps > BLE_GAP_IO_CAPS_KEYBOARD_DISPLAY) {
    return false;
  }
  if (params.mitm != 0 && params.io_caps == BLE_GAP_IO_CAPS_NONE && params.oob == 0) {
    return false;
  }
  if (params.min_key_size > params.max_key_size || params.min_key_size < 7 ||
      params.max_key_size > 16) {
    return false;
  }
  return (params.bond != 0) == distributes_keys;
}

Status SecurityManager::init() {
  dispatcher_->reset();
  defaults_are_set_ = false;
  has_defaults_ = false;
  return lesc_->init();
}

Status SecurityManager::sec_params_set(const ble_gap_sec_params_t* params) {
  if (params != nullptr && !are_valid(*params)) {
    return Status::kInvalidParam;
  }
  if (params != nullptr) {
    default_storage_ = *params;
  }
  has_defaults_ = params != nullptr;
  defaults_are_set_ = true;
  return Status::kOk;
}

void SecurityManager::request_params(uint16_t conn_handle, const ble_gap_sec_params_t* peer_params,
                                     Choice& choice) {
  // A copy, so that what is chosen now is also what is used: a handler may set other defaults.
  choice.replied_params = default_storage_;
  choice.params = has_defaults_ ? &choice.replied_params : nullptr;
  choice.replied = false;
  pm_evt event = make_event(PM_EVT_CONN_SEC_PARAMS_REQ, conn_handle);
  event.conn_sec_params_req.peer_params = peer_params;
  event.conn_sec_params_req.context = &choice;
  router_->to_application(event);
}

Status SecurityManager::sec_params_reply(const ble_gap_sec_params_t* params, const void* context) {
  if (context == nullptr) {
    return Status::kNull;
  }
  if (params != nullptr && !are_valid(*params)) {
    return Status::kInvalidParam;
  }
  // Ours: the event handed it out as const only because handlers have no business with its inside.
  auto& choice = *static_cast<Choice*>(const_cast<void*>(context));
  choice.replied = true;
  choice.params = nullptr;
  if (params != nullptr) {
    choice.replied_params = *params;
    choice.params = &choice.replied_params;
  }
  return Status::kOk;
}

void SecurityManager::allow_repairing(uint16_t conn_handle, bool allowed) {
  states_->set(conn_handle, LinkFlag::kAllowRepairing, allowed);
}

// kNotFound: nobody ever said which parameters. `bond` tells whether those used ask for a bond.
Status SecurityManager::start(uint16_t conn_handle, SecureRequest request, bool& bond) {
  Choice choice;
  choice.params = nullptr;
  if (!request.null_params) {
    request_params(conn_handle, nullptr, choice);
    if (!defaults_are_set_ && !choice.replied) {
      return Status::kNotFound;
    }
  }
  bond = choice.params != nullptr && choice.params->bond != 0;
  const Status status =
      dispatcher_->link_secure(conn_handle, choice.params, request.force_repairing);
  states_->set(conn_handle, LinkFlag::kSecurePending, status == Status::kBusy);
  states_->set(conn_handle, LinkFlag::kSecurePendingForce, request.force_repairing);
  states_->set(conn_handle, LinkFlag::kSecurePendingNullParams, request.null_params);
  return status;
}

Status SecurityManager::conn_secure(uint16_t conn_handle, bool force_repairing) {
  if (states_->get(conn_handle, LinkFlag::kExcluded)) {
    return Status::kInvalidConnHandle;
  }
  bool bond = false;
  const Status status =
      start(conn_handle, {.force_repairing = force_repairing, .null_params = false}, bond);
  switch (status) {
    case Status::kBusy:
      return Status::kOk;
    case Status::kInvalidState:
      return Status::kBusy;
    case Status::kOk:
    case Status::kNotFound:
    case Status::kTimeout:
    case Status::kInvalidConnHandle:
    case Status::kInvalidData:
      return status;
    default:
      return Status::kInternal;
  }
}

void SecurityManager::start_and_report(uint16_t conn_handle, SecureRequest request) {
  bool bond = false;
  const Status status = start(conn_handle, request, bond);
  if (status != Status::kNotFound) {
    report(conn_handle, status, bond);
  }
}

void SecurityManager::reply_and_report(uint16_t conn_handle,
                                       const ble_gap_sec_params_t* peer_params) {
  Choice choice;
  request_params(conn_handle, peer_params, choice);
  const bool bond = choice.params != nullptr && choice.params->bond != 0;
  const Status status = dispatcher_->params_reply(conn_handle, choice.params);
  states_->set(conn_handle, LinkFlag::kParamsReplyPending, status == Status::kBusy);
  // The peer pairs already: a start of our own is not wanted any more.
  states_->set(conn_handle, LinkFlag::kSecurePending, false);
  report(conn_handle, status, bond);
}

// What nobody called for has no return value; its failure becomes an event.
void SecurityManager::report(uint16_t conn_handle, Status result, bool bond) {
  switch (result) {
    case Status::kOk:
    case Status::kBusy:
    case Status::kInvalidState:
      return;
    case Status::kTimeout:
      dispatcher_->fail(conn_handle,
                        bond ? PM_CONN_SEC_PROCEDURE_BONDING : PM_CONN_SEC_PROCEDURE_PAIRING,
                        PM_CONN_SEC_ERROR_SMP_TIMEOUT, BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
      return;
    default:
      router_->unexpected(conn_handle, result);
  }
}

void SecurityManager::retry_pending() {
  states_->for_each_connected(LinkFlag::kParamsReplyPending, [this](uint16_t conn_handle) {
    reply_and_report(conn_handle, nullptr);
  });
  states_->for_each_connected(LinkFlag::kSecurePending, [this](uint16_t conn_handle) {
    start_and_report(
        conn_handle,
        {.force_repairing = states_->get(conn_handle, LinkFlag::kSecurePendingForce),
         .null_params = states_->get(conn_handle, LinkFlag::kSecurePendingNullParams)});
  });
}

void SecurityManager::on_sec_request(uint16_t conn_handle,
                                     const ble_gap_evt_sec_request_t& request) {
  if (states_->get(conn_handle, LinkFlag::kProcedureRunning)) {
    return;
  }
  // A link that is encrypted already, but not as the peripheral wants it, needs a new pairing.
  bool force_repairing = false;
  if (states_->get(conn_handle, LinkFlag::kEncrypted)) {
    pm_conn_sec_status wanted{};
    wanted.bonded = request.bond;
    wanted.mitm_protected = request.mitm;
    wanted.lesc = request.lesc;
    force_repairing = !is_sufficient(conn_handle, wanted);
  }
  start_and_report(conn_handle,
                   {.force_repairing = force_repairing, .null_params = !has_defaults_});
#ifdef CONFIG_SOFTDEVICE_CENTRAL
  pm_evt event = make_event(PM_EVT_PERIPHERAL_SECURITY_REQ, conn_handle);
  event.peripheral_security_req = request;
  router_->to_application(event);
#endif
}

void SecurityManager::on_ble_event(const ble_evt_t& event) {
  if (event.header.evt_id == BLE_GAP_EVT_SEC_REQUEST) {
    if constexpr (config::kCentral) {
      on_sec_request(event.evt.gap_evt.conn_handle, event.evt.gap_evt.params.sec_request);
    }
  }
  if (event.header.evt_id == BLE_GAP_EVT_AUTH_STATUS) {
    // The reply that waits is of a pairing that has ended.
    states_->set(event.evt.gap_evt.conn_handle, LinkFlag::kParamsReplyPending, false);
  }
  dispatcher_->on_ble_event(event);
  lesc_->on_ble_event(event);
  retry_pending();
}

void SecurityManager::on_database_event(const pm_evt& event) {
  switch (event.evt_id) {
    case PM_EVT_FLASH_GARBAGE_COLLECTED:
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
    case PM_EVT_PEER_DELETE_SUCCEEDED:
    case PM_EVT_PEER_DELETE_FAILED:
      retry_pending();
      break;
    default:
      break;
  }
}

Status SecurityManager::status_get(uint16_t conn_handle, pm_conn_sec_status& status) const {
  const int index = states_->index(conn_handle);
  if (index < 0) {
    return Status::kInvalidConnHandle;
  }
  const PeerId peer = ids_->peer_of(conn_handle);
  const bool encrypted = states_->get_at(index, LinkFlag::kEncrypted);
  bool lesc = states_->get_at(index, LinkFlag::kLesc);
  if (!lesc && encrypted && peer != kInvalidPeer) {
    pm_peer_data_bonding bonding;
    lesc = ok(database_->load_bonding(peer, bonding)) && bonding.own_ltk.enc_info.lesc != 0;
    wipe(&bonding, sizeof bonding);
  }
  status.connected = states_->get_at(index, LinkFlag::kConnected);
  status.encrypted = encrypted;
  status.mitm_protected = states_->get_at(index, LinkFlag::kMitm);
  status.bonded = peer != kInvalidPeer;
  status.lesc = lesc;
  return Status::kOk;
}

bool SecurityManager::is_sufficient(uint16_t conn_handle,
                                    const pm_conn_sec_status& required) const {
  pm_conn_sec_status status{};
  if (!ok(status_get(conn_handle, status))) {
    return false;
  }
  // These bits ask for nothing; all of them are set, so that whole octets can be compared.
  status.reserved = 7;
  return (std::bit_cast<uint8_t>(required) & ~std::bit_cast<uint8_t>(status)) == 0;
}

}  // namespace pm
