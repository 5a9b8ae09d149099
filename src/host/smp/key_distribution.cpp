// SPDX-License-Identifier: Apache-2.0
#include "host/smp/key_distribution.hpp"

#include <algorithm>
#include <cstring>

#include "host/gap/address.hpp"

namespace pm::host::smp {
namespace {

ble_gap_enc_info_t enc_info_of(const Agreement& agreement) {
  ble_gap_enc_info_t info{};
  info.lesc = agreement.secure_connections;
  info.auth = agreement.authenticated();
  info.ltk_len = agreement.key_size & 0x3F;
  return info;
}

}  // namespace

KeyDistribution::KeyDistribution(const Context& context, const Key128* sc_ltk) {
  const Pairing& pairing = context.pairing;
  material_.own_enc.enc_info = enc_info_of(pairing.agreement);
  material_.peer_enc.enc_info = material_.own_enc.enc_info;
  if (sc_ltk != nullptr) {
    std::memcpy(material_.own_enc.enc_info.ltk, sc_ltk->expose().data(), BLE_GAP_SEC_KEY_LEN);
  }
  if (pairing.peer_keys() & kDistributeEncKey) {
    expected_.push_back(Opcode::kEncryptionInformation);
    expected_.push_back(Opcode::kCentralIdentification);
  }
  if (pairing.peer_keys() & kDistributeIdKey) {
    expected_.push_back(Opcode::kIdentityInformation);
    expected_.push_back(Opcode::kIdentityAddressInformation);
  }
}

Outcome KeyDistribution::start(Context& context) {
  // The initiator distributes after it has everything. 3.6.1.
  if (context.pairing.is_initiator && !expected_.empty()) {
    return {};
  }
  return send_own_keys(context);
}

Outcome KeyDistribution::send_own_keys(Context& context) {
  const Pairing& pairing = context.pairing;
  own_sent_ = true;
  acknowledged_ = pairing.own_keys() == 0;
  Outcome outcome;
  if (pairing.own_keys() & kDistributeEncKey) {
    Key128 ltk;
    ble_gap_master_id_t& id = material_.own_enc.master_id;
    std::array<uint8_t, 10> name{};
    PM_SMP_TRY(context.crypto.random(ltk.expose_mutable()));
    PM_SMP_TRY(context.crypto.random(name));
    if (is_all_zero(name)) {
      name[0] = 1;  // EDIV and Rand of zero name a key of this pairing, never a stored one.
    }
    mask_key(ltk, pairing.agreement.key_size);
    std::memcpy(material_.own_enc.enc_info.ltk, ltk.expose().data(), BLE_GAP_SEC_KEY_LEN);
    ltk.wipe();
    id.ediv = load_le16(name.data());
    std::memcpy(id.rand, name.data() + 2, BLE_GAP_SEC_RAND_LEN);
    outcome.send(Opcode::kEncryptionInformation, material_.own_enc.enc_info.ltk);
    outcome.send(Opcode::kCentralIdentification, name);
  }
  if (pairing.own_keys() & kDistributeIdKey) {
    const ble_gap_id_key_t& identity = pairing.own_identity;
    std::array<uint8_t, 7> address{};
    address[0] = identity.id_addr_info.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC ? 0 : 1;
    std::copy_n(identity.id_addr_info.addr, BLE_GAP_ADDR_LEN, address.begin() + 1);
    outcome.send(Opcode::kIdentityInformation, identity.id_info.irk);
    outcome.send(Opcode::kIdentityAddressInformation, address);
  }
  return settle(outcome);
}

Outcome KeyDistribution::settle(Outcome outcome) const {
  const bool complete = received_ == expected_.size() && own_sent_ && acknowledged_;
  return outcome.then(complete ? Outcome::Next::kComplete : Outcome::Next::kStay);
}

Outcome KeyDistribution::on_all_sent() {
  acknowledged_ = acknowledged_ || own_sent_;
  return settle({});
}

Outcome KeyDistribution::on_pdu(Context& context, const Pdu& pdu) {
  if (received_ == expected_.size() || pdu.opcode != expected_[received_]) {
    return Outcome::unexpected();
  }
  Reason reason{};
  if (!accept(context.pairing, pdu, reason)) {
    return Outcome::fail(reason);
  }
  ++received_;
  if (received_ == expected_.size() && !own_sent_) {
    return send_own_keys(context);
  }
  return settle({});
}

bool KeyDistribution::accept(const Pairing& pairing, const Pdu& pdu, Reason& reason) {
  ByteReader body(pdu.body);
  if (pdu.opcode == Opcode::kEncryptionInformation) {
    Key128 ltk;
    body.copy_to(ltk.expose_mutable());
    mask_key(ltk, pairing.agreement.key_size);
    std::memcpy(material_.peer_enc.enc_info.ltk, ltk.expose().data(), BLE_GAP_SEC_KEY_LEN);
    ltk.wipe();
    return true;
  }
  if (pdu.opcode == Opcode::kCentralIdentification) {
    material_.peer_enc.master_id.ediv = body.u16();
    body.copy_to(material_.peer_enc.master_id.rand);
    return true;
  }
  if (pdu.opcode == Opcode::kIdentityInformation) {
    body.copy_to(material_.peer_id.id_info.irk);
    return true;
  }
  // Identity addresses are public or proper static ones, or every list that they go into is refused
  // later; whoever claims ours is not to be bonded with. 3.6.5.
  ble_gap_addr_t& address = material_.peer_id.id_addr_info;
  const uint8_t type = body.u8();
  body.copy_to(address.addr);
  address.addr_type = type & 0x7F;
  const ble_gap_addr_t& own = pairing.own_identity.id_addr_info;
  if (type > BLE_GAP_ADDR_TYPE_RANDOM_STATIC) {
    reason = Reason::kInvalidParameters;
    return false;
  }
  reason = Reason::kKeyRejected;
  const bool is_ours =
      own.addr_type == type && std::memcmp(own.addr, address.addr, BLE_GAP_ADDR_LEN) == 0;
  return gap::is_identity_address(address) && !is_ours;
}

void KeyDistribution::store(const Pairing& pairing) const {
  const ble_gap_sec_keys_t& own = pairing.keyset.keys_own;
  const ble_gap_sec_keys_t& peer = pairing.keyset.keys_peer;
  const bool has_sc_ltk = pairing.agreement.secure_connections && pairing.agreement.bonding;
  if (own.p_enc_key != nullptr && (has_sc_ltk || (pairing.own_keys() & kDistributeEncKey))) {
    *own.p_enc_key = material_.own_enc;
  }
  if (own.p_id_key != nullptr && (pairing.own_keys() & kDistributeIdKey)) {
    *own.p_id_key = pairing.own_identity;
  }
  if (peer.p_enc_key != nullptr && (pairing.peer_keys() & kDistributeEncKey)) {
    *peer.p_enc_key = material_.peer_enc;
  }
  if (peer.p_id_key != nullptr && (pairing.peer_keys() & kDistributeIdKey)) {
    *peer.p_id_key = material_.peer_id;
  }
}

}  // namespace pm::host::smp
