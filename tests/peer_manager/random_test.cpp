// SPDX-License-Identifier: Apache-2.0
//
// Random lives: events, calls, calls from inside events, failing and full storage, resets. Whatever
// happened, at rest the store, the peer IDs and the buffers agree.
#include <random>
#include <set>

#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

alignas(4) const uint8_t kOctets[8] = {1, 2, 3, 4, 5, 6, 7, 8};

class RandomLife : public Device, public ::testing::WithParamInterface<int> {
 protected:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_()) % below; }
  uint16_t link() { return static_cast<uint16_t>(pick(3)); }
  uint16_t peer() { return static_cast<uint16_t>(pick(6)); }
  bool is_up(uint16_t conn_handle) { return soft_device.link_index(conn_handle) >= 0; }

  /// Lists, keys, records of each kind, links that there are not.
  void call_something_else() {
    const uint16_t peers[3] = {peer(), peer(), peer()};
    switch (pick(4)) {
      case 0: {
        static_cast<void>(manager().allow_list_set(peers, pick(4)));
        static_cast<void>(manager().device_identities_list_set(peers, pick(4)));
        ble_gap_addr_t addresses[8];
        ble_gap_irk_t irks[8];
        uint32_t counts[2] = {8, 8};
        static_cast<void>(manager().allow_list_get(addresses, &counts[0], irks, &counts[1]));
        uint16_t listed[8];
        uint32_t size = 1 + pick(8);
        static_cast<void>(manager().peer_id_list(listed, &size, peer(), pick(8)));
        break;
      }
      case 1:
        static_cast<void>(manager().lesc_keypair_generate());
        static_cast<void>(manager().lesc_request_handler());
        break;
      case 2: {
        static constexpr pm_peer_data_id kKinds[] = {
            PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING, PM_PEER_DATA_ID_GATT_REMOTE,
            PM_PEER_DATA_ID_PEER_RANK, PM_PEER_DATA_ID_GATT_LOCAL,
            PM_PEER_DATA_ID_CENTRAL_ADDR_RES};
        const pm_peer_data_id kind = kKinds[pick(5)];
        if (pick(3) == 0) {
          static_cast<void>(manager().peer_data_delete(peers[0], kind));
          break;
        }
        const uint32_t length = kind == PM_PEER_DATA_ID_PEER_RANK ? 4 : 4 * pick(3);
        static_cast<void>(manager().peer_data_store(peers[0], kind, kOctets, length, nullptr));
        break;
      }
      default: {
        const auto nowhere = static_cast<uint16_t>(0xFFF0 + pick(16));
        static_cast<void>(manager().conn_secure(nowhere, pick(2) != 0));
        sec_params_request(nowhere, bonding_params());
        auth_success(nowhere, true, true);
      }
    }
  }
  void call() {
    const uint16_t target = peer();
    switch (pick(12)) {
      case 0:
        static_cast<void>(manager().conn_secure(link(), pick(2) != 0));
        break;
      case 1:
        static_cast<void>(manager().peer_delete(target));
        break;
      case 2:
        static_cast<void>(manager().peer_data_store(target, PM_PEER_DATA_ID_APPLICATION, kOctets,
                                                    4 * pick(3), nullptr));
        break;
      case 3:
        static_cast<void>(manager().peer_data_delete(target, PM_PEER_DATA_ID_APPLICATION));
        break;
      case 4:
        static_cast<void>(manager().peer_rank_highest(target));
        break;
      case 5:
        manager().local_database_has_changed();
        break;
      case 6:
        if (pick(8) == 0) {
          static_cast<void>(manager().peers_delete());
        }
        break;
      case 7:
      case 8:
        call_something_else();
        break;
      default: {
        const pm_conn_sec_config config{.allow_repairing = pick(2) != 0};
        manager().conn_sec_config_reply(link(), &config);
      }
    }
  }

  void live() {
    const uint16_t target = link();
    if (!is_up(target)) {
      const uint8_t type =
          pick(3) == 0 ? BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE : BLE_GAP_ADDR_TYPE_PUBLIC;
      identity_[target] = address(static_cast<uint8_t>(pick(5)));
      const ble_gap_addr_t seen = address(identity_[target].addr[0], type);
      connect(target, pick(2) != 0 ? kPeripheral : kCentral, seen);
      return;
    }
    switch (pick(12)) {
      case 0:
        disconnect(target, pick(2) != 0 ? 0x3D : 0x13);
        break;
      case 1:
      case 2: {
        const size_t before = soft_device.params_replies.size();
        sec_params_request(target, pick(4) != 0 ? bonding_params() : pairing_params());
        const bool has_keys = soft_device.params_replies.size() > before &&
                              soft_device.params_replies.back().keyset.has_value() &&
                              soft_device.params_replies.back().keyset->keys_own.p_enc_key;
        if (has_keys) {
          distribute(lesc_bond(identity_[target]));
        }
        break;
      }
      case 3:
        auth_success(target, pick(4) != 0, true);
        break;
      case 4:
        auth_failure(target, static_cast<uint8_t>(1 + pick(15)));
        break;
      case 5:
        conn_sec_update(target, static_cast<uint8_t>(1 + pick(4)));
        break;
      case 6:
        sec_info_request(target, {});
        break;
      case 7:
        sec_request(target, pick(2) != 0, false, false);
        break;
      case 8:
        soft_device.sys_attrs[target].assign(pick(200), static_cast<uint8_t>(pick(3)));
        cccd_write(target);
        break;
      case 9:
        car_found(target, 5);
        value_read(target, 5, {1});
        break;
      case 10:
        sc_confirm(target);
        break;
      default:
        call();
    }
  }

  void trouble() {
    static const char* const kFunctions[] = {
        "authenticate",    "sec_params_reply", "encrypt",   "sys_attr_set", "sys_attr_get",
        "service_changed", "sec_info_reply",   "uuid_read", "read"};
    static const Status kResults[] = {Status::kBusy, Status::kInvalidState, Status::kTimeout,
                                      Status::kInternal, Status::kNoMem};
    switch (pick(4)) {
      case 0:
        soft_device.script(kFunctions[pick(9)], {kResults[pick(5)]});
        break;
      case 1:
        storage.completions.push_back(pick(2) != 0 ? Status::kInternal : Status::kResources);
        break;
      case 2:
        storage.refusals.push_back(Status::kBusy);
        break;
      default:
        storage.queue_size = 1 + pick(17);
    }
  }

  bool is_active(unsigned id) {
    return manager().next_peer_id_get(static_cast<uint16_t>(id - 1)) == id;
  }
  /// Deletions are not resumed after a reset: a peer whose bond still exists is back.
  std::set<uint16_t> not_deleted_after_reset(const std::set<uint16_t>& not_deleted) {
    std::set<uint16_t> back;
    for (const auto& [key, record] : storage.records) {
      const auto id = static_cast<uint16_t>(key >> 16);
      if ((key & 0xFFFF) == 7 && (not_deleted.contains(id) || !is_active(id))) {
        back.insert(id);
      }
    }
    return back;
  }

  /// The address type is above the bit that tells an identity address.
  static bool has_identity(const FakeStorage::Record& bond) { return bond[17] >> 1 < 2; }

  std::array<ble_gap_addr_t, 3> identity_{};
  std::mt19937 random_{static_cast<unsigned>(GetParam())};
};

TEST_P(RandomLife, ComesToRestConsistently) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  int depth = 0;
  std::set<uint16_t> not_deleted;
  on_event = [&](const pm_evt& event) {
    if (event.evt_id == PM_EVT_PEER_DELETE_FAILED) {
      not_deleted.insert(event.peer_id);
    }
    if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED) {
      not_deleted.erase(event.peer_id);
    }
    if (depth < 3 && pick(4) == 0) {
      ++depth;
      call();
      --depth;
    }
  };
  for (int step = 0; step < 600; ++step) {
    live();
    if (pick(3) != 0) {
      storage.run_one();
    }
    if (pick(10) == 0) {
      trouble();
    }
    if (pick(200) == 0) {
      for (uint16_t conn_handle = 0; conn_handle < 3; ++conn_handle) {
        soft_device.unassign(conn_handle);
      }
      not_deleted = not_deleted_after_reset(not_deleted);
      reboot();
    }
  }

  // Rest: no trouble, no links, nothing on its way, and space for what waits for it.
  on_event = nullptr;
  storage.completions.clear();
  storage.refusals.clear();
  soft_device.forget_script();
  storage.queue_size = 17;
  for (uint16_t conn_handle = 0; conn_handle < 3; ++conn_handle) {
    if (is_up(conn_handle)) {
      disconnect(conn_handle);
    }
  }
  alignas(4) const pm_peer_data_bonding spare = lesc_bond(address(0x99));
  uint16_t extra = 0;
  ASSERT_EQ(manager().peer_new(&extra, &spare, nullptr), Status::kOk);
  storage.run();
  ASSERT_EQ(manager().peer_delete(extra), Status::kOk);
  storage.run();

  // The application repeats the deletions that failed or that a reset cut short. Until then such a
  // peer is there, if need be without its bond, or beside the bond that its device has made
  // meanwhile: who bonds while the former bond is being deleted gets a new ID.
  for (const uint16_t id : not_deleted) {
    if (is_active(id)) {
      EXPECT_EQ(manager().peer_delete(id), Status::kOk) << id;
    }
  }
  storage.run();

  std::map<uint32_t, bool> has_bond;
  for (const auto& [key, record] : storage.records) {
    has_bond[key >> 16] |= (key & 0xFFFF) == 7;
  }
  for (const auto& [id, bonded] : has_bond) {
    EXPECT_TRUE(bonded) << "orphaned data of peer " << id;
    EXPECT_TRUE(is_active(id)) << id;
  }
  // No two bonds with one device, and each identity is found under its own ID.
  for (const auto& [id, bonded] : has_bond) {
    const auto& record = storage.records[FakeStorage::key(id, 7)];
    // A peer that gave no identity is not found by its next private address.
    if (record.size() != 80 || !has_identity(record)) {
      continue;
    }
    connect(0, kPeripheral, address(record[18]));
    EXPECT_EQ(peer_of(0), id);
    disconnect(0);
  }
  // All write buffers are free.
  const uint16_t any = manager().next_peer_id_get(PM_PEER_ID_INVALID);
  if (any != PM_PEER_ID_INVALID && has_identity(storage.records[FakeStorage::key(any, 7)])) {
    storage.run();
    connect(0, kPeripheral, address(storage.records[FakeStorage::key(any, 7)][18]));
    storage.run();
    take_log();
    soft_device.sys_attrs[0].assign(config::kFlashBuffers * 80 - 6, 0xA5);
    cccd_write(0);
    storage.run();
    EXPECT_EQ(storage.records[FakeStorage::key(any, 8)].size(), config::kFlashBuffers * 80);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLife, ::testing::Range(0, 200));

}  // namespace
}  // namespace pm::test
