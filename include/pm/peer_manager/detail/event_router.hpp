// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/base/ref.hpp"
#include "pm/base/status.hpp"
#include "pm/base/types.hpp"

namespace pm {

class PeerManager;

/// An event with nothing in its payload. Not inlined: many call it, and each copy is larger than
/// the call.
[[gnu::noinline]] pm_evt make_event(pm_evt_id id, uint16_t conn_handle, PeerId peer = kInvalidPeer);
[[gnu::noinline]] pm_evt make_event(pm_evt_id id, PeerId peer);

/// The one sink of every module's events. Who receives them, in which order, is written in
/// peer_manager.cpp and nowhere else. Receivers run before the call returns, and may call back into
/// any module: a module decides and stores first, then delivers.
///
/// A missing connection handle or peer ID of an event is looked up from the other one at the moment
/// of sending.
class EventRouter {
 public:
  explicit constexpr EventRouter(PeerManager& peer_manager) : pm_(peer_manager) {}
  EventRouter(const EventRouter&) = delete;
  EventRouter& operator=(const EventRouter&) = delete;

  /// What only the application hears of.
  void to_application(pm_evt& event);
  void to_application(pm_evt_id id, uint16_t conn_handle);
  void unexpected(uint16_t conn_handle, Status error);
  /// STORAGE_FULL for kResources, else ERROR_UNEXPECTED.
  void not_stored(uint16_t conn_handle, PeerId peer, Status error);

  /// At initialisation.
  void bond_found(PeerId peer, const ble_gap_id_key_t& identity);
  void from_id_manager(pm_evt& event);
  /// A pairing needs our parameters.
  void params_requested(uint16_t conn_handle, const ble_gap_sec_params_t& peer_params);
  /// `buffered`: the operation was a write from a write buffer. Ends as storage_progressed().
  void from_peer_data_storage(pm_evt& event, bool buffered);
  void from_peer_database(pm_evt& event);
  /// A storage operation has completed and its events are delivered: its place in the queue is
  /// free.
  void storage_progressed();
  /// Something was removed. storage_progressed() follows.
  void space_freed();

 private:
  void complete(pm_evt& event) const;

  [[no_unique_address]] Ref<PeerManager> pm_;
};

}  // namespace pm
