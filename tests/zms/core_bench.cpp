// SPDX-License-Identifier: Apache-2.0
#include "zms/core_bench.hpp"

namespace pm::zms {

int PlainStack::link_index(uint16_t link) const { return connected && link == 0 ? 0 : -1; }

uint16_t PlainStack::link_handle(int index) const {
  return connected && index == 0 ? uint16_t{0} : uint16_t{BLE_CONN_HANDLE_INVALID};
}

Status PlainStack::gatts_sys_attr_set(uint16_t, const uint8_t* data, uint16_t length, uint32_t) {
  applied.assign(data, data + length);
  attributes = applied;
  return Status::kOk;
}

Status PlainStack::gatts_sys_attr_get(uint16_t, uint8_t* data, uint16_t& length, uint32_t) {
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

Status WatchedStorage::init(StorageSink& sink) {
  sink_ = &sink;
  return storage_.init(*this);
}

Status WatchedStorage::write(uint32_t key, Bytes data) {
  const Status status = storage_.write(key, data);
  if (ok(status) && is_recording) {
    open_.push_back({written_.size(), 0, key, Value(data.begin(), data.end())});
  }
  return status;
}

Status WatchedStorage::remove(uint32_t key) {
  const Status status = storage_.remove(key);
  if (ok(status) && is_recording) {
    open_.push_back({written_.size(), 0, key, {}});
  }
  return status;
}

void WatchedStorage::on_storage_event(const StorageEvent& event) {
  if (is_recording) {
    order_kept = order_kept && !open_.empty() && event.key == open_.front().key;
    if (order_kept && ok(event.result)) {
      changes.push_back(open_.front());
      changes.back().acknowledged = written_.size();
    }
    if (order_kept) {
      open_.erase(open_.begin());
    }
  }
  sink_->on_storage_event(event);
}

Status CoreBench::boot() {
  manager.reset();
  watched.reset();
  store.reset();
  flash.power_on();
  stack = PlainStack();
  store.emplace(flash, options);
  watched.emplace(*store, written);
  manager.emplace(stack, *watched, timers, crypto);
  PM_TRY(manager->init());
  PM_TRY(manager->register_handler(&CoreBench::on_event));
  params_ = {};
  params_.bond = 1;
  params_.io_caps = BLE_GAP_IO_CAPS_NONE;
  params_.min_key_size = 7;
  params_.max_key_size = 16;
  params_.kdist_own = {1, 1};
  params_.kdist_peer = {1, 1};
  return manager->sec_params_set(&params_);
}

void CoreBench::settle() {
  while (flash.pump()) {
  }
}

void CoreBench::record() {
  flash.on_written = [this](uint32_t offset, Bytes data) {
    written.push_back({offset, Value(data.begin(), data.end())});
  };
}

ble_gap_addr_t CoreBench::address(unsigned peer) {
  ble_gap_addr_t result{};
  result.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
  store_le32(result.addr, 0x1000 + peer);
  return result;
}

pm_peer_data_bonding CoreBench::bond(unsigned peer, unsigned key) {
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

void CoreBench::dispatch(const ble_evt_t& event) {
  manager->on_ble_event_first(event);
  manager->on_ble_event(event);
}

void CoreBench::gap(uint16_t id) {
  event_.header.evt_id = id;
  dispatch(event_);
  event_ = {};
}

void CoreBench::connect(unsigned peer) {
  stack.connected = true;
  stack.attributes.clear();
  stack.applied.clear();
  event_.evt.gap_evt.params.connected.role = BLE_GAP_ROLE_PERIPH;
  event_.evt.gap_evt.params.connected.peer_addr = address(peer);
  gap(BLE_GAP_EVT_CONNECTED);
}

void CoreBench::encrypted() {
  event_.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode = {1, 2};
  gap(BLE_GAP_EVT_CONN_SEC_UPDATE);
}

void CoreBench::disconnect() {
  gap(BLE_GAP_EVT_DISCONNECTED);
  stack.connected = false;
}

bool CoreBench::pair(unsigned peer, unsigned key) {
  event_.evt.gap_evt.params.sec_params_request.peer_params = params_;
  gap(BLE_GAP_EVT_SEC_PARAMS_REQUEST);
  if (!stack.keyset) {
    return false;
  }
  const pm_peer_data_bonding bonding = bond(peer, key);
  *stack.keyset->keys_own.p_enc_key = bonding.own_ltk;
  *stack.keyset->keys_peer.p_enc_key = bonding.peer_ltk;
  *stack.keyset->keys_peer.p_id_key = bonding.peer_ble_id;
  encrypted();
  event_.evt.gap_evt.params.auth_status.bonded = 1;
  event_.evt.gap_evt.params.auth_status.lesc = 1;
  gap(BLE_GAP_EVT_AUTH_STATUS);
  return true;
}

void CoreBench::write_cccd(const Value& attributes) {
  stack.attributes = attributes;
  event_.header.evt_id = BLE_GATTS_EVT_WRITE;
  event_.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_REQ;
  event_.evt.gatts_evt.params.write.uuid = {BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG,
                                            BLE_UUID_TYPE_BLE};
  dispatch(event_);
  event_ = {};
}

void CoreBench::deny_address_resolution() {
  event_.header.evt_id = BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP;
  event_.evt.gattc_evt.gatt_status = BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND;
  dispatch(event_);
  event_ = {};
}

uint16_t CoreBench::connected_peer() {
  uint16_t peer = PM_PEER_ID_INVALID;
  (void)manager->peer_id_get(0, &peer);
  return peer;
}

Status CoreBench::change_and_leave(unsigned peer, const Value& attributes) {
  write_cccd(attributes);
  const Status ranked = manager->peer_rank_highest(static_cast<uint16_t>(peer));
  settle();
  disconnect();
  settle();
  return ranked;
}

void CoreBench::on_event(const pm_evt* event) {
  storage_full_events += event->evt_id == PM_EVT_STORAGE_FULL ? 1 : 0;
  if (event->evt_id == PM_EVT_CONN_SEC_CONFIG_REQ && consenting != nullptr) {
    const pm_conn_sec_config config{.allow_repairing = true};
    consenting->conn_sec_config_reply(event->conn_handle, &config);
  }
}

}  // namespace pm::zms
