// SPDX-License-Identifier: Apache-2.0
//
// Every code block of the original description, as an application holds it: C11, on two simulated
// devices that meet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pm/device/world.hpp"

namespace pm::test {
namespace {

constexpr uint64_t kSeconds = 1'000'000;
constexpr unsigned kScans = 0;
constexpr unsigned kErases = 1;
constexpr unsigned kErasesLast = 2;
constexpr unsigned kRefusesPairing = 3;

constexpr const char* kBonded =
    R"("peer":0,"procedure":"PM_CONN_SEC_PROCEDURE_BONDING","data_stored":true)";

class SeedBlocks : public testing::Test {
 protected:
  struct Side {
    device::SimulatedDevice* device;
    std::vector<std::string> log;

    void start(std::set<unsigned> held_buttons) {
      log.clear();
      EXPECT_EQ(device->boot(held_buttons), "");
    }
    int count(const std::string& part) const {
      return static_cast<int>(std::ranges::count_if(
          log, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
    }
  };

  /// Two devices run the application of a block.
  void load(const std::string& block) {
    const std::string image = std::string(PM_SEED_IMAGES) + "/seed_" + block + ".so";
    for (Side* side : {&peripheral, &central}) {
      side->device = &world.add(side == &central ? "central" : "peripheral", image);
      side->device->set_log_sink([side](std::string_view line) { side->log.emplace_back(line); });
    }
  }
  void meet(std::set<unsigned> of_peripheral = {}, std::set<unsigned> of_central = {}) {
    of_central.insert(kScans);
    peripheral.start(of_peripheral);
    central.start(of_central);
    world.run_for(5 * kSeconds);
  }
  /// They bond with the block's parameters, and come back encrypted.
  void expect_bond(const std::string& block, int level) {
    load(block);
    meet();
    const std::string update = R"("level":)" + std::to_string(level) + R"(,"key_size":16)";
    for (Side* side : {&peripheral, &central}) {
      EXPECT_EQ(side->count(kBonded), 1) << block;
      EXPECT_EQ(side->count(update), 1) << block;
    }
    meet();
    for (Side* side : {&peripheral, &central}) {
      EXPECT_EQ(side->count("PM_EVT_BONDED_PEER_CONNECTED"), 1) << block;
      EXPECT_GE(side->count(update), 1) << block;
      EXPECT_EQ(side->count("BLE_GAP_EVT_AUTH_STATUS"), 0) << block << ": no pairing";
    }
  }
  void TearDown() override {
    if (HasFailure()) {
      for (const Side* side : {&peripheral, &central}) {
        for (const std::string& line : side->log) {
          std::cout << line << '\n';
        }
      }
    }
  }

  Side peripheral{};
  Side central{};
  device::World world{2026};
};

TEST_F(SeedBlocks, Initialization) { expect_bond("initialization", 2); }

TEST_F(SeedBlocks, InitializationErasesBonds) {
  load("initialization");
  meet();
  ASSERT_EQ(central.count(kBonded), 1);
  central.start({kScans, kErases});
  world.run_for(1 * kSeconds);
  EXPECT_EQ(central.count("PM_EVT_PEERS_DELETE_SUCCEEDED"), 1);
  EXPECT_EQ(central.count("Scanning"), 1) << "from the handler";
}

TEST_F(SeedBlocks, ErasingBeforeRegisteringIsSilentWithoutBonds) {
  load("initialization");
  central.start({kScans, kErases});
  world.run_for(1 * kSeconds);
  EXPECT_EQ(central.count("Scanning"), 0) << "as printed";
  central.start({kScans, kErases, kErasesLast});
  world.run_for(1 * kSeconds);
  EXPECT_EQ(central.count("Scanning"), 1) << "after registering";
}

TEST_F(SeedBlocks, PairingWithoutBonding) {
  load("pairing_only");
  meet();
  for (const Side* side : {&peripheral, &central}) {
    EXPECT_EQ(side->count(R"("peer":65535,"procedure":"PM_CONN_SEC_PROCEDURE_PAIRING",)"
                          R"("data_stored":false)"),
              1);
    EXPECT_EQ(side->count("PM_EVT_PEER_DATA_UPDATE"), 0);
  }
}

TEST_F(SeedBlocks, NoPairing) {
  load("pairing_only");
  meet({kRefusesPairing});
  for (const Side* side : {&peripheral, &central}) {
    EXPECT_EQ(side->count("PM_EVT_CONN_SEC_FAILED"), 1);
    EXPECT_EQ(side->count("PM_EVT_CONN_SEC_SUCCEEDED"), 0);
  }
}

TEST_F(SeedBlocks, JustWorksBonding) { expect_bond("just_works", 2); }

TEST_F(SeedBlocks, PasskeyBonding) { expect_bond("passkey", 3); }

TEST_F(SeedBlocks, OutOfBandBonding) { expect_bond("out_of_band", 3); }

TEST_F(SeedBlocks, DisallowIrks) {
  expect_bond("no_identities", 2);
  EXPECT_EQ(central.count("As printed: 0x7"), 1) << "NRF_ERROR_INVALID_PARAM: key sizes of zero";
}

TEST_F(SeedBlocks, NoIrkIsKnownAfterDisallowingThem) {
  load("no_identities");
  meet();
  for (const Side* side : {&peripheral, &central}) {
    EXPECT_EQ(side->count("0 of 1 peers with IRK"), 1);
  }
}

TEST_F(SeedBlocks, StoringARemoteDatabase) {
  load("remote_database");
  meet();
  for (const Side* side : {&peripheral, &central}) {
    EXPECT_EQ(side->count("Way 1 stored 0 services in 2 octets"), 1) << "as printed";
    EXPECT_EQ(side->count("Way 2 stored 0 services in 2 octets"), 1) << "as printed";
    EXPECT_EQ(side->count("Way 3 stored 2 services in 236 octets"), 1);
  }
}

TEST_F(SeedBlocks, UsingAnAllowList) {
  load("allow_list");
  meet();
  for (const Side* side : {&peripheral, &central}) {
    EXPECT_EQ(side->count("Allow list set: 0"), 1);
    EXPECT_EQ(side->count("1 addresses, 1 IRKs, first kind of address 1"), 1)
        << "the identity address, random static";
  }
}

}  // namespace
}  // namespace pm::test
