// SPDX-License-Identifier: Apache-2.0
#include "peer_manager/support/device.hpp"

#include <cstdarg>
#include <cstdio>

#include "pm/ports/log.hpp"

namespace pm::test {
std::vector<int> logged_levels;
}

// Weak: a program that also links the C faces has theirs.
extern "C" {
[[gnu::weak]] void pm_log_write(int level, const char*, const char*, ...) {
  pm::test::logged_levels.push_back(level);
}
[[gnu::weak]] void pm_trace_event(const pm_evt*) {}
void pm_assert_failed(const char* file, int line) { ADD_FAILURE_AT(file, line); }
}

namespace pm::test {

namespace {

std::string format(const char* pattern, ...) {
  char text[128];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

char letter(pm_conn_sec_procedure procedure) { return "EBP"[procedure]; }

ble_evt_t gap_event(uint16_t id, uint16_t conn_handle) {
  ble_evt_t event{};
  event.header.evt_id = id;
  event.evt.gap_evt.conn_handle = conn_handle;
  return event;
}

}  // namespace

Device* Device::current_ = nullptr;

ble_gap_addr_t address(uint8_t last, uint8_t type) {
  ble_gap_addr_t result{};
  result.addr_type = type & 0x7F;
  result.addr[0] = last;
  result.addr[5] = 0xC0;
  return result;
}

ble_gap_sec_params_t bonding_params() {
  ble_gap_sec_params_t params{};
  params.bond = 1;
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  params.kdist_own = {1, 1};
  params.kdist_peer = {1, 1};
  return params;
}

ble_gap_sec_params_t pairing_params() {
  ble_gap_sec_params_t params{};
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  return params;
}

pm_peer_data_bonding legacy_bond(const ble_gap_addr_t& identity, uint8_t name) {
  pm_peer_data_bonding bond{};
  bond.own_role = BLE_GAP_ROLE_PERIPH;
  bond.peer_ble_id.id_addr_info = identity;
  bond.own_ltk.enc_info.ltk[0] = name;
  bond.own_ltk.enc_info.ltk_len = 16;
  bond.own_ltk.master_id.ediv = name;
  bond.own_ltk.master_id.rand[0] = name;
  bond.peer_ltk = bond.own_ltk;
  bond.peer_ltk.enc_info.ltk[0] = static_cast<uint8_t>(name + 1);
  bond.peer_ltk.master_id.ediv = static_cast<uint16_t>(name + 1);
  return bond;
}

pm_peer_data_bonding lesc_bond(const ble_gap_addr_t& identity) {
  pm_peer_data_bonding bond{};
  bond.own_role = BLE_GAP_ROLE_PERIPH;
  bond.peer_ble_id.id_addr_info = identity;
  bond.own_ltk.enc_info.ltk[0] = 0x5C;
  bond.own_ltk.enc_info.lesc = 1;
  bond.own_ltk.enc_info.ltk_len = 16;
  return bond;
}

std::string describe(const pm_evt& event) {
  const auto& update = event.peer_data_update_succeeded;
  const char* side = event.conn_sec_failed.error_src == 0 ? "LOCAL" : "REMOTE";
  switch (event.evt_id) {
    case PM_EVT_BONDED_PEER_CONNECTED:
      return format("BONDED_PEER_CONNECTED(%u)", event.peer_id);
    case PM_EVT_CONN_CONFIG_REQ:
      return "CONN_CONFIG_REQ";
    case PM_EVT_CONN_SEC_START:
      return format("SEC_START(%c)", letter(event.conn_sec_start.procedure));
    case PM_EVT_CONN_SEC_SUCCEEDED:
      return format("SEC_SUCCEEDED(%c%s)", letter(event.conn_sec_succeeded.procedure),
                    event.conn_sec_succeeded.data_stored ? ",stored" : "");
    case PM_EVT_CONN_SEC_FAILED:
      return format("SEC_FAILED(%c,0x%02X,%s)", letter(event.conn_sec_failed.procedure),
                    event.conn_sec_failed.error, side);
    case PM_EVT_CONN_SEC_CONFIG_REQ:
      return "CONFIG_REQ";
    case PM_EVT_CONN_SEC_PARAMS_REQ:
      return event.conn_sec_params_req.peer_params != nullptr ? "PARAMS_REQ(peer)" : "PARAMS_REQ";
    case PM_EVT_STORAGE_FULL:
      return "STORAGE_FULL";
    case PM_EVT_ERROR_UNEXPECTED:
      return format("ERROR_UNEXPECTED(0x%X)", event.error_unexpected.error);
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      return format("%s(%u,%d)", update.action == PM_PEER_DATA_OP_UPDATE ? "UPDATE" : "DELETE",
                    event.peer_id, update.data_id);
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
      return format("%s_FAILED(%u,%d,%u)",
                    update.action == PM_PEER_DATA_OP_UPDATE ? "UPDATE" : "DELETE", event.peer_id,
                    update.data_id, event.peer_data_update_failed.error);
    case PM_EVT_PEER_DELETE_SUCCEEDED:
      return format("PEER_DELETED(%u)", event.peer_id);
    case PM_EVT_PEER_DELETE_FAILED:
      return format("PEER_DELETE_FAILED(%u,%u)", event.peer_id, event.peer_delete_failed.error);
    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      return "PEERS_DELETED";
    case PM_EVT_PEERS_DELETE_FAILED:
      return format("PEERS_DELETE_FAILED(%u)", event.peers_delete_failed_evt.error);
    case PM_EVT_LOCAL_DB_CACHE_APPLIED:
      return "DB_APPLIED";
    case PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED:
      return "DB_APPLY_FAILED";
    case PM_EVT_SERVICE_CHANGED_IND_SENT:
      return "SC_SENT";
    case PM_EVT_SERVICE_CHANGED_IND_CONFIRMED:
      return "SC_CONFIRMED";
    case PM_EVT_PERIPHERAL_SECURITY_REQ:
      return "PERIPHERAL_SECURITY_REQ";
    default:
      return format("EVENT %d", event.evt_id);
  }
}

Device::Device() {
  current_ = this;
  reboot();
}

Device::~Device() { current_ = nullptr; }

void Device::record(const pm_evt* event) {
  current_->log_.push_back(describe(*event));
  if (current_->on_event) {
    current_->on_event(*event);
  }
}

void Device::reboot() {
  storage.cut_power();
  manager_ = std::make_unique<PeerManager>(soft_device, storage, clock, crypto);
  ASSERT_EQ(manager_->init(), Status::kOk);
  ASSERT_EQ(manager_->register_handler(&Device::record), Status::kOk);
  const ble_gap_sec_params_t params = bonding_params();
  ASSERT_EQ(manager_->sec_params_set(&params), Status::kOk);
  log_.clear();
}

void Device::put_bond(unsigned peer, const pm_peer_data_bonding& bond) {
  const auto* octets = reinterpret_cast<const uint8_t*>(&bond);
  storage.records[FakeStorage::key(peer, 7)] = {octets, octets + sizeof bond};
}

void Device::put_local_db(unsigned peer, const std::vector<uint8_t>& attributes, uint32_t flags) {
  FakeStorage::Record record(6);
  store_le32(record.data(), flags);
  store_le16(record.data() + 4, static_cast<uint16_t>(attributes.size()));
  record.insert(record.end(), attributes.begin(), attributes.end());
  storage.records[FakeStorage::key(peer, 8)] = record;
}

void Device::dispatch(const ble_evt_t& event) {
  manager_->on_ble_event_first(event);
  manager_->on_ble_event(event);
}

void Device::connect(uint16_t conn_handle, uint8_t role, const ble_gap_addr_t& peer) {
  soft_device.assign(conn_handle);
  ble_evt_t event = gap_event(BLE_GAP_EVT_CONNECTED, conn_handle);
  event.evt.gap_evt.params.connected.role = role;
  event.evt.gap_evt.params.connected.peer_addr = peer;
  dispatch(event);
}

void Device::disconnect(uint16_t conn_handle, uint8_t reason) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_DISCONNECTED, conn_handle);
  event.evt.gap_evt.params.disconnected.reason = reason;
  dispatch(event);
  soft_device.unassign(conn_handle);
}

void Device::sec_request(uint16_t conn_handle, bool bond, bool mitm, bool lesc) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_REQUEST, conn_handle);
  event.evt.gap_evt.params.sec_request = {bond, mitm, lesc, 0};
  dispatch(event);
}

void Device::sec_params_request(uint16_t conn_handle, const ble_gap_sec_params_t& params) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, conn_handle);
  event.evt.gap_evt.params.sec_params_request.peer_params = params;
  dispatch(event);
}

void Device::sec_info_request(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                              bool enc_info) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_SEC_INFO_REQUEST, conn_handle);
  event.evt.gap_evt.params.sec_info_request.master_id = master_id;
  event.evt.gap_evt.params.sec_info_request.enc_info = enc_info;
  dispatch(event);
}

void Device::conn_sec_update(uint16_t conn_handle, uint8_t level) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_CONN_SEC_UPDATE, conn_handle);
  event.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode.sm = 1;
  event.evt.gap_evt.params.conn_sec_update.conn_sec.sec_mode.lv = level & 0xF;
  dispatch(event);
}

void Device::auth_success(uint16_t conn_handle, bool bonded, bool lesc) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_AUTH_STATUS, conn_handle);
  event.evt.gap_evt.params.auth_status.bonded = bonded;
  event.evt.gap_evt.params.auth_status.lesc = lesc;
  dispatch(event);
}

void Device::auth_failure(uint16_t conn_handle, uint8_t status, uint8_t source) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_AUTH_STATUS, conn_handle);
  event.evt.gap_evt.params.auth_status.auth_status = status;
  event.evt.gap_evt.params.auth_status.error_src = source & 3;
  dispatch(event);
}

void Device::dhkey_request(uint16_t conn_handle, ble_gap_lesc_p256_pk_t& peer_key, bool oob) {
  ble_evt_t event = gap_event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, conn_handle);
  event.evt.gap_evt.params.lesc_dhkey_request = {&peer_key, oob};
  dispatch(event);
}

void Device::cccd_write(uint16_t conn_handle) {
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTS_EVT_WRITE;
  event.evt.gatts_evt.conn_handle = conn_handle;
  event.evt.gatts_evt.params.write.op = BLE_GATTS_OP_WRITE_REQ;
  event.evt.gatts_evt.params.write.uuid = {0x2902, BLE_UUID_TYPE_BLE};
  dispatch(event);
}

void Device::sys_attr_missing(uint16_t conn_handle) {
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTS_EVT_SYS_ATTR_MISSING;
  event.evt.gatts_evt.conn_handle = conn_handle;
  dispatch(event);
}

void Device::sc_confirm(uint16_t conn_handle) {
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTS_EVT_SC_CONFIRM;
  event.evt.gatts_evt.conn_handle = conn_handle;
  dispatch(event);
}

void Device::gattc_event(uint16_t conn_handle, uint16_t id, uint16_t gatt_status) {
  ble_evt_t event{};
  event.header.evt_id = id;
  event.evt.gattc_evt.conn_handle = conn_handle;
  event.evt.gattc_evt.gatt_status = gatt_status;
  dispatch(event);
}

void Device::car_found(uint16_t conn_handle, uint16_t handle, uint16_t count, uint16_t length) {
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP;
  event.evt.gattc_evt.conn_handle = conn_handle;
  auto& response = event.evt.gattc_evt.params.char_val_by_uuid_read_rsp;
  response.count = count;
  response.value_len = length;
  store_le16(&response.handle_value[0], handle);
  dispatch(event);
}

void Device::value_read(uint16_t conn_handle, uint16_t handle, std::vector<uint8_t> value) {
  ble_evt_t event{};
  event.header.evt_id = BLE_GATTC_EVT_READ_RSP;
  event.evt.gattc_evt.conn_handle = conn_handle;
  auto& response = event.evt.gattc_evt.params.read_rsp;
  response.handle = handle;
  response.len = static_cast<uint16_t>(value.size());
  std::copy(value.begin(), value.end(), &response.data[0]);
  dispatch(event);
}

void Device::any_event(uint16_t conn_handle) {
  dispatch(gap_event(BLE_GAP_EVT_RSSI_CHANGED, conn_handle));
}

void Device::distribute(const pm_peer_data_bonding& bond) {
  ASSERT_FALSE(soft_device.params_replies.empty());
  ASSERT_TRUE(soft_device.params_replies.back().keyset.has_value());
  const ble_gap_sec_keyset_t& keyset = *soft_device.params_replies.back().keyset;
  ASSERT_NE(keyset.keys_own.p_enc_key, nullptr);
  *keyset.keys_own.p_enc_key = bond.own_ltk;
  *keyset.keys_peer.p_enc_key = bond.peer_ltk;
  *keyset.keys_peer.p_id_key = bond.peer_ble_id;
}

void Device::bond_as_peripheral(uint16_t conn_handle, const pm_peer_data_bonding& bond) {
  sec_params_request(conn_handle, bonding_params());
  distribute(bond);
  conn_sec_update(conn_handle, 2);
  auth_success(conn_handle, true, bond.own_ltk.enc_info.lesc != 0);
}

void Device::bonded_link(uint16_t conn_handle, unsigned peer) {
  put_bond(peer, lesc_bond(address(static_cast<uint8_t>(peer))));
  storage.put_word(peer, 9, 1);
  reboot();
  connect(conn_handle, kPeripheral, address(static_cast<uint8_t>(peer)));
  soft_device.sys_attr_sets.clear();
  take_log();
}

void Device::expect_all_works() {
  on_event = nullptr;
  soft_device.forget_script();
  storage.queue_size = 17;
  storage.run();
  any_event();
  storage.run();
  const uint32_t before = manager_->peer_count();
  constexpr uint16_t kStranger = config::kLinks - 1;
  connect(kStranger, kPeripheral, address(0x77));
  bond_as_peripheral(kStranger, lesc_bond(address(0x77)));
  storage.run();
  EXPECT_EQ(manager_->peer_count(), before + 1);
  const uint16_t peer = peer_of(kStranger);
  EXPECT_TRUE(storage.has(peer, 7));
  soft_device.sys_attrs[kStranger].assign(config::kFlashBuffers * 80 - 6, 0xA5);
  cccd_write(kStranger);
  storage.run();
  EXPECT_EQ(storage.records[FakeStorage::key(peer, 8)].size(), config::kFlashBuffers * 80);
}

Log Device::take_log() { return std::exchange(log_, {}); }

uint16_t Device::peer_of(uint16_t conn_handle) {
  uint16_t peer = 0;
  EXPECT_EQ(manager_->peer_id_get(conn_handle, &peer), Status::kOk);
  return peer;
}

}  // namespace pm::test
