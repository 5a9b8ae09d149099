// SPDX-License-Identifier: Apache-2.0
//
// A phase decides, the session acts: a handler of a phase returns an Outcome, and Session::apply()
// carries it out.
#pragma once

#include <cstdint>

#include "host/smp/pdu.hpp"
#include "pm/base/inline_vector.hpp"

namespace pm::host::smp {

/// Something that the application is to be asked or told.
struct Notice {
  enum class Kind : uint8_t {
    kSecurityParameters,
    kDhKey,
    kDhKeyAndOob,
    kShowPasskey,
    kCompareNumber,
    kEnterPasskey,
    kEnterOob,
  };
  Kind kind;
  /// Passkey, or number to compare.
  uint32_t value = 0;
};

/// What the user of this device has to answer now.
enum class UserInput : uint8_t { kNone, kComparison, kPasskey, kOob };

/// The user's answer.
struct UserReply {
  bool rejected = false;
  uint32_t passkey = 0;
  Key128 oob;
};

struct Outcome {
  enum class Next : uint8_t {
    kStay,
    kFail,                 ///< Pairing Failed with `reason`.
    kFeaturesAgreed,       ///< To phase 2.
    kPublicKeysExchanged,  ///< To authentication stage 1.
    kStage1Done,           ///< To authentication stage 2, within the same phase.
    kEncrypt,              ///< The phase holds the key of the link now.
    kComplete,             ///< Everything is distributed.
  };

  InlineVector<OutgoingPdu, 4> pdus;
  InlineVector<Notice, 2> notices;
  Next next = Next::kStay;
  Reason reason = Reason::kUnspecified;

  static Outcome fail(Reason reason) {
    Outcome outcome;
    outcome.next = Next::kFail;
    outcome.reason = reason;
    return outcome;
  }
  /// The answer to everything that the present step does not allow.
  static Outcome unexpected() { return fail(Reason::kUnspecified); }
  static Outcome go(Next next) {
    Outcome outcome;
    outcome.next = next;
    return outcome;
  }

  Outcome& send(Opcode opcode, Bytes body) {
    pdus.push_back(OutgoingPdu(opcode, body));
    return *this;
  }
  Outcome& notify(Notice::Kind kind, uint32_t value = 0) {
    notices.push_back({kind, value});
    return *this;
  }
  Outcome& then(Next step) {
    next = step;
    return *this;
  }
};

}  // namespace pm::host::smp

/// Ends a handler of a phase when the crypto port fails: without randomness or keys pairing cannot
/// go on.
#define PM_SMP_TRY(expression)                                     \
  do {                                                             \
    if (!::pm::ok(expression)) {                                   \
      return ::pm::host::smp::Outcome::fail(Reason::kUnspecified); \
    }                                                              \
  } while (false)
