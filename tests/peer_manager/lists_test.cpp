// SPDX-License-Identifier: Apache-2.0
//
// Enumeration, allow list, device identities, ranks, privacy.
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lists : public Device {
 protected:
  /// Peers 1, 3, 5: public with IRK and resolution; static without IRK; resolvable address with
  /// IRK.
  void three_peers() {
    pm_peer_data_bonding bond = lesc_bond(address(1));
    bond.peer_ble_id.id_info.irk[0] = 1;
    put_bond(1, bond);
    storage.put_word(1, 9, 1);
    put_bond(3, lesc_bond(address(3, BLE_GAP_ADDR_TYPE_RANDOM_STATIC)));
    storage.put_word(3, 9, 0);
    bond = lesc_bond(address(5, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
    bond.peer_ble_id.id_info.irk[0] = 5;
    put_bond(5, bond);
    reboot();
  }
  std::vector<uint16_t> list(unsigned skip, uint16_t first = PM_PEER_ID_INVALID,
                             uint32_t room = 8) {
    std::vector<uint16_t> peers(room);
    EXPECT_EQ(manager().peer_id_list(peers.data(), &room, first, skip), Status::kOk);
    peers.resize(room);
    return peers;
  }
};

TEST_F(Lists, PeersAreListedWithFilters) {
  EXPECT_THAT(list(0), IsEmpty());
  three_peers();
  EXPECT_THAT(list(PM_PEER_ID_LIST_ALL_ID), ElementsAre(1, 3, 5));
  EXPECT_THAT(list(PM_PEER_ID_LIST_SKIP_NO_ID_ADDR), ElementsAre(1, 3));
  EXPECT_THAT(list(PM_PEER_ID_LIST_SKIP_NO_IRK), ElementsAre(1, 5));
  EXPECT_THAT(list(PM_PEER_ID_LIST_SKIP_NO_CAR), ElementsAre(1));
  EXPECT_THAT(list(PM_PEER_ID_LIST_SKIP_ALL), ElementsAre(1));
  EXPECT_THAT(list(0, 3), ElementsAre(3, 5));
  EXPECT_THAT(list(0, 2), ElementsAre(3, 5)) << "an unused ID is no peer";
  EXPECT_THAT(list(0, PM_PEER_ID_INVALID, 2), ElementsAre(1, 3));
  EXPECT_EQ(manager().peer_delete(3), Status::kOk);
  EXPECT_THAT(list(0, 3), ElementsAre(5));
}

TEST_F(Lists, ListChecksItsArguments) {
  three_peers();
  uint16_t peer = 0;
  uint32_t size = 1;
  EXPECT_EQ(manager().peer_id_list(nullptr, &size, 0, 0), Status::kNull);
  EXPECT_EQ(manager().peer_id_list(&peer, nullptr, 0, 0), Status::kNull);
  EXPECT_EQ(manager().peer_id_list(&peer, &size, 0, 8), Status::kInvalidParam);
  EXPECT_EQ(size, 1u);
  size = 0;
  EXPECT_EQ(manager().peer_id_list(&peer, &size, 0, 0), Status::kInvalidParam);
  storage.read_errors[FakeStorage::key(1, 9)] = Status::kInternal;
  size = 1;
  EXPECT_EQ(manager().peer_id_list(&peer, &size, PM_PEER_ID_INVALID, PM_PEER_ID_LIST_SKIP_NO_CAR),
            Status::kInternal);
  EXPECT_EQ(size, 0u);
}

TEST_F(Lists, AllowListIsSetAndGot) {
  three_peers();
  const uint16_t peers[] = {3, 1};
  EXPECT_EQ(manager().allow_list_set(peers, 2), Status::kOk);
  ASSERT_EQ(soft_device.whitelist.size(), 2u);
  EXPECT_EQ(soft_device.whitelist[0].addr[0], 3);
  ble_gap_addr_t addresses[8];
  ble_gap_irk_t irks[8];
  uint32_t address_count = 8;
  uint32_t irk_count = 8;
  EXPECT_EQ(manager().allow_list_get(addresses, &address_count, irks, &irk_count), Status::kOk);
  EXPECT_EQ(address_count, 2u);
  EXPECT_EQ(irk_count, 2u);
  EXPECT_EQ(addresses[1].addr[0], 1);
  EXPECT_EQ(irks[1].irk[0], 1);
  EXPECT_EQ(irks[0].irk[0], 0) << "an absent IRK is copied as it is";
  EXPECT_EQ(manager().allow_list_set(nullptr, 5), Status::kOk);
  EXPECT_TRUE(soft_device.whitelist.empty());
  EXPECT_EQ(manager().allow_list_get(addresses, &address_count, nullptr, nullptr), Status::kOk);
  EXPECT_EQ(address_count, 0u);
}

TEST_F(Lists, AllowListChecksItsArguments) {
  three_peers();
  const uint16_t missing[] = {1, 9};
  const uint16_t beyond[] = {256};
  const uint16_t without_identity[] = {5};
  const uint16_t good[] = {1, 3};
  EXPECT_EQ(manager().allow_list_set(missing, 2), Status::kNotFound);
  EXPECT_EQ(manager().allow_list_set(beyond, 1), Status::kNotFound);
  EXPECT_EQ(manager().allow_list_set(without_identity, 1), Status::kGapInvalidBleAddr);
  soft_device.script("whitelist_set", {Status::kGapWhitelistInUse});
  EXPECT_EQ(manager().allow_list_set(good, 2), Status::kGapWhitelistInUse);
  ble_gap_addr_t address_out[2];
  uint32_t count = 1;
  EXPECT_EQ(manager().allow_list_get(nullptr, nullptr, nullptr, nullptr), Status::kNull);
  EXPECT_EQ(manager().allow_list_get(address_out, nullptr, nullptr, nullptr), Status::kNull);
  EXPECT_EQ(manager().allow_list_get(address_out, &count, nullptr, nullptr), Status::kNoMem);
}

TEST_F(Lists, DeviceIdentities) {
  three_peers();
  const uint16_t peers[9] = {1, 3};
  EXPECT_EQ(manager().device_identities_list_set(peers, 2), Status::kOk);
  ASSERT_EQ(soft_device.identities.size(), 2u);
  EXPECT_EQ(soft_device.identities[0].id_info.irk[0], 1);
  EXPECT_EQ(manager().device_identities_list_set(nullptr, 9), Status::kInvalidParam);
  EXPECT_EQ(manager().device_identities_list_set(nullptr, 0), Status::kOk);
  EXPECT_TRUE(soft_device.identities.empty());
  const uint16_t without_identity[] = {5};
  EXPECT_EQ(manager().device_identities_list_set(without_identity, 1), Status::kGapInvalidBleAddr);
  const uint16_t missing[] = {7};
  EXPECT_EQ(manager().device_identities_list_set(missing, 1), Status::kNotFound);
}

TEST_F(Lists, IdentityAndPrivacyArePassedOn) {
  const ble_gap_addr_t wanted = address(0x42);
  ble_gap_addr_t read{};
  EXPECT_EQ(manager().id_addr_set(nullptr), Status::kNull);
  EXPECT_EQ(manager().id_addr_set(&wanted), Status::kOk);
  EXPECT_EQ(manager().id_addr_get(nullptr), Status::kNull);
  EXPECT_EQ(manager().id_addr_get(&read), Status::kOk);
  EXPECT_EQ(read.addr[0], 0x42);
  ble_gap_privacy_params_t privacy{};
  EXPECT_EQ(manager().privacy_set(nullptr), Status::kNull);
  soft_device.script("privacy_set", {Status::kInvalidState});
  EXPECT_EQ(manager().privacy_set(&privacy), Status::kInvalidState);
  EXPECT_EQ(manager().privacy_get(&privacy), Status::kNull) << "no memory for the IRK";
  ble_gap_irk_t irk{};
  privacy.p_device_irk = &irk;
  EXPECT_EQ(manager().privacy_get(&privacy), Status::kOk);
}

TEST_F(Lists, RanksAreFoundWithTheirTies) {
  uint16_t high = 0;
  uint16_t low = 0;
  uint32_t high_rank = 77;
  uint32_t low_rank = 77;
  EXPECT_EQ(manager().peer_ranks_get(&high, &high_rank, &low, &low_rank), Status::kNotFound);
  EXPECT_EQ(high_rank, 77u) << "untouched without peers";
  three_peers();
  EXPECT_EQ(manager().peer_ranks_get(&high, &high_rank, &low, &low_rank), Status::kNotFound);
  EXPECT_EQ(high, PM_PEER_ID_INVALID);
  EXPECT_EQ(low_rank, 0xFFFFFFFF);
  storage.put_word(1, 6, 4);
  storage.put_word(3, 6, 9);
  storage.put_word(5, 6, 9);
  EXPECT_EQ(manager().peer_ranks_get(&high, &high_rank, &low, &low_rank), Status::kOk);
  EXPECT_EQ(high, 5);
  EXPECT_EQ(high_rank, 9u);
  EXPECT_EQ(low, 1);
  EXPECT_EQ(low_rank, 4u);
  EXPECT_EQ(manager().peer_ranks_get(nullptr, nullptr, nullptr, nullptr), Status::kOk);
  storage.read_errors[FakeStorage::key(3, 6)] = Status::kInternal;
  EXPECT_EQ(manager().peer_ranks_get(&high, &high_rank, &low, &low_rank), Status::kInternal);
}

TEST_F(Lists, MakingAPeerTheHighest) {
  three_peers();
  storage.put_word(1, 6, 4);
  std::vector<uint32_t> tokens;
  std::vector<int> changed;
  on_event = [&](const pm_evt& event) {
    tokens.push_back(event.peer_data_update_succeeded.token);
    changed.push_back(event.peer_data_update_succeeded.flash_changed);
  };
  EXPECT_EQ(manager().peer_rank_highest(3), Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(5), Status::kBusy);
  storage.run();
  EXPECT_EQ(storage.word(3, 6), 5u);
  EXPECT_EQ(manager().peer_rank_highest(3), Status::kOk) << "is it already";
  EXPECT_EQ(storage.outstanding(), 0u);
  EXPECT_THAT(take_log(), ElementsAre("UPDATE(3,6)", "UPDATE(3,6)"));
  EXPECT_THAT(tokens, ElementsAre(0, 0));
  EXPECT_THAT(changed, ElementsAre(1, 0));
  EXPECT_EQ(manager().peer_rank_highest(200), Status::kInvalidParam);
}

TEST_F(Lists, AFailedRankIsNotKept) {
  three_peers();
  storage.completions = {Status::kInternal};
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_THAT(take_log(), ElementsAre("UPDATE_FAILED(1,6,3)"));
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 1u);
}

TEST_F(Lists, RanksThatTheApplicationWritesAreNoticed) {
  three_peers();
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  alignas(4) static const uint32_t high = 50;
  EXPECT_EQ(manager().peer_data_store(3, PM_PEER_DATA_ID_PEER_RANK, &high, 4, nullptr),
            Status::kOk);
  storage.run();
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 51u);
}

TEST_F(Lists, ARankThatTheApplicationWritesDuringOursIsNoticed) {
  three_peers();
  alignas(4) static const uint32_t high = 50;
  EXPECT_EQ(manager().peer_data_store(3, PM_PEER_DATA_ID_PEER_RANK, &high, 4, nullptr),
            Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 1u) << "50 was not known yet";
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 51u);
}

TEST_F(Lists, ARankThatIsRefusedLeavesTheOthersAsTheyAre) {
  three_peers();
  storage.put_word(3, 6, 9);
  storage.refusals = {Status::kBusy, Status::kResources};
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kBusy);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kResources);
  const int reads = storage.reads;
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  EXPECT_EQ(storage.reads, reads) << "the highest is known";
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 10u);
}

TEST_F(Lists, RanksEnd) {
  three_peers();
  storage.put_word(1, 6, 0xFFFFFFFF);
  EXPECT_EQ(manager().peer_rank_highest(3), Status::kDataSize);
  storage.read_errors[FakeStorage::key(3, 6)] = Status::kInternal;
  reboot();
  EXPECT_EQ(manager().peer_rank_highest(3), Status::kBusy) << "the highest is not known";
}

// While it is being deleted, another peer becomes the highest.
TEST_F(Lists, APeerThatIsNotDeletedAfterAllKeepsItsRank) {
  put_bond(0, lesc_bond(address(0)));
  put_bond(1, lesc_bond(address(1)));
  storage.put_word(0, 6, 7);
  storage.put_word(1, 6, 3);
  reboot();
  EXPECT_EQ(manager().peer_delete(0), Status::kOk);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk) << "is it already";
  storage.completions = {Status::kInternal};
  storage.run();
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(1, 6), 8u);
}

TEST_F(Lists, DeletingTheHighestPeerReloadsTheRanks) {
  three_peers();
  storage.put_word(3, 6, 2);
  EXPECT_EQ(manager().peer_rank_highest(1), Status::kOk);
  storage.run();
  EXPECT_EQ(manager().peer_delete(1), Status::kOk);
  storage.run();
  EXPECT_EQ(manager().peer_rank_highest(5), Status::kOk);
  storage.run();
  EXPECT_EQ(storage.word(5, 6), 3u);
}

}  // namespace
}  // namespace pm::test
