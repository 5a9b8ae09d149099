// SPDX-License-Identifier: Apache-2.0
#include "host/smp/feature_exchange.hpp"

#include <algorithm>

namespace pm::host::smp {
namespace {

uint8_t key_bits(const ble_gap_sec_kdist_t& kdist) {
  return static_cast<uint8_t>((kdist.enc ? kDistributeEncKey : 0) |
                              (kdist.id ? kDistributeIdKey : 0));
}

Features common_features(const ble_gap_sec_params_t& params) {
  Features features;
  features.io_capability = params.io_caps;
  features.oob = params.oob;
  features.auth_req = static_cast<uint8_t>(
      (params.bond ? kAuthBonding : 0) | (params.mitm ? kAuthMitm : 0) |
      (params.lesc ? kAuthSecureConnections : 0) | (params.keypress ? kAuthKeypress : 0));
  features.max_key_size = params.max_key_size;
  return features;
}

Agreement agree(const Features& initiator, const Features& responder) {
  Agreement agreement;
  agreement.secure_connections = initiator.secure_connections() && responder.secure_connections();
  agreement.bonding = initiator.bonding() && responder.bonding();
  agreement.keypress = initiator.keypress() && responder.keypress();
  agreement.model = association_model({
      .initiator = static_cast<IoCapability>(initiator.io_capability),
      .responder = static_cast<IoCapability>(responder.io_capability),
      .initiator_mitm = initiator.mitm(),
      .responder_mitm = responder.mitm(),
      .initiator_oob = initiator.oob != 0,
      .responder_oob = responder.oob != 0,
      .secure_connections = agreement.secure_connections,
  });
  agreement.key_size = negotiated_key_size(initiator.max_key_size, responder.max_key_size);
  // The response is what counts. With Secure Connections both sides have the LTK already. 3.6.1.
  const uint8_t distributed =
      agreement.secure_connections ? kDistributeIdKey : kDistributeEncKey | kDistributeIdKey;
  agreement.initiator_keys = responder.initiator_keys & distributed;
  agreement.responder_keys = responder.responder_keys & distributed;
  return agreement;
}

// What the own side must not accept. 2.3.4, 2.3.5.1.
std::optional<Reason> objection(const Agreement& agreement, const ble_gap_sec_params_t& own) {
  if (agreement.key_size < own.min_key_size) {
    return Reason::kEncryptionKeySize;
  }
  if (own.mitm && !agreement.authenticated()) {
    return Reason::kAuthenticationRequirements;
  }
  return std::nullopt;
}

}  // namespace

Features features_of_initiator(const ble_gap_sec_params_t& params) {
  Features features = common_features(params);
  if (params.bond) {
    features.initiator_keys = key_bits(params.kdist_own);
    features.responder_keys = key_bits(params.kdist_peer);
  }
  return features;
}

Features features_of_responder(const ble_gap_sec_params_t& params, const Features& request) {
  Features features = common_features(params);
  // A non-bondable device exchanges no keys (Vol 3, Part C, 9.4.2), and the response is a subset of
  // the request.
  if (params.bond && request.bonding()) {
    features.initiator_keys = request.initiator_keys & key_bits(params.kdist_peer);
    features.responder_keys = request.responder_keys & key_bits(params.kdist_own);
  }
  return features;
}

Outcome FeatureExchange::start_as_initiator(Context& context) {
  Pairing& pairing = context.pairing;
  pairing.initiator_features = features_of_initiator(pairing.own_params);
  pairing.request = encode_features(Opcode::kPairingRequest, pairing.initiator_features);
  Outcome outcome;
  outcome.send(Opcode::kPairingRequest, Bytes(pairing.request).subspan(1));
  return outcome;
}

Outcome FeatureExchange::start_as_responder(Context& context, const Features& request) {
  Pairing& pairing = context.pairing;
  pairing.initiator_features = request;
  pairing.request = encode_features(Opcode::kPairingRequest, request);
  step_ = Step::kApplication;
  Outcome outcome;
  outcome.notify(Notice::Kind::kSecurityParameters);
  return outcome;
}

Outcome FeatureExchange::on_pdu(Context& context, const Pdu& pdu) {
  if (step_ != Step::kResponse || pdu.opcode != Opcode::kPairingResponse) {
    return Outcome::unexpected();
  }
  const std::optional<Features> response = decode_features(pdu.body);
  Pairing& pairing = context.pairing;
  const Features& request = pairing.initiator_features;
  if (!response ||
      (response->initiator_keys & ~request.initiator_keys &
       (kDistributeEncKey | kDistributeIdKey)) != 0 ||
      (response->responder_keys & ~request.responder_keys &
       (kDistributeEncKey | kDistributeIdKey)) != 0) {
    return Outcome::fail(Reason::kInvalidParameters);
  }
  pairing.responder_features = *response;
  pairing.response = encode_features(Opcode::kPairingResponse, *response);
  pairing.agreement = agree(request, *response);
  if (const auto reason = objection(pairing.agreement, pairing.own_params)) {
    return Outcome::fail(*reason);
  }
  step_ = Step::kApplication;
  Outcome outcome;
  outcome.notify(Notice::Kind::kSecurityParameters);
  return outcome;
}

Agreement FeatureExchange::agreement_with(const Pairing& pairing,
                                          const ble_gap_sec_params_t& params) const {
  return agree(pairing.initiator_features,
               features_of_responder(params, pairing.initiator_features));
}

Outcome FeatureExchange::on_accepted(Context& context) {
  Pairing& pairing = context.pairing;
  pairing.own_identity = context.identity.own_identity();
  if (pairing.is_initiator) {
    return Outcome::go(Outcome::Next::kFeaturesAgreed);
  }
  pairing.responder_features =
      features_of_responder(pairing.own_params, pairing.initiator_features);
  pairing.response = encode_features(Opcode::kPairingResponse, pairing.responder_features);
  pairing.agreement = agree(pairing.initiator_features, pairing.responder_features);
  if (const auto reason = objection(pairing.agreement, pairing.own_params)) {
    return Outcome::fail(*reason);
  }
  Outcome outcome;
  outcome.send(Opcode::kPairingResponse, Bytes(pairing.response).subspan(1));
  return outcome.then(Outcome::Next::kFeaturesAgreed);
}

}  // namespace pm::host::smp
