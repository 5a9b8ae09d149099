// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "sim/address_book.hpp"
#include "sim/medium.hpp"

namespace pm::sim {

/// Passive and active scanning. Windows are not modelled: an enabled scanner hears every
/// advertising event. Core, Vol 6, Part B, 4.4.3.
class Scanner {
 public:
  explicit Scanner(ControllerCore& core) : core_(core) {}

  bool handle(const hci::CommandView& view);
  void reset();
  bool enabled() const { return enabled_; }
  bool filters() const { return enabled_ && (parameters_.filter_policy & 0x01) != 0; }
  void hear(ControllerCore& advertiser, const AdvertisingPdu& pdu);

 private:
  hci::ErrorCode set_parameters(const hci::LeSetScanParameters& command);
  hci::ErrorCode enable(const hci::LeSetScanEnable& command);
  bool is_duplicate(const AirAddress& address, hci::ReportType type);
  void report(const AddressBook::Peer& peer, hci::ReportType type, Bytes data);
  void report_directed(const AddressBook::Peer& peer, const AirAddress& target);

  ControllerCore& core_;
  hci::LeSetScanParameters parameters_;
  bool enabled_ = false;
  bool filter_duplicates_ = false;
  std::vector<std::pair<AirAddress, hci::ReportType>> reported_;
};

/// LE Create Connection until it is made or cancelled. Core, Vol 6, Part B, 4.4.4.
class Initiator {
 public:
  explicit Initiator(ControllerCore& core) : core_(core) {}

  bool handle(const hci::CommandView& view);
  void reset() { request_.reset(); }
  bool pending() const { return request_.has_value(); }
  bool filters() const { return request_ && request_->filter_policy != 0; }
  /// True: a connection was made.
  bool hear(ControllerCore& advertiser, const AdvertisingPdu& pdu);

 private:
  hci::ErrorCode create(const hci::LeCreateConnection& command);
  hci::ErrorCode cancel();

  ControllerCore& core_;
  std::optional<hci::LeCreateConnection> request_;
};

}  // namespace pm::sim
