// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"

namespace pm {

/// Ranks: which peer was used last. A stored number per peer, highest for the most recent.
class Ranks {
 public:
  constexpr Ranks(PeerDatabase& database, PeerIdPool& pool, IdManager& ids, EventRouter& router)
      : database_(database), pool_(pool), ids_(ids), router_(router) {}
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  struct Extremes {
    PeerId highest_peer;
    uint32_t highest;
    PeerId lowest_peer;
    uint32_t lowest;
  };

  void reset();
  /// kNotFound: none has a rank; `out` then has no peers. kInternal: unreadable, `out` untouched.
  /// `only_unconnected`: of peers without a link, and not of those whose rank is unreadable.
  Status extremes(Extremes& out, bool only_unconnected = false) const;
  /// Who is used least and has no link; kInvalidPeer: nobody.
  PeerId lowest_unconnected() const;
  Status make_highest(PeerId peer);
  /// Completes an update.
  void on_database_event(pm_evt& event);

 private:
  bool load();

  [[no_unique_address]] Ref<PeerDatabase> database_;
  [[no_unique_address]] Ref<PeerIdPool> pool_;
  [[no_unique_address]] Ref<IdManager> ids_;
  [[no_unique_address]] Ref<EventRouter> router_;

  bool is_updating_ = false;
  /// Also while its rank is being written. kInvalidPeer: whoever it is, is in storage.
  PeerId highest_peer_{};
  /// A running update writes it: it is unchanged until its end.
  uint32_t highest_ = 0;
};

}  // namespace pm
