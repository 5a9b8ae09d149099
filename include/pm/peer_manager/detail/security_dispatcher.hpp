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
  Status link_secure(uint16_t conn_handle, const ble_gap_sec_params_t* params,
                     bool force_repairing);

  /// Answers the peer's pairing parameters; `params` nullptr rejects. Results as link_secure().
  Status params_reply(uint16_t conn_handle, const ble_gap_sec_params_t* params);

  /// Tells that a procedure has failed.
  void fail(uint16_t conn_handle, pm_conn_sec_procedure procedure, uint16_t error, uint8_t source);

 private:
  void start(uint16_t conn_handle, pm_conn_sec_procedure procedure);
  void succeed(uint16_t conn_handle, pm_conn_sec_procedure procedure, bool data_stored);
  void fail_running(uint16_t conn_handle, uint16_t error, uint8_t source);
  pm_conn_sec_procedure running_procedure(uint16_t conn_handle) const;

  Status encrypt(uint16_t conn_handle, PeerId peer);
  Status pair(uint16_t conn_handle, const ble_gap_sec_params_t* params);

  bool may_pair(uint16_t conn_handle, uint8_t role);
  bool is_repairing_allowed(uint16_t conn_handle);
  bool is_blocked(uint16_t conn_handle) const;
  Status prepare_keys(uint16_t conn_handle, uint8_t role, bool bond, ble_gap_sec_keyset_t& keyset);

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
