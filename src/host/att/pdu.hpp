// SPDX-License-Identifier: Apache-2.0
//
// Attribute protocol PDUs as data: opcodes, error codes, and one table of what each PDU is and how
// long it may be. Core, Vol 3, Part F, 3.4.
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/bytes.hpp"

namespace pm::host::att {

enum class Opcode : uint8_t {
  kNone = 0x00,
  kErrorRsp = 0x01,
  kExchangeMtuReq = 0x02,
  kExchangeMtuRsp = 0x03,
  kFindInformationReq = 0x04,
  kFindInformationRsp = 0x05,
  kFindByTypeValueReq = 0x06,
  kFindByTypeValueRsp = 0x07,
  kReadByTypeReq = 0x08,
  kReadByTypeRsp = 0x09,
  kReadReq = 0x0A,
  kReadRsp = 0x0B,
  kReadBlobReq = 0x0C,
  kReadBlobRsp = 0x0D,
  kReadMultipleReq = 0x0E,
  kReadMultipleRsp = 0x0F,
  kReadByGroupTypeReq = 0x10,
  kReadByGroupTypeRsp = 0x11,
  kWriteReq = 0x12,
  kWriteRsp = 0x13,
  kPrepareWriteReq = 0x16,
  kPrepareWriteRsp = 0x17,
  kExecuteWriteReq = 0x18,
  kExecuteWriteRsp = 0x19,
  kNotification = 0x1B,
  kIndication = 0x1D,
  kConfirmation = 0x1E,
  kMultipleNotification = 0x23,
  kWriteCmd = 0x52,
  kSignedWriteCmd = 0xD2,
};

enum class Error : uint8_t {
  kNone = 0x00,
  kInvalidHandle = 0x01,
  kReadNotPermitted = 0x02,
  kWriteNotPermitted = 0x03,
  kInvalidPdu = 0x04,
  kInsufficientAuthentication = 0x05,
  kRequestNotSupported = 0x06,
  kInvalidOffset = 0x07,
  kInsufficientAuthorization = 0x08,
  kPrepareQueueFull = 0x09,
  kAttributeNotFound = 0x0A,
  kEncryptionKeySizeTooShort = 0x0C,
  kInvalidAttributeValueLength = 0x0D,
  kUnlikelyError = 0x0E,
  kUnsupportedGroupType = 0x10,
  kInsufficientResources = 0x11,
  kValueNotAllowed = 0x13,
};

inline constexpr uint16_t kDefaultMtu = 23;
inline constexpr uint16_t kMaxAttributeLength = 512;
/// Core, Vol 3, Part F, 3.3.3: a transaction that takes longer ends the bearer.
inline constexpr uint64_t kTransactionTimeoutUs = 30'000'000;
/// Bit 6 of the opcode. Core, Vol 3, Part F, 3.3.1.
inline constexpr uint8_t kCommandFlag = 0x40;

enum class Kind : uint8_t {
  kRequest,
  kResponse,
  kCommand,
  kNotification,
  kIndication,
  kConfirmation,
  kUnknownRequest,  ///< To be answered with Request Not Supported.
  kUnknownCommand,  ///< To be ignored.
};

enum class Length : uint8_t {
  kExactly,
  kAtLeast,
  kWithUuid,  ///< `octets` with a 16-bit UUID, 14 more with a 128-bit one
  kHandles,   ///< at least `octets` and odd: the opcode and whole handles
};

struct Rule {
  Opcode opcode;
  Kind kind;
  Length length;
  uint8_t octets;  ///< of the whole PDU, opcode included
};

inline constexpr std::array kRules = {
    Rule{Opcode::kErrorRsp, Kind::kResponse, Length::kExactly, 5},
    Rule{Opcode::kExchangeMtuReq, Kind::kRequest, Length::kExactly, 3},
    Rule{Opcode::kExchangeMtuRsp, Kind::kResponse, Length::kExactly, 3},
    Rule{Opcode::kFindInformationReq, Kind::kRequest, Length::kExactly, 5},
    Rule{Opcode::kFindInformationRsp, Kind::kResponse, Length::kAtLeast, 6},
    Rule{Opcode::kFindByTypeValueReq, Kind::kRequest, Length::kAtLeast, 7},
    Rule{Opcode::kFindByTypeValueRsp, Kind::kResponse, Length::kAtLeast, 5},
    Rule{Opcode::kReadByTypeReq, Kind::kRequest, Length::kWithUuid, 7},
    Rule{Opcode::kReadByTypeRsp, Kind::kResponse, Length::kAtLeast, 4},
    Rule{Opcode::kReadReq, Kind::kRequest, Length::kExactly, 3},
    Rule{Opcode::kReadRsp, Kind::kResponse, Length::kAtLeast, 1},
    Rule{Opcode::kReadBlobReq, Kind::kRequest, Length::kExactly, 5},
    Rule{Opcode::kReadBlobRsp, Kind::kResponse, Length::kAtLeast, 1},
    Rule{Opcode::kReadMultipleReq, Kind::kRequest, Length::kHandles, 5},
    Rule{Opcode::kReadMultipleRsp, Kind::kResponse, Length::kAtLeast, 1},
    Rule{Opcode::kReadByGroupTypeReq, Kind::kRequest, Length::kWithUuid, 7},
    Rule{Opcode::kReadByGroupTypeRsp, Kind::kResponse, Length::kAtLeast, 6},
    Rule{Opcode::kWriteReq, Kind::kRequest, Length::kAtLeast, 3},
    Rule{Opcode::kWriteRsp, Kind::kResponse, Length::kExactly, 1},
    Rule{Opcode::kPrepareWriteReq, Kind::kRequest, Length::kAtLeast, 5},
    Rule{Opcode::kPrepareWriteRsp, Kind::kResponse, Length::kAtLeast, 5},
    Rule{Opcode::kExecuteWriteReq, Kind::kRequest, Length::kExactly, 2},
    Rule{Opcode::kExecuteWriteRsp, Kind::kResponse, Length::kExactly, 1},
    Rule{Opcode::kNotification, Kind::kNotification, Length::kAtLeast, 3},
    Rule{Opcode::kIndication, Kind::kIndication, Length::kAtLeast, 3},
    Rule{Opcode::kConfirmation, Kind::kConfirmation, Length::kExactly, 1},
    // Never enabled by us (Client Supported Features), so nobody may send it: known only in order
    // not to be answered.
    Rule{Opcode::kMultipleNotification, Kind::kUnknownCommand, Length::kAtLeast, 9},
    Rule{Opcode::kWriteCmd, Kind::kCommand, Length::kAtLeast, 3},
    // The interface distributes no signature keys, so no signature can be right: never accepted.
    Rule{Opcode::kSignedWriteCmd, Kind::kUnknownCommand, Length::kAtLeast, 15},
};

/// The rule of an opcode octet; one of the two kUnknown kinds when there is none.
constexpr Rule rule_of(uint8_t opcode) {
  for (const Rule& rule : kRules) {
    if (static_cast<uint8_t>(rule.opcode) == opcode) {
      return rule;
    }
  }
  const bool command = (opcode & kCommandFlag) != 0;
  return {Opcode::kNone, command ? Kind::kUnknownCommand : Kind::kUnknownRequest, Length::kAtLeast,
          1};
}

constexpr bool has_valid_length(const Rule& rule, size_t octets) {
  switch (rule.length) {
    case Length::kExactly:
      return octets == rule.octets;
    case Length::kAtLeast:
      return octets >= rule.octets;
    case Length::kWithUuid:
      return octets == rule.octets || octets == rule.octets + 14u;
    case Length::kHandles:
      return octets >= rule.octets && octets % 2 == 1;
  }
  return false;
}

/// The response that belongs to a request: the next opcode.
constexpr Opcode response_to(Opcode request) {
  return static_cast<Opcode>(static_cast<uint8_t>(request) + 1);
}

static_assert(response_to(Opcode::kReadReq) == Opcode::kReadRsp);
static_assert(rule_of(0xFF).kind == Kind::kUnknownCommand);
static_assert(rule_of(0x80).kind == Kind::kUnknownRequest);

}  // namespace pm::host::att
