// SPDX-License-Identifier: Apache-2.0
//
// A host with one link to an honest peer, and a controller and an air that are not: whatever comes,
// the host answers within bounds and can be started again. An input is a sequence of chunks
//   octet 0   what (see Chunk)
//   octet 1   the number of octets that follow
#include <cstdio>
#include <cstdlib>

#include "host/support/host_device.hpp"

namespace pm::test {
namespace {

/// The low three bits of a chunk's first octet.
enum Chunk : uint8_t {
  kEvent = 0,        // an HCI event as it is
  kSizedEvent = 1,   // an HCI event: code, parameters; the length is right
  kLeMetaEvent = 2,  // an LE meta event: subevent, parameters; the length is right
  kAtt = 3,          // a PDU on the link's fixed channels; the lengths are right
  kSecurity = 4,
  kSignalling = 5,
  kAcl = 6,          // an ACL data packet as it is
  kApplication = 7,  // a call of the application: which one
};

constexpr size_t kMaxChunks = 64;

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}

ble_gap_sec_params_t sec_params() {
  ble_gap_sec_params_t params{};
  params.bond = 1;
  params.lesc = 1;
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  params.kdist_own.enc = 1;
  params.kdist_own.id = 1;
  params.kdist_peer = params.kdist_own;
  return params;
}

/// Answers what a host asks, as an application does.
class Answering : public HostDevice {
 public:
  Answering(Radio& radio, uint8_t number) : HostDevice(radio, number) {
    on_event = [this](const ble_evt_t& event) { answer(event); };
  }

  void authenticate(uint16_t conn) {
    const ble_gap_sec_params_t params = sec_params();
    (void)host.gap_authenticate(conn, &params);
  }

 private:
  struct Keys {
    ble_gap_enc_key_t enc{};
    ble_gap_id_key_t id{};
    ble_gap_lesc_p256_pk_t pk{};
  };

  // Refusals are as good as answers: the link may have ended meanwhile.
  void answer(const ble_evt_t& event) {
    const ble_gap_evt_t& gap = event.evt.gap_evt;
    const uint16_t conn = gap.conn_handle;
    switch (event.header.evt_id) {
      case BLE_GAP_EVT_CONNECTED:
        is_central_ = gap.params.connected.role == BLE_GAP_ROLE_CENTRAL;
        (void)host.gatts_sys_attr_set(conn, nullptr, 0, 0);
        break;
      case BLE_GAP_EVT_SEC_PARAMS_REQUEST: {
        require(ok(crypto.generate_key_pair(own_.pk.pk)), "a key pair is made");
        const ble_gap_sec_keyset_t keyset = {{&own_.enc, &own_.id, &own_.pk},
                                             {&peer_.enc, &peer_.id, &peer_.pk}};
        const ble_gap_sec_params_t params = sec_params();
        (void)host.gap_sec_params_reply(conn, BLE_GAP_SEC_STATUS_SUCCESS,
                                        is_central_ ? nullptr : &params, &keyset);
        break;
      }
      case BLE_GAP_EVT_LESC_DHKEY_REQUEST: {
        ble_gap_lesc_dhkey_t dhkey{};
        const bool made =
            ok(crypto.key_agreement(gap.params.lesc_dhkey_request.p_pk_peer->pk, dhkey.key));
        (void)host.gap_lesc_dhkey_reply(
            conn, made ? BLE_GAP_SEC_STATUS_SUCCESS : BLE_GAP_SEC_STATUS_DHKEY_FAILURE, &dhkey);
        break;
      }
      case BLE_GAP_EVT_SEC_INFO_REQUEST:
        (void)host.gap_sec_info_reply(conn, &own_.enc.enc_info);
        break;
      case BLE_GAP_EVT_SEC_REQUEST:
        authenticate(conn);
        break;
      case BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST:
        (void)host.gatts_exchange_mtu_reply(conn, 64);
        break;
      case BLE_EVT_USER_MEM_REQUEST:
        (void)host.user_mem_reply(conn, nullptr);
        break;
      default:
        break;
    }
  }

  Keys own_;
  Keys peer_;
  bool is_central_ = false;
};

class Attack {
 public:
  Attack() {
    require(ok(device_.enable()) && ok(peer_.enable()), "hosts start");
    add_service();
    require(ok(device_.advertise()) && ok(peer_.connect(static_address(1))), "a link is asked for");
    require(peer_.await(BLE_GAP_EVT_CONNECTED), "a link is there");
    radio_.clock.run_for(100 * kMilliseconds);
    conn_ = device_.last_connection();
  }

  void perform(uint8_t kind, Bytes octets) {
    const size_t commands = device_.transport.commands();
    const size_t events = device_.events.size();
    switch (kind) {
      case kApplication:
        call(octets.empty() ? 0 : octets[0]);
        break;
      default:
        device_.transport.inject(packet(kind, octets));
        break;
    }
    radio_.clock.run_for(20 * kMilliseconds);
    require(device_.transport.commands() - commands < 200,
            "one packet starts no storm of commands");
    require(device_.events.size() - events < 200, "one packet starts no storm of events");
  }

  void finish() {
    radio_.clock.run_for(40 * kSeconds);
    device_.host.disable();
    require(ok(device_.enable()), "the host can be started again");
  }

 private:
  void add_service() {
    uint16_t service = 0;
    const ble_uuid_t service_uuid = {0x180D, BLE_UUID_TYPE_BLE};
    const ble_uuid_t value_uuid = {0x2A37, BLE_UUID_TYPE_BLE};
    ble_gatts_attr_md_t cccd_md{};
    cccd_md.read_perm = {1, 1};
    cccd_md.write_perm = {1, 1};
    cccd_md.vloc = BLE_GATTS_VLOC_STACK;
    ble_gatts_char_md_t md{};
    md.char_props.read = 1;
    md.char_props.write = 1;
    md.char_props.notify = 1;
    md.p_cccd_md = &cccd_md;
    ble_gatts_attr_md_t value_md = cccd_md;
    value_md.vlen = 1;
    ble_gatts_attr_t value{};
    value.p_uuid = &value_uuid;
    value.p_attr_md = &value_md;
    value.max_len = 40;
    require(
        ok(device_.host.gatts_service_add(BLE_GATTS_SRVC_TYPE_PRIMARY, &service_uuid, &service)) &&
            ok(device_.host.gatts_characteristic_add(service, &md, &value, &handles_)),
        "a service is there");
  }

  std::vector<uint8_t> packet(uint8_t kind, Bytes octets) const {
    const auto size = static_cast<uint8_t>(octets.size());
    std::vector<uint8_t> packet;
    switch (kind) {
      case kEvent:
        packet = {4};
        break;
      case kSizedEvent: {
        const uint8_t code = octets.empty() ? 0 : octets[0];
        octets = octets.subspan(octets.empty() ? 0 : 1);
        packet = {4, code, static_cast<uint8_t>(octets.size())};
        break;
      }
      case kLeMetaEvent:
        packet = {4, 0x3E, size};
        break;
      case kAcl:
        packet = {2};
        break;
      default: {
        const uint8_t channel = kind == kAtt ? 4 : (kind == kSignalling ? 5 : 6);
        const auto frame = static_cast<uint16_t>(size + 4);
        packet = {2, 0, 0, 0, 0, size, 0, channel, 0};
        store_le16(&packet[1], static_cast<uint16_t>(conn_ | 0x2000));
        store_le16(&packet[3], frame);
        break;
      }
    }
    packet.insert(packet.end(), octets.begin(), octets.end());
    return packet;
  }

  // Refusals are answers.
  void call(uint8_t which) {
    switch (which % 10) {
      case 0:
        return device_.authenticate(conn_);
      case 1:
        return peer_.authenticate(peer_.last_connection());
      case 2:
        (void)device_.host.gap_disconnect(conn_, BLE_HCI_REMOTE_USER_TERMINATED_CONNECTION);
        return;
      case 3:
        (void)device_.advertise();
        (void)peer_.connect(static_address(1));
        radio_.clock.run_for(1 * kSeconds);
        conn_ = device_.last_connection();
        return;
      case 4:
        (void)device_.host.gattc_primary_services_discover(conn_, 1, nullptr);
        return;
      case 5: {
        const ble_gattc_handle_range_t range = {1, 0xFFFF};
        (void)device_.host.gattc_characteristics_discover(conn_, &range);
        return;
      }
      case 6:
        (void)device_.host.gattc_read(conn_, 3, 0);
        return;
      case 7:
        (void)device_.host.gattc_exchange_mtu_request(conn_, 100);
        return;
      case 8: {
        const ble_gap_conn_params_t params = {40, 60, 0, 400};
        (void)device_.host.gap_conn_param_update(conn_, &params);
        return;
      }
      default:
        (void)device_.scan();
        return;
    }
  }

  Radio radio_{71};
  Answering device_{radio_, 1};
  Answering peer_{radio_, 2};
  ble_gatts_char_handles_t handles_{};
  uint16_t conn_ = BLE_CONN_HANDLE_INVALID;
};

}  // namespace
}  // namespace pm::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pm::test::Attack attack;
  pm::Bytes rest(data, size);
  for (size_t i = 0; i < pm::test::kMaxChunks && rest.size() >= 2; ++i) {
    const size_t length = std::min<size_t>(rest[1], rest.size() - 2);
    attack.perform(rest[0] & 7, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  attack.finish();
  return 0;
}
