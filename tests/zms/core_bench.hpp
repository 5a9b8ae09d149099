// SPDX-License-Identifier: Apache-2.0
//
// The core on a real store in simulated flash, with a stack that only remembers attributes: fast
// enough for millions of connections.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "pm/base/config.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/ports/soft_device.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "zms/pumped.hpp"

namespace pm::zms {

/// One link, handle 0.
class PlainStack final : public SoftDevice {
 public:
  bool connected = false;
  /// What the link has, and what the Peer Manager gave it last.
  Value attributes;
  Value applied;
  std::optional<ble_gap_sec_keyset_t> keyset;

  int link_index(uint16_t link) const override { return connected && link == 0 ? 0 : -1; }
  uint16_t link_handle(int index) const override {
    return connected && index == 0 ? uint16_t{0} : uint16_t{BLE_CONN_HANDLE_INVALID};
  }
  Status gap_addr_set(const ble_gap_addr_t&) override { return Status::kOk; }
  Status gap_addr_get(ble_gap_addr_t&) override { return Status::kOk; }
  Status gap_privacy_set(const ble_gap_privacy_params_t&) override { return Status::kOk; }
  Status gap_privacy_get(ble_gap_privacy_params_t&) override { return Status::kOk; }
  Status gap_whitelist_set(const ble_gap_addr_t* const*, uint8_t) override { return Status::kOk; }
  Status gap_device_identities_set(const ble_gap_id_key_t* const*, const ble_gap_irk_t* const*,
                                   uint8_t) override {
    return Status::kOk;
  }
  Status gap_authenticate(uint16_t, const ble_gap_sec_params_t*) override { return Status::kOk; }
  Status gap_sec_params_reply(uint16_t, uint8_t, const ble_gap_sec_params_t*,
                              const ble_gap_sec_keyset_t* keys) override {
    keyset = keys != nullptr ? std::optional(*keys) : std::nullopt;
    return Status::kOk;
  }
  Status gap_lesc_dhkey_reply(uint16_t, uint8_t, const ble_gap_lesc_dhkey_t*) override {
    return Status::kOk;
  }
  Status gap_lesc_oob_data_get(uint16_t, const ble_gap_lesc_p256_pk_t&,
                               ble_gap_lesc_oob_data_t&) override {
    return Status::kOk;
  }
  Status gap_lesc_oob_data_set(uint16_t, const ble_gap_lesc_oob_data_t*,
                               const ble_gap_lesc_oob_data_t*) override {
    return Status::kOk;
  }
  Status gap_encrypt(uint16_t, const ble_gap_master_id_t&, const ble_gap_enc_info_t&) override {
    return Status::kOk;
  }
  Status gap_sec_info_reply(uint16_t, const ble_gap_enc_info_t*) override { return Status::kOk; }
  Status gap_disconnect(uint16_t, uint8_t) override { return Status::kOk; }
  Status gatts_sys_attr_set(uint16_t, const uint8_t* data, uint16_t length, uint32_t) override {
    applied.assign(data, data + length);
    attributes = applied;
    return Status::kOk;
  }
  Status gatts_sys_attr_get(uint16_t, uint8_t* data, uint16_t& length, uint32_t) override {
    if (attributes.empty()) {
      return Status::kNotFound;
    }
    if (attributes.size() > length) {
      return Status::kDataSize;
    }
    std::copy(attributes.begin(), attributes.end(), data);
    length = static_cast<uint16_t>(attributes.size());
    return Status::kOk;
  }
  Status gatts_service_changed(uint16_t, uint16_t, uint16_t) override { return Status::kOk; }
  Status gatts_initial_user_handle_get(uint16_t& handle) override {
    handle = 10;
    return Status::kOk;
  }
  Status gatts_attr_get(uint16_t, ble_uuid_t* uuid, ble_gatts_attr_md_t*) override {
    *uuid = {0x2800, BLE_UUID_TYPE_BLE};
    return Status::kOk;
  }
  Status gatts_value_get(uint16_t, uint16_t, ble_gatts_value_t&) override { return Status::kOk; }
  Status gattc_char_value_by_uuid_read(uint16_t, const ble_uuid_t&,
                                       const ble_gattc_handle_range_t&) override {
    return Status::kOk;
  }
  Status gattc_read(uint16_t, uint16_t, uint16_t) override { return Status::kOk; }
};

/// Between core and store: knows what was asked for, and what was acknowledged when.
class WatchedStorage final : public Storage, private StorageSink {
 public:
  struct Change {
    /// Writes of the flash before the request was made, and before it was acknowledged.
    size_t begun;
    size_t acknowledged;
    uint32_t key;
    Value value;
  };

  WatchedStorage(Storage& storage, const std::vector<Written>& written)
      : storage_(storage), written_(written) {}

  std::vector<Change> changes;
  bool is_recording = false;

  Status init(StorageSink& sink) override {
    sink_ = &sink;
    return storage_.init(*this);
  }
  Status wait_ready() override { return storage_.wait_ready(); }
  Status read(uint32_t key, MutableBytes out, size_t& length) override {
    return storage_.read(key, out, length);
  }
  Status visit_keys(void (*visit)(void*, uint32_t), void* context) override {
    return storage_.visit_keys(visit, context);
  }
  Status write(uint32_t key, Bytes data) override {
    const Status status = storage_.write(key, data);
    if (ok(status) && is_recording) {
      open_.push_back({written_.size(), 0, key, Value(data.begin(), data.end())});
    }
    return status;
  }
  Status remove(uint32_t key) override {
    const Status status = storage_.remove(key);
    if (ok(status) && is_recording) {
      open_.push_back({written_.size(), 0, key, {}});
    }
    return status;
  }

 private:
  void on_storage_event(const StorageEvent& event) override {
    if (is_recording) {
      ASSERT_FALSE(open_.empty());
      ASSERT_EQ(event.key, open_.front().key);
      if (ok(event.result)) {
        changes.push_back(open_.front());
        changes.back().acknowledged = written_.size();
      }
      open_.erase(open_.begin());
    }
    sink_->on_storage_event(event);
  }

  Storage& storage_;
  const std::vector<Written>& written_;
  StorageSink* sink_ = nullptr;
  std::vector<Change> open_;
};

class CoreBench {
 public:
  explicit CoreBench(uint32_t size = 4096) : flash(timers, sim::nrf54l_geometry(size)) {}

  void boot() {
    manager.reset();
    watched.reset();
    store.reset();
    flash.power_on();
    stack = PlainStack();
    store.emplace(flash, Options{.sector_size = 1024});
    watched.emplace(*store, written);
    manager.emplace(stack, *watched, timers, crypto);
    ASSERT_EQ(manager->init(), Status::kOk);
    ASSERT_EQ(manager->register_handler(&CoreBench::on_event), Status::kOk);
    ble_gap_sec_params_t params{};
    params.bond = 1;
    params.io_caps = BLE_GAP_IO_CAPS_NONE;
    params.min_key_size = 7;
    params.max_key_size = 16;
    params.kdist_own = {1, 1};
    params.kdist_peer = {1, 1};
    params_ = params;
    ASSERT_EQ(manager->sec_params_set(&params), Status::kOk);
  }
  /// Lets the store finish.
  void settle() {
    while (flash.pump()) {
    }
  }
  void record() {
    flash.on_written = [this](uint32_t offset, Bytes data) {
      written.push_back({offset, Value(data.begin(), data.end())});
    };
  }

  static ble_gap_addr_t address(unsigned peer) {
    ble_gap_addr_t result{};
    result.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
    store_le32(result.addr, 0x1000 + peer);
    return result;
  }
  static pm_peer_data_bonding bond(unsigned peer, unsigned key) {
    pm_peer_data_bonding result{};
    result.own_role = BLE_GAP_ROLE_PERIPH;
    result.peer_ble_id.id_addr_info = address(peer);
    result.own_ltk.enc_info.lesc = 1;
    result.own_ltk.enc_info.ltk_len = 16;
    for (unsigned i = 0; i < 16; ++i) {
      result.own_ltk.enc_info.ltk[i] = static_cast<uint8_t>(key * 17 + i + 1);
      result.peer_ble_id.id_info.irk[i] = static_cast<uint8_t>(peer * 29 + i + 1);
    }
    return result;
  }

  void dispatch(const ble_evt_t& event) {
    manager->on_ble_event_first(event);
    manager->on_ble_event(event);
  }
  void gap(uint16_t id) {
    event_.header.evt_id = id;
    dispatch(event_);
    event_ = {};
  }
  void connect(unsigned peer) {
    stack.connected = true;
    stack.attributes.clear();
    stack.applied.clear();
    event_.evt.gap_evt.params.connected.role = BLE_GAP_ROLE_PERIPH;
    event_.evt.gap_evt.params.connected.peer_addr = address(peer);
    gap(BLE_GAP_EVT_CONNECTED);
  }
  void encrypted() {
    event_.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode = {1, 2};
    gap(BLE_GAP_EVT_CONN_SEC_UPDATE);
  }
  void disconnect() {
    gap(BLE_GAP_EVT_DISCONNECTED);
    stack.connected = false;
  }
  void pair(unsigned peer, unsigned key) {
    event_.evt.gap_evt.params.sec_params_request.peer_params = params_;
    gap(BLE_GAP_EVT_SEC_PARAMS_REQUEST);
    ASSERT_TRUE(stack.keyset);
    const pm_peer_data_bonding bonding = bond(peer, key);
    *stack.keyset->keys_own.p_enc_key = bonding.own_ltk;
    *stack.keyset->keys_peer.p_enc_key = bonding.peer_ltk;
    *stack.keyset->keys_peer.p_id_key = bonding.peer_ble_id;
    encrypted();
    event_.evt.gap_evt.params.auth_status.bonded = 1;
    event_.evt.gap_evt.params.auth_status.lesc = 1;
    gap(BLE_GAP_EVT_AUTH_STATUS);
  }
  void write_cccd(const Value& attributes) {
    stack.attributes = attributes;
    event_.header.evt_id = BLE_GATTS_EVT_WRITE;
    event_.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_REQ;
    event_.evt.gatts_evt.params.write.uuid = {BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG,
                                              BLE_UUID_TYPE_BLE};
    dispatch(event_);
    event_ = {};
  }
  uint16_t connected_peer() {
    uint16_t peer = PM_PEER_ID_INVALID;
    (void)manager->peer_id_get(0, &peer);
    return peer;
  }

  NoTimers timers;
  sim::SimFlash flash;
  sim::SeededCrypto crypto{1};
  PlainStack stack;
  std::vector<Written> written;
  std::optional<Store> store;
  std::optional<WatchedStorage> watched;
  std::optional<PeerManager> manager;

  inline static uint32_t storage_full_events = 0;
  /// Consents to everything, as an application that lets bonds be replaced.
  inline static PeerManager* consenting = nullptr;

 private:
  static void on_event(const pm_evt* event) {
    storage_full_events += event->evt_id == PM_EVT_STORAGE_FULL ? 1 : 0;
    if (event->evt_id == PM_EVT_CONN_SEC_CONFIG_REQ && consenting != nullptr) {
      const pm_conn_sec_config config{.allow_repairing = true};
      consenting->conn_sec_config_reply(event->conn_handle, &config);
    }
  }

  ble_gap_sec_params_t params_{};
  ble_evt_t event_{};
};

}  // namespace pm::zms
