// SPDX-License-Identifier: Apache-2.0
//
// SMP commands: one table of opcode, exact length and direction, and the strict codec over it.
// Core, Vol 3, Part H, 3.3 to 3.6.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "host/smp/toolbox.hpp"
#include "pm/base/bytes.hpp"

namespace pm::host::smp {

enum class Opcode : uint8_t {
  kPairingRequest = 0x01,
  kPairingResponse = 0x02,
  kPairingConfirm = 0x03,
  kPairingRandom = 0x04,
  kPairingFailed = 0x05,
  kEncryptionInformation = 0x06,
  kCentralIdentification = 0x07,
  kIdentityInformation = 0x08,
  kIdentityAddressInformation = 0x09,
  kSigningInformation = 0x0A,
  kSecurityRequest = 0x0B,
  kPairingPublicKey = 0x0C,
  kPairingDhKeyCheck = 0x0D,
  kKeypressNotification = 0x0E,
};

/// Reasons of Pairing Failed; the SoftDevice's BLE_GAP_SEC_STATUS_* have the same numbers. 3.5.5.
enum class Reason : uint8_t {
  kPasskeyEntryFailed = 0x01,
  kOobNotAvailable = 0x02,
  kAuthenticationRequirements = 0x03,
  kConfirmValueFailed = 0x04,
  kPairingNotSupported = 0x05,
  kEncryptionKeySize = 0x06,
  kCommandNotSupported = 0x07,
  kUnspecified = 0x08,
  kRepeatedAttempts = 0x09,
  kInvalidParameters = 0x0A,
  kDhKeyCheckFailed = 0x0B,
  kNumericComparisonFailed = 0x0C,
  kKeyRejected = 0x0F,
  kBusy = 0x10,
};

/// True for the values that the specification defines; the rest is reserved.
constexpr bool is_defined_reason(uint8_t value) { return value >= 0x01 && value <= 0x10; }

struct PduRule {
  Opcode opcode;
  /// The whole command, opcode included.
  uint8_t length;
  bool from_central;
  bool from_peripheral;
};

inline constexpr std::array<PduRule, 14> kPduRules = {{
    {Opcode::kPairingRequest, 7, true, false},
    {Opcode::kPairingResponse, 7, false, true},
    {Opcode::kPairingConfirm, 17, true, true},
    {Opcode::kPairingRandom, 17, true, true},
    {Opcode::kPairingFailed, 2, true, true},
    {Opcode::kEncryptionInformation, 17, true, true},
    {Opcode::kCentralIdentification, 11, true, true},
    {Opcode::kIdentityInformation, 17, true, true},
    {Opcode::kIdentityAddressInformation, 8, true, true},
    {Opcode::kSigningInformation, 17, true, true},
    {Opcode::kSecurityRequest, 2, false, true},
    {Opcode::kPairingPublicKey, 65, true, true},
    {Opcode::kPairingDhKeyCheck, 17, true, true},
    {Opcode::kKeypressNotification, 2, true, true},
}};

/// The rule of an opcode; nullptr for a reserved one.
constexpr const PduRule* rule_of(uint8_t opcode) {
  for (const PduRule& rule : kPduRules) {
    if (static_cast<uint8_t>(rule.opcode) == opcode) {
      return &rule;
    }
  }
  return nullptr;
}

/// A received command of a defined opcode and its exact length. Valid while the received octets
/// are.
struct Pdu {
  Opcode opcode;
  /// Everything after the opcode.
  Bytes body;

  /// The body of a confirm, random, check or key.
  Block block() const;
};

/// Result of looking at received octets.
struct Parsed {
  enum class Verdict : uint8_t {
    kReserved,     ///< Empty, or a reserved opcode: ignored without an answer (3.3).
    kWrongLength,  ///< A defined opcode with a wrong length. `pdu.body` is what there was.
    kGood,
  };
  Verdict verdict;
  /// The sender's role may send this command. 3.3.
  bool right_direction;
  Pdu pdu;
};
Parsed parse(Bytes octets, bool from_central);

/// A command to be sent.
class OutgoingPdu {
 public:
  OutgoingPdu() = default;
  OutgoingPdu(Opcode opcode, Bytes body);
  Bytes octets() const { return Bytes(octets_).first(size_); }
  /// Key distribution commands carry secrets.
  void wipe() { pm::wipe(octets_); }

 private:
  std::array<uint8_t, 65> octets_{};
  uint8_t size_ = 0;
};

// AuthReq. 3.5.1.
inline constexpr uint8_t kAuthBondingMask = 0x03;
inline constexpr uint8_t kAuthBonding = 0x01;
inline constexpr uint8_t kAuthMitm = 0x04;
inline constexpr uint8_t kAuthSecureConnections = 0x08;
inline constexpr uint8_t kAuthKeypress = 0x10;

/// Key distribution fields. 3.6.1. Signing and link keys are never offered, and ignored on receipt.
inline constexpr uint8_t kDistributeEncKey = 0x01;
inline constexpr uint8_t kDistributeIdKey = 0x02;

/// Parameters of Pairing Request and Pairing Response. 3.5.1, 3.5.2.
struct Features {
  uint8_t io_capability = 0;
  uint8_t oob = 0;
  uint8_t auth_req = 0;
  uint8_t max_key_size = 0;
  uint8_t initiator_keys = 0;
  uint8_t responder_keys = 0;

  constexpr bool bonding() const { return (auth_req & kAuthBondingMask) == kAuthBonding; }
  constexpr bool mitm() const { return (auth_req & kAuthMitm) != 0; }
  constexpr bool secure_connections() const { return (auth_req & kAuthSecureConnections) != 0; }
  constexpr bool keypress() const { return (auth_req & kAuthKeypress) != 0; }
};

FeaturePdu encode_features(Opcode opcode, const Features& features);
/// Nothing when a value is reserved or a key size is outside 7..16: Invalid Parameters.
std::optional<Features> decode_features(Bytes body);

}  // namespace pm::host::smp
