// SPDX-License-Identifier: Apache-2.0
//
// The core on a real store in simulated flash, with a stack that only remembers attributes: fast
// enough for millions of connections.
#pragma once

#include <algorithm>
#include <optional>
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

  int link_index(uint16_t link) const override;
  uint16_t link_handle(int index) const override;
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
  Status gatts_sys_attr_set(uint16_t, const uint8_t* data, uint16_t length, uint32_t) override;
  Status gatts_sys_attr_get(uint16_t, uint8_t* data, uint16_t& length, uint32_t) override;
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
  /// Every completion was that of the oldest request.
  bool order_kept = true;

  Status init(StorageSink& sink) override;
  Status wait_ready() override { return storage_.wait_ready(); }
  Status read(uint32_t key, MutableBytes out, size_t& length) override {
    return storage_.read(key, out, length);
  }
  Status visit_keys(void (*visit)(void*, uint32_t), void* context) override {
    return storage_.visit_keys(visit, context);
  }
  Status write(uint32_t key, Bytes data) override;
  Status remove(uint32_t key) override;

 private:
  void on_storage_event(const StorageEvent& event) override;

  Storage& storage_;
  const std::vector<Written>& written_;
  StorageSink* sink_ = nullptr;
  std::vector<Change> open_;
};

class CoreBench {
 public:
  static constexpr uint32_t kSectorSize = 1024;

  explicit CoreBench(uint32_t size = 4096)
      : CoreBench(sim::nrf54l_geometry(size), {.sector_size = kSectorSize}) {}
  CoreBench(const FlashGeometry& geometry, const Options& store_options)
      : options(store_options), flash(timers, geometry) {}

  /// Starts afresh on what the flash holds, as after a reset.
  Status boot();
  /// Lets the store finish.
  void settle();
  /// From now on each write is kept in `written`.
  void record();

  static ble_gap_addr_t address(unsigned peer);
  static pm_peer_data_bonding bond(unsigned peer, unsigned key);

  // What the stack reports of the one link.
  void connect(unsigned peer);
  void encrypted();
  void disconnect();
  /// A pairing from the peer's request to its end. False: it was not answered with room for keys.
  bool pair(unsigned peer, unsigned key);
  void write_cccd(const Value& attributes);
  /// The peer's answer to what the Peer Manager asks every new one: it has no such characteristic.
  void deny_address_resolution();

  uint16_t connected_peer();
  /// The rest of a connection of `peer`: it writes CCCDs, gets the highest rank, and leaves.
  Status change_and_leave(unsigned peer, const Value& attributes);

  const Options options;
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
  static void on_event(const pm_evt* event);
  void dispatch(const ble_evt_t& event);
  void gap(uint16_t id);

  ble_gap_sec_params_t params_{};
  ble_evt_t event_{};
};

}  // namespace pm::zms
