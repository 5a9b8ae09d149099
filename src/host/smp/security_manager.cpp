// SPDX-License-Identifier: Apache-2.0
#include "host/smp/security_manager.hpp"

#include <algorithm>

#include "host/smp/passkey.hpp"

namespace pm::host::smp {
namespace {

// HCI tells public from random; the interface tells the kinds of random addresses by their top
// bits. Vol 6, Part B, 1.3.
ble_gap_addr_t gap_address(uint8_t air_type, const uint8_t* octets) {
  ble_gap_addr_t address{};
  std::copy_n(octets, BLE_GAP_ADDR_LEN, address.addr);
  if (air_type == 0) {
    address.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
    return address;
  }
  const uint8_t kind = octets[5] >> 6;
  address.addr_type = kind == 3   ? BLE_GAP_ADDR_TYPE_RANDOM_STATIC
                      : kind == 1 ? BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE
                                  : BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE;
  return address;
}

}  // namespace

SecurityManager::SecurityManager(Links& links, EventQueue& events, Timers& timers, Crypto& crypto,
                                 const Identity& identity)
    : services_{links, events, timers, crypto, identity, std::nullopt} {}

SecurityManager::~SecurityManager() = default;

Session* SecurityManager::find(uint16_t conn_handle) {
  for (Entry& entry : sessions_) {
    if (entry.conn_handle == conn_handle) {
      return entry.session.get();
    }
  }
  return nullptr;
}

void SecurityManager::link_up(uint16_t conn_handle) {
  link_down(conn_handle);
  if (Link* link = services_.links.find(conn_handle)) {
    sessions_.push_back({conn_handle, std::make_unique<Session>(services_, *link)});
  }
}

void SecurityManager::link_down(uint16_t conn_handle) {
  std::erase_if(sessions_, [&](const Entry& entry) { return entry.conn_handle == conn_handle; });
}

void SecurityManager::on_pdu(uint16_t conn_handle, Bytes pdu) {
  if (Session* session = find(conn_handle)) {
    session->on_pdu(pdu);
  }
}

void SecurityManager::on_pdu_sent(uint16_t conn_handle) {
  if (Session* session = find(conn_handle)) {
    session->on_pdu_sent();
  }
}

void SecurityManager::long_term_key_requested(uint16_t conn_handle,
                                              std::span<const uint8_t, 8> rand, uint16_t ediv) {
  if (Session* session = find(conn_handle)) {
    session->long_term_key_requested(rand, ediv);
  }
}

void SecurityManager::encryption_changed(uint16_t conn_handle, uint8_t hci_status, bool enabled) {
  if (Session* session = find(conn_handle)) {
    session->encryption_changed(hci_status, enabled);
  }
}

void SecurityManager::key_refreshed(uint16_t conn_handle, uint8_t hci_status) {
  encryption_changed(conn_handle, hci_status, true);
}

Status SecurityManager::authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->authenticate(params) : Status::kInvalidConnHandle;
}

Status SecurityManager::sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                                         const ble_gap_sec_params_t* params,
                                         const ble_gap_sec_keyset_t* keyset) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->sec_params_reply(sec_status, params, keyset)
                            : Status::kInvalidConnHandle;
}

Status SecurityManager::auth_key_reply(uint16_t conn_handle, uint8_t key_type, const uint8_t* key) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->auth_key_reply(key_type, key) : Status::kInvalidConnHandle;
}

Status SecurityManager::lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                                         const ble_gap_lesc_dhkey_t* dhkey) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->lesc_dhkey_reply(sec_status, dhkey)
                            : Status::kInvalidConnHandle;
}

Status SecurityManager::keypress_notify(uint16_t conn_handle, uint8_t kp_not) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->keypress_notify(kp_not) : Status::kInvalidConnHandle;
}

Status SecurityManager::lesc_oob_data_get(uint16_t conn_handle,
                                          const ble_gap_lesc_p256_pk_t& pk_own,
                                          ble_gap_lesc_oob_data_t& oobd_own) {
  ble_gap_addr_t address = services_.identity.address_in_use();
  if (conn_handle != BLE_CONN_HANDLE_INVALID) {
    const Link* link = services_.links.find(conn_handle);
    if (link == nullptr) {
      return Status::kInvalidConnHandle;
    }
    address = gap_address(link->own_air_address_type, link->own_air_address);
  }
  Block r{};
  Block c{};
  PM_TRY(services_.crypto.random(r));
  const auto x = std::span<const uint8_t, 64>(pk_own.pk).first<32>();
  PM_TRY(f4(services_.crypto, x, x, r, 0, c));
  oobd_own.addr = address;
  std::copy(r.begin(), r.end(), oobd_own.r);
  std::copy(c.begin(), c.end(), oobd_own.c);
  return Status::kOk;
}

Status SecurityManager::lesc_oob_data_set(uint16_t conn_handle, const ble_gap_lesc_oob_data_t* own,
                                          const ble_gap_lesc_oob_data_t* peer) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->lesc_oob_data_set(own, peer) : Status::kInvalidConnHandle;
}

Status SecurityManager::encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                                const ble_gap_enc_info_t& enc_info) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->encrypt(master_id, enc_info) : Status::kInvalidConnHandle;
}

Status SecurityManager::sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) {
  Session* session = find(conn_handle);
  return session != nullptr ? session->sec_info_reply(enc_info) : Status::kInvalidConnHandle;
}

Status SecurityManager::conn_sec_get(uint16_t conn_handle, ble_gap_conn_sec_t& conn_sec) {
  const Link* link = services_.links.find(conn_handle);
  if (link == nullptr) {
    return Status::kInvalidConnHandle;
  }
  conn_sec = {};
  conn_sec.sec_mode.sm = 1;
  conn_sec.sec_mode.lv = link->security_level & 0x0F;
  conn_sec.encr_key_size = link->key_size;
  return Status::kOk;
}

Status SecurityManager::set_passkey(const uint8_t* digits) {
  if (digits == nullptr) {
    services_.preset_passkey.reset();
    return Status::kOk;
  }
  const auto passkey = passkey_from_digits(std::span<const uint8_t, 6>(digits, 6));
  if (!passkey) {
    return Status::kInvalidParam;
  }
  services_.preset_passkey = passkey;
  return Status::kOk;
}

}  // namespace pm::host::smp
