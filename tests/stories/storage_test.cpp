// SPDX-License-Identifier: Apache-2.0
//
// The flash is full, or power fails while a bond is written.
#include <cstring>

#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

bool same_key(const pm_peer_data_bonding& a, const pm_peer_data_bonding& b) {
  return std::memcmp(&a.own_ltk, &b.own_ltk, sizeof a.own_ltk) == 0;
}

/// A sensor with the smallest store there is: two sectors, one of which stays free.
class FullFlash : public testing::Test {
 protected:
  static constexpr uint64_t kSeed = 7;
  // A sector of 1024 octets takes one such value and not two: data and 16 octets for each record,
  // 80 for the sector itself.
  static constexpr uint32_t kFiller = 800;

  void SetUp() override {
    ASSERT_EQ(sensor.start(), "");
    ASSERT_EQ(collector.start(), "");
    // Some peer with as much data as fits.
    alignas(4) pm_peer_data_bonding bond{};
    bond.peer_ble_id.id_addr_info.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
    bond.peer_ble_id.id_addr_info.addr[0] = 1;
    bond.own_ltk.enc_info.ltk_len = 16;
    ASSERT_EQ(sensor.peer_manager().peer_new(&somebody, &bond, nullptr), Status::kOk);
    radio.clock.run_for(kSeconds);
    ASSERT_EQ(store(PM_PEER_DATA_ID_APPLICATION), Status::kOk);
    radio.clock.run_for(kSeconds);
    ASSERT_EQ(sensor.count("DATA_UPDATE(APPLICATION)"), 1u);
    sensor.forget();
  }

  Status store(pm_peer_data_id data_id) {
    return sensor.peer_manager().peer_data_store(somebody, data_id, filler.data(), kFiller,
                                                 nullptr);
  }
  void link_and_secure() {
    ASSERT_EQ(sensor.advertise(), Status::kOk);
    ASSERT_EQ(collector.connect(sensor.address_on_air()), Status::kOk);
    ASSERT_TRUE(radio.clock.run_until([&] { return sensor.links() == 1 && collector.links() == 1; },
                                      10 * kSeconds));
    ASSERT_EQ(collector.secure(), Status::kOk);
    radio.clock.run_for(5 * kSeconds);
  }

  alignas(4) std::array<uint8_t, kFiller> filler{};
  uint16_t somebody = kNoPeer;
  Radio radio{kSeed};
  StoryDevice sensor{radio, kSeed, 1, 2048};
  StoryDevice collector{radio, kSeed, 2};
};

TEST_F(FullFlash, RefusesAStoreAndSaysWhy) {
  EXPECT_EQ(store(PM_PEER_DATA_ID_GATT_REMOTE), Status::kOk) << "accepted; the end is told later";
  radio.clock.run_for(kSeconds);
  // NRF_ERROR_RESOURCES.
  EXPECT_THAT(sensor.log(), testing::ElementsAre("DATA_UPDATE_FAILED(GATT_REMOTE, 0x13)"));
  // What was there is there.
  std::array<uint8_t, kFiller> read{};
  uint32_t length = read.size();
  EXPECT_EQ(sensor.peer_manager().peer_data_load(somebody, PM_PEER_DATA_ID_APPLICATION, read.data(),
                                                 &length),
            Status::kOk);
  EXPECT_EQ(read, filler);
}

TEST_F(FullFlash, TellsThatABondHasNoRoomAndStoresItWhenThereIsSome) {
  link_and_secure();
  EXPECT_EQ(sensor.level(), 2u) << "the link is encrypted all the same";
  EXPECT_EQ(sensor.count("SEC_SUCCEEDED(B, stored)"), 1u) << "queued, as data_stored means";
  EXPECT_EQ(sensor.count("STORAGE_FULL(1)"), 1u) << "told once";
  EXPECT_EQ(sensor.count("DATA_UPDATE(BONDING)"), 0u);

  ASSERT_EQ(sensor.peer_manager().peer_data_delete(somebody, PM_PEER_DATA_ID_APPLICATION),
            Status::kOk);
  radio.clock.run_for(5 * kSeconds);
  EXPECT_EQ(sensor.count("DATA_UPDATE(BONDING)"), 1u);
  ASSERT_EQ(sensor.restart(), "");
  EXPECT_EQ(sensor.peer_manager().peer_count(), 2u);
}

TEST_F(FullFlash, LosesOnlyTheNewBondWhenThereNeverIsRoom) {
  link_and_secure();
  ASSERT_EQ(sensor.restart(), "");
  EXPECT_EQ(sensor.peer_manager().peer_count(), 1u);
  uint32_t length = kFiller;
  std::array<uint8_t, kFiller> read{};
  EXPECT_EQ(sensor.peer_manager().peer_data_load(somebody, PM_PEER_DATA_ID_APPLICATION, read.data(),
                                                 &length),
            Status::kOk);
}

TEST_F(FullFlash, IsCleanedByTheStandardHandlerForWhoIsAuthenticated) {
  sensor.on_pm_event = [this](const pm_evt& event) {
    sensor.standard_handlers().flash_clean(event);
  };
  const ble_gap_sec_params_t authenticated = numeric_comparison();
  ASSERT_EQ(sensor.peer_manager().sec_params_set(&authenticated), Status::kOk);
  ASSERT_EQ(collector.peer_manager().sec_params_set(&authenticated), Status::kOk);
  ASSERT_EQ(sensor.peer_manager().peer_rank_highest(somebody), Status::kOk);
  radio.clock.run_for(kSeconds);
  link_and_secure();
  EXPECT_EQ(sensor.count("PEER_DELETE_SUCCEEDED(0)"), 1u) << "who was used least";
  EXPECT_EQ(sensor.count("DATA_UPDATE(BONDING)"), 1u);
  ASSERT_EQ(sensor.restart(), "");
  EXPECT_EQ(sensor.peer_manager().peer_count(), 1u);
}

TEST_F(FullFlash, IsNotCleanedForWhoPairsWithoutAuthentication) {
  sensor.on_pm_event = [this](const pm_evt& event) {
    sensor.standard_handlers().flash_clean(event);
  };
  ASSERT_EQ(sensor.peer_manager().peer_rank_highest(somebody), Status::kOk);
  radio.clock.run_for(kSeconds);
  link_and_secure();
  EXPECT_EQ(sensor.count("STORAGE_FULL(1)"), 1u);
  EXPECT_EQ(sensor.peer_manager().peer_count(), 2u);
  ASSERT_EQ(sensor.restart(), "");
  EXPECT_EQ(sensor.peer_manager().peer_count(), 1u);
  EXPECT_TRUE(sensor.bond_of(somebody).has_value());
}

/// How much of the write that is cut still arrives, in octets; more than it has: all of it,
/// unacknowledged.
class PowerCut : public testing::TestWithParam<uint32_t> {
 protected:
  static constexpr uint64_t kSeed = 11;

  /// One attempt with everything new. `was_cut`: the cut came at all.
  void attempt(bool has_bond, bool cuts_sensor, uint64_t writes, bool& was_cut) {
    Radio radio{kSeed};
    StoryDevice sensor{radio, kSeed, 1};
    StoryDevice collector{radio, kSeed, 2};
    sensor.may_replace_bond = true;
    StoryDevice& victim = cuts_sensor ? sensor : collector;
    StoryDevice& other = cuts_sensor ? collector : sensor;
    const auto link = [&] {
      ASSERT_EQ(sensor.advertise(), Status::kOk);
      ASSERT_EQ(collector.connect(sensor.address_on_air()), Status::kOk);
      ASSERT_TRUE(radio.clock.run_until(
          [&] { return sensor.links() == 1 && collector.links() == 1; }, 10 * kSeconds));
    };
    const auto pair = [&] {
      ASSERT_EQ(collector.secure(true), Status::kOk);
      radio.clock.run_for(2 * kSeconds);
    };
    const auto restart_both = [&] {
      ASSERT_EQ(sensor.restart(), "");
      ASSERT_EQ(collector.restart(), "");
    };
    ASSERT_EQ(sensor.start(), "");
    ASSERT_EQ(collector.start(), "");
    std::optional<pm_peer_data_bonding> old_bond;
    if (has_bond) {
      link();
      pair();
      old_bond = victim.bond_of(0);
      ASSERT_TRUE(old_bond);
      restart_both();
    }
    link();
    victim.flash().cut_power_at(writes, GetParam());
    pair();
    was_cut = !victim.flash().powered();
    const auto new_bond = other.bond_of(0);
    ASSERT_TRUE(new_bond) << "the other side is not concerned";

    restart_both();
    const auto found = victim.bond_of(0);
    if (found) {
      EXPECT_TRUE(same_key(*found, *new_bond) || (old_bond && same_key(*found, *old_bond)));
    } else {
      EXPECT_FALSE(has_bond) << "an old bond may not vanish";
    }
    EXPECT_EQ(victim.peer_manager().peer_count(), found ? 1u : 0u);
    if (!was_cut) {
      EXPECT_TRUE(found && same_key(*found, *new_bond)) << "acknowledged is kept";
    }
    // Whatever is left, they can bond again.
    link();
    pair();
    EXPECT_EQ(sensor.level(), 2u);
    restart_both();
    link();
    ASSERT_EQ(collector.secure(), Status::kOk);
    radio.clock.run_for(2 * kSeconds);
    EXPECT_EQ(sensor.count("SEC_SUCCEEDED(E)"), 1u);
  }

  void cut_at_every_write(bool has_bond, bool cuts_sensor) {
    uint64_t writes = 0;
    bool was_cut = true;
    for (; was_cut && !HasFatalFailure(); ++writes) {
      SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", power cut in write " << writes);
      attempt(has_bond, cuts_sensor, writes, was_cut);
    }
    EXPECT_GE(writes, 3u) << "a bond is a write of data and one of its entry at least";
  }
};

TEST_P(PowerCut, AtTheSensorWhileItBonds) { cut_at_every_write(false, true); }
TEST_P(PowerCut, AtTheCollectorWhileItBonds) { cut_at_every_write(false, false); }
TEST_P(PowerCut, AtTheSensorWhileItReplacesABond) { cut_at_every_write(true, true); }
TEST_P(PowerCut, AtTheCollectorWhileItReplacesABond) { cut_at_every_write(true, false); }

INSTANTIATE_TEST_SUITE_P(Arriving, PowerCut, testing::Values(0u, 4u, 12u, 48u, 4096u),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace pm::test
