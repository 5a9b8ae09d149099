// SPDX-License-Identifier: Apache-2.0
//
// The whole host, twice, over virtual controllers: pair with Secure Connections, discover,
// subscribe, notify, part, meet again and encrypt with the stored key.
#include <gmock/gmock.h>

#include <optional>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

using testing::ElementsAre;

constexpr uint16_t kServiceUuid = 0x180D;
constexpr uint16_t kValueUuid = 0x2A37;

ble_gap_sec_params_t sec_params() {
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

/// What a Peer Manager would do: answers pairing, keeps the keys, gives them back.
class BondingDevice : public HostDevice {
 public:
  BondingDevice(Radio& radio, uint8_t number) : HostDevice(radio, number) {
    on_event = [this](const ble_evt_t& event) { react(event); };
  }

  struct Keys {
    ble_gap_enc_key_t enc{};
    ble_gap_id_key_t id{};
    ble_gap_lesc_p256_pk_t pk{};
  };
  Keys own;
  Keys peer;

 private:
  void react(const ble_evt_t& event) {
    const ble_gap_evt_t& gap = event.evt.gap_evt;
    const uint16_t conn = gap.conn_handle;
    switch (event.header.evt_id) {
      case BLE_GAP_EVT_CONNECTED:
        is_central_ = gap.params.connected.role == BLE_GAP_ROLE_CENTRAL;
        EXPECT_EQ(host.gatts_sys_attr_set(conn, nullptr, 0, 0), Status::kOk);
        break;
      case BLE_GAP_EVT_SEC_PARAMS_REQUEST: {
        ASSERT_EQ(crypto.generate_key_pair(own.pk.pk), Status::kOk);
        const ble_gap_sec_keyset_t keyset = {{&own.enc, &own.id, &own.pk},
                                             {&peer.enc, &peer.id, &peer.pk}};
        const ble_gap_sec_params_t params = sec_params();
        EXPECT_EQ(host.gap_sec_params_reply(conn, BLE_GAP_SEC_STATUS_SUCCESS,
                                            is_central_ ? nullptr : &params, &keyset),
                  Status::kOk);
        break;
      }
      case BLE_GAP_EVT_LESC_DHKEY_REQUEST: {
        ble_gap_lesc_dhkey_t dhkey{};
        ASSERT_EQ(crypto.key_agreement(gap.params.lesc_dhkey_request.p_pk_peer->pk, dhkey.key),
                  Status::kOk);
        EXPECT_EQ(host.gap_lesc_dhkey_reply(conn, BLE_GAP_SEC_STATUS_SUCCESS, &dhkey), Status::kOk);
        break;
      }
      case BLE_GAP_EVT_SEC_INFO_REQUEST:
        EXPECT_EQ(host.gap_sec_info_reply(conn, &own.enc.enc_info), Status::kOk);
        break;
      default:
        break;
    }
  }

  bool is_central_ = false;
};

class HostStory : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(peripheral.enable(), Status::kOk) << peripheral.host.last_error();
    ASSERT_EQ(central.enable(), Status::kOk) << central.host.last_error();
    add_service();
  }

  void add_service() {
    uint16_t service = 0;
    const ble_uuid_t service_uuid = {kServiceUuid, BLE_UUID_TYPE_BLE};
    ASSERT_EQ(
        peripheral.host.gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &service_uuid, &service),
        Status::kOk);
    ble_gatts_char_md_t md{};
    md.char_props.notify = 1;
    ble_gatts_attr_md_t cccd_md{};
    cccd_md.read_perm = {1, 1};
    cccd_md.write_perm = {1, 2};
    cccd_md.vloc = BLE_GATTS_VLOC_STACK;
    md.p_cccd_md = &cccd_md;
    const ble_uuid_t value_uuid = {kValueUuid, BLE_UUID_TYPE_BLE};
    ble_gatts_attr_md_t value_md{};
    value_md.read_perm = {1, 2};
    value_md.vloc = BLE_GATTS_VLOC_STACK;
    value_md.vlen = 1;
    ble_gatts_attr_t value{};
    value.p_uuid = &value_uuid;
    value.p_attr_md = &value_md;
    value.max_len = 20;
    ASSERT_EQ(peripheral.host.gatts_characteristic_add(service, &md, &value, &handles),
              Status::kOk);
  }

  void link() {
    ASSERT_EQ(peripheral.advertise(), Status::kOk);
    ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
    ASSERT_TRUE(
        peripheral.await_count(BLE_GAP_EVT_CONNECTED, central.count(BLE_GAP_EVT_CONNECTED)));
  }

  void pair() {
    const ble_gap_sec_params_t params = sec_params();
    ASSERT_EQ(central.host.gap_authenticate(central.last_connection(), &params), Status::kOk);
    ASSERT_TRUE(central.await(BLE_GAP_EVT_AUTH_STATUS, 30 * kSeconds));
    ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_AUTH_STATUS, 1));
  }

  Status notify(uint8_t octet) {
    uint16_t len = 1;
    ble_gatts_hvx_params_t hvx{};
    hvx.handle = handles.value_handle;
    hvx.type = BLE_GATT_HVX_NOTIFICATION;
    hvx.p_len = &len;
    hvx.p_data = &octet;
    return peripheral.host.gatts_hvx(peripheral.last_connection(), &hvx);
  }

  static uint8_t level(HostDevice& device) {
    ble_gap_conn_sec_t security{};
    EXPECT_EQ(device.host.gap_conn_sec_get(device.last_connection(), &security), Status::kOk);
    return security.sec_mode.lv;
  }

  Radio radio{61};
  BondingDevice peripheral{radio, 1};
  BondingDevice central{radio, 2};
  ble_gatts_char_handles_t handles{};
};

TEST_F(HostStory, BondDiscoverSubscribeNotifyPartAndMeetAgain) {
  link();

  // Pair: Secure Connections, Just Works, bonding.
  pair();
  for (BondingDevice* device : {&peripheral, &central}) {
    const auto& status = device->last(BLE_GAP_EVT_AUTH_STATUS)->gap().params.auth_status;
    EXPECT_EQ(status.auth_status, BLE_GAP_SEC_STATUS_SUCCESS);
    EXPECT_EQ(status.bonded, 1);
    EXPECT_EQ(status.lesc, 1);
    EXPECT_EQ(level(*device), 2);
  }
  EXPECT_EQ(std::memcmp(central.own.enc.enc_info.ltk, peripheral.own.enc.enc_info.ltk, 16), 0);
  EXPECT_TRUE(same_octets(central.peer.id.id_addr_info, static_address(1)));
  EXPECT_TRUE(same_octets(peripheral.peer.id.id_addr_info, static_address(2)));
  EXPECT_EQ(std::memcmp(peripheral.peer.id.id_info.irk, numbered_irk(2).irk, 16), 0);

  // Discover.
  const uint16_t conn = central.last_connection();
  const ble_uuid_t service_uuid = {kServiceUuid, BLE_UUID_TYPE_BLE};
  ASSERT_EQ(central.host.gattc_primary_services_discover(conn, 1, &service_uuid), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP));
  const auto& services = central.last(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP)->get().evt.gattc_evt;
  ASSERT_EQ(services.gatt_status, BLE_GATT_STATUS_SUCCESS);
  ASSERT_EQ(services.params.prim_srvc_disc_rsp.count, 1);
  const ble_gattc_handle_range_t range =
      services.params.prim_srvc_disc_rsp.services[0].handle_range;
  ASSERT_EQ(central.host.gattc_characteristics_discover(conn, &range), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_CHAR_DISC_RSP));
  const auto& chars = central.last(BLE_GATTC_EVT_CHAR_DISC_RSP)->get().evt.gattc_evt;
  ASSERT_EQ(chars.gatt_status, BLE_GATT_STATUS_SUCCESS);
  EXPECT_EQ(chars.params.char_disc_rsp.chars[0].handle_value, handles.value_handle);

  // Subscribe and notify.
  EXPECT_EQ(notify(1), Status::kInvalidState);
  const uint8_t enable_notifications[] = {1, 0};
  ble_gattc_write_params_t write{};
  write.write_op = BLE_GATT_OP_WRITE_REQ;
  write.handle = handles.cccd_handle;
  write.len = 2;
  write.p_value = enable_notifications;
  ASSERT_EQ(central.host.gattc_write(conn, &write), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_WRITE_RSP));
  EXPECT_EQ(central.last(BLE_GATTC_EVT_WRITE_RSP)->get().evt.gattc_evt.gatt_status,
            BLE_GATT_STATUS_SUCCESS);
  ASSERT_EQ(notify(72), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GATTC_EVT_HVX));
  const auto& hvx = central.last(BLE_GATTC_EVT_HVX)->get().evt.gattc_evt.params.hvx;
  EXPECT_EQ(hvx.handle, handles.value_handle);
  EXPECT_EQ(hvx.data[0], 72);

  // Part.
  ASSERT_EQ(central.host.gap_disconnect(conn, 0x13), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_DISCONNECTED, 1));

  // Meet again: one command a side after the connection, no ACL packet.
  link();
  EXPECT_EQ(level(central), 1);
  const size_t central_commands = central.transport.commands();
  const size_t peripheral_commands = peripheral.transport.commands();
  const size_t packets = central.transport.acl_packets() + peripheral.transport.acl_packets();
  ASSERT_EQ(central.host.gap_encrypt(central.last_connection(), central.own.enc.master_id,
                                     central.own.enc.enc_info),
            Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_SEC_UPDATE));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONN_SEC_UPDATE, 2));
  EXPECT_EQ(level(central), 2);
  EXPECT_EQ(level(peripheral), 2);
  EXPECT_EQ(central.transport.commands() - central_commands, 1u);
  EXPECT_EQ(peripheral.transport.commands() - peripheral_commands, 1u);
  EXPECT_EQ(central.transport.acl_packets() + peripheral.transport.acl_packets(), packets);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_AUTH_STATUS), 1u);
}

TEST_F(HostStory, AKeyThatThePeerHasLostLeavesThePlainLink) {
  link();
  pair();
  ASSERT_EQ(central.host.gap_disconnect(central.last_connection(), 0x13), Status::kOk);
  ASSERT_TRUE(peripheral.await(BLE_GAP_EVT_DISCONNECTED));
  peripheral.on_event = [this](const ble_evt_t& event) {
    if (event.header.evt_id == BLE_GAP_EVT_SEC_INFO_REQUEST) {
      EXPECT_EQ(peripheral.host.gap_sec_info_reply(event.evt.gap_evt.conn_handle, nullptr),
                Status::kOk);
    }
  };
  link();
  const size_t updates = peripheral.count(BLE_GAP_EVT_CONN_SEC_UPDATE);
  ASSERT_EQ(central.host.gap_encrypt(central.last_connection(), central.own.enc.master_id,
                                     central.own.enc.enc_info),
            Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONN_SEC_UPDATE));
  EXPECT_EQ(
      central.last(BLE_GAP_EVT_CONN_SEC_UPDATE)->gap().params.conn_sec_update.conn_sec.sec_mode.lv,
      1);
  radio.clock.run_for(1 * kSeconds);
  EXPECT_EQ(peripheral.count(BLE_GAP_EVT_CONN_SEC_UPDATE), updates);
  EXPECT_EQ(level(central), 1);
}

TEST_F(HostStory, DifferentKeysEndTheLinkAtBothSides) {
  link();
  pair();
  ASSERT_EQ(central.host.gap_disconnect(central.last_connection(), 0x13), Status::kOk);
  ASSERT_TRUE(peripheral.await(BLE_GAP_EVT_DISCONNECTED));
  link();
  central.own.enc.enc_info.ltk[3] ^= 1;
  ASSERT_EQ(central.host.gap_encrypt(central.last_connection(), central.own.enc.master_id,
                                     central.own.enc.enc_info),
            Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_DISCONNECTED, 2));
  for (const HostDevice* device : {&central, &peripheral}) {
    EXPECT_EQ(device->last(BLE_GAP_EVT_DISCONNECTED)->gap().params.disconnected.reason,
              BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE);
  }
}

TEST_F(HostStory, PrivateDevicesBondAndRecogniseEachOther) {
  // The addresses on air are inputs of the key: both sides must mean the same ones.
  ble_gap_privacy_params_t privacy{};
  privacy.privacy_mode = BLE_GAP_PRIVACY_MODE_DEVICE_PRIVACY;
  privacy.private_addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  for (BondingDevice* device : {&peripheral, &central}) {
    ASSERT_EQ(device->host.gap_privacy_set(privacy), Status::kOk);
  }
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ble_gap_addr_t shown{};
  ASSERT_EQ(peripheral.host.gap_adv_addr_get(peripheral.adv_handle, &shown), Status::kOk);
  ASSERT_EQ(central.connect(shown), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  pair();
  EXPECT_EQ(central.last(BLE_GAP_EVT_AUTH_STATUS)->gap().params.auth_status.auth_status,
            BLE_GAP_SEC_STATUS_SUCCESS);
  ASSERT_EQ(central.host.gap_disconnect(central.last_connection(), 0x13), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_DISCONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_DISCONNECTED, 1));

  const ble_gap_id_key_t* const of_peripheral[] = {&central.peer.id};
  const ble_gap_id_key_t* const of_central[] = {&peripheral.peer.id};
  ASSERT_EQ(central.host.gap_device_identities_set(of_peripheral, nullptr, 1), Status::kOk);
  ASSERT_EQ(peripheral.host.gap_device_identities_set(of_central, nullptr, 1), Status::kOk);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ble_gap_addr_t identity = central.peer.id.id_addr_info;
  identity.addr_id_peer = 1;
  ASSERT_EQ(central.connect(identity), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  ASSERT_TRUE(peripheral.await_count(BLE_GAP_EVT_CONNECTED, 2));
  const auto& known = peripheral.last(BLE_GAP_EVT_CONNECTED)->gap().params.connected.peer_addr;
  EXPECT_TRUE(same_octets(known, static_address(2)));
  EXPECT_EQ(known.addr_id_peer, 1);
  // Pairing again, now that the controllers resolve: the addresses on air still count, not the
  // identities.
  const ble_gap_sec_params_t params = sec_params();
  ASSERT_EQ(central.host.gap_authenticate(central.last_connection(), &params), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_AUTH_STATUS, 30 * kSeconds));
  EXPECT_EQ(central.last(BLE_GAP_EVT_AUTH_STATUS)->gap().params.auth_status.auth_status,
            BLE_GAP_SEC_STATUS_SUCCESS);
}

TEST_F(HostStory, SameSeedSameHistory) {
  const auto history = [](uint64_t seed) {
    Radio again{seed};
    BondingDevice one{again, 1};
    BondingDevice two{again, 2};
    EXPECT_EQ(one.enable(), Status::kOk);
    EXPECT_EQ(two.enable(), Status::kOk);
    EXPECT_EQ(one.advertise(), Status::kOk);
    EXPECT_EQ(two.connect(static_address(1)), Status::kOk);
    EXPECT_TRUE(two.await(BLE_GAP_EVT_CONNECTED));
    const ble_gap_sec_params_t params = sec_params();
    EXPECT_EQ(two.host.gap_authenticate(two.last_connection(), &params), Status::kOk);
    EXPECT_TRUE(two.await(BLE_GAP_EVT_AUTH_STATUS));
    const auto& ltk = two.own.enc.enc_info.ltk;
    return std::make_pair(again.clock.now_us(), std::vector<uint8_t>(ltk, ltk + 16));
  };
  EXPECT_EQ(history(7), history(7));
}

}  // namespace
}  // namespace pm::test
