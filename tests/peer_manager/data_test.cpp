// SPDX-License-Identifier: Apache-2.0
//
// Peer data, write buffers, deletion; what deletions leave behind: left_overs_test.cpp.
#include "peer_manager/support/device.hpp"
#include "pm/peer_manager/detail/write_buffers.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

alignas(4) const uint8_t kItem[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

class Data : public Device {
 protected:
  void bonds(unsigned count) {
    for (unsigned peer = 0; peer < count; ++peer) {
      put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
      storage.put_word(peer, 9, 1);
    }
    reboot();
  }
};

TEST_F(Data, EverythingNeedsInit) {
  PeerManager fresh(soft_device, storage, clock, crypto);
  uint16_t peer = 0;
  uint32_t length = 4;
  uint8_t out[4];
  alignas(4) pm_peer_data_bonding bond{};
  EXPECT_EQ(fresh.register_handler([](const pm_evt*) {}), Status::kInvalidState);
  EXPECT_EQ(fresh.sec_params_set(nullptr), Status::kInvalidState);
  EXPECT_EQ(fresh.peer_data_load(0, PM_PEER_DATA_ID_APPLICATION, out, &length),
            Status::kInvalidState);
  EXPECT_EQ(fresh.peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4, nullptr),
            Status::kInvalidState);
  EXPECT_EQ(fresh.peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), Status::kInvalidState);
  EXPECT_EQ(fresh.peer_new(&peer, &bond, nullptr), Status::kInvalidState);
  EXPECT_EQ(fresh.peer_delete(0), Status::kInvalidState);
  EXPECT_EQ(fresh.peers_delete(), Status::kInvalidState);
  EXPECT_EQ(fresh.peer_id_list(&peer, &length, 0, 0), Status::kInvalidState);
  EXPECT_EQ(fresh.next_peer_id_get(PM_PEER_ID_INVALID), PM_PEER_ID_INVALID);
  EXPECT_EQ(fresh.peer_count(), 0u);
  EXPECT_EQ(fresh.peer_rank_highest(0), Status::kInvalidState);
  fresh.local_database_has_changed();
}

TEST_F(Data, InitFailsWithTheStoreOrTheCryptography) {
  PeerManager fresh(soft_device, storage, clock, crypto);
  storage.init_result = Status::kInternal;
  EXPECT_EQ(fresh.init(), Status::kInternal);
  storage.init_result = Status::kOk;
  storage.ready_result = Status::kInternal;
  EXPECT_EQ(fresh.init(), Status::kInternal);
  storage.ready_result = Status::kOk;
  crypto.generation_result = Status::kInternal;
  EXPECT_EQ(fresh.init(), Status::kInternal);
  EXPECT_FALSE(fresh.is_initialized());
}

TEST_F(Data, RegistrantsAreLimited) {
  EXPECT_EQ(manager().register_handler(nullptr), Status::kNull);
  for (size_t i = 1; i < config::kMaxRegistrants; ++i) {
    EXPECT_EQ(manager().register_handler([](const pm_evt*) {}), Status::kOk);
  }
  EXPECT_EQ(manager().register_handler([](const pm_evt*) {}), Status::kNoMem);
}

TEST_F(Data, StoredDataIsLoaded) {
  bonds(1);
  uint32_t token = 0;
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 12, &token),
            Status::kOk);
  EXPECT_EQ(token, 4u);
  uint8_t out[16] = {};
  uint32_t length = sizeof out;
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_APPLICATION, out, &length),
            Status::kNotFound)
      << "not yet written";
  on_event = [&](const pm_evt& event) {
    EXPECT_EQ(event.peer_data_update_succeeded.token, token);
    EXPECT_EQ(event.peer_data_update_succeeded.flash_changed, 1);
  };
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,4)"));
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_APPLICATION, out, &length), Status::kOk);
  EXPECT_EQ(length, 12u);
  EXPECT_EQ(out[11], 12);
}

TEST_F(Data, LoadChecksItsArguments) {
  bonds(1);
  uint8_t out[4];
  uint32_t length = 4;
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_BONDING, nullptr, &length), Status::kNull);
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_BONDING, out, nullptr), Status::kNull);
  EXPECT_EQ(manager().peer_data_load(256, PM_PEER_DATA_ID_BONDING, out, &length),
            Status::kInvalidParam);
  for (const int id : {0, 2, 3, 10, 0xFF}) {
    EXPECT_EQ(manager().peer_data_load(0, static_cast<pm_peer_data_id>(id), out, &length),
              Status::kInvalidParam);
  }
  EXPECT_EQ(manager().peer_data_load(9, PM_PEER_DATA_ID_BONDING, out, &length), Status::kNotFound);
  storage.read_errors[FakeStorage::key(0, 7)] = Status::kInternal;
  EXPECT_EQ(manager().peer_data_load(0, PM_PEER_DATA_ID_BONDING, out, &length), Status::kInternal);
}

TEST_F(Data, StoreChecksItsArguments) {
  bonds(2);
  uint32_t token = 77;
  const auto store = [&](uint16_t peer, pm_peer_data_id id, const void* data, uint32_t length) {
    return manager().peer_data_store(peer, id, data, length, &token);
  };
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_APPLICATION, nullptr, 4), Status::kNull);
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_APPLICATION, kItem + 1, 4), Status::kInvalidAddr);
  EXPECT_EQ(store(256, PM_PEER_DATA_ID_APPLICATION, kItem, 4), Status::kInvalidParam);
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_INVALID, kItem, 4), Status::kInvalidParam);
  EXPECT_EQ(store(9, PM_PEER_DATA_ID_APPLICATION, kItem, 4), Status::kNotFound);
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 65536), Status::kInvalidParam);
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_BONDING, kItem, 12), Status::kInvalidParam);
  alignas(4) pm_peer_data_bonding twin = lesc_bond(address(1));
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_BONDING, &twin, 80), Status::kForbidden);
  storage.queue_size = 0;
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4), Status::kBusy);
  storage.queue_size = 17;
  storage.refusals = {Status::kInvalidParam};
  EXPECT_EQ(store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4), Status::kInternal);
  EXPECT_EQ(token, 77u) << "written on success only";
}

// What a C caller may pass where the enumeration has 32 bits. Cut to 16, these would be kinds that
// exist.
TEST_F(Data, KindsBeyondTheRangeAreNotCutIntoIt) {
#if defined(__has_feature)
  if (__has_feature(undefined_behavior_sanitizer)) {
    GTEST_SKIP() << "UndefinedBehaviorSanitizer allows C++ no such enumerators";
  }
#endif
  bonds(1);
  storage.put_word(0, 4, 1);
  uint32_t word = 0;
  uint32_t length = sizeof word;
  for (const unsigned kind : {0x10004u, 0x10007u, 0x80000004u}) {
    const auto id = static_cast<pm_peer_data_id>(kind);
    EXPECT_EQ(manager().peer_data_load(0, id, &word, &length), Status::kInvalidParam);
    EXPECT_EQ(manager().peer_data_store(0, id, kItem, 4, nullptr), Status::kInvalidParam);
    EXPECT_EQ(manager().peer_data_delete(0, id), Status::kInvalidParam) << "not even a bond";
  }
  EXPECT_EQ(storage.outstanding(), 0u);
}

TEST_F(Data, NoOctetsRemoveTheRecordAsAnUpdate) {
  bonds(1);
  storage.put_word(0, 4, 1);
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 0, nullptr),
            Status::kOk);
  storage.run();
  EXPECT_FALSE(storage.has(0, 4));
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,4)"));
}

TEST_F(Data, FailedDirectWritesAreTold) {
  bonds(1);
  storage.completions = {Status::kInternal, Status::kResources, Status::kInternal};
  storage.put_word(0, 5, 1);
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_GATT_REMOTE), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(),
              ElementsAre("UPDATE_FAILED(0,4,3)", "UPDATE_FAILED(0,4,19)", "DELETE_FAILED(0,5,3)"));
}

TEST_F(Data, OrphanedDataBelongToNobody) {
  storage.put_word(3, 4, 1);
  reboot();
  uint32_t word = 0;
  uint32_t length = sizeof word;
  EXPECT_EQ(manager().peer_data_load(3, PM_PEER_DATA_ID_APPLICATION, &word, &length),
            Status::kNotFound);
}

TEST_F(Data, ARecordOnItsWayCanBeDeleted) {
  bonds(1);
  alignas(4) static const uint32_t word = 1;
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), Status::kNotFound);
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, &word, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), Status::kOk);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), Status::kNotFound);
  storage.run();
  EXPECT_FALSE(storage.has(0, 4));
}

TEST_F(Data, SingleRecordsAreDeleted) {
  bonds(1);
  storage.put_word(0, 4, 1);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_BONDING), Status::kInvalidParam);
  EXPECT_EQ(manager().peer_data_delete(300, PM_PEER_DATA_ID_APPLICATION), Status::kInvalidParam);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_GATT_REMOTE), Status::kNotFound);
  EXPECT_EQ(manager().peer_data_delete(0, PM_PEER_DATA_ID_APPLICATION), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("DELETE(0,4)"));
  EXPECT_FALSE(storage.has(0, 4));
}

TEST_F(Data, NewPeersGetTheLowestFreeIdOrTheOneTheyHave) {
  bonds(1);
  alignas(4) pm_peer_data_bonding bond = lesc_bond(address(0x70));
  uint16_t peer = 0;
  uint32_t token = 0;
  EXPECT_EQ(manager().peer_new(nullptr, &bond, &token), Status::kNull);
  EXPECT_EQ(manager().peer_new(&peer, nullptr, &token), Status::kNull);
  EXPECT_EQ(manager().peer_new(&peer, &bond, &token), Status::kOk);
  EXPECT_EQ(peer, 1);
  EXPECT_EQ(token, 0x10007u);
  EXPECT_EQ(manager().peer_count(), 2u);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(1,7)"));
  token = 5;
  EXPECT_EQ(manager().peer_new(&peer, &bond, &token), Status::kOk);
  EXPECT_EQ(peer, 1);
  EXPECT_EQ(token, 5u);
  EXPECT_EQ(storage.outstanding(), 0u);
}

// Write buffers.

TEST_F(Data, FailedBufferedWritesAreRepeatedSilently) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  storage.completions = {Status::kInternal, Status::kInternal};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(0,7)"));
  EXPECT_TRUE(storage.has(0, 7));
}

TEST_F(Data, ABrokenMediumIsNotWrittenForEver) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  take_log();
  storage.completions.assign(100, Status::kInternal);
  int writes = 0;
  for (int i = 0; i < 50; ++i) {
    writes += storage.run();
    any_event();
  }
  EXPECT_LT(writes, 20);
  EXPECT_THAT(take_log(), ElementsAre("UPDATE_FAILED(0,7,3)", "PEER_DELETE_FAILED(0,3)"));
}

TEST(WriteBuffersTest, HandOutAdjacentBlocksAndWipeThem) {
  static WriteBuffers buffers;
  const DataId data{8};
  const RecordKey key = key_of(PeerId{1}, data);
  EXPECT_EQ(buffers.acquire(key, config::kFlashBuffers + 1), nullptr);
  auto* memory = static_cast<uint8_t*>(buffers.acquire(key, 2));
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 4, 0u);
  memory[0] = 0x55;
  memory[2 * config::kFlashBufferSize - 1] = 0x55;
  EXPECT_EQ(buffers.acquire(key, 2), memory);
  EXPECT_EQ(memory[0], 0x55) << "the same memory, as it was";
  const RecordKey other = key_of(PeerId{2}, data);
  EXPECT_EQ(buffers.acquire(other, config::kFlashBuffers - 1), nullptr);
  EXPECT_EQ(buffers.acquire(other, config::kFlashBuffers - 2),
            memory + 2 * config::kFlashBufferSize);
  EXPECT_EQ(buffers.acquire(key_of(PeerId{3}, data), 1), nullptr);
  EXPECT_EQ(buffers.acquire(key, 3), nullptr) << "the older value stays";
  EXPECT_EQ(memory[0], 0x55);
  EXPECT_EQ(buffers.acquire(key, 1), memory) << "a shorter one takes its place";
  EXPECT_EQ(memory[0], 0) << "it may have held keys";
  EXPECT_EQ(memory[2 * config::kFlashBufferSize - 1], 0);
  memory[0] = 0x55;
  ASSERT_NE(buffers.pending(key), nullptr);
  buffers.release(*buffers.pending(key));
  EXPECT_EQ(memory[0], 0);
  EXPECT_EQ(buffers.pending(key), nullptr);
  EXPECT_EQ(buffers.acquire(key_of(PeerId{3}, data), 2), memory);
}

TEST(WriteBuffersTest, TemporaryOwnersAreNoPeers) {
  for (int link = 0; link < config::kLinks; ++link) {
    EXPECT_FALSE(is_peer_id(temporary_owner(link)));
    EXPECT_GE(to_number(temporary_owner(link)), 0x8000);
  }
}

// Deletion.

TEST_F(Data, TheBondIsDeletedFirst) {
  bonds(1);
  for (const unsigned data : {0u, 1u, 2u, 4u, 5u, 6u, 8u}) {
    storage.put_word(0, data, 1);
  }
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(manager().peer_delete(0), Status::kInvalidParam) << "being deleted already";
  EXPECT_EQ(manager().peer_count(), 1u);
  EXPECT_EQ(manager().next_peer_id_get(PM_PEER_ID_INVALID), PM_PEER_ID_INVALID);
  storage.run();
  EXPECT_THAT(storage.removed, ElementsAre(7, 0, 1, 2, 4, 5, 6, 8, 9));
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)"));
  EXPECT_EQ(manager().peer_count(), 0u);
}

TEST_F(Data, DeletionIsRefusedForUnknownPeers) {
  EXPECT_EQ(manager().peer_delete(0), Status::kInvalidParam);
  EXPECT_EQ(manager().peer_delete(256), Status::kInvalidParam);
  EXPECT_EQ(manager().peer_delete(PM_PEER_ID_INVALID), Status::kInvalidParam);
}

TEST_F(Data, AllPeersAreDeletedOneAfterAnother) {
  bonds(3);
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  EXPECT_THAT(take_log(), IsEmpty());
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)", "PEER_DELETED(1)", "PEER_DELETED(2)",
                                      "PEERS_DELETED"));
  EXPECT_TRUE(storage.records.empty());
}

TEST_F(Data, DeletingNobodySucceedsAtOnce) {
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  EXPECT_THAT(take_log(), ElementsAre("PEERS_DELETED"));
}

TEST_F(Data, AFailedDeletionEndsDeletingAllButNotTheOthers) {
  bonds(3);
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETE_FAILED(0,3)", "PEERS_DELETE_FAILED(3)",
                                      "PEER_DELETED(1)", "PEER_DELETED(2)"));
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(0)", "PEERS_DELETED"));
}

TEST_F(Data, ABondMadeMeanwhileDelaysTheEndOfDeletingAll) {
  bonds(1);
  connect(kLink, kPeripheral, address(0x60));
  EXPECT_EQ(manager().peers_delete(), Status::kOk);
  bond_as_peripheral(kLink, lesc_bond(address(0x60)));
  storage.run();
  EXPECT_THAT(take_log(), ::testing::Not(Contains("PEERS_DELETED")));
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(1)", "PEERS_DELETED"));
}

TEST_F(Data, DeletionIsSafeWhileIterating) {
  bonds(4);
  for (uint16_t peer = manager().next_peer_id_get(PM_PEER_ID_INVALID); peer != PM_PEER_ID_INVALID;
       peer = manager().next_peer_id_get(peer)) {
    EXPECT_EQ(manager().peer_delete(peer), Status::kOk);
  }
  storage.run();
  EXPECT_EQ(manager().peer_count(), 0u);
}

TEST_F(Data, DeletionFromInsideItsOwnEvent) {
  bonds(3);
  on_event = [this](const pm_evt& event) {
    if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED) {
      const uint16_t next = manager().next_peer_id_get(PM_PEER_ID_INVALID);
      if (next != PM_PEER_ID_INVALID) {
        EXPECT_EQ(manager().peer_delete(next), Status::kOk);
      }
    }
  };
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("PEER_DELETED(1)", "PEER_DELETED(0)", "PEER_DELETED(2)"));
}

TEST_F(Data, ADeletedConnectedPeerKeepsItsLinkAndNothingElse) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  conn_sec_update(kLink, 2);
  take_log();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
  pm_conn_sec_status status{};
  EXPECT_EQ(manager().conn_sec_status_get(kLink, &status), Status::kOk);
  EXPECT_TRUE(status.encrypted);
  EXPECT_FALSE(status.bonded);
  soft_device.sys_attrs[kLink] = {1};
  cccd_write(kLink);
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, kItem, 4, nullptr),
            Status::kNotFound);
  // It bonds again at once, under a new ID: the old one is still being deleted.
  bond_as_peripheral(kLink, lesc_bond(address(0)));
  EXPECT_EQ(peer_of(kLink), 1);
  storage.run();
  EXPECT_FALSE(storage.has(0, 7));
  EXPECT_FALSE(storage.has(0, 8));
  EXPECT_TRUE(storage.has(1, 7));
  EXPECT_TRUE(storage.has(1, 8));
}

TEST_F(Data, ADeletionWaitsForWritesOnTheirWay) {
  connect(kLink, kPeripheral, address(1));
  bond_as_peripheral(kLink, lesc_bond(address(1)));
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  storage.run();
  EXPECT_TRUE(storage.records.empty()) << "the write must not bring the bond back";
  EXPECT_EQ(manager().peer_count(), 0u);
}

TEST_F(Data, InitReadsOnlyWhatTheStoreHas) {
  bonds(3);
  const int before = storage.reads;
  reboot();
  EXPECT_LE(storage.reads - before, 3 * 3);
}

TEST_F(Data, DeletionWaitsForTheQueue) {
  bonds(2);
  storage.refusals = {Status::kBusy};
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(storage.outstanding(), 0u);
  EXPECT_EQ(manager().peer_data_store(1, PM_PEER_DATA_ID_APPLICATION, kItem, 4, nullptr),
            Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(1,4)", "PEER_DELETED(0)"));
}

}  // namespace
}  // namespace pm::test
