// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/support/smp_device.hpp"

namespace pm::host::test {

/// A central and a peripheral, back to back, in virtual time.
class SmpPair : public testing::Test {
 protected:
  SmpPair() { LinkEnd::join(central.links, peripheral.links); }

  void both(const ble_gap_sec_params_t& params) {
    central.params = params;
    peripheral.params = params;
  }
  void pair() {
    ASSERT_EQ(central.authenticate(), Status::kOk);
    run();
  }
  void run(uint64_t us = 1'000'000) { clock.run_for(us); }
  /// A new connection of the same devices: nothing but what the applications stored is left.
  void reconnect() {
    run();  // What is in the air belongs to the old connection.
    for (Device* device : {&central, &peripheral}) {
      device->smp.link_down(kConn);
      device->links.reset_link();
      device->smp.link_up(kConn);
      device->log.clear();
    }
  }

  sim::VirtualClock clock;
  Device central{clock, true, 11};
  Device peripheral{clock, false, 22};
};

}  // namespace pm::host::test
