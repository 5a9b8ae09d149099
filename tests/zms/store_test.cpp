// SPDX-License-Identifier: Apache-2.0
#include "pm/zms/store.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "zms/ate.hpp"
#include "zms/bench.hpp"

namespace pm::zms {
namespace {

class StoreTest : public testing::Test, public Device {
 protected:
  void SetUp() override { ASSERT_EQ(boot(), Status::kOk); }

  /// Writes records of `size` octets under keys from 0x100 until the store says that it is full.
  Records fill(size_t size) {
    Records stored;
    for (uint32_t key = 0x100; key < 0x400; ++key) {
      const Value value = filled(size, static_cast<uint8_t>(key));
      const Status result = put(key, value);
      if (result != Status::kOk) {
        EXPECT_EQ(result, Status::kResources);
        return stored;
      }
      stored[key] = value;
    }
    ADD_FAILURE() << "never full";
    return stored;
  }

  void expect(const Records& records) {
    for (const auto& [key, value] : records) {
      EXPECT_EQ(get(key), value) << std::hex << key;
    }
  }
};

TEST_F(StoreTest, Z8_APartialReadTellsTheStoredLength) {
  const Value bond = filled(80, 1);
  ASSERT_EQ(put(0x00020007, bond), Status::kOk);
  EXPECT_EQ(get(0x00020007), bond);

  std::array<uint8_t, 10> part{};
  size_t length = 0;
  EXPECT_EQ(store->read(0x00020007, part, length), Status::kOk);
  EXPECT_EQ(length, 80u);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), bond.begin()));

  EXPECT_EQ(store->read(0x00020008, part, length), Status::kNotFound);
}

TEST_F(StoreTest, ACompletionNeverComesInsideTheCall) {
  const Value value = filled(20, 1);
  ASSERT_EQ(store->write(6, value), Status::kOk);
  EXPECT_TRUE(events.empty());
  clock.run_until_idle();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, StorageEvent::Kind::kWrite);
  EXPECT_EQ(events[0].key, 6u);

  // Also where nothing has to be written: the same value again, an absent record, a store that is
  // full.
  ASSERT_EQ(store->write(6, value), Status::kOk);
  ASSERT_EQ(store->remove(7), Status::kOk);
  EXPECT_EQ(events.size(), 1u);
  EXPECT_EQ(store->pending(), 2u);
  clock.run_until_idle();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2].kind, StorageEvent::Kind::kRemove);
  EXPECT_EQ(events[2].result, Status::kOk);

  fill(200);
  events.clear();
  const Value large = filled(900, 2);
  ASSERT_EQ(store->write(8, large), Status::kOk);
  EXPECT_TRUE(events.empty());
  clock.run_until_idle();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].result, Status::kResources);
}

TEST_F(StoreTest, ReadsGiveTheLastCompletedVersionWhileAWriteIsUnderWay) {
  const Value before = filled(80, 1);
  const Value after = filled(80, 2);
  ASSERT_EQ(put(7, before), Status::kOk);
  ASSERT_EQ(store->write(7, after), Status::kOk);
  EXPECT_EQ(get(7), before);
  clock.run_until_idle();
  EXPECT_EQ(get(7), after);
}

TEST_F(StoreTest, AnUnchangedValueCostsNoWrite) {
  const Value bond = filled(83, 1);
  const Value rank = filled(4, 9);
  ASSERT_EQ(put(7, bond), Status::kOk);
  ASSERT_EQ(put(6, rank), Status::kOk);
  flash.reset_counts();
  EXPECT_EQ(put(7, bond), Status::kOk);
  EXPECT_EQ(put(6, rank), Status::kOk);
  EXPECT_EQ(drop(5), Status::kOk);
  EXPECT_EQ(flash.counts().writes, 0u);

  Value changed = bond;
  changed.back() ^= 1;
  EXPECT_EQ(put(7, changed), Status::kOk);
  EXPECT_EQ(get(7), changed);
  EXPECT_GT(flash.counts().writes, 0u);
}

TEST_F(StoreTest, OperationsCompleteInTheOrderAccepted) {
  const Value a = filled(40, 1);
  const Value b = filled(4, 2);
  ASSERT_EQ(store->write(1, a), Status::kOk);
  ASSERT_EQ(store->write(2, b), Status::kOk);
  ASSERT_EQ(store->remove(1), Status::kOk);
  ASSERT_EQ(store->write(1, b), Status::kOk);
  clock.run_until_idle();
  std::vector<uint32_t> keys;
  for (const auto& event : events) {
    EXPECT_EQ(event.result, Status::kOk);
    keys.push_back(event.key);
  }
  EXPECT_THAT(keys, testing::ElementsAre(1u, 2u, 1u, 1u));
  EXPECT_EQ(get(1), b);
}

TEST_F(StoreTest, Z9_AFullQueueIsBusyAndTakesMoreLater) {
  const Value value = filled(4, 1);
  uint32_t accepted = 0;
  Status last = Status::kOk;
  for (uint32_t key = 1; last == Status::kOk; ++key) {
    last = store->write(key, value);
    accepted += last == Status::kOk ? 1 : 0;
  }
  EXPECT_EQ(last, Status::kBusy);
  EXPECT_EQ(accepted, CONFIG_BM_ZMS_OP_QUEUE_SIZE + 1u);
  EXPECT_EQ(store->remove(1), Status::kBusy);
  clock.run_until_idle();
  EXPECT_EQ(events.size(), accepted);
  EXPECT_EQ(put(0x200, value), Status::kOk);
}

TEST_F(StoreTest, WhatCannotBeStoredIsRefusedAtOnce) {
  const Value value = filled(4, 1);
  EXPECT_EQ(store->write(1, {}), Status::kInvalidParam);
  EXPECT_EQ(store->write(1, filled(945, 1)), Status::kInvalidParam);
  EXPECT_EQ(store->write(0xFFFFFFFF, value), Status::kInvalidParam);
  EXPECT_EQ(store->remove(0xFFFFFFFF), Status::kInvalidParam);
  EXPECT_EQ(get(0xFFFFFFFF), std::nullopt);

  Store never(flash, options);
  EXPECT_EQ(never.write(1, value), Status::kInvalidState);
  EXPECT_EQ(never.remove(1), Status::kInvalidState);
  EXPECT_EQ(never.clear(), Status::kInvalidState);
  EXPECT_EQ(never.wait_ready(), Status::kInternal);
}

/// Answers each of the first completions with a further write.
class Talkative final : public StorageSink {
 public:
  void on_storage_event(const StorageEvent& event) override {
    ++completions;
    if (event.key < 5) {
      EXPECT_EQ(store->write(event.key + 1, value), Status::kOk);
      EXPECT_EQ(completions, event.key);
    }
  }
  Store* store = nullptr;
  Value value = filled(30, 7);
  uint32_t completions = 0;
};

TEST_F(StoreTest, AHandlerMayCallBackIn) {
  Talkative sink;
  Store again(flash, options);
  sink.store = &again;
  ASSERT_EQ(again.init(sink), Status::kOk);
  ASSERT_EQ(again.wait_ready(), Status::kOk);
  ASSERT_EQ(again.write(1, sink.value), Status::kOk);
  clock.run_until_idle();
  EXPECT_EQ(sink.completions, 5u);
  ASSERT_EQ(boot(), Status::kOk);
  EXPECT_EQ(get(5), sink.value);
}

// The reference rewrites every sector before it says that there is no room (Z7).
TEST_F(StoreTest, Z7_AFullStoreIsToldWithoutRewritingAndLosesNothing) {
  const Records stored = fill(80);
  EXPECT_GT(stored.size(), 20u);
  expect(stored);

  flash.reset_counts();
  const Value hopeless = filled(500, 3);
  EXPECT_EQ(put(0x77, hopeless), Status::kResources);
  EXPECT_EQ(flash.counts().writes, 0u);
  EXPECT_EQ(get(0x77), std::nullopt);
  expect(stored);

  // A full store can always remove, and what was removed makes room.
  ASSERT_EQ(drop(0x100), Status::kOk);
  ASSERT_EQ(drop(0x101), Status::kOk);
  EXPECT_EQ(put(0x77, filled(80, 3)), Status::kOk);
  ASSERT_EQ(boot(), Status::kOk);
  EXPECT_EQ(get(0x100), std::nullopt);
  EXPECT_EQ(get(0x102), stored.at(0x102));
}

TEST_F(StoreTest, AFullStoreOfSmallRecordsCanRemoveEachOfThem) {
  Records stored = fill(4);
  EXPECT_EQ(stored.size(), 3u * 59u);  // (sectors - 1) x 59, as the format promises
  while (!stored.empty()) {
    const uint32_t key = stored.begin()->first;
    ASSERT_EQ(drop(key), Status::kOk) << std::hex << key;
    stored.erase(key);
    EXPECT_EQ(get(key), std::nullopt);
    expect(stored);
  }
  EXPECT_EQ(put(1, filled(4, 1)), Status::kOk);
}

TEST_F(StoreTest, TwoSectorsTakeFiftyNineSmallRecords) {
  Device small(sim::nrf54l_geometry(2048));
  ASSERT_EQ(small.boot(), Status::kOk);
  for (uint32_t key = 0; key < 59; ++key) {
    ASSERT_EQ(small.put(key, filled(4, static_cast<uint8_t>(key))), Status::kOk) << key;
  }
  EXPECT_EQ(small.put(59, filled(4, 59)), Status::kResources);
  for (uint32_t key = 0; key < 59; ++key) {
    EXPECT_EQ(small.get(key), filled(4, static_cast<uint8_t>(key))) << key;
  }
}

// Z1: moved values of more than 32 octets keep their size, not 144 octets for 80.
TEST_F(StoreTest, Z1_CollectionKeepsBondSizedValuesTightly) {
  Records stored;
  for (uint32_t key = 0; key < 9; ++key) {
    stored[key] = filled(80, static_cast<uint8_t>(key * 7));
    ASSERT_EQ(put(key, *stored[key]), Status::kOk);
  }
  for (uint8_t i = 0; i < 250; ++i) {
    stored[0x50] = filled(80, i);
    ASSERT_EQ(put(0x50, *stored[0x50]), Status::kOk);
    expect(stored);
  }
  uint32_t octets = 0;
  ASSERT_EQ(store->free_space(octets), Status::kOk);
  EXPECT_EQ(octets, 3u * (1024 - 64) - 10u * 96);
  ASSERT_EQ(boot(), Status::kOk);
  expect(stored);
}

// Z2: whatever starts a collection is itself stored with its own length.
TEST_F(StoreTest, Z2_TheOperationThatStartsACollectionKeepsItsLength) {
  for (const size_t size : {4u, 16u, 80u, 100u, 300u}) {
    Device device;
    ASSERT_EQ(device.boot(), Status::kOk);
    Records stored;
    for (uint32_t key = 0; key < 4; ++key) {
      stored[key] = filled(40 + key, static_cast<uint8_t>(key));
      ASSERT_EQ(device.put(key, *stored[key]), Status::kOk);
    }
    for (uint8_t i = 0; i < 200; ++i) {
      stored[9] = filled(size, i);
      ASSERT_EQ(device.put(9, *stored[9]), Status::kOk);
      for (const auto& [key, value] : stored) {
        ASSERT_EQ(device.get(key), value) << size << " " << int{i} << " " << key;
      }
    }
    // A removal stays a removal, and is told as one.
    device.events.clear();
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(device.put(9, filled(4, 1)), Status::kOk);
      ASSERT_EQ(device.drop(9), Status::kOk);
      ASSERT_EQ(device.events.back().kind, StorageEvent::Kind::kRemove);
      ASSERT_EQ(device.get(9), std::nullopt);
    }
  }
}

// Z6: an entry of an earlier round of the cycle counter never comes back.
TEST_F(StoreTest, Z6_NoOldEntryRevivesWhenTheCycleCounterWraps) {
  Device device(sim::nrf54l_geometry(3 * 256), {.sector_size = 256});
  ASSERT_EQ(device.boot(), Status::kOk);
  // Entries down to the middle of the sector, which later rounds never overwrite: each fits one
  // large value only.
  for (uint32_t key = 0x10; key < 0x1A; ++key) {
    ASSERT_EQ(device.put(key, filled(4, 1)), Status::kOk);
  }
  for (uint32_t key = 0x10; key < 0x1A; ++key) {
    ASSERT_EQ(device.drop(key), Status::kOk);
  }
  for (uint32_t i = 0; i < 1000; ++i) {
    Value value = filled(96, static_cast<uint8_t>(i));
    value[0] = static_cast<uint8_t>(i >> 8);
    ASSERT_EQ(device.put(1, value), Status::kOk);
    ASSERT_EQ(device.boot(), Status::kOk);
    for (uint32_t key = 0x10; key < 0x1A; ++key) {
      ASSERT_EQ(device.get(key), std::nullopt) << "write " << i;
    }
  }
}

TEST_F(StoreTest, Z12_ClearRemovesEverythingAndEnds) {
  ASSERT_EQ(put(1, filled(80, 1)), Status::kOk);
  ASSERT_EQ(store->clear(), Status::kOk);
  EXPECT_THAT(lifecycle, testing::ElementsAre("mounted 0"));
  clock.run_until_idle();
  EXPECT_THAT(lifecycle, testing::ElementsAre("mounted 0", "cleared 0"));
  EXPECT_FALSE(store->mounted());
  EXPECT_EQ(store->write(1, filled(4, 1)), Status::kInvalidState);

  ASSERT_EQ(store->init(*this), Status::kOk);
  ASSERT_EQ(store->wait_ready(), Status::kOk);
  EXPECT_EQ(get(1), std::nullopt);
  EXPECT_EQ(last_read, Status::kNotFound);
}

TEST_F(StoreTest, WithDataCrcADamagedValueIsNotReturned) {
  Device device(sim::nrf54l_geometry(4096), {.sector_size = 1024, .data_crc = true});
  ASSERT_EQ(device.boot(), Status::kOk);
  const Value value = filled(80, 1);
  ASSERT_EQ(device.put(7, value), Status::kOk);
  device.flash.memory()[40] ^= 0x10;
  EXPECT_EQ(device.get(7), std::nullopt);
  EXPECT_EQ(device.last_read, Status::kInternal);
  // Writing the value again repairs it, though its CRC-32 is what it was.
  EXPECT_EQ(device.put(7, value), Status::kOk);
  EXPECT_EQ(device.get(7), value);
}

class Mount : public testing::Test {
 protected:
  void expect_refused(const Value& image, MountError reason) {
    device_.flash.memory() = image;
    EXPECT_EQ(device_.boot(), Status::kInternal);
    EXPECT_EQ(device_.store->mount_error(), reason);
    EXPECT_THAT(device_.lifecycle,
                testing::ElementsAre("mounted " + std::to_string(static_cast<int>(reason))));
    EXPECT_TRUE(device_.flash.memory() == image) << "a refused medium was changed";
    EXPECT_EQ(device_.store->write(1, filled(4, 1)), Status::kInvalidState);
    EXPECT_EQ(device_.get(1), std::nullopt);
    EXPECT_EQ(device_.last_read, Status::kInternal);
  }

  Device device_;
};

TEST_F(Mount, MemoryThatHoldsSomethingElseIsRefusedAndLeftAlone) {
  Value image(4096, 0xFF);
  image[1500] = 0x00;
  expect_refused(image, MountError::kNotThisFormat);
  expect_refused(Value(4096, 0x00), MountError::kNotThisFormat);
  for (size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<uint8_t>(i * 31 + i / 7);
  }
  expect_refused(image, MountError::kNotThisFormat);

  device_.options.overwrite_foreign = true;
  device_.flash.memory() = image;
  EXPECT_EQ(device_.boot(), Status::kOk);
  EXPECT_EQ(device_.put(1, filled(80, 1)), Status::kOk);
}

TEST_F(Mount, Z5_AnotherVersionOrMagicIsRefusedAndTold) {
  ASSERT_EQ(device_.boot(), Status::kOk);
  const auto with_metadata = [this](size_t index, uint8_t value) {
    Value image = device_.flash.memory();
    Ate ate = Ate::empty(1);
    ate.raw()[12 + index] = value;
    ate.raw()[0] = crc8(Bytes(ate.raw()).subspan(1));
    std::copy(ate.raw().begin(), ate.raw().end(), image.begin() + 1024 - 16);
    return image;
  };
  const Value version_2 = with_metadata(0, 2);
  const Value magic_43 = with_metadata(1, 0x43);
  expect_refused(version_2, MountError::kVersion);
  expect_refused(magic_43, MountError::kNotThisFormat);
}

TEST_F(Mount, SectorsThatContradictOneAnotherAreRefused) {
  ASSERT_EQ(device_.boot(), Status::kOk);
  Value image = device_.flash.memory();
  for (uint32_t sector = 0; sector < 4; ++sector) {
    const Ate empty = Ate::empty(3);
    const Ate close = Ate::close(3, 0x200);
    std::copy(empty.raw().begin(), empty.raw().end(), image.begin() + sector * 1024 + 1008);
    std::copy(close.raw().begin(), close.raw().end(), image.begin() + sector * 1024 + 992);
  }
  expect_refused(image, MountError::kBadSector);
}

// The reference's old entries, alive again after its cycle counter has wrapped, may stand where the
// value area ends. That costs the store nothing but the room in this sector.
TEST_F(Mount, AnEntryWhereTheAreasMeetIsReadAndNothingWrittenOverIt) {
  ASSERT_EQ(device_.boot(), Status::kOk);
  for (uint32_t key = 1; key < 10; ++key) {
    ASSERT_EQ(device_.put(key, filled(80, static_cast<uint8_t>(key))), Status::kOk);
  }
  ASSERT_EQ(device_.put(11, filled(32, 1)), Status::kOk);
  const Head head = device_.store->head();
  ASSERT_EQ(head.slot, 800u);
  ASSERT_EQ(head.data, 752u);
  for (uint32_t slot = 800; slot >= 752; slot -= 16) {
    const Ate ate = Ate::small_value(1, slot, filled(4, 1));
    std::copy(ate.raw().begin(), ate.raw().end(), device_.flash.memory().begin() + slot);
  }
  ASSERT_EQ(device_.boot(), Status::kOk);
  for (uint8_t i = 0; i < 50; ++i) {
    ASSERT_EQ(device_.get(752), filled(4, 1));
    for (uint32_t key = 1; key < 10; ++key) {
      ASSERT_EQ(device_.get(key), filled(80, static_cast<uint8_t>(key)));
    }
    ASSERT_EQ(device_.put(0x60, filled(4, i)), Status::kOk);
    ASSERT_EQ(device_.put(0x61, filled(80, i)), Status::kOk);
  }
}

// Z5: what goes wrong during a mount is told.
TEST_F(Mount, AFailureOfTheMediumIsToldAndTheNextMountMaySucceed) {
  Store store(device_.flash, device_.options);
  device_.flash.fail_write_at(0);
  ASSERT_EQ(store.init(device_), Status::kOk);
  EXPECT_EQ(store.wait_ready(), Status::kInternal);
  EXPECT_EQ(store.mount_error(), MountError::kMedium);

  device_.flash.fail_read_at(3);
  ASSERT_EQ(store.init(device_), Status::kOk);
  EXPECT_EQ(store.wait_ready(), Status::kInternal);
  EXPECT_EQ(store.mount_error(), MountError::kMedium);

  ASSERT_EQ(store.init(device_), Status::kOk);
  EXPECT_EQ(store.wait_ready(), Status::kOk);
  EXPECT_EQ(store.mount_error(), MountError::kNone);
}

TEST_F(Mount, AGeometryThatCannotHoldAStoreIsRefused) {
  const auto init = [](FlashGeometry geometry, uint32_t sector_size) {
    Device device(geometry, {.sector_size = sector_size});
    Store store(device.flash, device.options);
    return store.init(device);
  };
  EXPECT_EQ(init(sim::nrf54l_geometry(1024), 1024), Status::kInternal);
  EXPECT_EQ(init(sim::nrf54l_geometry(4096), 64), Status::kInternal);
  EXPECT_EQ(init(sim::nrf54l_geometry(4096), 1000), Status::kInternal);
  EXPECT_EQ(init(sim::nrf54l_geometry(4096 + 16), 1024), Status::kInternal);
  EXPECT_EQ(init(sim::nrf54l_geometry(4096), 0), Status::kInternal);
  EXPECT_EQ(init({.size = 4096, .program_unit = 4, .write_unit = 64, .erase_value = 0xFF}, 1024),
            Status::kInternal);
  EXPECT_EQ(init({.size = 4096, .program_unit = 1, .write_unit = 4, .erase_value = 0xFF}, 1024),
            Status::kInternal);
  EXPECT_EQ(init(sim::nrf54l_geometry(160), 80), Status::kOk);
}

// Z16: after a small entry, payload is not examined as entries. The value below the rank holds
// octets that are a valid entry of the current cycle; the mount must neither see that entry nor
// write over the value.
TEST_F(Mount, Z16_PayloadThatLooksLikeAnEntryStaysPayload) {
  ASSERT_EQ(device_.boot(), Status::kOk);
  Value value = filled(96, 1);
  const Ate fake = Ate::small_value(1, 0x66, filled(4, 9));
  std::copy(fake.raw().begin(), fake.raw().end(), value.begin() + 32);
  ASSERT_EQ(device_.put(4, value), Status::kOk);
  ASSERT_EQ(device_.put(6, filled(4, 1)), Status::kOk);
  const Head before = device_.store->head();

  ASSERT_EQ(device_.boot(), Status::kOk);
  EXPECT_EQ(device_.store->head().slot, before.slot);
  EXPECT_EQ(device_.store->head().data, before.data);
  EXPECT_EQ(device_.get(0x66), std::nullopt);
  for (uint8_t i = 0; i < 20; ++i) {
    ASSERT_EQ(device_.put(7, filled(80, i)), Status::kOk);
    ASSERT_EQ(device_.get(4), value);
  }
}

}  // namespace
}  // namespace pm::zms
