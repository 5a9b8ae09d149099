// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/connection_states.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/peer_manager/detail/lesc.hpp"
#include "pm/peer_manager/detail/pairing_attempts.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"

namespace pm {

/// The procedure that pairing with these parameters is.
inline pm_conn_sec_procedure pairing_with(const ble_gap_sec_params_t& params) {
  return params.bond != 0 ? PM_CONN_SEC_PROCEDURE_BONDING : PM_CONN_SEC_PROCEDURE_PAIRING;
}

/// The security procedure of each link: talks to the SoftDevice, finds keys and stores new ones.
/// What is wanted is decided by the security manager.
class SecurityDispatcher {
 public:
  constexpr SecurityDispatcher(SoftDevice& soft_device, ConnectionStates& states, IdManager& ids,
                               PeerIdPool& pool, PeerDatabase& database, LescModule& lesc,
                               PairingAttemptsModule& attempts, EventRouter& router)
      : soft_device_(soft_device),
        states_(states),
        ids_(ids),
        pool_(pool),
        database_(database),
        lesc_(lesc),
        attempts_(attempts),
        router_(router) {}
  SecurityDispatcher(const SecurityDispatcher&) = delete;
  SecurityDispatcher& operator=(const SecurityDispatcher&) = delete;

  void reset() {
    attempts_->reset();
    wipe(new_keys_.data(), sizeof new_keys_);
  }
  void on_ble_event(const ble_evt_t& event);

  /// Starts security: as peripheral a Security Request, as central encryption or pairing; `params`
  /// nullptr rejects a pending Security Request. kBusy: to be tried again. kInvalidState, kTimeout,
  /// kInvalidConnHandle, kInvalidData, kInternal.
  Status link_secure(uint16_t conn_handle, Link& link, const ble_gap_sec_params_t* params,
                     bool force_repairing);

  /// Answers the peer's pairing parameters; `params` nullptr rejects. Results as link_secure().
  Status params_reply(uint16_t conn_handle, Link& link, const ble_gap_sec_params_t* params);

  /// Tells that pairing with `params` was not possible: an SMP timeout has happened before.
  void fail_pairing(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
    tell(conn_handle, PM_EVT_CONN_SEC_FAILED,
         params != nullptr ? pairing_with(*params) : PM_CONN_SEC_PROCEDURE_PAIRING,
         failure(PM_CONN_SEC_ERROR_SMP_TIMEOUT));
  }

 private:
  static constexpr LinkFlags kProcedureFlags =
      bit(LinkFlag::kProcedureIsBonding) | bit(LinkFlag::kProcedureIsPairing);
  /// What the event of a procedure says besides: error | source << 16 of a failure.
  enum class Details : uint32_t {};
  static constexpr Details kNone{0};
  static constexpr Details kStored{1};
  static constexpr Details failure(uint16_t error,
                                   uint8_t source = BLE_GAP_SEC_STATUS_SOURCE_LOCAL) {
    return Details{error | uint32_t{source} << 16};
  }

  void start(uint16_t conn_handle, pm_conn_sec_procedure procedure);
  /// Start, success or failure of a procedure.
  void tell(uint16_t conn_handle, pm_evt_id id, pm_conn_sec_procedure procedure, Details details);
  void fail_running(uint16_t conn_handle, Details details);

  Status encrypt(uint16_t conn_handle, PeerId peer);

  bool is_repairing_allowed(uint16_t conn_handle, const Link& link);

  void on_sec_params_request(uint16_t conn_handle, const ble_gap_evt_sec_params_request_t& request);
  void on_sec_info_request(uint16_t conn_handle, const ble_gap_evt_sec_info_request_t& request);
  void on_conn_sec_update(uint16_t conn_handle, const ble_gap_conn_sec_mode_t& mode);
  void on_auth_status(uint16_t conn_handle, const ble_gap_evt_auth_status_t& status);
  void on_auth_failure(uint16_t conn_handle, const ble_gap_evt_auth_status_t& status);
  void on_disconnected(uint16_t conn_handle, uint8_t reason);

  bool store_bond(uint16_t conn_handle);
  void drop_new_keys(uint16_t conn_handle);

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<LescModule> lesc_;
  [[no_unique_address]] Ref<PairingAttemptsModule> attempts_;
  [[no_unique_address]] Ref<EventRouter> router_;

  // Where the SoftDevice puts the keys of a link's pairing. It may run ahead of the events that are
  // seen here, and so write when nothing is expected any more: this memory serves no other purpose
  // and no other link. What is to be kept is copied into a write buffer, reserved before.
  std::array<pm_peer_data_bonding, config::kLinks> new_keys_{};
};

}  // namespace pm
