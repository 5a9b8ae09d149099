// SPDX-License-Identifier: Apache-2.0
//
// The core on the real store: images that the earlier implementation wrote, and power cuts.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "peer_manager/support/fake_soft_device.hpp"
#include "peer_manager/support/test_crypto.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/sim/sim_flash.hpp"
#include "pm/sim/virtual_clock.hpp"
#include "pm/zms/store.hpp"

namespace pm::test {
namespace {

std::vector<uint8_t> image(const std::string& name) {
  std::ifstream file(PM_TEST_DATA_DIR "/golden/zms/peer_manager/" + name, std::ios::binary);
  std::vector<uint8_t> octets{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(octets.size(), 4096u) << name;
  return octets;
}

/// Peer 0 of the images.
ble_gap_addr_t first_peer() {
  return {0, BLE_GAP_ADDR_TYPE_PUBLIC, {0x1c, 0x23, 0x2a, 0x31, 0x38, 0x3f}};
}

class RealStore : public ::testing::Test {
 protected:
  void boot() {
    manager.reset();
    store.reset();
    flash.power_on();
    soft_device = FakeSoftDevice();
    store = std::make_unique<zms::Store>(flash, zms::Options{.sector_size = 1024});
    manager = std::make_unique<PeerManager>(soft_device, *store, clock, crypto);
    ASSERT_EQ(manager->init(), Status::kOk);
  }
  void connect(const ble_gap_addr_t& peer) {
    soft_device.assign(0);
    ble_evt_t event{};
    event.header.evt_id = BLE_GAP_EVT_CONNECTED;
    event.evt.gap_evt.params.connected.role = BLE_GAP_ROLE_CENTRAL;
    event.evt.gap_evt.params.connected.peer_addr = peer;
    manager->on_ble_event_first(event);
    manager->on_ble_event(event);
  }
  size_t keys_of(unsigned peer) {
    size_t count = 0;
    for (uint32_t data = 0; data < 10; ++data) {
      size_t length = 0;
      count += ok(store->read(peer << 16 | data, {}, length)) ? 1 : 0;
    }
    return count;
  }

  sim::VirtualClock clock;
  sim::SimFlash flash{clock, sim::nrf54l_geometry(4096)};
  FakeSoftDevice soft_device;
  TestCrypto crypto;
  std::unique_ptr<zms::Store> store;
  std::unique_ptr<PeerManager> manager;
};

TEST_F(RealStore, BondsOfTheEarlierImplementationAreKnown) {
  flash.memory() = image("three_bonds.bin");
  boot();
  EXPECT_EQ(manager->peer_count(), 3u);
  connect(first_peer());
  uint16_t peer = PM_PEER_ID_INVALID;
  EXPECT_EQ(manager->peer_id_get(0, &peer), Status::kOk);
  EXPECT_EQ(peer, 0);
  ASSERT_EQ(soft_device.sys_attr_sets.size(), 1u);
  EXPECT_EQ(soft_device.sys_attr_sets[0].data.size(), 20u);
  EXPECT_EQ(soft_device.sys_attr_sets[0].data[0], 0xbd);
  EXPECT_EQ(soft_device.service_changed.size(), 1u) << "the database had changed";
  const ble_gap_sec_params_t* none = nullptr;
  ASSERT_EQ(manager->sec_params_set(none), Status::kOk);
  ble_gap_sec_params_t params{};
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  ASSERT_EQ(manager->sec_params_set(&params), Status::kOk);
  EXPECT_EQ(manager->conn_secure(0, false), Status::kOk);
  ASSERT_EQ(soft_device.encrypts.size(), 1u);
  EXPECT_EQ(soft_device.encrypts[0].enc_info.ltk[0], 0x4a);
  uint8_t application[5];
  uint32_t length = sizeof application;
  EXPECT_EQ(manager->peer_data_load(0, PM_PEER_DATA_ID_APPLICATION, application, &length),
            Status::kOk);
  EXPECT_EQ(application[4], 0xf0);
}

TEST_F(RealStore, ADeletedPeerOfTheEarlierImplementationIsGone) {
  flash.memory() = image("reconnected_and_deleted.bin");
  boot();
  EXPECT_EQ(manager->peer_count(), 2u);
  EXPECT_EQ(manager->next_peer_id_get(1), PM_PEER_ID_INVALID);
}

TEST_F(RealStore, InitWalksTheStoreOnceAndReadsWhatItFound) {
  boot();  // a blank medium is looked at all over
  flash.reset_counts();
  boot();
  EXPECT_LT(flash.counts().reads, 100u) << "an empty store";
  flash.memory() = image("three_bonds.bin");
  flash.reset_counts();
  boot();
  // Mount, one walk, and two look-ups of each bond; 256 look-ups would be thousands.
  EXPECT_LT(flash.counts().reads, 300u);
}

TEST_F(RealStore, PowerCutsDuringDeletionLeaveThePeerOrNothing) {
  const std::vector<uint8_t> before = image("three_bonds.bin");
  bool was_kept = false;
  bool was_removed = false;
  for (uint64_t cut = 0;; ++cut) {
    SCOPED_TRACE("power cut in write " + std::to_string(cut));
    flash.memory() = before;
    boot();
    ASSERT_EQ(manager->peer_delete(1), Status::kOk);
    flash.cut_power_at(cut);
    clock.run_until_idle();
    const bool was_cut = !flash.powered();
    boot();
    clock.run_until_idle();
    const bool exists = manager->peer_count() == 3;
    EXPECT_EQ(keys_of(1), exists ? 7u : 0u);
    EXPECT_GT(keys_of(0), 4u);
    was_kept |= exists;
    was_removed |= !exists;
    if (!was_cut) {
      break;
    }
  }
  EXPECT_TRUE(was_kept && was_removed);
}

}  // namespace
}  // namespace pm::test
