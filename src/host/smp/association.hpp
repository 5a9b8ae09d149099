// SPDX-License-Identifier: Apache-2.0
//
// Which association model is used, and what the key is worth: pure functions over values.
// Core, Vol 3, Part H, 2.3.5.1 (tables 2.6 to 2.8); levels: Vol 3, Part C, 10.2.1.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace pm::host::smp {

enum class IoCapability : uint8_t {
  kDisplayOnly = 0,
  kDisplayYesNo = 1,
  kKeyboardOnly = 2,
  kNoInputNoOutput = 3,
  kKeyboardDisplay = 4,
};

enum class AssociationModel : uint8_t {
  kJustWorks,
  kNumericComparison,
  kInitiatorDisplays,  ///< Passkey: the responder enters it.
  kResponderDisplays,  ///< Passkey: the initiator enters it.
  kBothEnter,          ///< Passkey: from a third party.
  kOutOfBand,
};

/// What the choice depends on. OOB flags mean "the peer's data is here".
struct AssociationInput {
  IoCapability initiator;
  IoCapability responder;
  bool initiator_mitm = false;
  bool responder_mitm = false;
  bool initiator_oob = false;
  bool responder_oob = false;
  bool secure_connections = false;
};

constexpr AssociationModel association_model(const AssociationInput& in) {
  // Legacy needs the data on both sides, Secure Connections on one.
  const bool oob = in.secure_connections ? in.initiator_oob || in.responder_oob
                                         : in.initiator_oob && in.responder_oob;
  if (oob) {
    return AssociationModel::kOutOfBand;
  }
  if (!in.initiator_mitm && !in.responder_mitm) {
    return AssociationModel::kJustWorks;
  }
  using enum AssociationModel;
  // Rows: responder; columns: initiator; both in the order of the IO capability values.
  constexpr std::array<std::array<AssociationModel, 5>, 5> kLegacy = {{
      {kJustWorks, kJustWorks, kResponderDisplays, kJustWorks, kResponderDisplays},
      {kJustWorks, kJustWorks, kResponderDisplays, kJustWorks, kResponderDisplays},
      {kInitiatorDisplays, kInitiatorDisplays, kBothEnter, kJustWorks, kInitiatorDisplays},
      {kJustWorks, kJustWorks, kJustWorks, kJustWorks, kJustWorks},
      {kInitiatorDisplays, kInitiatorDisplays, kResponderDisplays, kJustWorks, kInitiatorDisplays},
  }};
  const auto shows_and_confirms = [](IoCapability io) {
    return io == IoCapability::kDisplayYesNo || io == IoCapability::kKeyboardDisplay;
  };
  if (in.secure_connections && shows_and_confirms(in.initiator) &&
      shows_and_confirms(in.responder)) {
    return kNumericComparison;
  }
  return kLegacy[static_cast<size_t>(in.responder)][static_cast<size_t>(in.initiator)];
}

constexpr bool is_authenticated(AssociationModel model) {
  return model != AssociationModel::kJustWorks;
}
constexpr bool is_passkey(AssociationModel model) {
  return model == AssociationModel::kInitiatorDisplays ||
         model == AssociationModel::kResponderDisplays || model == AssociationModel::kBothEnter;
}
constexpr bool displays_passkey(AssociationModel model, bool is_initiator) {
  return model == (is_initiator ? AssociationModel::kInitiatorDisplays
                                : AssociationModel::kResponderDisplays);
}

/// 2.3.4.
constexpr uint8_t negotiated_key_size(uint8_t initiator_max, uint8_t responder_max) {
  return std::min(initiator_max, responder_max);
}

/// Level of security mode 1 that encryption with such a key gives.
constexpr uint8_t security_level(bool secure_connections, bool authenticated, uint8_t key_size) {
  if (!authenticated) {
    return 2;
  }
  return secure_connections && key_size == 16 ? 4 : 3;
}

static_assert(association_model({IoCapability::kDisplayYesNo, IoCapability::kDisplayYesNo, true,
                                 false, false, false, false}) == AssociationModel::kJustWorks);
static_assert(association_model({IoCapability::kDisplayYesNo, IoCapability::kDisplayYesNo, false,
                                 true, false, false, true}) ==
              AssociationModel::kNumericComparison);
static_assert(association_model({IoCapability::kKeyboardDisplay, IoCapability::kKeyboardDisplay,
                                 false, false, true, false, false}) ==
              AssociationModel::kJustWorks);
static_assert(association_model({IoCapability::kNoInputNoOutput, IoCapability::kNoInputNoOutput,
                                 false, false, false, true, true}) == AssociationModel::kOutOfBand);
static_assert(security_level(true, true, 16) == 4);
static_assert(security_level(true, true, 15) == 3);
static_assert(security_level(false, true, 16) == 3, "legacy pairing never reaches level 4");
static_assert(security_level(true, false, 16) == 2);

}  // namespace pm::host::smp
