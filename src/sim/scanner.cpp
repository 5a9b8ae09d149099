// SPDX-License-Identifier: Apache-2.0
#include "sim/scanner.hpp"

#include <algorithm>

#include "sim/controller_core.hpp"

namespace pm::sim {

namespace {

using hci::ErrorCode;
using hci::Opcode;
using hci::ReportType;

constexpr hci::LeSetScanParameters kDefaults{.type = 0,
                                             .interval = 0x10,
                                             .window = 0x10,
                                             .own_address_type = hci::OwnAddressType::kPublic,
                                             .filter_policy = 0};

constexpr int8_t kRssi = -50;
constexpr uint8_t kUnresolvableDirectedToo = 0x02;

ReportType report_type(const AdvertisingPdu& pdu) {
  if (pdu.directed()) {
    return ReportType::kDirected;
  }
  return static_cast<ReportType>(pdu.type);
}

constexpr bool valid_scan_timing(uint16_t interval, uint16_t window) {
  return interval >= 0x0004 && interval <= 0x4000 && window >= 0x0004 && window <= interval;
}

}  // namespace

void Scanner::reset() {
  enabled_ = false;
  parameters_ = kDefaults;
  reported_.clear();
}

ErrorCode Scanner::set_parameters(const hci::LeSetScanParameters& command) {
  if (enabled_) {
    return ErrorCode::kCommandDisallowed;
  }
  if (command.type > 1 || !valid_scan_timing(command.interval, command.window) ||
      command.own_address_type > hci::OwnAddressType::kResolvableOrRandom ||
      command.filter_policy > 0x03) {
    return ErrorCode::kInvalidParameters;
  }
  parameters_ = command;
  return ErrorCode::kSuccess;
}

ErrorCode Scanner::enable(const hci::LeSetScanEnable& command) {
  if (command.enable > 1 || command.filter_duplicates > 1) {
    return ErrorCode::kInvalidParameters;
  }
  if (command.enable == 1 && !core_.addresses.own_address(parameters_.own_address_type, {})) {
    return ErrorCode::kInvalidParameters;
  }
  enabled_ = command.enable == 1;
  filter_duplicates_ = command.filter_duplicates == 1;
  reported_.clear();
  return ErrorCode::kSuccess;
}

bool Scanner::is_duplicate(const AirAddress& address, ReportType type) {
  if (!filter_duplicates_) {
    return false;
  }
  const std::pair known{address, type};
  if (std::find(reported_.begin(), reported_.end(), known) != reported_.end()) {
    return true;
  }
  reported_.push_back(known);
  return false;
}

void Scanner::report(const AddressBook::Peer& peer, ReportType type, Bytes data) {
  if (is_duplicate(peer.identity, type)) {
    return;
  }
  hci::LeAdvertisingReport event;
  event.reports.push_back({type, peer.reported_type(), peer.identity.octets, {data}, kRssi});
  core_.emit(event);
}

void Scanner::report_directed(const AddressBook::Peer& peer, const AirAddress& target) {
  if (is_duplicate(peer.identity, ReportType::kDirected)) {
    return;
  }
  hci::LeDirectedAdvertisingReport event;
  event.reports.push_back({ReportType::kDirected, peer.reported_type(), peer.identity.octets,
                           target.type, target.octets, kRssi});
  core_.emit(event);
}

void Scanner::hear(ControllerCore& advertiser, const AdvertisingPdu& pdu) {
  if (!enabled_) {
    return;
  }
  const AddressBook::Peer peer = core_.addresses.identify(pdu.advertiser);
  if (peer.refused || (filters() && !core_.addresses.in_accept_list(peer))) {
    return;
  }
  if (pdu.directed() && !core_.addresses.is_own(pdu.target)) {
    if ((parameters_.filter_policy & kUnresolvableDirectedToo) != 0 &&
        AddressBook::is_rpa(pdu.target)) {
      report_directed(peer, pdu.target);
    }
    return;
  }
  report(peer, report_type(pdu), pdu.data);
  // The host may have stopped scanning, or the other host advertising, because of the report.
  if (!enabled_ || parameters_.type == 0 || !pdu.scannable() || !advertiser.advertiser.enabled()) {
    return;
  }
  const auto own = core_.addresses.own_address(parameters_.own_address_type, peer.identity);
  if (own && advertiser.advertiser.answers_scan(*own)) {
    report(peer, ReportType::kScanResponse, pdu.scan_response);
  }
}

bool Scanner::handle(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeSetScanParameters:
      return core_.run<hci::LeSetScanParameters>(
          view, [this](const auto& command) { return set_parameters(command); });
    case Opcode::kLeSetScanEnable:
      return core_.run<hci::LeSetScanEnable>(
          view, [this](const auto& command) { return enable(command); });
    default:
      return false;
  }
}

ErrorCode Initiator::create(const hci::LeCreateConnection& command) {
  if (request_) {
    return ErrorCode::kCommandDisallowed;
  }
  if (!valid_scan_timing(command.scan_interval, command.scan_window) || command.filter_policy > 1 ||
      command.own_address_type > hci::OwnAddressType::kResolvableOrRandom ||
      command.ce_length_min > command.ce_length_max ||
      !ConnectionParameters::valid(command.interval_min, command.interval_max, command.latency,
                                   command.supervision_timeout)) {
    return ErrorCode::kInvalidParameters;
  }
  const AirAddress peer = AddressBook::plain(command.peer_address_type, command.peer_address);
  if (command.filter_policy == 0) {
    if (command.peer_address_type > hci::AddressType::kRandomIdentity) {
      return ErrorCode::kInvalidParameters;
    }
    if (core_.links.connected_to(peer)) {
      return ErrorCode::kConnectionAlreadyExists;
    }
  }
  if (!core_.addresses.own_address(command.own_address_type, peer)) {
    return ErrorCode::kInvalidParameters;
  }
  if (core_.links.full()) {
    return ErrorCode::kConnectionLimitExceeded;
  }
  request_ = command;
  return ErrorCode::kSuccess;
}

ErrorCode Initiator::cancel() {
  if (!request_) {
    return ErrorCode::kCommandDisallowed;
  }
  request_.reset();
  // After the answer to this command.
  (void)core_.schedule(
      0, [this] { tell_connection_complete(core_, {.status = ErrorCode::kUnknownConnectionId}); });
  return ErrorCode::kSuccess;
}

bool Initiator::hear(ControllerCore& advertiser, const AdvertisingPdu& pdu) {
  if (!request_ || !pdu.connectable()) {
    return false;
  }
  const AddressBook::Peer peer = core_.addresses.identify(pdu.advertiser);
  const AirAddress wanted = AddressBook::plain(request_->peer_address_type, request_->peer_address);
  const bool chosen =
      request_->filter_policy == 1 ? core_.addresses.in_accept_list(peer) : peer.identity == wanted;
  if (peer.refused || !chosen || core_.links.connected_to(peer.identity)) {
    return false;
  }
  if (pdu.directed() && !core_.addresses.is_own(pdu.target)) {
    return false;
  }
  const auto own = core_.addresses.own_address(request_->own_address_type, peer.identity);
  if (!own || core_.links.full()) {
    return false;
  }
  const auto accepted = advertiser.advertiser.accept_connection(*own);
  if (!accepted) {
    return false;
  }
  const ConnectionParameters parameters{request_->interval_min, request_->latency,
                                        request_->supervision_timeout};
  request_.reset();
  connect({core_, *own, peer, advertiser, accepted->own, accepted->peer, parameters});
  return true;
}

bool Initiator::handle(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeCreateConnection:
      return core_.run<hci::LeCreateConnection>(
          view, [this](const auto& command) { return create(command); });
    case Opcode::kLeCreateConnectionCancel:
      return core_.run<hci::LeCreateConnectionCancel>(view,
                                                      [this](const auto&) { return cancel(); });
    default:
      return false;
  }
}

}  // namespace pm::sim
