// SPDX-License-Identifier: Apache-2.0
//
// Two sensors at one collector at once: each bonded, neither disturbed by the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "stories/support/story_device.hpp"

namespace pm::test {
namespace {

class TwoSensors : public testing::Test {
 protected:
  static constexpr uint64_t kSeed = 5;

  void SetUp() override {
    for (StoryDevice* device : {&first, &second, &collector}) {
      ASSERT_EQ(device->start(), "");
    }
  }
  /// The collector's handle of the new link.
  uint16_t link(StoryDevice& sensor) {
    const size_t links = collector.links();
    EXPECT_EQ(sensor.advertise(), Status::kOk);
    EXPECT_EQ(collector.connect(sensor.identity_address()), Status::kOk);
    EXPECT_TRUE(until([&] { return collector.links() > links && sensor.links() == 1; }));
    return collector.connection();
  }
  bool until(const std::function<bool()>& done) {
    return radio.clock.run_until(done, 10 * kSeconds);
  }
  void settle() { radio.clock.run_for(5 * kSeconds); }
  uint16_t peer_of(uint16_t connection) {
    uint16_t peer = kNoPeer;
    EXPECT_EQ(collector.peer_manager().peer_id_get(connection, &peer), Status::kOk);
    return peer;
  }
  bool is_encrypted(uint16_t connection) {
    pm_conn_sec_status status{};
    EXPECT_EQ(collector.peer_manager().conn_sec_status_get(connection, &status), Status::kOk);
    return status.encrypted;
  }

  Radio radio{kSeed};
  StoryDevice first{radio, kSeed, 1};
  StoryDevice collector{radio, kSeed, 2};
  StoryDevice second{radio, kSeed, 3};
};

TEST_F(TwoSensors, PairAtTheSameTimeAndAreToldApartAfterARestart) {
  const uint16_t to_first = link(first);
  const uint16_t to_second = link(second);
  ASSERT_NE(to_first, to_second);
  // Both pairings run at once; each has its own buffers, keys and numbers.
  ASSERT_EQ(collector.peer_manager().conn_secure(to_first, false), Status::kOk);
  ASSERT_EQ(collector.peer_manager().conn_secure(to_second, false), Status::kOk);
  settle();
  EXPECT_EQ(collector.count("SEC_SUCCEEDED(B, stored)"), 2u);
  EXPECT_EQ(collector.count("DATA_UPDATE(BONDING)"), 2u);
  const uint16_t first_peer = peer_of(to_first);
  const uint16_t second_peer = peer_of(to_second);
  ASSERT_NE(first_peer, second_peer);
  const auto of_first = collector.bond_of(first_peer);
  const auto of_second = collector.bond_of(second_peer);
  ASSERT_TRUE(of_first && of_second);
  EXPECT_EQ(std::memcmp(of_first->peer_ble_id.id_addr_info.addr, first.identity_address().addr, 6),
            0);
  EXPECT_EQ(
      std::memcmp(of_second->peer_ble_id.id_addr_info.addr, second.identity_address().addr, 6), 0);
  EXPECT_NE(std::memcmp(&of_first->own_ltk, &of_second->own_ltk, sizeof of_first->own_ltk), 0);

  // In the other order, after a restart of all.
  for (StoryDevice* device : {&first, &second, &collector}) {
    ASSERT_EQ(device->restart(), "");
    device->forget();
  }
  const uint16_t again_second = link(second);
  EXPECT_EQ(peer_of(again_second), second_peer);
  ASSERT_EQ(collector.peer_manager().conn_secure(again_second, false), Status::kOk);
  settle();
  const uint16_t again_first = link(first);
  EXPECT_EQ(peer_of(again_first), first_peer);
  EXPECT_TRUE(is_encrypted(again_second));
  EXPECT_FALSE(is_encrypted(again_first)) << "one link's encryption is not the other's";
  ASSERT_EQ(collector.peer_manager().conn_secure(again_first, false), Status::kOk);
  settle();
  EXPECT_TRUE(is_encrypted(again_first));
  EXPECT_EQ(collector.count("SEC_SUCCEEDED(E)"), 2u);
  EXPECT_EQ(first.count("SEC_SUCCEEDED(E)"), 1u);
  EXPECT_EQ(second.count("SEC_SUCCEEDED(E)"), 1u);
}

TEST_F(TwoSensors, OneGoesAndIsForgottenWhileTheOtherStays) {
  const uint16_t to_first = link(first);
  ASSERT_EQ(collector.peer_manager().conn_secure(to_first, false), Status::kOk);
  settle();
  const uint16_t to_second = link(second);
  ASSERT_EQ(collector.peer_manager().conn_secure(to_second, false), Status::kOk);
  settle();
  const uint16_t first_peer = peer_of(to_first);
  const uint16_t second_peer = peer_of(to_second);

  ASSERT_EQ(collector.disconnect(to_first), Status::kOk);
  ASSERT_TRUE(until([&] { return first.links() == 0 && collector.links() == 1; }));
  ASSERT_EQ(collector.peer_manager().peer_delete(first_peer), Status::kOk);
  settle();
  EXPECT_EQ(collector.peer_manager().peer_count(), 1u);
  EXPECT_EQ(peer_of(to_second), second_peer);
  EXPECT_TRUE(is_encrypted(to_second));

  // The one that was forgotten is refused its old key, and its link alone suffers.
  collector.forget();
  const uint16_t again = link(first);
  EXPECT_EQ(peer_of(again), kNoPeer);
  first.may_replace_bond = true;
  ASSERT_EQ(collector.peer_manager().conn_secure(again, false), Status::kOk);
  settle();
  EXPECT_EQ(collector.count("SEC_SUCCEEDED(B, stored)"), 1u);
  EXPECT_TRUE(is_encrypted(to_second));
  EXPECT_EQ(collector.peer_manager().peer_count(), 2u);
}

TEST_F(TwoSensors, FailureOfOnePairingIsNotTheOthers) {
  const uint16_t to_first = link(first);
  const uint16_t to_second = link(second);
  // The first sensor refuses.
  ASSERT_EQ(first.peer_manager().sec_params_set(nullptr), Status::kOk);
  collector.forget();
  ASSERT_EQ(collector.peer_manager().conn_secure(to_first, false), Status::kOk);
  ASSERT_EQ(collector.peer_manager().conn_secure(to_second, false), Status::kOk);
  settle();
  EXPECT_EQ(collector.count("SEC_FAILED(B, 0x05, REMOTE)"), 1u);
  EXPECT_EQ(collector.count("SEC_SUCCEEDED(B, stored)"), 1u);
  EXPECT_FALSE(is_encrypted(to_first));
  EXPECT_TRUE(is_encrypted(to_second));
  EXPECT_EQ(collector.peer_manager().peer_count(), 1u);
}

}  // namespace
}  // namespace pm::test
