// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"

namespace pm {

/// Ranks: which peer was used last. A stored number per peer, highest for the most recent.
class Ranks {
 public:
  constexpr Ranks(PeerDatabase& database, PeerIdPool& pool, EventRouter& router)
      : database_(database), pool_(pool), router_(router) {}
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  struct Extremes {
    PeerId highest_peer = kInvalidPeer;
    uint32_t highest = 0;
    PeerId lowest_peer = kInvalidPeer;
    uint32_t lowest = UINT32_MAX;
  };

  void reset();
  /// kNotFound: no peer at all (`out` untouched), or none with a rank. kInternal: unreadable, `out`
  /// untouched.
  Status extremes(Extremes& out) const;
  Status make_highest(PeerId peer);
  /// Completes an update.
  void on_database_event(pm_evt& event);

 private:
  bool load();

  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<EventRouter> router_;

  bool loaded_ = false;
  bool updating_ = false;
  PeerId highest_peer_{};
  uint32_t highest_ = 0;
  // What the running update writes: unchanged until its end.
  uint32_t written_ = 0;
};

}  // namespace pm
