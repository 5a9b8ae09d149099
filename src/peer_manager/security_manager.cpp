// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/security_manager.hpp"

#include <bit>

namespace pm {

namespace {

constexpr LinkFlags kSecureFlags = bit(LinkFlag::kSecurePending) |
                                   bit(LinkFlag::kSecurePendingForce) |
                                   bit(LinkFlag::kSecurePendingNullParams);

constexpr LinkFlags start_request(bool force_repairing) {
  return bit(LinkFlag::kSecurePending) | bit(LinkFlag::kSecurePendingForce, force_repairing);
}

// What is remembered of a link in the places where its status tells it.
constexpr LinkFlags kStatusFlags =
    bit(LinkFlag::kConnected) | bit(LinkFlag::kEncrypted) | bit(LinkFlag::kMitm);

}  // namespace

bool are_valid(const ble_gap_sec_params_t& params) {
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
  const bool distributes_keys = params.kdist_own.enc != 0 || params.kdist_own.id != 0 ||
                                params.kdist_peer.enc != 0 || params.kdist_peer.id != 0;
  return (params.bond != 0) == distributes_keys;
}

Status SecurityManager::init() {
  dispatcher_->reset();
  defaults_ = {};
  return lesc_->init();
}

[[gnu::noinline]] Status SecurityManager::choose(const ble_gap_sec_params_t* params,
                                                 Choice& choice) {
  if (params == nullptr) {
    choice.chosen = Chosen::kNull;
    return Status::kOk;
  }
  if (!are_valid(*params)) {
    return Status::kInvalidParam;
  }
  choice.params = *params;
  choice.chosen = Chosen::kParams;
  return Status::kOk;
}

Status SecurityManager::sec_params_set(const ble_gap_sec_params_t* params) {
  return choose(params, defaults_);
}

Status SecurityManager::sec_params_reply(const ble_gap_sec_params_t* params, const void* context) {
  // Ours: the event handed it out as const only because handlers have no business with its inside.
  return context != nullptr ? choose(params, *static_cast<Choice*>(const_cast<void*>(context)))
                            : Status::kNull;
}

void SecurityManager::allow_repairing(uint16_t conn_handle, bool allowed) {
  states_->set(conn_handle, LinkFlag::kAllowRepairing, allowed);
}

// kNotFound: nobody ever said which parameters.
Status SecurityManager::carry_out(uint16_t conn_handle, LinkFlags request,
                                  const ble_gap_sec_params_t* peer_params, bool reports) {
  const bool is_reply = (request & bit(LinkFlag::kParamsReplyPending)) != 0;
  // A copy, so that what is chosen now is also what is used: a handler may set other defaults.
  Choice choice = defaults_;
  if ((request & bit(LinkFlag::kSecurePendingNullParams)) != 0) {
    choice.chosen = Chosen::kNull;
  } else {
    pm_evt event = make_event(PM_EVT_CONN_SEC_PARAMS_REQ, conn_handle);
    event.conn_sec_params_req.peer_params = peer_params;
    event.conn_sec_params_req.context = &choice;
    router_->to_application(event);
    if (!is_reply && choice.chosen == Chosen::kNothing && defaults_.chosen == Chosen::kNothing) {
      return Status::kNotFound;
    }
  }
  const ble_gap_sec_params_t* params = choice.chosen == Chosen::kParams ? &choice.params : nullptr;
  Status status = Status::kInvalidConnHandle;
  if (Link* link = states_->find(conn_handle); link != nullptr) {
    const bool force_repairing = (request & bit(LinkFlag::kSecurePendingForce)) != 0;
    status = is_reply ? dispatcher_->params_reply(conn_handle, *link, params)
                      : dispatcher_->link_secure(conn_handle, *link, params, force_repairing);
    // Once the peer pairs, a start of our own is not wanted any more.
    link->assign(request | kSecureFlags, status == Status::kBusy ? request : 0);
  }
  if (reports) {
    report(conn_handle, status, params);
  }
  return status;
}

Status SecurityManager::conn_secure(uint16_t conn_handle, bool force_repairing) {
  if (states_->get(conn_handle, LinkFlag::kExcluded)) {
    return Status::kInvalidConnHandle;
  }
  const Status status = carry_out(conn_handle, start_request(force_repairing), nullptr, false);
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

void SecurityManager::reply_and_report(uint16_t conn_handle,
                                       const ble_gap_sec_params_t* peer_params) {
  static_cast<void>(carry_out(conn_handle, bit(LinkFlag::kParamsReplyPending), peer_params, true));
}

// What nobody called for has no return value; its failure becomes an event.
void SecurityManager::report(uint16_t conn_handle, Status result,
                             const ble_gap_sec_params_t* params) {
  switch (result) {
    case Status::kOk:
    case Status::kBusy:
    case Status::kInvalidState:
      return;
    case Status::kTimeout:
      dispatcher_->fail_pairing(conn_handle, params);
      return;
    default:
      router_->unexpected(conn_handle, result);
  }
}

void SecurityManager::retry(LinkFlag pending, LinkFlags request) {
  for (int index = 0;;) {
    const uint16_t conn_handle = states_->next_connected(pending, index);
    if (conn_handle == BLE_CONN_HANDLE_INVALID) {
      return;
    }
    static_cast<void>(carry_out(conn_handle, states_->flags(conn_handle) & request, nullptr, true));
  }
}

void SecurityManager::retry_pending() {
  retry(LinkFlag::kParamsReplyPending, bit(LinkFlag::kParamsReplyPending));
  retry(LinkFlag::kSecurePending, kSecureFlags);
}

void SecurityManager::on_sec_request(uint16_t conn_handle,
                                     const ble_gap_evt_sec_request_t& request) {
  const LinkFlags flags = states_->flags(conn_handle);
  if ((flags & bit(LinkFlag::kProcedureRunning)) != 0) {
    return;
  }
  // A link that is encrypted already, but not as the peripheral wants it, needs a new pairing.
  bool force_repairing = false;
  if ((flags & bit(LinkFlag::kEncrypted)) != 0) {
    pm_conn_sec_status wanted{};
    wanted.bonded = request.bond;
    wanted.mitm_protected = request.mitm;
    wanted.lesc = request.lesc;
    force_repairing = !is_sufficient(conn_handle, wanted);
  }
  LinkFlags reaction = start_request(force_repairing);
  if (defaults_.chosen != Chosen::kParams) {
    reaction |= bit(LinkFlag::kSecurePendingNullParams);
  }
  static_cast<void>(carry_out(conn_handle, reaction, nullptr, true));
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
  const Link* link = states_->find(conn_handle);
  if (link == nullptr) {
    return Status::kInvalidConnHandle;
  }
  const uint8_t reserved = status.reserved;
  status = std::bit_cast<pm_conn_sec_status>(static_cast<uint8_t>(link->flags & kStatusFlags));
  status.reserved = reserved & 7;
  status.bonded = is_peer_id(link->peer);
  status.lesc = link->has(LinkFlag::kLesc);
  if (status.bonded && status.encrypted && !status.lesc) {
    pm_peer_data_bonding bonding;
    if (ok(database_->load_bonding(link->peer, bonding))) {
      status.lesc = bonding.own_ltk.enc_info.lesc;
    }
    wipe(&bonding, sizeof bonding);
  }
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
