// SPDX-License-Identifier: Apache-2.0
#include "host/gap/connections.hpp"

#include <algorithm>
#include <vector>

namespace pm::host::gap {
namespace {

/// Above what the queues of ATT and SMP can hold together.
constexpr size_t kWaitingFramesMax = 1024;

/// Of one link; above what an application that pulls can be behind.
constexpr size_t kWaitingEventsMax = 1024;

/// How long what was said last may take to reach the controller before a link ends anyway.
constexpr uint64_t kFarewellUs = 1'000'000;

}  // namespace

Connections::Connections(Controller& controller, Timers& timers, EventQueue& events,
                         const Config& config, UpperLayers& upper)
    : controller_(controller),
      timers_(timers),
      events_(events),
      config_(config),
      upper_(upper),
      signalling_(*this, timers, *this) {
  attach(kCidSignalling, signalling_);
  rssi_timer_.expired = &Connections::rssi_due;
  rssi_timer_.context = this;
  farewell_timer_.expired = &Connections::farewell_due;
  farewell_timer_.context = this;
}

Connections::~Connections() {
  timers_.stop(rssi_timer_);
  timers_.stop(farewell_timer_);
}

Connections::Connection* Connections::connection(uint16_t conn_handle) {
  const auto found = connections_.find(conn_handle);
  return found == connections_.end() ? nullptr : found->second.get();
}

const Connections::Connection* Connections::connection(uint16_t conn_handle) const {
  const auto found = connections_.find(conn_handle);
  return found == connections_.end() ? nullptr : found->second.get();
}

Link* Connections::find(uint16_t conn_handle) {
  Connection* open = connection(conn_handle);
  return open == nullptr ? nullptr : &open->link;
}

Status Connections::usable(uint16_t conn_handle, Connection*& out) {
  out = connection(conn_handle);
  if (out == nullptr) {
    return Status::kInvalidConnHandle;
  }
  return out->disconnecting ? Status::kInvalidState : Status::kOk;
}

bool Connections::link_free(bool as_central) const {
  const auto used = std::count_if(connections_.begin(), connections_.end(), [&](const auto& entry) {
    return entry.second->link.is_central == as_central;
  });
  return connections_.size() < config_.total_links &&
         used < (as_central ? config_.central_links : config_.peripheral_links);
}

void Connections::add(const NewLink& fresh) {
  const uint16_t conn_handle = fresh.link.conn_handle;
  auto open = std::make_unique<Connection>(config_.att_mtu);
  open->link = fresh.link;
  open->params = fresh.params;
  connections_[conn_handle] = std::move(open);
  controller_.acl().open(conn_handle);
  upper_.link_up(conn_handle);
  events_.raise(
      BLE_GAP_EVT_CONNECTED, conn_handle, kGapEvtLen<ble_gap_evt_connected_t>, [&](ble_evt_t& evt) {
        auto& connected = evt.evt.gap_evt.params.connected;
        connected.peer_addr = fresh.link.peer_address;
        connected.role = fresh.link.is_central ? BLE_GAP_ROLE_CENTRAL : BLE_GAP_ROLE_PERIPH;
        connected.conn_params = fresh.params;
        connected.adv_handle = fresh.adv_handle;
      });
}

void Connections::supersede(uint16_t conn_handle) {
  refused_.erase(conn_handle);
  if (connection(conn_handle) != nullptr) {
    remove(conn_handle, BLE_HCI_STATUS_CODE_UNSPECIFIED_ERROR);
  }
}

bool Connections::is_flooded(uint16_t conn_handle) const {
  return events_.waiting(conn_handle) >= kWaitingEventsMax;
}

void Connections::end_flooding() {
  for (const auto& [conn_handle, open] : connections_) {
    if (!open->disconnecting && is_flooded(conn_handle)) {
      (void)disconnect(conn_handle, BLE_HCI_REMOTE_DEV_TERMINATION_DUE_TO_LOW_RESOURCES);
    }
  }
}

void Connections::refuse(uint16_t conn_handle, uint8_t reason) {
  refused_.insert(conn_handle);
  controller_.send(hci::Disconnect{conn_handle, static_cast<hci::ErrorCode>(reason)});
}

void Connections::remove(uint16_t conn_handle, uint8_t reason) {
  signalling_.link_down(conn_handle);
  upper_.link_down(conn_handle);
  controller_.acl().close(conn_handle);
  connections_.erase(conn_handle);
  events_.raise(BLE_GAP_EVT_DISCONNECTED, conn_handle, kGapEvtLen<ble_gap_evt_disconnected_t>,
                [reason](ble_evt_t& evt) { evt.evt.gap_evt.params.disconnected.reason = reason; });
}

void Connections::on_disconnected(const hci::DisconnectionComplete& event) {
  if (event.status != hci::ErrorCode::kSuccess) {
    if (Connection* open = connection(event.handle)) {
      open->disconnecting.reset();
    }
    return;
  }
  if (refused_.erase(event.handle) != 0) {
    return;
  }
  const Connection* open = connection(event.handle);
  if (open == nullptr) {
    return;
  }
  auto reason = static_cast<uint8_t>(event.reason);
  // The side that ends the link sees 0x16, whatever it told the peer; some controllers echo what
  // they sent.
  if (open->disconnecting && *open->disconnecting == reason) {
    reason = BLE_HCI_LOCAL_HOST_TERMINATED_CONNECTION;
  }
  remove(event.handle, reason);
}

void Connections::lose_all(uint8_t reason) {
  refused_.clear();
  while (!connections_.empty()) {
    remove(connections_.begin()->first, reason);
  }
  timers_.stop(rssi_timer_);
  timers_.stop(farewell_timer_);
}

void Connections::on_acl_data(const hci::AclView& packet) {
  Connection* open = connection(packet.handle);
  if (open == nullptr || is_flooded(packet.handle)) {
    return;
  }
  const bool is_start = packet.boundary != hci::PacketBoundary::kContinuing;
  const auto frame = open->incoming.feed(is_start, packet.data);
  if (!frame) {
    return;
  }
  if (frame->oversized) {
    signalling_.on_oversized(packet.handle, frame->payload);
    return;
  }
  const auto sink = channels_.find(frame->cid);
  if (sink == channels_.end()) {
    return;
  }
  // The sink may end links, and with them the buffer that the frame stands in.
  const SecretOctets pdu(frame->payload);
  open->incoming.forget();
  sink->second->on_pdu(packet.handle, pdu);
}

void Connections::on_frame_sent(uint16_t conn_handle, uint16_t cid) {
  const auto sink = channels_.find(cid);
  if (sink != channels_.end() && connection(conn_handle) != nullptr) {
    sink->second->on_pdu_sent(conn_handle);
  }
  Connection* open = connection(conn_handle);
  if (open != nullptr && open->ends_when_sent && controller_.acl().waiting(conn_handle) == 0) {
    send_disconnect(conn_handle, *open);
  }
}

Status Connections::send(uint16_t conn_handle, uint16_t cid, Bytes pdu) {
  if (connection(conn_handle) == nullptr) {
    return Status::kInvalidConnHandle;
  }
  // A peer that asks and never acknowledges the answers would fill the memory.
  if (controller_.acl().waiting(conn_handle) >= kWaitingFramesMax) {
    (void)disconnect(conn_handle, BLE_HCI_REMOTE_DEV_TERMINATION_DUE_TO_LOW_RESOURCES);
    return Status::kResources;
  }
  return controller_.acl().send(conn_handle, cid, pdu) ? Status::kOk : Status::kInvalidConnHandle;
}

Status Connections::enable_encryption(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                                      uint16_t ediv, const Key128& ltk) {
  if (connection(conn_handle) == nullptr) {
    return Status::kInvalidConnHandle;
  }
  hci::LeEnableEncryption command;
  command.handle = conn_handle;
  std::copy(rand.begin(), rand.end(), command.rand.begin());
  command.ediv = ediv;
  command.ltk = ltk;
  controller_.send(command, [this, conn_handle](hci::ErrorCode status, Bytes) {
    if (status != hci::ErrorCode::kSuccess) {
      upper_.encryption_changed(conn_handle, static_cast<uint8_t>(status), false);
    }
  });
  command.ltk.wipe();
  return Status::kOk;
}

Status Connections::long_term_key_reply(uint16_t conn_handle, const Key128* ltk) {
  if (connection(conn_handle) == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (ltk == nullptr) {
    controller_.send(hci::LeLtkRequestNegativeReply{conn_handle});
    return Status::kOk;
  }
  hci::LeLtkRequestReply command{conn_handle, *ltk};
  // Refused, it will never be followed by an encryption change.
  controller_.send(command, [this, conn_handle](hci::ErrorCode status, Bytes) {
    if (status != hci::ErrorCode::kSuccess && connection(conn_handle) != nullptr) {
      upper_.encryption_changed(conn_handle, static_cast<uint8_t>(status), false);
    }
  });
  command.ltk.wipe();
  return Status::kOk;
}

Status Connections::disconnect(uint16_t conn_handle, uint8_t reason) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  open->disconnecting = reason;
  send_disconnect(conn_handle, *open);
  return Status::kOk;
}

void Connections::send_disconnect(uint16_t conn_handle, Connection& open) {
  open.ends_when_sent = false;
  const uint8_t reason = open.disconnecting.value_or(BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
  controller_.send(hci::Disconnect{conn_handle, static_cast<hci::ErrorCode>(reason)},
                   [this, conn_handle](hci::ErrorCode status, Bytes) {
                     Connection* ending = connection(conn_handle);
                     if (status == hci::ErrorCode::kSuccess || ending == nullptr) {
                       return;
                     }
                     // The controller knows no such link: its end was never told, or is lost.
                     if (status == hci::ErrorCode::kUnknownConnectionId) {
                       remove(conn_handle, BLE_HCI_LOCAL_HOST_TERMINATED_CONNECTION);
                       return;
                     }
                     ending->disconnecting.reset();
                   });
}

void Connections::farewell_due(void* context) {
  auto& self = *static_cast<Connections*>(context);
  std::vector<uint16_t> late;
  for (const auto& [conn_handle, open] : self.connections_) {
    if (open->ends_when_sent) {
      late.push_back(conn_handle);
    }
  }
  for (const uint16_t conn_handle : late) {
    if (Connection* open = self.connection(conn_handle)) {
      self.send_disconnect(conn_handle, *open);
    }
  }
}

Status Connections::gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code) {
  if (hci_status_code != BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION &&
      hci_status_code != BLE_HCI_CONN_INTERVAL_UNACCEPTABLE) {
    return Status::kInvalidParam;
  }
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  open->disconnecting = hci_status_code;
  if (controller_.acl().waiting(conn_handle) == 0) {
    send_disconnect(conn_handle, *open);
    return Status::kOk;
  }
  // Commands overtake data that wait for a buffer of the controller, e.g. the reason why a pairing
  // has failed, on which the peer's user depends. A peer that acknowledges nothing is not waited
  // for long.
  open->ends_when_sent = true;
  timers_.start(farewell_timer_, kFarewellUs);
  return Status::kOk;
}

}  // namespace pm::host::gap
