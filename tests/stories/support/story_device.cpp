// SPDX-License-Identifier: Apache-2.0
#include "stories/support/story_device.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace pm::test {

namespace {

constexpr uint8_t kConnectionTag = CONFIG_NRF_SDH_BLE_CONN_TAG;
constexpr uint16_t kServiceChangedUuid = 0x2A05;
constexpr uint16_t kCccdUuid = 0x2902;

ble_gap_scan_params_t scan_params() {
  ble_gap_scan_params_t params{};
  params.scan_phys = BLE_GAP_PHY_1MBPS;
  params.interval = 160;
  params.window = 160;
  return params;
}

}  // namespace

ble_gap_sec_params_t just_works() {
  ble_gap_sec_params_t params{};
  params.bond = 1;
  params.lesc = 1;
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  params.kdist_own.enc = 1;
  params.kdist_own.id = 1;
  params.kdist_peer.enc = 1;
  params.kdist_peer.id = 1;
  return params;
}

ble_gap_sec_params_t numeric_comparison() {
  ble_gap_sec_params_t params = just_works();
  params.mitm = 1;
  params.io_caps = BLE_GAP_IO_CAPS_DISPLAY_YESNO;
  return params;
}

ble_gap_sec_params_t legacy_just_works() {
  ble_gap_sec_params_t params = just_works();
  params.lesc = 0;
  return params;
}

StoryDevice::StoryDevice(Radio& radio, uint64_t seed, unsigned number, uint32_t flash_size)
    : BareDevice(radio.clock, radio.air, seed, number, flash_size), radio_(radio) {
  on_start = [this] { prepare(); };
  on_pm_event = [this](const pm_evt& event) { on_peer_manager_event(event); };
  on_ble_event = [this](const ble_evt_t& event) { on_stack_event(event); };
}

void StoryDevice::prepare() {
  connection_ = kNoConnection;
  links_ = 0;
  advertising_set_ = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
  add_service(0x180D, 0x2A37, value_);
  if (has_second_service) {
    ble_gatts_char_handles_t handles{};
    add_service(0x180F, 0x2A19, handles);
  }
  if (is_private) {
    ble_gap_privacy_params_t privacy{};
    privacy.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY;
    privacy.private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
    privacy.p_device_irk = other_irk ? &*other_irk : nullptr;
    EXPECT_EQ(peer_manager().privacy_set(&privacy), Status::kOk);
  }
  EXPECT_EQ(peer_manager().sec_params_set(&security), Status::kOk);
}

void StoryDevice::add_service(uint16_t service_uuid, uint16_t value_uuid,
                              ble_gatts_char_handles_t& handles) {
  uint16_t service = 0;
  const ble_uuid_t uuid = {service_uuid, BLE_UUID_TYPE_BLE};
  ASSERT_EQ(host().gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &uuid, &service), Status::kOk);
  ble_gatts_attr_md_t cccd{};
  cccd.read_perm = {1, 1};
  cccd.write_perm = {1, 2};
  cccd.vloc = BLE_GATTS_VLOC_STACK;
  ble_gatts_char_md_t md{};
  md.char_props.notify = 1;
  md.p_cccd_md = &cccd;
  const ble_uuid_t type = {value_uuid, BLE_UUID_TYPE_BLE};
  ble_gatts_attr_md_t value_md{};
  value_md.read_perm = {1, 2};
  value_md.vloc = BLE_GATTS_VLOC_STACK;
  ble_gatts_attr_t value{};
  value.p_uuid = &type;
  value.p_attr_md = &value_md;
  value.init_len = 1;
  value.max_len = 1;
  ASSERT_EQ(host().gatts_characteristic_add(service, &md, &value, &handles), Status::kOk);
}

void StoryDevice::on_peer_manager_event(const pm_evt& event) {
  if (event.evt_id == PM_EVT_CONN_SEC_CONFIG_REQ) {
    const pm_conn_sec_config config = {.allow_repairing = may_replace_bond};
    peer_manager().conn_sec_config_reply(event.conn_handle, &config);
  }
}

void StoryDevice::on_stack_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      connection_ = last_connection_ = gap.conn_handle;
      ++links_;
      break;
    case BLE_GAP_EVT_DISCONNECTED:
      --links_;
      if (connection_ == gap.conn_handle) {
        connection_ = kNoConnection;
      }
      break;
    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      // Nobody compares numbers in no time.
      radio_.clock.schedule(1 * kSeconds, [this, connection = gap.conn_handle] {
        if (is_running()) {
          (void)host().gap_auth_key_reply(
              connection, user_agrees ? BLE_GAP_AUTH_KEY_TYPE_PASSKEY : BLE_GAP_AUTH_KEY_TYPE_NONE,
              nullptr);
        }
      });
      break;
    case BLE_GATTC_EVT_HVX: {
      const auto& hvx = event.evt.gattc_evt.params.hvx;
      if (hvx.type == BLE_GATT_HVX_INDICATION) {
        EXPECT_EQ(host().gattc_hv_confirm(event.evt.gattc_evt.conn_handle, hvx.handle),
                  Status::kOk);
      }
      break;
    }
    default:
      break;
  }
}

Status StoryDevice::advertise() {
  static constexpr std::array<uint8_t, 3> kFlags = {2, BLE_GAP_AD_TYPE_FLAGS, 0x04};
  std::array<uint8_t, 3> flags = kFlags;
  ble_gap_adv_data_t data{};
  data.adv_data = {flags.data(), static_cast<uint16_t>(flags.size())};
  ble_gap_adv_params_t params{};
  params.properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED;
  params.interval = 160;
  PM_TRY(host().gap_adv_set_configure(&advertising_set_, &data, &params));
  return host().gap_adv_start(advertising_set_, kConnectionTag);
}

ble_gap_addr_t StoryDevice::address_on_air() {
  ble_gap_addr_t address{};
  EXPECT_EQ(host().gap_adv_addr_get(advertising_set_, &address), Status::kOk);
  return address;
}

Status StoryDevice::connect(const ble_gap_addr_t& peer) {
  const ble_gap_scan_params_t scan = scan_params();
  const ble_gap_conn_params_t link = {24, 24, 0, 400};
  return host().gap_connect(&peer, &scan, &link, kConnectionTag);
}

Status StoryDevice::disconnect(uint16_t connection) {
  return host().gap_disconnect(connection, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
}

unsigned StoryDevice::level() {
  ble_gap_conn_sec_t security_now{};
  EXPECT_EQ(host().gap_conn_sec_get(connection_, &security_now), Status::kOk);
  return security_now.sec_mode.lv;
}

uint16_t StoryDevice::peer() {
  uint16_t peer = kNoPeer;
  EXPECT_EQ(peer_manager().peer_id_get(connection_, &peer), Status::kOk);
  return peer;
}

pm_conn_sec_status StoryDevice::security_status() {
  pm_conn_sec_status status{};
  EXPECT_EQ(peer_manager().conn_sec_status_get(connection_, &status), Status::kOk);
  return status;
}

std::optional<pm_peer_data_bonding> StoryDevice::bond_of(uint16_t peer) {
  pm_peer_data_bonding bond{};
  uint32_t length = sizeof bond;
  if (!ok(peer_manager().peer_data_load(peer, PM_PEER_DATA_ID_BONDING, &bond, &length))) {
    return std::nullopt;
  }
  return bond;
}

Status StoryDevice::notify(uint16_t connection, uint8_t value) {
  uint16_t length = 1;
  ble_gatts_hvx_params_t hvx{};
  hvx.handle = value_.value_handle;
  hvx.type = BLE_GATT_HVX_NOTIFICATION;
  hvx.p_len = &length;
  hvx.p_data = &value;
  return host().gatts_hvx(connection, &hvx);
}

uint16_t StoryDevice::service_changed_cccd_handle() {
  uint16_t first_user_handle = 0;
  EXPECT_EQ(host().gatts_initial_user_handle_get(first_user_handle), Status::kOk);
  bool is_behind = false;
  for (uint16_t handle = 1; handle < first_user_handle; ++handle) {
    ble_uuid_t uuid{};
    EXPECT_EQ(host().gatts_attr_get(handle, &uuid, nullptr), Status::kOk);
    is_behind = is_behind || uuid.uuid == kServiceChangedUuid;
    if (is_behind && uuid.uuid == kCccdUuid) {
      return handle;
    }
  }
  return 0;
}

Status StoryDevice::write_cccd(uint16_t handle, uint16_t value) {
  const std::array<uint8_t, 2> octets = {static_cast<uint8_t>(value),
                                         static_cast<uint8_t>(value >> 8)};
  ble_gattc_write_params_t write{};
  write.write_op = BLE_GATT_OP_WRITE_REQ;
  write.handle = handle;
  write.len = octets.size();
  write.p_value = octets.data();
  return host().gattc_write(connection_, &write);
}

size_t StoryDevice::count(const std::string& pm_event) const {
  const Log all = log();
  return static_cast<size_t>(std::count(all.begin(), all.end(), pm_event));
}

size_t StoryDevice::count_ble(uint16_t event_id) const {
  return static_cast<size_t>(
      std::count_if(happenings().begin(), happenings().end(), [&](const auto& happening) {
        return happening.kind == device::Happening::Kind::kBleEvent &&
               happening.ble().header.evt_id == event_id;
      }));
}

const ble_evt_t* StoryDevice::last_ble(uint16_t event_id) const {
  for (auto happening = happenings().rbegin(); happening != happenings().rend(); ++happening) {
    if (happening->kind == device::Happening::Kind::kBleEvent &&
        happening->ble().header.evt_id == event_id) {
      return &happening->ble();
    }
  }
  return nullptr;
}

}  // namespace pm::test
