// SPDX-License-Identifier: Apache-2.0
//
// Peers that are quicker than the application, and mean it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "stories/support/hostile_peers.hpp"

namespace pm::test {
namespace {

using testing::Each;

// The attacker's second pairing is begun while the first request still waits for the application,
// whose answer lends memory of the first only. It must not outlive that.
TEST(Stories, RestartedPairingNeverWritesIntoAnotherPeersRecord) {
  constexpr uint8_t kAttackersOctet = 0xEE;
  constexpr uint8_t kHonestOctet = 0x22;
  HostileWorld world;
  ASSERT_TRUE(world.start());
  PuppetCentral attacker(world, 0, 0x2A);
  PuppetCentral honest(world, 1, 0x3B);
  ASSERT_TRUE(world.advertise());
  attacker.connect();
  ASSERT_TRUE(world.advertise());
  honest.connect();

  attacker.send(attacker.request());
  attacker.send(attacker.give_up());
  attacker.send(attacker.request());
  world.run(5'000);
  attacker.authenticate();
  attacker.send_keys_but_the_last(kAttackersOctet);

  honest.send(honest.request());
  world.run(5'000);
  honest.authenticate();
  honest.send_keys_but_the_last(kHonestOctet);
  // The honest peer is done, and before its record is stored the attacker is, too.
  honest.send_last_key();
  attacker.send_last_key();
  world.run(500'000);

  uint16_t peer = PM_PEER_ID_INVALID;
  ASSERT_EQ(world.peer_manager.peer_id_get(1, &peer), Status::kOk);
  ASSERT_NE(peer, PM_PEER_ID_INVALID) << "the honest peer is bonded";
  pm_peer_data_bonding bond{};
  uint32_t length = sizeof bond;
  ASSERT_EQ(world.peer_manager.peer_data_load(peer, PM_PEER_DATA_ID_BONDING, &bond, &length),
            Status::kOk);
  EXPECT_EQ(std::memcmp(bond.peer_ble_id.id_addr_info.addr, honest.address().data(), 6), 0);
  EXPECT_THAT(bond.peer_ble_id.id_info.irk, Each(kHonestOctet));
  EXPECT_THAT(bond.peer_ltk.enc_info.ltk, Each(kHonestOctet));

  // The attacker's own pairing is an ordinary one, with a record of its own or none.
  uint16_t other = PM_PEER_ID_INVALID;
  ASSERT_EQ(world.peer_manager.peer_id_get(0, &other), Status::kOk);
  EXPECT_NE(other, peer);
}

}  // namespace
}  // namespace pm::test
