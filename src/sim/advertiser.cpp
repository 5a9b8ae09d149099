// SPDX-License-Identifier: Apache-2.0
#include "sim/advertiser.hpp"

#include <algorithm>

#include "sim/controller_core.hpp"

namespace pm::sim {

namespace {

using hci::AdvertisingType;
using hci::ErrorCode;
using hci::Opcode;

constexpr uint64_t kFirstEventUs = 1000;
// High duty cycle directed advertising: interval and duration. Core, Vol 6, Part B, 4.4.2.4.2.
constexpr uint64_t kHighDutyIntervalUs = 3750;
constexpr uint64_t kHighDutyDurationUs = 1'280'000;
// advDelay, Core, Vol 6, Part B, 4.4.2.2.1.
constexpr uint64_t kMaxDelayUs = 10'000;

constexpr hci::LeSetAdvertisingParameters kDefaults{
    .interval_min = 0x0800,
    .interval_max = 0x0800,
    .type = AdvertisingType::kConnectable,
    .own_address_type = hci::OwnAddressType::kPublic,
    .peer_address_type = hci::AddressType::kPublic,
    .peer_address = {},
    .channel_map = 0x07,
    .filter_policy = 0};

constexpr uint8_t kFilterScanRequests = 0x01;
constexpr uint8_t kFilterConnections = 0x02;

}  // namespace

void Advertiser::reset() {
  stop();
  parameters_ = kDefaults;
  data_.clear();
  scan_response_.clear();
}

void Advertiser::stop() {
  enabled_ = false;
  noted_ = false;
  if (event_ != 0) {
    core_.clock().cancel(event_);
    event_ = 0;
  }
}

bool Advertiser::directed() const {
  return parameters_.type == AdvertisingType::kDirectedHighDuty ||
         parameters_.type == AdvertisingType::kDirectedLowDuty;
}

ErrorCode Advertiser::set_parameters(const hci::LeSetAdvertisingParameters& command) {
  if (enabled_) {
    return ErrorCode::kCommandDisallowed;
  }
  const bool uses_interval = command.type != AdvertisingType::kDirectedHighDuty;
  if (command.type > AdvertisingType::kDirectedLowDuty ||
      command.own_address_type > hci::OwnAddressType::kResolvableOrRandom ||
      command.peer_address_type > hci::AddressType::kRandom || command.channel_map == 0 ||
      command.channel_map > 0x07 || command.filter_policy > 0x03 ||
      (uses_interval && (command.interval_min < 0x0020 || command.interval_max > 0x4000 ||
                         command.interval_min > command.interval_max))) {
    return ErrorCode::kInvalidParameters;
  }
  parameters_ = command;
  return ErrorCode::kSuccess;
}

ErrorCode Advertiser::enable(uint8_t on) {
  if (on > 1) {
    return ErrorCode::kInvalidParameters;
  }
  stop();
  if (on == 0) {
    return ErrorCode::kSuccess;
  }
  if (!core_.addresses.own_address(parameters_.own_address_type, peer())) {
    return ErrorCode::kInvalidParameters;
  }
  const bool connectable = directed() || parameters_.type == AdvertisingType::kConnectable;
  if (connectable && core_.links.full()) {
    return ErrorCode::kConnectionLimitExceeded;
  }
  enabled_ = true;
  started_us_ = core_.clock().now_us();
  schedule_event(kFirstEventUs);
  return ErrorCode::kSuccess;
}

void Advertiser::schedule_event(uint64_t delay_us) {
  event_ = core_.schedule(
      delay_us, [this] { advertise(); }, VirtualClock::Kind::kBackground);
}

void Advertiser::advertise() {
  event_ = 0;
  const bool high_duty = parameters_.type == AdvertisingType::kDirectedHighDuty;
  if (high_duty && core_.clock().now_us() - started_us_ >= kHighDutyDurationUs) {
    stop();
    const ErrorCode timeout = ErrorCode::kAdvertisingTimeout;
    hci::LeEnhancedConnectionComplete complete{.status = timeout};
    complete.role = hci::Role::kPeripheral;
    tell_connection_complete(core_, complete);
    return;
  }
  const auto own = core_.addresses.own_address(parameters_.own_address_type, peer());
  if (!own) {
    return;
  }
  AdvertisingPdu pdu;
  pdu.advertiser = *own;
  pdu.type = parameters_.type;
  // The host may change the data inside: what goes out is what was there.
  const std::vector<uint8_t> data = directed() ? std::vector<uint8_t>{} : data_;
  const std::vector<uint8_t> response = pdu.scannable() ? scan_response_ : std::vector<uint8_t>{};
  pdu.data = data;
  pdu.scan_response = response;
  if (directed()) {
    pdu.target = core_.addresses.target_address(parameters_.own_address_type, peer());
  }
  schedule_event(high_duty ? kHighDutyIntervalUs
                           : uint64_t{parameters_.interval_min} * 625 +
                                 core_.random().below(kMaxDelayUs + 1));
  note(pdu);
  core_.medium().advertise(core_, pdu);
}

void Advertiser::note(const AdvertisingPdu& pdu) {
  const bool same = noted_ && noted_address_ == pdu.advertiser && noted_target_ == pdu.target &&
                    std::ranges::equal(noted_data_, pdu.data) &&
                    std::ranges::equal(noted_response_, pdu.scan_response);
  if (same || core_.medium().tap() == nullptr) {
    return;
  }
  noted_ = true;
  noted_address_ = pdu.advertiser;
  noted_target_ = pdu.target;
  noted_data_.assign(pdu.data.begin(), pdu.data.end());
  noted_response_.assign(pdu.scan_response.begin(), pdu.scan_response.end());
  core_.medium().tap()->on_advertising(
      core_.clock().now_us(), {pdu.advertiser, pdu.type, pdu.target, pdu.data, pdu.scan_response});
}

bool Advertiser::answers_scan(const AirAddress& scanner) {
  const AddressBook::Peer peer = core_.addresses.identify(scanner);
  return !peer.refused && ((parameters_.filter_policy & kFilterScanRequests) == 0 ||
                           core_.addresses.in_accept_list(peer));
}

std::optional<Advertiser::Acceptance> Advertiser::accept_connection(const AirAddress& initiator) {
  const AddressBook::Peer from = core_.addresses.identify(initiator);
  const auto own = core_.addresses.own_address(parameters_.own_address_type, peer());
  if (from.refused || core_.links.full() || !own) {
    return std::nullopt;
  }
  if (directed() && !(from.identity == peer())) {
    return std::nullopt;
  }
  if (!directed() && (parameters_.filter_policy & kFilterConnections) != 0 &&
      !core_.addresses.in_accept_list(from)) {
    return std::nullopt;
  }
  return Acceptance{from, *own};
}

bool Advertiser::handle(const hci::CommandView& view) {
  switch (view.opcode) {
    case Opcode::kLeSetAdvertisingParameters:
      return core_.run<hci::LeSetAdvertisingParameters>(
          view, [this](const auto& command) { return set_parameters(command); });
    case Opcode::kLeReadAdvertisingTxPower:
      return core_.run<hci::LeReadAdvertisingTxPower>(view, [](const auto&) {
        return hci::LeReadAdvertisingTxPower::Return{ErrorCode::kSuccess, 0};
      });
    case Opcode::kLeSetAdvertisingData:
      return core_.run<hci::LeSetAdvertisingData>(view, [this](const auto& command) {
        if (command.length > command.data.size()) {
          return ErrorCode::kInvalidParameters;
        }
        data_.assign(command.data.begin(), command.data.begin() + command.length);
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeSetScanResponseData:
      return core_.run<hci::LeSetScanResponseData>(view, [this](const auto& command) {
        if (command.length > command.data.size()) {
          return ErrorCode::kInvalidParameters;
        }
        scan_response_.assign(command.data.begin(), command.data.begin() + command.length);
        return ErrorCode::kSuccess;
      });
    case Opcode::kLeSetAdvertisingEnable:
      return core_.run<hci::LeSetAdvertisingEnable>(
          view, [this](const auto& command) { return enable(command.enable); });
    default:
      return false;
  }
}

}  // namespace pm::sim
