// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/security_dispatcher.hpp"

namespace pm {

/// Which security is wanted: parameters, reactions to Security Requests, repetition of what the
/// SoftDevice or the database had no time for.
class SecurityManager {
 public:
  constexpr SecurityManager(ConnectionStates& states, IdManager& ids, PeerDatabase& database,
                            SecurityDispatcher& dispatcher, LescModule& lesc, EventRouter& router)
      : states_(states),
        ids_(ids),
        database_(database),
        dispatcher_(dispatcher),
        lesc_(lesc),
        router_(router) {}
  SecurityManager(const SecurityManager&) = delete;
  SecurityManager& operator=(const SecurityManager&) = delete;

  Status init();

  // Semantics in PeerManager.
  Status sec_params_set(const ble_gap_sec_params_t* params);
  Status conn_secure(uint16_t conn_handle, bool force_repairing);
  static Status sec_params_reply(const ble_gap_sec_params_t* params, const void* context);
  void allow_repairing(uint16_t conn_handle, bool allowed);
  Status status_get(uint16_t conn_handle, pm_conn_sec_status& status) const;
  bool is_sufficient(uint16_t conn_handle, const pm_conn_sec_status& required) const;

  void on_ble_event(const ble_evt_t& event);
  /// The peer pairs: asks the application for parameters and answers with them.
  void reply_and_report(uint16_t conn_handle, const ble_gap_sec_params_t* peer_params);
  void on_database_event(const pm_evt& event);

 private:
  enum class Chosen : uint8_t { kNothing, kNull, kParams };
  /// Parameters: the defaults, or those of one procedure, open to replies while the request event
  /// is delivered.
  struct Choice {
    ble_gap_sec_params_t params;
    Chosen chosen;
  };

  static Status choose(const ble_gap_sec_params_t* params, Choice& choice);
  /// A request is what is remembered if it has to wait: kParamsReplyPending, or kSecurePending and
  /// how. `reports`: failures become events.
  Status carry_out(uint16_t conn_handle, LinkFlags request, const ble_gap_sec_params_t* peer_params,
                   bool reports);
  void report(uint16_t conn_handle, Status result, const ble_gap_sec_params_t* params);
  void retry(LinkFlag pending, LinkFlags request);
  void retry_pending();
  void on_sec_request(uint16_t conn_handle, const ble_gap_evt_sec_request_t& request);

  [[no_unique_address]] Ref<ConnectionStates> states_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<SecurityDispatcher> dispatcher_;
  [[no_unique_address]] Ref<LescModule> lesc_;
  [[no_unique_address]] Ref<EventRouter> router_;

  Choice defaults_{};
};

/// The rules that pairing parameters keep: Core, Vol 3, Part H, 3.5.1 and 3.5.2, and those of
/// bonding here.
bool are_valid(const ble_gap_sec_params_t& params);

}  // namespace pm
