// SPDX-License-Identifier: Apache-2.0
//
// How security procedures end: success, new bonds, failure, disconnection.
#include <cstring>

#include "ble_hci.h"
#include "pm/peer_manager/detail/security_dispatcher.hpp"

namespace pm {

void SecurityDispatcher::succeed(uint16_t conn_handle, pm_conn_sec_procedure procedure,
                                 bool data_stored) {
  pm_evt event = make_event(PM_EVT_CONN_SEC_SUCCEEDED, conn_handle);
  event.conn_sec_succeeded.procedure = procedure;
  event.conn_sec_succeeded.data_stored = data_stored;
  router_->to_application(event);
}

void SecurityDispatcher::fail(uint16_t conn_handle, pm_conn_sec_procedure procedure, uint16_t error,
                              uint8_t source) {
  pm_evt event = make_event(PM_EVT_CONN_SEC_FAILED, conn_handle);
  event.conn_sec_failed.procedure = procedure;
  event.conn_sec_failed.error = error;
  event.conn_sec_failed.error_src = source;
  router_->to_application(event);
}

pm_conn_sec_procedure SecurityDispatcher::running_procedure(uint16_t conn_handle) const {
  if (!states_->get(conn_handle, LinkFlag::kProcedureIsPairing)) {
    return PM_CONN_SEC_PROCEDURE_ENCRYPTION;
  }
  return states_->get(conn_handle, LinkFlag::kProcedureIsBonding) ? PM_CONN_SEC_PROCEDURE_BONDING
                                                                  : PM_CONN_SEC_PROCEDURE_PAIRING;
}

// Ends the running procedure; without one nothing was promised and nothing is told.
void SecurityDispatcher::fail_running(uint16_t conn_handle, uint16_t error, uint8_t source) {
  drop_new_keys(conn_handle);
  if (!states_->get(conn_handle, LinkFlag::kProcedureRunning)) {
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  fail(conn_handle, running_procedure(conn_handle), error, source);
}

void SecurityDispatcher::on_conn_sec_update(uint16_t conn_handle,
                                            const ble_gap_conn_sec_mode_t& mode) {
  if (states_->get(conn_handle, LinkFlag::kProcedureIsPairing)) {
    // AUTH_STATUS follows.
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  if (mode.lv < 2) {
    // So a central learns that the peripheral has lost the key.
    fail(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION, PM_CONN_SEC_ERROR_PIN_OR_KEY_MISSING,
         BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
    return;
  }
  succeed(conn_handle, PM_CONN_SEC_PROCEDURE_ENCRYPTION, false);
}

void SecurityDispatcher::on_auth_status(uint16_t conn_handle,
                                        const ble_gap_evt_auth_status_t& status) {
  if (status.auth_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    on_auth_failure(conn_handle, status);
    return;
  }
  states_->set(conn_handle, LinkFlag::kProcedureRunning, false);
  if (status.bonded == 0) {
    drop_new_keys(conn_handle);
    succeed(conn_handle, PM_CONN_SEC_PROCEDURE_PAIRING, false);
    return;
  }
  const bool stored = store_bond(conn_handle);
  drop_new_keys(conn_handle);
  succeed(conn_handle, PM_CONN_SEC_PROCEDURE_BONDING, stored);
}

// Queues the new bond under the peer's ID, known or new. False: it is not kept.
bool SecurityDispatcher::store_bond(uint16_t conn_handle) {
  const int index = states_->index(conn_handle);
  const RecordKey key = key_of(temporary_owner(index), kBondingData);
  void* memory =
      states_->get(conn_handle, LinkFlag::kReceivesKeys) ? database_->pending_buffer(key) : nullptr;
  if (memory == nullptr) {
    // The pairing was never answered here, or by an answer to a former one.
    router_->unexpected(conn_handle, Status::kNotFound);
    return false;
  }
  const pm_peer_data_bonding& bonding = new_keys_[index];
  std::memcpy(memory, &bonding, sizeof bonding);
  if (pool_->is_deleting(ids_->peer_of(conn_handle))) {
    // What is being deleted is not brought back: the device bonds anew.
    ids_->set_peer(conn_handle, kInvalidPeer);
  }
  if (ids_->peer_of(conn_handle) == kInvalidPeer) {
    const PeerId known = ids_->find_duplicate(bonding);
    if (known != kInvalidPeer) {
      ids_->set_peer(conn_handle, known);
      if (!is_repairing_allowed(conn_handle)) {
        return false;
      }
    }
  }
  // Asked anew: a handler may have deleted the peer.
  PeerId peer = ids_->peer_of(conn_handle);
  const bool is_new = peer == kInvalidPeer;
  if (is_new) {
    peer = database_->allocate_peer();
    if (peer == kInvalidPeer) {
      router_->unexpected(conn_handle, Status::kNoMem);
      return false;
    }
    ids_->set_peer(conn_handle, peer);
  }
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
    ids_->set_peer(conn_handle, kInvalidPeer);
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
  const bool is_attempt = states_->get(conn_handle, LinkFlag::kProcedureRunning) &&
                          (status.auth_status != BLE_GAP_SEC_STATUS_REPEATED_ATTEMPTS ||
                           states_->get(conn_handle, LinkFlag::kParamsExchanged));
  fail_running(conn_handle, status.auth_status, status.error_src);
  if constexpr (config::kPairingAttemptsProtection) {
    const ble_gap_addr_t* address = ids_->address_of(conn_handle);
    if (is_attempt && address != nullptr) {
      attempts_->on_failure(*address);
    }
  } else {
    static_cast<void>(is_attempt);
  }
}

void SecurityDispatcher::on_disconnected(uint16_t conn_handle, uint8_t reason) {
  const bool has_wrong_key = reason == BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE;
  fail_running(conn_handle,
               has_wrong_key ? PM_CONN_SEC_ERROR_MIC_FAILURE : PM_CONN_SEC_ERROR_DISCONNECT,
               BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
}

}  // namespace pm
