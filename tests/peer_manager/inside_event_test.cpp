// SPDX-License-Identifier: Apache-2.0
//
// Calls from inside each event: any of them, at any of them, in the course of a day.
#include <tuple>

#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

enum class Action { kDeleteAll, kDeletePeer, kSecure, kForce, kInit, kChange, kRank };

class InsideEvent : public Device, public ::testing::WithParamInterface<std::tuple<int, Action>> {
 protected:
  void act(const pm_evt& event) {
    switch (std::get<Action>(GetParam())) {
      case Action::kDeleteAll:
        static_cast<void>(manager().peers_delete());
        break;
      case Action::kDeletePeer:
        static_cast<void>(manager().peer_delete(event.peer_id));
        break;
      case Action::kSecure:
      case Action::kForce:
        static_cast<void>(manager().conn_secure(event.conn_handle,
                                                std::get<Action>(GetParam()) == Action::kForce));
        break;
      case Action::kInit:
        restart_inside();
        break;
      case Action::kChange:
        manager().local_database_has_changed();
        break;
      default:
        static_cast<void>(manager().peer_rank_highest(event.peer_id));
    }
  }
  void restart_inside() {
    const Status status = manager().init();
    if (ok(status)) {
      EXPECT_EQ(manager().register_handler(&InsideEvent::record), Status::kOk);
      const ble_gap_sec_params_t params = bonding_params();
      EXPECT_EQ(manager().sec_params_set(&params), Status::kOk);
    } else {
      EXPECT_TRUE(manager().is_initialized()) << "refused, and nothing changed";
    }
  }
  /// What happens to a device in a day, in both roles.
  void live_a_day() {
    for (const uint8_t role : {kPeripheral, kCentral}) {
      connect(kLink, role, address(role));
      soft_device.sys_attrs[kLink] = {1, role};
      if (role == kCentral) {
        sec_request(kLink, true, false, false);
      }
      const size_t replies = soft_device.params_replies.size();
      sec_params_request(kLink, bonding_params());
      const bool gets_keys = soft_device.params_replies.size() > replies &&
                             soft_device.params_replies.back().keyset.has_value();
      if (gets_keys) {
        distribute(lesc_bond(address(role)));
      }
      auth_success(kLink, true, true);
      storage.run();
      cccd_write(kLink);
      sys_attr_missing(kLink);
      storage.run();
      manager().local_database_has_changed();
      sc_confirm(kLink);
      storage.completions = {Status::kInternal, Status::kResources};
      alignas(4) static const uint8_t data[4] = {};
      for (int i = 0; i < 3; ++i) {
        static_cast<void>(
            manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, sizeof data, nullptr));
      }
      storage.run();
      sec_params_request(kLink, bonding_params());
      auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
      disconnect(kLink);
      connect(kLink, role, address(role));
      sec_info_request(kLink, {});
      conn_sec_update(kLink, 2);
      disconnect(kLink, 0x3D);
      storage.completions = {Status::kInternal};
      static_cast<void>(manager().peer_delete(1));
      storage.run();
      storage.completions.clear();
    }
  }
};

TEST_P(InsideEvent, AnyCallLeavesAWorkingDevice) {
  const int wanted = std::get<int>(GetParam());
  int depth = 0;
  // A call that leads to the same event again would go on for ever, as the application wants it.
  int calls = 0;
  on_event = [&](const pm_evt& event) {
    if (event.evt_id != wanted || depth == 2 || calls == 100) {
      return;
    }
    ++depth;
    ++calls;
    act(event);
    --depth;
  };
  live_a_day();
  on_event = nullptr;
  static_cast<void>(manager().peers_delete());
  storage.run();
  EXPECT_EQ(manager().peer_count(), 0u);
  EXPECT_TRUE(storage.records.empty());
  expect_all_works();
}

INSTANTIATE_TEST_SUITE_P(
    All, InsideEvent,
    ::testing::Combine(::testing::Range(0, static_cast<int>(PM_EVT_FLASH_GARBAGE_COLLECTED)),
                       ::testing::Values(Action::kDeleteAll, Action::kDeletePeer, Action::kSecure,
                                         Action::kForce, Action::kInit, Action::kChange,
                                         Action::kRank)));

}  // namespace
}  // namespace pm::test
