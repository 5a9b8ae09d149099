// SPDX-License-Identifier: Apache-2.0
#include "host/smp/session.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace pm::host::smp {
namespace {

// Core, Vol 3, Part H, 3.4.
constexpr uint64_t kTimeoutUs = 30'000'000;

template <class... Phases>
constexpr bool all_trivially_destructible(const std::variant<Phases...>*) {
  return (std::is_trivially_destructible_v<Phases> && ...);
}

AirAddress air_address(uint8_t type, const uint8_t* octets) {
  AirAddress address;
  address.type = type;
  std::copy_n(octets, address.octets.size(), address.octets.begin());
  return address;
}

}  // namespace

Session::Session(Services& services, Link& link)
    : services_(services), link_(link), events_(services.events, link.conn_handle) {
  static_assert(all_trivially_destructible(static_cast<Phase*>(nullptr)),
                "phases are wiped as memory");
  timer_.context = this;
  timer_.expired = [](void* session) { static_cast<Session*>(session)->on_timeout(); };
}

Session::~Session() {
  services_.timers.stop(timer_);
  reset();
}

Context Session::context() {
  return {services_.crypto, services_.identity, pairing_, services_.preset_passkey};
}

void Session::reset() {
  enter<Idle>();
  wipe(&pairing_, sizeof(pairing_));
  pairing_ = Pairing{};
  questions_ = {.stored_key = questions_.stored_key};
  key_released_ = false;
}

void Session::begin_pairing(bool as_initiator) {
  const AirAddress own = air_address(link_.own_air_address_type, link_.own_air_address);
  const AirAddress peer = air_address(link_.peer_air_address_type, link_.peer_air_address);
  reset();
  pairing_.is_initiator = as_initiator;
  pairing_.initiator_address = as_initiator ? own : peer;
  pairing_.responder_address = as_initiator ? peer : own;
  security_request_ = SecurityRequest::kNone;
}

// --- Received commands ---

void Session::on_pdu(Bytes octets) {
  const Parsed parsed = parse(octets, !link_.is_central);
  if (timed_out_ || parsed.verdict == Parsed::Verdict::kReserved) {
    return;
  }
  const Opcode opcode = parsed.pdu.opcode;
  if (opcode == Opcode::kPairingFailed) {
    on_pairing_failed(parsed.pdu.body);
    return;
  }
  if (!pairing_under_way()) {
    on_idle_pdu(parsed);
    return;
  }
  if (parsed.verdict == Parsed::Verdict::kWrongLength) {
    fail(Reason::kInvalidParameters);
    return;
  }
  if (!parsed.right_direction) {
    fail(Reason::kUnspecified);
    return;
  }
  if (opcode == Opcode::kSecurityRequest) {
    return;  // It has crossed our Pairing Request, or asks for what is going on already. 2.4.6.
  }
  if (opcode == Opcode::kKeypressNotification) {
    on_keypress(parsed.pdu.body[0]);
    return;
  }
  Context with = context();
  apply(std::visit([&](auto& phase) { return phase.on_pdu(with, parsed.pdu); }, phase_));
}

// Without a pairing only its beginnings mean something. The rest may be the tail of one that has
// failed: an answer would be a second Pairing Failed.
void Session::on_idle_pdu(const Parsed& parsed) {
  const bool starts_pairing = parsed.pdu.opcode == Opcode::kPairingRequest;
  if (!starts_pairing && parsed.pdu.opcode != Opcode::kSecurityRequest) {
    return;
  }
  if (!parsed.right_direction) {
    send_failed(Reason::kCommandNotSupported);
    return;
  }
  if (parsed.verdict == Parsed::Verdict::kWrongLength) {
    send_failed(Reason::kInvalidParameters);
    return;
  }
  if (starts_pairing) {
    on_pairing_request(parsed);
    return;
  }
  on_security_request(parsed);
}

void Session::on_pairing_request(const Parsed& parsed) {
  const std::optional<Features> features = decode_features(parsed.pdu.body);
  if (!features) {
    send_failed(Reason::kInvalidParameters);
    return;
  }
  if (encryption_under_way()) {
    send_failed(Reason::kUnspecified);
    return;
  }
  begin_pairing(false);
  restart_timer();
  Context with = context();
  apply(enter<FeatureExchange>().start_as_responder(with, *features));
}

void Session::on_security_request(const Parsed& parsed) {
  if (encryption_under_way() || security_request_ == SecurityRequest::kReceived) {
    return;
  }
  security_request_ = SecurityRequest::kReceived;
  restart_timer();
  events_.sec_request(parsed.pdu.body[0]);
}

// Whatever its length: a Pairing Failed is never answered.
void Session::on_pairing_failed(Bytes body) {
  if (!pairing_under_way() && security_request_ != SecurityRequest::kSent) {
    return;
  }
  const bool defined = !body.empty() && is_defined_reason(body[0]);
  end_pairing(defined ? body[0] : static_cast<uint8_t>(Reason::kUnspecified),
              BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
}

// A notification tells the user something; it never moves the pairing. 2.3.5.6.3, 3.5.8.
void Session::on_keypress(uint8_t type) {
  const auto in_passkey_entry = [this](const auto& phase) {
    if constexpr (requires { phase.in_passkey_entry(pairing_); }) {
      return phase.in_passkey_entry(pairing_);
    } else {
      return false;
    }
  };
  const bool peer_types = !displays_passkey(pairing_.agreement.model, !pairing_.is_initiator);
  if (pairing_.agreement.keypress && peer_types && type <= BLE_GAP_KP_NOT_TYPE_PASSKEY_END &&
      std::visit(in_passkey_entry, phase_)) {
    restart_timer();
    events_.key_pressed(type);
  }
}

void Session::on_pdu_sent() {
  if (in_flight_ > 0) {
    --in_flight_;
  }
  auto* distribution = std::get_if<KeyDistribution>(&phase_);
  if (in_flight_ == 0 && distribution != nullptr) {
    apply(distribution->on_all_sent());
  }
}

void Session::on_timeout() {
  timed_out_ = true;
  end_pairing(BLE_GAP_SEC_STATUS_TIMEOUT, BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
}

// --- Outcomes ---

void Session::apply(Outcome outcome) {
  while (true) {
    if (outcome.next == Outcome::Next::kFail) {
      fail(outcome.reason);
      return;
    }
    for (OutgoingPdu& pdu : outcome.pdus) {
      send(pdu.octets());
      pdu.wipe();
    }
    const Outcome::Next next = outcome.next;
    if (next == Outcome::Next::kPublicKeysExchanged) {
      // The application validates this key; it sees it in the memory that it gave.
      const PublicKey peer = std::get_if<ScPublicKeys>(&phase_)->peer_public_key();
      std::copy(peer.begin(), peer.end(), pairing_.keyset.keys_peer.p_pk->pk);
      Context with = context();
      outcome = enter<ScAuthentication>(with, peer).start(with);
      continue;
    }
    for (const Notice& notice : outcome.notices) {
      raise(notice);
    }
    if (next == Outcome::Next::kFeaturesAgreed) {
      outcome = enter_authentication();
      continue;
    }
    if (next == Outcome::Next::kEncrypt) {
      begin_encryption();
    }
    if (next == Outcome::Next::kComplete) {
      complete();
    }
    return;
  }
}

void Session::raise(const Notice& notice) {
  switch (notice.kind) {
    case Notice::Kind::kSecurityParameters:
      questions_.params = events_.sec_params_request(pairing_);
      return;
    case Notice::Kind::kDhKey:
    case Notice::Kind::kDhKeyAndOob:
      questions_.dhkey = events_.lesc_dhkey_request(pairing_.keyset.keys_peer.p_pk,
                                                    notice.kind == Notice::Kind::kDhKeyAndOob);
      return;
    case Notice::Kind::kShowPasskey:
      events_.passkey_display(notice.value, false);
      return;
    case Notice::Kind::kCompareNumber:
      questions_.auth_key = events_.passkey_display(notice.value, true);
      return;
    case Notice::Kind::kEnterPasskey:
      questions_.auth_key = events_.auth_key_request(BLE_GAP_AUTH_KEY_TYPE_PASSKEY);
      return;
    case Notice::Kind::kEnterOob:
      questions_.auth_key = events_.auth_key_request(BLE_GAP_AUTH_KEY_TYPE_OOB);
      return;
  }
}

Outcome Session::enter_authentication() {
  Context with = context();
  return pairing_.agreement.secure_connections ? enter<ScPublicKeys>().start(with)
                                               : enter<LegacyAuthentication>().start(with);
}

// EDIV and Rand are zero for the STK and for the LTK of Secure Connections. 2.4.4.
void Session::begin_encryption() {
  if (!pairing_.is_initiator) {
    return;  // The initiator starts encryption; the controller will ask for the key.
  }
  static constexpr std::array<uint8_t, 8> kZeroRand{};
  if (!ok(services_.links.enable_encryption(link_.conn_handle, kZeroRand, 0, *key_of_phase()))) {
    fail(Reason::kUnspecified);
    return;
  }
  key_released_ = true;
}

void Session::pairing_key_in_use() {
  const Agreement& agreement = pairing_.agreement;
  set_security(agreement.level(), agreement.key_size, false);
  Key128 key = *key_of_phase();
  Context with = context();
  auto& distribution = enter<KeyDistribution>(with, agreement.secure_connections ? &key : nullptr);
  key.wipe();
  apply(distribution.start(with));
}

void Session::complete() {
  services_.timers.stop(timer_);
  std::get_if<KeyDistribution>(&phase_)->store(pairing_);
  link_.encrypted_with_bond = pairing_.agreement.bonding;
  events_.auth_status_succeeded(pairing_);
  reset();
}

void Session::fail(Reason reason) {
  send_failed(reason);
  end_pairing(static_cast<uint8_t>(reason), BLE_GAP_SEC_STATUS_SOURCE_LOCAL);
}

void Session::end_pairing(uint8_t status, uint8_t source) {
  services_.timers.stop(timer_);
  const bool lesc = pairing_.agreement.secure_connections;
  security_request_ = SecurityRequest::kNone;
  reset();
  events_.auth_status_failed(status, source, lesc);
}

// --- Encryption ---

const Key128* Session::key_of_phase() const {
  if (const auto* legacy = std::get_if<LegacyAuthentication>(&phase_)) {
    return legacy->key();
  }
  if (const auto* sc = std::get_if<ScAuthentication>(&phase_)) {
    return sc->key();
  }
  return nullptr;
}

void Session::long_term_key_requested(std::span<const uint8_t, 8> rand, uint16_t ediv) {
  const auto* distribution = std::get_if<KeyDistribution>(&phase_);
  if (distribution != nullptr && distribution->awaits_acknowledgements()) {
    // The peer has everything, or it would not use a key yet; only the controller's report is late.
    apply(std::get_if<KeyDistribution>(&phase_)->on_all_sent());
  }
  if (pairing_under_way()) {
    const Key128* key = ediv == 0 && is_all_zero(rand) ? key_of_phase() : nullptr;
    (void)services_.links.long_term_key_reply(link_.conn_handle, key);
    key_released_ = key != nullptr;
    if (key == nullptr) {
      fail(Reason::kUnspecified);
    }
    return;
  }
  if (security_request_ == SecurityRequest::kSent) {
    security_request_ = SecurityRequest::kNone;
    services_.timers.stop(timer_);
  }
  ble_gap_master_id_t master_id{};
  master_id.ediv = ediv;
  std::copy(rand.begin(), rand.end(), master_id.rand);
  // An older key that the controller has is not the one that it asks for now.
  stored_key_.reset();
  key_requested_ = true;
  questions_.stored_key = events_.sec_info_request(link_.peer_address, master_id);
}

void Session::encryption_changed(uint8_t hci_status, bool enabled) {
  const bool encrypted = hci_status == BLE_HCI_STATUS_CODE_SUCCESS && enabled;
  if (encrypted && key_of_phase() != nullptr && key_released_) {
    pairing_key_in_use();
    return;
  }
  if (stored_key_) {
    const StoredKeyInUse key = *stored_key_;
    stored_key_.reset();
    set_security(encrypted ? key.level : 1, encrypted ? key.key_size : 0, encrypted);
    return;
  }
  if (encrypted) {
    return;  // With a key that nobody here gave: worth nothing.
  }
  if (link_.security_level > 1) {
    set_security(1, 0, false);
  }
  if (pairing_under_way()) {
    fail(Reason::kUnspecified);
  }
}

void Session::set_security(uint8_t level, uint8_t key_size, bool with_bond) {
  link_.security_level = level;
  link_.key_size = key_size;
  link_.encrypted_with_bond = with_bond;
  events_.conn_sec_update(level, key_size);
}

// --- Sending ---

void Session::send(Bytes octets) {
  if (ok(services_.links.send(link_.conn_handle, kCidSmp, octets))) {
    ++in_flight_;
  }
  restart_timer();
}

void Session::send_failed(Reason reason) {
  const auto octet = static_cast<uint8_t>(reason);
  const OutgoingPdu failed(Opcode::kPairingFailed, Bytes(&octet, 1));
  if (ok(services_.links.send(link_.conn_handle, kCidSmp, failed.octets()))) {
    ++in_flight_;
  }
}

void Session::restart_timer() { services_.timers.start(timer_, kTimeoutUs); }

}  // namespace pm::host::smp
