// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/sim/virtual_clock.hpp"
#include "sim/address_book.hpp"
#include "sim/medium.hpp"

namespace pm::sim {

/// Legacy advertising. Core, Vol 6, Part B, 4.4.2.
class Advertiser {
 public:
  explicit Advertiser(ControllerCore& core) : core_(core) {}

  bool handle(const hci::CommandView& view);
  void reset();
  bool enabled() const { return enabled_; }
  bool filters() const { return enabled_ && parameters_.filter_policy != 0; }

  /// True iff the filter policy lets this scanner have a scan response.
  bool answers_scan(const AirAddress& scanner);
  /// What the initiator gets to know when its CONNECT_IND is accepted.
  struct Acceptance {
    AddressBook::Peer peer;
    AirAddress own;
  };
  std::optional<Acceptance> accept_connection(const AirAddress& initiator);
  /// A connection was made: advertising is over.
  void stop();

 private:
  hci::ErrorCode set_parameters(const hci::LeSetAdvertisingParameters& command);
  hci::ErrorCode enable(uint8_t on);
  void schedule_event(uint64_t delay_us);
  void advertise();
  void note(const AdvertisingPdu& pdu);
  bool directed() const;
  AirAddress peer() const {
    return AddressBook::plain(parameters_.peer_address_type, parameters_.peer_address);
  }

  ControllerCore& core_;
  hci::LeSetAdvertisingParameters parameters_;
  std::vector<uint8_t> data_;
  std::vector<uint8_t> scan_response_;
  bool enabled_ = false;
  uint64_t started_us_ = 0;
  VirtualClock::EventId event_ = 0;
  // What the tap has seen last, so that repetitions are not told.
  bool noted_ = false;
  AirAddress noted_address_;
  AirAddress noted_target_;
  std::vector<uint8_t> noted_data_;
  std::vector<uint8_t> noted_response_;
};

}  // namespace pm::sim
