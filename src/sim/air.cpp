// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/air.hpp"

#include <algorithm>

#include "sim/controller_core.hpp"
#include "sim/link.hpp"

namespace pm::sim {

Air::Air(VirtualClock& clock, uint64_t seed) : medium_(std::make_shared<Medium>(clock, seed)) {}

Air::~Air() { medium_->set_tap(nullptr); }

void Air::set_tap(AirTap* tap) { medium_->set_tap(tap); }

FaultPlan& Air::faults() { return medium_->faults(); }

void Air::break_all_links() { medium_->break_all_links(); }

uint16_t Medium::enter(const std::shared_ptr<ControllerCore>& controller) {
  controllers_.push_back(controller);
  return ++controllers_made_;
}

void Medium::leave(const ControllerCore* controller) {
  std::erase_if(controllers_, [controller](const auto& one) { return one.get() == controller; });
}

void Medium::advertise(ControllerCore& advertiser, const AdvertisingPdu& pdu) {
  // Hosts act inside: the list may change.
  const std::vector<std::shared_ptr<ControllerCore>> listeners = controllers_;
  for (const auto& listener : listeners) {
    if (listener.get() == &advertiser || !listener->alive()) {
      continue;
    }
    listener->scanner.hear(advertiser, pdu);
    if (!advertiser.alive() || !advertiser.advertiser.enabled()) {
      return;
    }
    if (listener->initiator.hear(advertiser, pdu)) {
      return;
    }
  }
}

std::shared_ptr<Link> Medium::make_link() {
  const uint32_t number = ++links_made_;
  auto link = std::make_shared<Link>(*this, number);
  links_[number] = link;
  return link;
}

void Medium::break_all_links() {
  const auto links = links_;
  for (const auto& [number, link] : links) {
    link->break_now();
  }
}

}  // namespace pm::sim
