// SPDX-License-Identifier: Apache-2.0
//
// Data plane of a link: connection events, fragmentation, acknowledgement, faults, loss.
#include "sim/link.hpp"

#include <algorithm>

#include "sim/link_emit.hpp"

namespace pm::sim {

namespace {

// Each way. Real controllers manage some such number in an interval of 7.5 ms.
constexpr unsigned kPdusPerEvent = 6;
// From CONNECT_IND to the first connection event.
constexpr uint64_t kFirstEventUs = 2500;
constexpr size_t kL2capHeader = 4;

}  // namespace

void Link::start(const Setup& setup) {
  end(hci::Role::kCentral).controller = setup.central;
  end(hci::Role::kCentral).handle = setup.central_handle;
  end(hci::Role::kPeripheral).controller = setup.peripheral;
  end(hci::Role::kPeripheral).handle = setup.peripheral_handle;
  parameters_ = setup.parameters;
  anchor_us_ = medium_.clock().now_us() + kFirstEventUs;
  last_heard_us_ = medium_.clock().now_us();
}

bool Link::both_there() const {
  return ends_[0].controller != nullptr && ends_[1].controller != nullptr;
}

VirtualClock::EventId Link::schedule(uint64_t delay_us, void (Link::*step)()) {
  return medium_.clock().schedule(delay_us, [weak = weak_from_this(), step] {
    if (const auto self = weak.lock()) {
      (self.get()->*step)();
    }
  });
}

void Link::send_data(hci::Role role, bool start, Bytes data) {
  end(role).tx.push_back(Data{{data.begin(), data.end()}, 0, start});
  schedule_connection_event();
}

void Link::send_control(hci::Role from, const ll::Pdu& pdu) {
  End& sender = end(from);
  // While data wait for encryption, control PDUs overtake them; otherwise the order of the calls is
  // kept.
  const auto position =
      sender.hold_data
          ? std::find_if(sender.tx.begin(), sender.tx.end(),
                         [](const Item& item) { return std::holds_alternative<Data>(item); })
          : sender.tx.end();
  sender.tx.insert(position, pdu);
  schedule_connection_event();
}

bool Link::has_something_to_send(const End& end) const {
  if (!end.hold_data) {
    return !end.tx.empty();
  }
  return std::any_of(end.tx.begin(), end.tx.end(),
                     [](const Item& item) { return std::holds_alternative<ll::Pdu>(item); });
}

void Link::schedule_connection_event() {
  if (event_ != 0 || in_event_ || !both_there() ||
      (!has_something_to_send(ends_[0]) && !has_something_to_send(ends_[1]))) {
    return;
  }
  const uint64_t now = medium_.clock().now_us();
  uint64_t next = anchor_us_;
  if (next <= now) {
    next += ((now - anchor_us_) / interval_us() + 1) * interval_us();
  }
  event_ = schedule(next - now, &Link::connection_event);
}

void Link::connection_event() {
  event_ = 0;
  in_event_ = true;
  last_heard_us_ = medium_.clock().now_us();
  // What a host answers during the event waits for the next one, as it would on air.
  std::array<size_t, 2> window{ends_[0].tx.size(), ends_[1].tx.size()};
  for (unsigned i = 0; i < kPdusPerEvent; ++i) {
    for (const hci::Role role : {hci::Role::kCentral, hci::Role::kPeripheral}) {
      if (both_there()) {
        (void)send_one(role, window[static_cast<size_t>(role)]);
      }
    }
  }
  report_completed(hci::Role::kCentral);
  report_completed(hci::Role::kPeripheral);
  in_event_ = false;
  schedule_connection_event();
}

bool Link::send_one(hci::Role from, size_t& window) {
  End& sender = end(from);
  size_t position = 0;
  while (position < window && sender.hold_data &&
         !std::holds_alternative<ll::Pdu>(sender.tx[position])) {
    ++position;
  }
  if (position >= window) {
    return false;
  }
  const auto item = sender.tx.begin() + static_cast<std::ptrdiff_t>(position);
  if (std::holds_alternative<ll::Pdu>(*item)) {
    const ll::Pdu pdu = std::get<ll::Pdu>(*item);
    sender.tx.erase(item);
    --window;
    std::visit([&](const auto& content) { receive(other(from), content); }, pdu);
    return true;
  }
  auto& data = std::get<Data>(*item);
  const size_t size = std::min<size_t>(sender.effective_tx_octets, data.octets.size() - data.sent);
  const auto first = data.octets.begin() + static_cast<std::ptrdiff_t>(data.sent);
  const std::vector<uint8_t> fragment(first, first + static_cast<std::ptrdiff_t>(size));
  const bool start = data.start && data.sent == 0;
  data.sent += size;
  if (data.sent == data.octets.size()) {
    sender.tx.erase(item);
    --window;
    ++sender.completed_packets;
  }
  deliver(from, start, fragment);
  return true;
}

void Link::report_completed(hci::Role role) {
  End& sender = end(role);
  const uint16_t packets = std::exchange(sender.completed_packets, uint16_t{0});
  if (packets > 0 && sender.controller != nullptr) {
    sender.controller->links.on_completed(sender.handle, packets);
  }
}

void Link::deliver(hci::Role from, bool start, Bytes fragment) {
  End& sender = end(from);
  if (start) {
    release_withheld(from);
    sender.pdu.clear();
    sender.assembling = true;
  }
  // Rules that come in the middle of a PDU spare it.
  const bool withhold =
      sender.assembling && (start ? !medium_.faults().empty() : !sender.withheld.empty());
  if (withhold) {
    sender.withheld.emplace_back(fragment.begin(), fragment.end());
  }
  if (sender.assembling) {
    sender.pdu.insert(sender.pdu.end(), fragment.begin(), fragment.end());
  }
  const size_t have = sender.pdu.size();
  const size_t want =
      have < kL2capHeader ? kL2capHeader : kL2capHeader + size_t{load_le16(sender.pdu.data())};
  if (sender.assembling && have > want) {
    // More than announced: nothing that could be judged; the receiving host sees it as it is.
    sender.assembling = false;
    if (withhold) {
      release_withheld(from);
      return;
    }
  }
  if (!withhold) {
    forward(from, start, fragment);
  }
  if (sender.assembling && have >= kL2capHeader && have == want) {
    finish_pdu(from);
  }
}

void Link::finish_pdu(hci::Role from) {
  End& sender = end(from);
  sender.assembling = false;
  std::vector<uint8_t> pdu = std::exchange(sender.pdu, {});
  L2capSeen seen{
      number_, from, load_le16(&pdu[2]), encryption_.on, Bytes(pdu).subspan(kL2capHeader), nullptr};
  const bool judged = !sender.withheld.empty();
  const FaultPlan::Verdict verdict = judged ? medium_.faults().judge(seen) : FaultPlan::Verdict{};
  seen.fault = to_text(verdict.action);
  if (medium_.tap() != nullptr) {
    medium_.tap()->on_l2cap(medium_.clock().now_us(), seen);
  }
  if (verdict.action == FaultAction::kNone) {
    release_withheld(from);
    return;
  }
  sender.withheld.clear();
  switch (verdict.action) {
    case FaultAction::kNone:
    case FaultAction::kDrop:
      return;
    case FaultAction::kDuplicate:
      forward_whole(from, pdu);
      forward_whole(from, pdu);
      return;
    case FaultAction::kCorrupt:
      if (pdu.size() > kL2capHeader) {
        const uint64_t bit = medium_.random().below((pdu.size() - kL2capHeader) * 8);
        pdu[kL2capHeader + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      }
      forward_whole(from, pdu);
      return;
    case FaultAction::kDelay:
      medium_.clock().schedule(verdict.delay_us, [weak = weak_from_this(), from, pdu] {
        if (const auto self = weak.lock()) {
          self->forward_whole(from, pdu);
        }
      });
      return;
    case FaultAction::kDisconnect:
      break_now();
      return;
  }
}

void Link::release_withheld(hci::Role from) {
  bool start = true;
  for (const auto& fragment : std::exchange(end(from).withheld, {})) {
    forward(from, start, fragment);
    start = false;
  }
}

void Link::forward_whole(hci::Role from, Bytes pdu) {
  bool start = true;
  while (!pdu.empty()) {
    const size_t size = std::min<size_t>(end(from).effective_tx_octets, pdu.size());
    forward(from, start, pdu.first(size));
    pdu = pdu.subspan(size);
    start = false;
  }
}

void Link::forward(hci::Role from, bool start, Bytes fragment) {
  const End& receiver = end(other(from));
  if (receiver.controller == nullptr) {
    return;
  }
  std::array<uint8_t, hci::kAclHeaderSize + LinkTable::kAclLength> buffer{};
  const auto boundary =
      start ? hci::PacketBoundary::kFirstFlushable : hci::PacketBoundary::kContinuing;
  receiver.controller->to_host(hci::encode_acl(receiver.handle, boundary, fragment, buffer));
}

void Link::disconnected(hci::Role role, hci::ErrorCode reason) {
  ControllerCore* controller = std::exchange(end(role).controller, nullptr);
  if (controller == nullptr) {
    return;
  }
  const auto self = shared_from_this();
  end_encryption_procedure();
  const uint16_t handle = end(role).handle;
  controller->links.remove(handle);
  if (ends_[0].controller == nullptr && ends_[1].controller == nullptr) {
    medium_.clock().cancel(event_);
    medium_.forget_link(number_);
  }
  controller->emit(hci::DisconnectionComplete{hci::ErrorCode::kSuccess, handle, reason});
}

void Link::vanish(hci::Role role) {
  const auto self = shared_from_this();
  end(role).controller = nullptr;
  end_encryption_procedure();
  medium_.clock().cancel(event_);
  event_ = 0;
  if (end(other(role)).controller == nullptr) {
    medium_.forget_link(number_);
    return;
  }
  await_supervision_timeout(other(role));
}

void Link::await_supervision_timeout(hci::Role survivor) {
  const uint64_t now = medium_.clock().now_us();
  // Idle connection events are not simulated one by one: the last was at most one interval ago.
  if (now > anchor_us_) {
    last_heard_us_ = std::max(last_heard_us_, now - (now - anchor_us_) % interval_us());
  }
  const uint64_t deadline = last_heard_us_ + uint64_t{parameters_.supervision_timeout} * 10'000;
  medium_.clock().schedule(deadline > now ? deadline - now : 0,
                           [weak = weak_from_this(), survivor] {
                             const auto self = weak.lock();
                             if (self == nullptr || self->end(survivor).controller == nullptr) {
                               return;
                             }
                             self->note(other(survivor), LinkControl::kSupervisionTimeout,
                                        hci::ErrorCode::kConnectionTimeout);
                             self->disconnected(survivor, hci::ErrorCode::kConnectionTimeout);
                           });
}

void Link::break_now() {
  const auto self = shared_from_this();
  note(hci::Role::kCentral, LinkControl::kSupervisionTimeout, hci::ErrorCode::kConnectionTimeout);
  disconnected(hci::Role::kCentral, hci::ErrorCode::kConnectionTimeout);
  disconnected(hci::Role::kPeripheral, hci::ErrorCode::kConnectionTimeout);
}

void Link::note(hci::Role from, LinkControl what, hci::ErrorCode reason) {
  if (medium_.tap() != nullptr) {
    medium_.tap()->on_link_control(medium_.clock().now_us(), {number_, from, what, reason});
  }
}

}  // namespace pm::sim
