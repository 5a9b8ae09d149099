// SPDX-License-Identifier: Apache-2.0
//
// The SoftDevice writes the keys of a pairing into memory of ours, and runs ahead of the events
// that we have seen: whatever it was told last, it never writes into the bond of somebody else. And
// what was read of a bond does not stay behind on the stack.
#include <pthread.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

class PairingMemory : public Device {
 protected:
  pm_peer_data_bonding stored_bond(unsigned peer) {
    pm_peer_data_bonding bond{};
    const FakeStorage::Record& record = storage.records.at(FakeStorage::key(peer, 7));
    std::copy(record.begin(), record.end(), reinterpret_cast<uint8_t*>(&bond));
    return bond;
  }
  static void write_keys(const ble_gap_sec_keyset_t& keyset) {
    keyset.keys_own.p_enc_key->enc_info.ltk[0] = 0xEE;
    keyset.keys_peer.p_enc_key->enc_info.ltk[0] = 0xEE;
    keyset.keys_peer.p_id_key->id_info.irk[0] = 0xEE;
  }
};

TEST_F(PairingMemory, AReplyAcceptedForTheNextPairingNeverReachesAnotherBond) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  soft_device.script("sec_params_reply", {Status::kBusy, Status::kBusy});
  sec_params_request(kLink, bonding_params());
  // The SoftDevice has ended this pairing and begun another one, of which nothing is known yet: it
  // takes the repeated reply for that.
  disconnect(kOtherLink);
  ASSERT_EQ(soft_device.params_replies.size(), 3u);
  const ble_gap_sec_keyset_t early = *soft_device.params_replies.back().keyset;
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  soft_device.script("sec_params_reply", {Status::kInvalidState});
  sec_params_request(kLink, bonding_params());

  connect(kOtherLink, kPeripheral, address(3));
  sec_params_request(kOtherLink, bonding_params());
  pm_peer_data_bonding bond = lesc_bond(address(3));
  bond.peer_ltk.enc_info.ltk[0] = 0x33;
  bond.peer_ble_id.id_info.irk[0] = 0x33;
  distribute(bond);
  write_keys(early);
  conn_sec_update(kOtherLink, 2);
  auth_success(kOtherLink, true, true);
  take_log();
  auth_success(kLink, true);
  storage.run();
  EXPECT_THAT(take_log(), Not(Contains("SEC_SUCCEEDED(B,stored)"))) << "those keys are not known";
  EXPECT_EQ(manager().peer_count(), 1u);
  EXPECT_EQ(stored_bond(0).own_ltk.enc_info.ltk[0], 0x5C);
  EXPECT_EQ(stored_bond(0).peer_ltk.enc_info.ltk[0], 0x33);
  EXPECT_EQ(stored_bond(0).peer_ble_id.id_info.irk[0], 0x33);
  EXPECT_EQ(early.keys_own.p_enc_key->enc_info.ltk[0], 0) << "wiped";
}

TEST_F(PairingMemory, AReplyThatWaitsEndsWithItsPairing) {
  connect(kLink, kPeripheral, address(1));
  soft_device.script("sec_params_reply", {Status::kBusy, Status::kBusy});
  sec_params_request(kLink, bonding_params());
  auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  any_event();
  EXPECT_EQ(soft_device.params_replies.size(), 2u);
}

TEST_F(PairingMemory, AnInitInTheMiddleLeavesItToThePairing) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  const ble_gap_sec_keyset_t former = *soft_device.params_replies.back().keyset;
  ASSERT_EQ(manager().init(), Status::kOk);
  const ble_gap_sec_params_t params = bonding_params();
  ASSERT_EQ(manager().sec_params_set(&params), Status::kOk);
  connect(kOtherLink, kPeripheral, address(2));
  sec_params_request(kOtherLink, bonding_params());
  distribute(lesc_bond(address(2)));
  write_keys(former);
  auth_success(kOtherLink, true, true);
  auth_success(kLink, true);
  storage.run();
  EXPECT_EQ(manager().peer_count(), 1u);
  EXPECT_EQ(stored_bond(0).own_ltk.enc_info.ltk[0], 0x5C);
  EXPECT_EQ(stored_bond(0).peer_ble_id.id_info.irk[0], 0);
  EXPECT_EQ(former.keys_own.p_enc_key->enc_info.ltk[0], 0) << "wiped";
}

TEST_F(PairingMemory, IsWipedWhateverThePairingCameTo) {
  connect(kLink, kPeripheral, address(1));
  for (const bool succeeds : {true, false}) {
    sec_params_request(kLink, bonding_params());
    const ble_gap_sec_keyset_t keyset = *soft_device.params_replies.back().keyset;
    write_keys(keyset);
    if (succeeds) {
      auth_success(kLink, true);
      EXPECT_EQ(manager().peer_delete(0), Status::kOk);
      storage.run();
    } else {
      auth_failure(kLink, BLE_GAP_SEC_STATUS_UNSPECIFIED);
    }
    EXPECT_EQ(keyset.keys_own.p_enc_key->enc_info.ltk[0], 0);
    EXPECT_EQ(keyset.keys_peer.p_enc_key->enc_info.ltk[0], 0);
    EXPECT_EQ(keyset.keys_peer.p_id_key->id_info.irk[0], 0);
  }
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsStackElsewhere = true;
#elif defined(__has_feature)
constexpr bool kIsStackElsewhere = __has_feature(address_sanitizer);
#else
constexpr bool kIsStackElsewhere = false;
#endif

/// Calls run on a stack of their own, which is searched afterwards.
class StackResidue : public Device {
 protected:
  void SetUp() override {
    if (kIsStackElsewhere) {
      GTEST_SKIP() << "AddressSanitizer keeps variables away from the stack";
    }
  }

  using Call = std::function<Status()>;
  static constexpr size_t kStack = 1024 * 1024;
  static constexpr uint8_t kFirstOfLtk = 0xA1;
  static constexpr uint8_t kFirstOfIrk = 0x61;

  static pm_peer_data_bonding marked_bond(uint8_t last) {
    pm_peer_data_bonding bond = legacy_bond(address(last), last);
    for (uint8_t i = 0; i < 16; ++i) {
      bond.own_ltk.enc_info.ltk[i] = static_cast<uint8_t>(kFirstOfLtk + i);
      bond.peer_ltk.enc_info.ltk[i] = static_cast<uint8_t>(kFirstOfLtk + i);
      bond.peer_ble_id.id_info.irk[i] = static_cast<uint8_t>(kFirstOfIrk + i);
    }
    return bond;
  }
  static void* run(void* argument) {
    // So that what ends the thread does not reach the frames of the call.
    volatile uint8_t gap[64 * 1024];
    gap[0] = 0;
    static_cast<void>(gap[0]);
    auto& [call, status] = *static_cast<std::pair<Call, Status>*>(argument);
    status = call();
    return nullptr;
  }
  /// The result of `call`, after which eight octets of a key in a row are nowhere on its stack.
  Status residue_free(const char* what, const Call& call) {
    const auto stack = std::make_unique<uint8_t[]>(kStack);
    std::pair<Call, Status> argument(call, Status::kInternal);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, stack.get(), kStack) != 0 ||
        pthread_create(&thread, &attributes, run, &argument) != 0) {
      ADD_FAILURE() << "no thread";
      return Status::kInternal;
    }
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    found_ = false;
    for (const uint8_t first : {kFirstOfLtk, kFirstOfIrk}) {
      uint8_t part[8];
      for (uint8_t i = 0; i < sizeof part; ++i) {
        part[i] = static_cast<uint8_t>(first + 4 + i);
      }
      found_ |= std::search(stack.get(), stack.get() + kStack, part, part + sizeof part) !=
                stack.get() + kStack;
    }
    EXPECT_FALSE(found_ && what != nullptr) << what;
    return argument.second;
  }

  bool found_ = false;
};

TEST_F(StackResidue, TheSearchFindsWhatIsLeft) {
  static_cast<void>(residue_free(nullptr, [] {
    volatile uint8_t key[16];
    for (uint8_t i = 0; i < 16; ++i) {
      key[i] = static_cast<uint8_t>(kFirstOfLtk + i);
    }
    return key[0] != 0 ? Status::kOk : Status::kInternal;
  }));
  EXPECT_TRUE(found_);
}

TEST_F(StackResidue, NoneOfWhatWasReadOfABond) {
  put_bond(0, marked_bond(0));
  put_bond(1, marked_bond(1));
  storage.put_word(0, 9, 1);
  storage.put_word(1, 9, 1);
  reboot();
  connect(kLink, kCentral, address(0));
  connect(kOtherLink, kPeripheral, address(9, BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE));
  const auto secure = [this] { return manager().conn_secure(kLink, false); };
  EXPECT_EQ(residue_free("encryption", secure), Status::kOk);
  soft_device.encrypts.clear();
  conn_sec_update(kLink, 2);
  static pm_conn_sec_status status{};
  const auto get_status = [this] { return manager().conn_sec_status_get(kLink, &status); };
  EXPECT_EQ(residue_free("status", get_status), Status::kOk);
  static const uint16_t kPeers[] = {0, 1};
  const auto set_list = [this] { return manager().allow_list_set(kPeers, 2); };
  EXPECT_EQ(residue_free("setting the allow list", set_list), Status::kOk);
  static uint32_t count = 2;
  static ble_gap_irk_t irks[2];
  const auto get_list = [this] { return manager().allow_list_get(nullptr, nullptr, irks, &count); };
  EXPECT_EQ(residue_free("getting the allow list", get_list), Status::kOk);
  const auto set_ids = [this] { return manager().device_identities_list_set(kPeers, 2); };
  EXPECT_EQ(residue_free("device identities", set_ids), Status::kOk);
  static uint16_t listed[2];
  static uint32_t size = 2;
  const auto list = [this] {
    return manager().peer_id_list(listed, &size, 0, PM_PEER_ID_LIST_SKIP_NO_IRK);
  };
  EXPECT_EQ(residue_free("list of peers", list), Status::kOk);
  alignas(4) static const pm_peer_data_bonding known = marked_bond(1);
  static uint16_t peer = 0;
  const auto add = [this] { return manager().peer_new(&peer, &known, nullptr); };
  EXPECT_EQ(residue_free("duplicates", add), Status::kOk);
}

TEST_F(StackResidue, NoneOfABondThatIsNotWhole) {
  put_bond(0, marked_bond(0));
  reboot();
  connect(kLink, kCentral, address(0));
  storage.records[FakeStorage::key(0, 7)].push_back(0);
  const auto secure = [this] { return manager().conn_secure(kLink, false); };
  EXPECT_EQ(residue_free("encryption", secure), Status::kInternal);
}

}  // namespace
}  // namespace pm::test
