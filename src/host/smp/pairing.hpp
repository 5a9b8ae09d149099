// SPDX-License-Identifier: Apache-2.0
//
// What all phases of one pairing share. Nothing in here is secret but the own identity, which is
// wiped with it.
#pragma once

#include <cstdint>
#include <optional>

#include "ble_gap.h"
#include "host/smp/association.hpp"
#include "host/smp/identity.hpp"
#include "host/smp/pdu.hpp"
#include "host/smp/toolbox.hpp"

namespace pm::host::smp {

/// What both sides agreed on when the features were exchanged. Core, Vol 3, Part H, 2.3.
struct Agreement {
  bool secure_connections = false;
  bool bonding = false;
  bool keypress = false;
  AssociationModel model = AssociationModel::kJustWorks;
  uint8_t key_size = 0;
  /// Key distribution of phase 3; with Secure Connections without the encryption key.
  uint8_t initiator_keys = 0;
  uint8_t responder_keys = 0;

  constexpr bool authenticated() const { return is_authenticated(model); }
  constexpr uint8_t level() const {
    return security_level(secure_connections, authenticated(), key_size);
  }
};

struct Pairing {
  bool is_initiator = false;
  AirAddress initiator_address;
  AirAddress responder_address;

  /// Parameters that the own application gave.
  ble_gap_sec_params_t own_params{};
  ble_gap_sec_keyset_t keyset{};
  PublicKey own_public_key{};
  ble_gap_id_key_t own_identity{};

  FeaturePdu request{};
  FeaturePdu response{};
  Features initiator_features;
  Features responder_features;
  Agreement agreement;

  const Features& own_features() const {
    return is_initiator ? initiator_features : responder_features;
  }
  const Features& peer_features() const {
    return is_initiator ? responder_features : initiator_features;
  }
  uint8_t own_keys() const {
    return is_initiator ? agreement.initiator_keys : agreement.responder_keys;
  }
  uint8_t peer_keys() const {
    return is_initiator ? agreement.responder_keys : agreement.initiator_keys;
  }
};

/// What a phase works with, lent for one call.
struct Context {
  Crypto& crypto;
  const Identity& identity;
  Pairing& pairing;
  /// Passkey chosen by the application for one attempt.
  std::optional<uint32_t>& preset_passkey;
};

}  // namespace pm::host::smp
