// SPDX-License-Identifier: Apache-2.0
//
// The application's side of a session.
#include <algorithm>
#include <cstring>

#include "host/smp/passkey.hpp"
#include "host/smp/session.hpp"

namespace pm::host::smp {
namespace {

bool is_key_size(uint8_t size) { return size >= 7 && size <= 16; }

bool is_valid(const ble_gap_sec_params_t& params) {
  return params.io_caps <= BLE_GAP_IO_CAPS_KEYBOARD_DISPLAY && is_key_size(params.min_key_size) &&
         is_key_size(params.max_key_size) && params.min_key_size <= params.max_key_size;
}

// Memory for every key that will be received, and both public keys with Secure Connections.
bool has_memory(const ble_gap_sec_keyset_t& keyset, const Agreement& agreement, uint8_t peer_keys) {
  const bool enc = (peer_keys & kDistributeEncKey) == 0 || keyset.keys_peer.p_enc_key != nullptr;
  const bool id = (peer_keys & kDistributeIdKey) == 0 || keyset.keys_peer.p_id_key != nullptr;
  const bool public_keys = !agreement.secure_connections ||
                           (keyset.keys_own.p_pk != nullptr && keyset.keys_peer.p_pk != nullptr);
  return enc && id && public_keys;
}

}  // namespace

Status Session::authenticate(const ble_gap_sec_params_t* params) {
  if (params == nullptr) {
    if (!link_.is_central) {
      return Status::kInvalidAddr;
    }
    if (security_request_ != SecurityRequest::kReceived) {
      return Status::kInvalidState;
    }
    security_request_ = SecurityRequest::kNone;
    services_.timers.stop(timer_);
    send_failed(Reason::kPairingNotSupported);
    return Status::kOk;
  }
  if (timed_out_) {
    return Status::kTimeout;
  }
  if (pairing_under_way() || encryption_under_way() ||
      security_request_ == SecurityRequest::kSent) {
    return Status::kInvalidState;
  }
  if (!link_.is_central) {
    const uint8_t auth_req = features_of_initiator(*params).auth_req;
    security_request_ = SecurityRequest::kSent;
    send(OutgoingPdu(Opcode::kSecurityRequest, Bytes(&auth_req, 1)).octets());
    return Status::kOk;
  }
  if (!is_valid(*params)) {
    return Status::kInvalidParam;
  }
  begin_pairing(true);
  pairing_.own_params = *params;
  Context with = context();
  apply(enter<FeatureExchange>().start_as_initiator(with));
  return Status::kOk;
}

Status Session::sec_params_reply(uint8_t sec_status, const ble_gap_sec_params_t* params,
                                 const ble_gap_sec_keyset_t* keyset) {
  auto* exchange = std::get_if<FeatureExchange>(&phase_);
  if (exchange == nullptr || !exchange->awaits_reply() || !is_asked(questions_.params)) {
    return Status::kInvalidState;
  }
  if (sec_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    if (!is_defined_reason(sec_status)) {
      return Status::kInvalidParam;
    }
    fail(static_cast<Reason>(sec_status));
    return Status::kOk;
  }
  const bool initiator = pairing_.is_initiator;
  if (initiator && params != nullptr) {
    return Status::kInvalidParam;  // Given to authenticate() already.
  }
  if (!initiator && params == nullptr) {
    return Status::kInvalidAddr;
  }
  if (!initiator && !is_valid(*params)) {
    return Status::kInvalidParam;
  }
  const Agreement agreement =
      initiator ? pairing_.agreement : exchange->agreement_with(pairing_, *params);
  const ble_gap_sec_keyset_t keys = keyset != nullptr ? *keyset : ble_gap_sec_keyset_t{};
  if (!has_memory(keys, agreement,
                  initiator ? agreement.responder_keys : agreement.initiator_keys)) {
    return Status::kInvalidAddr;
  }
  if (!initiator) {
    pairing_.own_params = *params;
  }
  pairing_.keyset = keys;
  if (agreement.secure_connections) {
    std::copy_n(keys.keys_own.p_pk->pk, pairing_.own_public_key.size(),
                pairing_.own_public_key.begin());
  }
  Context with = context();
  apply(exchange->on_accepted(with));
  return Status::kOk;
}

UserInput Session::awaited_input() const {
  if (const auto* legacy = std::get_if<LegacyAuthentication>(&phase_)) {
    return legacy->awaited_input();
  }
  if (const auto* sc = std::get_if<ScAuthentication>(&phase_)) {
    return sc->awaited_input();
  }
  return UserInput::kNone;
}

Status Session::auth_key_reply(uint8_t key_type, const uint8_t* key) {
  const UserInput awaited = awaited_input();
  if (awaited == UserInput::kNone || !is_asked(questions_.auth_key)) {
    return Status::kInvalidState;
  }
  UserReply reply;
  if (key_type == BLE_GAP_AUTH_KEY_TYPE_NONE) {
    reply.rejected = true;
  } else if (key_type == BLE_GAP_AUTH_KEY_TYPE_PASSKEY && awaited == UserInput::kComparison) {
    // Digits would be the answer to another question: a compared number is never an entered
    // passkey.
    if (key != nullptr) {
      return Status::kInvalidParam;
    }
  } else if (key_type == BLE_GAP_AUTH_KEY_TYPE_PASSKEY && awaited == UserInput::kPasskey) {
    if (key == nullptr) {
      return Status::kInvalidAddr;
    }
    const auto passkey = passkey_from_digits(std::span<const uint8_t, 6>(key, 6));
    if (!passkey) {
      return Status::kInvalidParam;
    }
    reply.passkey = *passkey;
  } else if (key_type == BLE_GAP_AUTH_KEY_TYPE_OOB && awaited == UserInput::kOob) {
    if (key == nullptr) {
      return Status::kInvalidAddr;
    }
    reply.oob = Key128(std::span<const uint8_t, 16>(key, 16));
  } else {
    return Status::kInvalidParam;
  }
  Context with = context();
  if (auto* legacy = std::get_if<LegacyAuthentication>(&phase_)) {
    apply(legacy->on_user_reply(with, reply));
  } else if (auto* sc = std::get_if<ScAuthentication>(&phase_)) {
    apply(sc->on_user_reply(with, reply));
  }
  reply.oob.wipe();
  return Status::kOk;
}

Status Session::lesc_dhkey_reply(uint8_t sec_status, const ble_gap_lesc_dhkey_t* dhkey) {
  auto* sc = std::get_if<ScAuthentication>(&phase_);
  if (sc == nullptr || !sc->awaits_dhkey() || !is_asked(questions_.dhkey)) {
    return Status::kInvalidState;
  }
  if (sec_status != BLE_GAP_SEC_STATUS_SUCCESS) {
    if (!is_defined_reason(sec_status)) {
      return Status::kInvalidParam;
    }
    fail(static_cast<Reason>(sec_status));
    return Status::kOk;
  }
  if (dhkey == nullptr) {
    return Status::kInvalidAddr;
  }
  if (sc->awaits_oob_data()) {
    return Status::kInvalidState;  // OOB data first.
  }
  DhKey key{std::span<const uint8_t, 32>(dhkey->key)};
  Context with = context();
  apply(sc->on_dhkey(with, key));
  key.wipe();
  return Status::kOk;
}

Status Session::keypress_notify(uint8_t kp_not) {
  if (kp_not > BLE_GAP_KP_NOT_TYPE_PASSKEY_END) {
    return Status::kInvalidParam;
  }
  if (!pairing_.agreement.keypress || awaited_input() != UserInput::kPasskey) {
    return Status::kInvalidState;
  }
  send(OutgoingPdu(Opcode::kKeypressNotification, Bytes(&kp_not, 1)).octets());
  return Status::kOk;
}

Status Session::lesc_oob_data_set(const ble_gap_lesc_oob_data_t* own,
                                  const ble_gap_lesc_oob_data_t* peer) {
  auto* sc = std::get_if<ScAuthentication>(&phase_);
  if (sc == nullptr || !sc->awaits_oob_data() || !is_asked(questions_.dhkey)) {
    return Status::kInvalidState;
  }
  // Each side's flag says what it received; the data must say the same.
  const bool peer_has_ours = pairing_.peer_features().oob != 0;
  const bool we_have_peers = pairing_.own_features().oob != 0;
  if ((own != nullptr) != peer_has_ours || (peer != nullptr) != we_have_peers) {
    return Status::kInvalidAddr;
  }
  Context with = context();
  apply(sc->on_oob_data(with, own, peer));
  return Status::kOk;
}

Status Session::encrypt(const ble_gap_master_id_t& master_id, const ble_gap_enc_info_t& enc_info) {
  if (!link_.is_central) {
    return Status::kInvalidRole;
  }
  if (pairing_under_way() || encryption_under_way()) {
    return Status::kBusy;
  }
  if (!is_key_size(enc_info.ltk_len)) {
    return Status::kInvalidParam;
  }
  Key128 ltk{std::span<const uint8_t, 16>(enc_info.ltk)};
  const Status status =
      services_.links.enable_encryption(link_.conn_handle, master_id.rand, master_id.ediv, ltk);
  ltk.wipe();
  PM_TRY(status);
  if (security_request_ == SecurityRequest::kReceived) {
    security_request_ = SecurityRequest::kNone;
    services_.timers.stop(timer_);
  }
  stored_key_ = StoredKeyInUse{security_level(enc_info.lesc, enc_info.auth, enc_info.ltk_len),
                               enc_info.ltk_len};
  return Status::kOk;
}

Status Session::sec_info_reply(const ble_gap_enc_info_t* enc_info) {
  if (!key_requested_ || !is_asked(questions_.stored_key)) {
    return Status::kInvalidState;
  }
  if (enc_info == nullptr) {
    key_requested_ = false;
    stored_key_.reset();
    return services_.links.long_term_key_reply(link_.conn_handle, nullptr);
  }
  if (!is_key_size(enc_info->ltk_len)) {
    return Status::kInvalidParam;
  }
  key_requested_ = false;
  stored_key_ = StoredKeyInUse{security_level(enc_info->lesc, enc_info->auth, enc_info->ltk_len),
                               enc_info->ltk_len};
  Key128 ltk{std::span<const uint8_t, 16>(enc_info->ltk)};
  const Status status = services_.links.long_term_key_reply(link_.conn_handle, &ltk);
  ltk.wipe();
  if (!ok(status)) {
    stored_key_.reset();
  }
  return status;
}

}  // namespace pm::host::smp
