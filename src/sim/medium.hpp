// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "pm/sim/air.hpp"
#include "pm/sim/random.hpp"

namespace pm::sim {

class ControllerCore;
class Link;

/// One advertising event, as everybody hears it.
struct AdvertisingPdu {
  AirAddress advertiser;
  hci::AdvertisingType type = hci::AdvertisingType::kConnectable;
  AirAddress target;
  Bytes data;
  Bytes scan_response;

  bool directed() const {
    return type == hci::AdvertisingType::kDirectedHighDuty ||
           type == hci::AdvertisingType::kDirectedLowDuty;
  }
  bool connectable() const { return directed() || type == hci::AdvertisingType::kConnectable; }
  bool scannable() const {
    return type == hci::AdvertisingType::kConnectable || type == hci::AdvertisingType::kScannable;
  }
};

/// What the controllers of one air share: who is there, the links, time, randomness, observer and
/// faults.
class Medium : public std::enable_shared_from_this<Medium> {
 public:
  Medium(VirtualClock& clock, uint64_t seed) : clock_(clock), random_(seed) {}

  VirtualClock& clock() { return clock_; }
  Random& random() { return random_; }
  FaultPlan& faults() { return faults_; }
  AirTap* tap() { return tap_; }
  void set_tap(AirTap* tap) { tap_ = tap; }

  /// Returns the number of the controller, from 1.
  uint16_t enter(const std::shared_ptr<ControllerCore>& controller);
  void leave(const ControllerCore* controller);

  /// Lets every other controller hear `pdu`, in order of creation; one of them may connect.
  void advertise(ControllerCore& advertiser, const AdvertisingPdu& pdu);

  std::shared_ptr<Link> make_link();
  void forget_link(uint32_t number) { links_.erase(number); }
  void break_all_links();

 private:
  VirtualClock& clock_;
  Random random_;
  FaultPlan faults_;
  AirTap* tap_ = nullptr;
  uint16_t controllers_made_ = 0;
  uint32_t links_made_ = 0;
  std::vector<std::shared_ptr<ControllerCore>> controllers_;
  std::map<uint32_t, std::shared_ptr<Link>> links_;
};

}  // namespace pm::sim
