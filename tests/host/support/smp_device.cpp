// SPDX-License-Identifier: Apache-2.0
#include "host/support/smp_device.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace pm::host::test {
namespace {

constexpr uint64_t kAirUs = 1'000;

std::string format(const char* pattern, unsigned a, unsigned b = 0) {
  char text[64];
  std::snprintf(text, sizeof(text), pattern, a, b);
  return text;
}

std::string keys(const ble_gap_sec_kdist_t& kdist) {
  return std::string(kdist.enc ? "enc" : "") + (kdist.enc && kdist.id ? "+" : "") +
         (kdist.id ? "id" : "") + (!kdist.enc && !kdist.id ? "none" : "");
}

std::string describe(const ble_evt_t& event) {
  const auto& params = event.evt.gap_evt.params;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_SEC_PARAMS_REQUEST:
      return format("SEC_PARAMS_REQUEST io=%u lesc=%u",
                    params.sec_params_request.peer_params.io_caps,
                    params.sec_params_request.peer_params.lesc);
    case BLE_GAP_EVT_SEC_INFO_REQUEST:
      return format("SEC_INFO_REQUEST ediv=%04x rand0=%02x", params.sec_info_request.master_id.ediv,
                    params.sec_info_request.master_id.rand[0]);
    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      return format("PASSKEY_DISPLAY match=%u", params.passkey_display.match_request);
    case BLE_GAP_EVT_KEY_PRESSED:
      return format("KEY_PRESSED %u", params.key_pressed.kp_not);
    case BLE_GAP_EVT_AUTH_KEY_REQUEST:
      return format("AUTH_KEY_REQUEST %u", params.auth_key_request.key_type);
    case BLE_GAP_EVT_LESC_DHKEY_REQUEST:
      return format("LESC_DHKEY_REQUEST oob=%u", params.lesc_dhkey_request.oobd_req);
    case BLE_GAP_EVT_SEC_REQUEST:
      return format("SEC_REQUEST bond=%u lesc=%u", params.sec_request.bond,
                    params.sec_request.lesc);
    case BLE_GAP_EVT_CONN_SEC_UPDATE:
      return format("CONN_SEC_UPDATE level=%u size=%u", params.conn_sec_update.conn_sec.sec_mode.lv,
                    params.conn_sec_update.conn_sec.encr_key_size);
    case BLE_GAP_EVT_AUTH_STATUS: {
      const ble_gap_evt_auth_status_t& status = params.auth_status;
      if (status.auth_status != BLE_GAP_SEC_STATUS_SUCCESS) {
        return format("AUTH_STATUS %02x ", status.auth_status) +
               (status.error_src == BLE_GAP_SEC_STATUS_SOURCE_REMOTE ? "remote" : "local");
      }
      return format("AUTH_STATUS ok bonded=%u lesc=%u ", status.bonded, status.lesc) +
             "own=" + keys(status.kdist_own) + " peer=" + keys(status.kdist_peer);
    }
    default:
      return format("event %02x", event.header.evt_id);
  }
}

}  // namespace

Octets from_hex(const std::string& hex) {
  Octets octets;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

std::string to_hex(Bytes octets) {
  std::string text;
  for (const uint8_t octet : octets) {
    text += format("%02x", octet);
  }
  return text;
}

Octets reversed(Octets octets) {
  std::reverse(octets.begin(), octets.end());
  return octets;
}

LinkEnd::LinkEnd(sim::VirtualClock& clock, bool is_central) : clock_(clock) {
  // Central: a static address; peripheral: a resolvable one, as in the transcripts of the vectors.
  const Octets central = reversed(from_hex("c0112233aabb"));
  const Octets peripheral = reversed(from_hex("7081940dfbaa"));
  link.conn_handle = kConn;
  link.is_central = is_central;
  link.own_air_address_type = 1;
  link.peer_air_address_type = 1;
  const Octets& own = is_central ? central : peripheral;
  const Octets& peer = is_central ? peripheral : central;
  std::copy(own.begin(), own.end(), link.own_air_address);
  std::copy(peer.begin(), peer.end(), link.peer_air_address);
  std::copy(peer.begin(), peer.end(), link.peer_address.addr);
}

void LinkEnd::join(LinkEnd& central, LinkEnd& peripheral) {
  central.peer_ = &peripheral;
  peripheral.peer_ = &central;
}

void LinkEnd::reset_link() {
  up = true;
  encrypted_ = false;
  link.security_level = 1;
  link.key_size = 0;
  link.encrypted_with_bond = false;
  sent.clear();
  received.clear();
  key_commands.clear();
  disconnected.clear();
}

Link* LinkEnd::find(uint16_t conn_handle) { return up && conn_handle == kConn ? &link : nullptr; }

Status LinkEnd::send(uint16_t conn_handle, uint16_t cid, Bytes pdu) {
  if (find(conn_handle) == nullptr || cid != kCidSmp) {
    return Status::kInvalidConnHandle;
  }
  sent.push_back(to_hex(pdu));
  clock_.schedule(kAirUs, [this, octets = Octets(pdu.begin(), pdu.end())]() mutable {
    if (tamper) {
      tamper(octets);
    }
    if (peer_ != nullptr && peer_->up) {
      peer_->received.push_back(to_hex(octets));
      peer_->manager_->on_pdu(kConn, octets);
    }
    if (up && !hold_acknowledgements) {
      manager_->on_pdu_sent(kConn);
    }
  });
  return Status::kOk;
}

Status LinkEnd::enable_encryption(uint16_t, std::span<const uint8_t, 8> rand, uint16_t ediv,
                                  const Key128& ltk) {
  key_commands.push_back("enable " + to_hex(ltk.expose()) + " " + format("%04x", ediv));
  offered_key_ = ltk;
  std::array<uint8_t, 8> copy{};
  std::copy(rand.begin(), rand.end(), copy.begin());
  clock_.schedule(kAirUs, [this, copy, ediv] {
    if (peer_ != nullptr && peer_->up) {
      peer_->manager_->long_term_key_requested(kConn, copy, ediv);
    }
  });
  return Status::kOk;
}

Status LinkEnd::long_term_key_reply(uint16_t, const Key128* ltk) {
  key_commands.push_back(ltk == nullptr ? "negative" : "reply " + to_hex(ltk->expose()));
  if (peer_ == nullptr) {
    return Status::kOk;
  }
  if (ltk == nullptr) {
    clock_.schedule(kAirUs, [this] {
      peer_->encryption_outcome(BLE_HCI_STATUS_CODE_PIN_OR_KEY_MISSING, false);
    });
    return Status::kOk;
  }
  const bool same = *ltk == peer_->offered_key_;
  clock_.schedule(kAirUs, [this, same] {
    if (same) {
      encryption_outcome(BLE_HCI_STATUS_CODE_SUCCESS, true);
      peer_->encryption_outcome(BLE_HCI_STATUS_CODE_SUCCESS, true);
      return;
    }
    drop(BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE);
    peer_->drop(BLE_HCI_CONN_TERMINATED_DUE_TO_MIC_FAILURE);
  });
  return Status::kOk;
}

void LinkEnd::encryption_outcome(uint8_t status, bool enabled) {
  if (!up) {
    return;
  }
  const bool refresh = encrypted_;
  encrypted_ = enabled;
  if (refresh && enabled) {
    manager_->key_refreshed(kConn, status);
    return;
  }
  manager_->encryption_changed(kConn, status, enabled);
}

void LinkEnd::drop(uint8_t reason) {
  up = false;
  disconnected = format("%02x", reason);
  manager_->link_down(kConn);
}

Status LinkEnd::disconnect(uint16_t, uint8_t reason) {
  drop(reason);
  return Status::kOk;
}

ble_gap_sec_params_t bonding_params(bool lesc, uint8_t io_caps, bool mitm) {
  ble_gap_sec_params_t params{};
  params.bond = 1;
  params.mitm = mitm;
  params.lesc = lesc;
  params.io_caps = io_caps & 0x07;
  params.min_key_size = 7;
  params.max_key_size = 16;
  params.kdist_own = {1, 1};
  params.kdist_peer = {1, 1};
  return params;
}

Device::Device(sim::VirtualClock& the_clock, bool is_central, uint64_t seed)
    : clock(the_clock),
      crypto(seed),
      events([this] { clock.schedule(0, [this] { pump(); }); }),
      links(the_clock, is_central),
      smp(links, events, the_clock, crypto, identity) {
  links.attach(smp);
  params = bonding_params(true, BLE_GAP_IO_CAPS_NONE, false);
  (void)crypto.generate_key_pair(own_pk.pk);
  identity.identity.id_addr_info.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  std::memset(identity.identity.id_addr_info.addr, is_central ? 0xC1 : 0xC2, BLE_GAP_ADDR_LEN);
  std::memset(identity.identity.id_info.irk, is_central ? 0x51 : 0x52, BLE_GAP_SEC_KEY_LEN);
  keyset.keys_own = {&own_enc, &own_id, &own_pk};
  keyset.keys_peer = {&peer_enc, &peer_id, &peer_pk};
  smp.link_up(kConn);
}

std::vector<std::string> Device::take_log() {
  pump();
  return std::exchange(log, {});
}

void Device::pump() {
  while (const ble_evt_t* front = events.front()) {
    // The queue may grow while the application answers.
    const Octets copy(reinterpret_cast<const uint8_t*>(front),
                      reinterpret_cast<const uint8_t*>(front) + sizeof(ble_evt_t));
    events.pop();
    ble_evt_t event;
    std::memcpy(&event, copy.data(), sizeof(event));
    on_event(event);
  }
}

void Device::on_event(const ble_evt_t& event) {
  log.push_back(describe(event));
  if (event.header.evt_id == BLE_GAP_EVT_PASSKEY_DISPLAY) {
    const auto& digits = event.evt.gap_evt.params.passkey_display.passkey;
    shown_passkey.assign(std::begin(digits), std::end(digits));
  }
  answer(event);
}

void Device::answer(const ble_evt_t& event) {
  const auto& evt = event.evt.gap_evt.params;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_SEC_PARAMS_REQUEST:
      if (answers-- > 0) {
        const ble_gap_sec_params_t* own =
            links.link.is_central || reject_params != 0 ? nullptr : &params;
        (void)smp.sec_params_reply(kConn, reject_params, own,
                                   reject_params != 0 ? nullptr : &keyset);
      }
      return;
    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      if (evt.passkey_display.match_request && answers-- > 0) {
        (void)smp.auth_key_reply(
            kConn, accept_comparison ? BLE_GAP_AUTH_KEY_TYPE_PASSKEY : BLE_GAP_AUTH_KEY_TYPE_NONE,
            nullptr);
      }
      return;
    case BLE_GAP_EVT_AUTH_KEY_REQUEST:
      if (reject_key_request) {
        (void)smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_NONE, nullptr);
      } else if (oob_tk && answers-- > 0) {
        (void)smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_OOB, oob_tk->data());
      } else if (passkey_to_enter && answers-- > 0) {
        (void)smp.auth_key_reply(kConn, BLE_GAP_AUTH_KEY_TYPE_PASSKEY,
                                 reinterpret_cast<const uint8_t*>(passkey_to_enter->data()));
      }
      return;
    case BLE_GAP_EVT_LESC_DHKEY_REQUEST: {
      if (answers-- <= 0) {
        return;
      }
      if (evt.lesc_dhkey_request.oobd_req) {
        (void)smp.lesc_oob_data_set(kConn, oob_own, oob_peer);
      }
      ble_gap_lesc_dhkey_t key{};
      if (dhkey) {
        std::copy(dhkey->begin(), dhkey->end(), key.key);
        (void)smp.lesc_dhkey_reply(kConn, BLE_GAP_SEC_STATUS_SUCCESS, &key);
        return;
      }
      const bool valid = ok(crypto.key_agreement(evt.lesc_dhkey_request.p_pk_peer->pk, key.key));
      (void)smp.lesc_dhkey_reply(
          kConn, valid ? BLE_GAP_SEC_STATUS_SUCCESS : BLE_GAP_SEC_STATUS_DHKEY_FAILURE,
          valid ? &key : nullptr);
      return;
    }
    case BLE_GAP_EVT_SEC_INFO_REQUEST:
      if (answers-- > 0) {
        (void)smp.sec_info_reply(kConn, stored_key);
      }
      return;
    case BLE_GAP_EVT_SEC_REQUEST:
      if (start_pairing_on_request) {
        (void)authenticate();
      }
      return;
    default:
      return;
  }
}

}  // namespace pm::host::test
