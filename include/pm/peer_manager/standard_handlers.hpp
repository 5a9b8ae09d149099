// SPDX-License-Identifier: Apache-2.0
/// @file
/// Ready-made reactions to events.
#pragma once

#include <array>

#include "pm/base/config.hpp"
#include "pm/base/inline_vector.hpp"
#include "pm/base/ref.hpp"
#include "pm/base/setting.hpp"
#include "pm/peer_manager/peer_manager.hpp"

namespace pm {

/// Ready-made reactions to events, for applications to call from their handlers or to register
/// directly. They use only the public calls of the Peer Manager, and run in the context of the
/// events.
class StandardHandlers {
 public:
  /// `security_delay_ms`: how long security waits after the event that asks for it; 0 does not
  /// wait.
  constexpr StandardHandlers(PeerManager& peer_manager, SoftDevice& soft_device, Timers& timers,
                             Setting<config::kSecurityDelayMs> security_delay_ms = {})
      : peer_manager_(peer_manager),
        soft_device_(soft_device),
        timers_(timers),
        security_delay_ms_(security_delay_ms) {}
  StandardHandlers(const StandardHandlers&) = delete;
  StandardHandlers& operator=(const StandardHandlers&) = delete;

  /// Forgets what is under way, as an initialisation of the Peer Manager does.
  void reset();

  // ---- For every Peer Manager event.

  /// Logs, and secures links of bonded peers as soon as they are up.
  void on_pm_evt(const pm_evt& event);
  /// Logs alone, in a severity that fits the event.
  void pm_evt_log(const pm_evt& event);
  /// Ranks the peer that was used last highest; when storage is full, deletes the lowest ranked
  /// peer that is not connected, one at a time, if the link that needs the room is authenticated.
  /// Needs CONFIG_PM_PEER_RANKS.
  void flash_clean(const pm_evt& event);
  /// For an application whose call returned NRF_ERROR_RESOURCES: as flash_clean() of STORAGE_FULL,
  /// whatever the links are.
  void flash_clean_on_return();
  /// Disconnects a link whose security failed.
  void disconnect_on_sec_failure(const pm_evt& event);
  /// Disconnects a link that became secure, but less than `minimum`.
  void disconnect_on_insufficient_sec(const pm_evt& event, const pm_conn_sec_status& minimum);

  // ---- For every SoftDevice event.

  /// Secures each new link.
  void secure_on_connection(const ble_evt_t& event);
  /// Secures a link on which a GATT procedure failed for lack of security. The procedure is not
  /// repeated.
  void secure_on_error(const ble_evt_t& event);

 private:
  /// Security of one link that waits for its time.
  struct Delayed {
    StandardHandlers* handlers;
    uint16_t conn_handle;
    bool force;
    Timer timer;
  };
  static constexpr size_t kWaitingRanks = 8;
  static constexpr bool kMayDelay =
      Setting<config::kSecurityDelayMs>::may_differ() || config::kSecurityDelayMs != 0;

  /// `force`: also when the link is encrypted already.
  void secure(uint16_t conn_handle, bool force);
  void secure_now(uint16_t conn_handle, bool force);
  void stop_delayed(uint16_t conn_handle);
  static void delay_expired(void* delayed);
  void disconnect(uint16_t conn_handle);

  void rank_highest(uint16_t peer);
  Status rank_waiting();
  bool may_displace(uint16_t peer);
  void evict(uint16_t in_need);

  [[no_unique_address]] Ref<PeerManager> peer_manager_;
  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<Timers> timers_;
  [[no_unique_address]] Setting<config::kSecurityDelayMs> security_delay_ms_;
  InlineVector<uint16_t, kWaitingRanks> waiting_ranks_;
  bool is_ranking_ = false;
  /// The deletion of this one makes room.
  bool is_evicting_ = false;
  uint16_t evicted_ = 0;
  [[no_unique_address]] std::array<Delayed, kMayDelay ? config::kLinks : 0> delayed_{};
};

}  // namespace pm
