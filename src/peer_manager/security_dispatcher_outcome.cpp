// SPDX-License-Identifier: Apache-2.0
//
// How security procedures end: success, new bonds, failure, disconnection.
#include <cstring>

#include "ble_hci.h"
#include "pm/peer_manager/detail/security_dispatcher.hpp"

namespace pm {

void SecurityDispatcher::tell(uint16_t conn_handle, pm_evt_id id, pm_conn_sec_procedure procedure,
                              Details details) {
  const auto word = static_cast<uint32_t>(details);
  pm_evt event = make_event(id, conn_handle);
  // The payloads of all three begin with it.
  event.conn_sec_start.procedure = procedure;
  if (id == PM_EVT_CONN_SEC_FAILED) {
    event.conn_sec_failed.error = static_cast<uint16_t>(word);
    event.conn_sec_failed.error_src = static_cast<uint8_t>(word >> 16);
  } else if (details == kStored) {
    event.conn_sec_succeeded.data_stored = true;
  }
  router_->to_application(event);
}

// Ends the running procedure; without one nothing was promised and nothing is told.
void SecurityDispatcher::fail_running(uint16_t conn_handle, Details details) {
  drop_new_keys(conn_handle);
  const LinkFlags flags = states_->flags(conn_handle);
  if ((flags & bit(LinkFlag::kProcedureRunning)) == 0) {
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  tell(conn_handle, PM_EVT_CONN_SEC_FAILED,
       static_cast<pm_conn_sec_procedure>((flags & kProcedureFlags) /
                                          bit(LinkFlag::kProcedureIsBonding)),
       details);
}

void SecurityDispatcher::on_conn_sec_update(uint16_t conn_handle,
                                            const ble_gap_conn_sec_mode_t& mode) {
  if ((states_->flags(conn_handle) & kProcedureFlags) != 0) {
    // AUTH_STATUS follows.
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  if (mode.lv < 2) {
    // So a central learns that the peripheral has lost the key.
    tell(conn_handle, PM_EVT_CONN_SEC_FAILED, PM_CONN_SEC_PROCEDURE_ENCRYPTION,
         failure(PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING, BLE_GAP_SEC_STATUS_SOURCE_REMOTE));
    return;
  }
  tell(conn_handle, PM_EVT_CONN_SEC_SUCCEEDED, PM_CONN_SEC_PROCEDURE_ENCRYPTION, kNone);
}

void SecurityDispatcher::on_auth_status(uint16_t conn_handle,
                                        const ble_gap_evt_auth_status_t& status) {
  // The reply that waits is of a pairing that has ended.
  states_->set(conn_handle, LinkFlag::kParamsReplyPending, false);
  if (status.auth_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    on_auth_failure(conn_handle, status);
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  const bool is_bonded = status.bonded != 0;
  const bool is_stored = is_bonded && store_bond(conn_handle);
  drop_new_keys(conn_handle);
  tell(conn_handle, PM_EVT_CONN_SEC_SUCCEEDED,
       is_bonded ? PM_CONN_SEC_PROCEDURE_BONDING : PM_CONN_SEC_PROCEDURE_PAIRING,
       is_stored ? kStored : kNone);
}

// Queues the new bond under the peer's ID, known or new. False: it is not kept.
bool SecurityDispatcher::store_bond(uint16_t conn_handle) {
  Link* link = states_->find(conn_handle);
  const int index = link != nullptr ? states_->index_of(*link) : 0;
  const RecordKey key = key_of(temporary_owner(index), kBondingData);
  void* memory = link != nullptr ? database_->pending_buffer(key) : nullptr;
  if (memory == nullptr) {
    // The pairing was never answered here, or by an answer to a former one.
    router_->unexpected(conn_handle, Status::kNotFound);
    return false;
  }
  const pm_peer_data_bonding& bonding = new_keys_[index];
  std::memcpy(memory, &bonding, sizeof bonding);
  // What is being deleted is not brought back: the device bonds anew.
  if (!pool_->is_active(link->peer)) {
    link->peer = ids_->find_duplicate(bonding);
    if (is_peer_id(link->peer) && !is_repairing_allowed(conn_handle, *link)) {
      return false;
    }
  }
  // Asked anew: a handler may have deleted the peer.
  const bool is_new = !is_peer_id(link->peer);
  if (is_new) {
    link->peer = database_->allocate_peer();
    if (!is_peer_id(link->peer)) {
      router_->unexpected(conn_handle, Status::kNoMem);
      return false;
    }
  }
  const PeerId peer = link->peer;
  const Status status = database_->store_buffer(key, peer);
  if (ok(status)) {
    return true;
  }
  if (status == Status::kResources) {
    // Written as soon as something else has been deleted.
    router_->to_application(PM_EVT_STORAGE_FULL, conn_handle);
    return true;
  }
  if (is_new) {
    link->peer = kInvalidPeer;
    pool_->release(peer);
  }
  router_->unexpected(conn_handle, status);
  return false;
}

void SecurityDispatcher::on_auth_failure(uint16_t conn_handle,
                                         const ble_gap_evt_auth_status_t& status) {
  // A Security Request that nobody followed is no attempt, nor is one that was blocked, here or by
  // the peer: otherwise knocking while blocked would lengthen the wait. Later on the same words
  // hide one: the peer may know by then what it wanted.
  const Link* link = states_->find(conn_handle);
  const bool is_attempt = link != nullptr && link->has(LinkFlag::kProcedureRunning) &&
                          (status.auth_status != BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS ||
                           link->has(LinkFlag::kParamsExchanged));
  fail_running(conn_handle, failure(status.auth_status, status.error_src));
  if (is_attempt) {
    attempts_->on_failure(link->address);
  }
}

void SecurityDispatcher::on_disconnected(uint16_t conn_handle, uint8_t reason) {
  const bool has_wrong_key = reason == BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE;
  fail_running(conn_handle, failure(has_wrong_key ? PM_CONN_SEC_ERROR_MIC_FAILURE
                                                  : PM_CONN_SEC_ERROR_DISCONNECT));
}

}  // namespace pm
