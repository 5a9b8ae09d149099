// SPDX-License-Identifier: Apache-2.0
#include "pm/device/redaction.hpp"

#include <algorithm>

#include "pm/hci/constants.hpp"

namespace pm::device {

namespace {

// Indicator, opcode, length; then the parameters.
constexpr size_t kCommandParameters = 4;
// Behind handle, random number and EDIV.
constexpr size_t kEnableEncryptionKey = kCommandParameters + 2 + 8 + 2;
// Behind handle.
constexpr size_t kLtkReplyKey = kCommandParameters + 2;
constexpr size_t kKeySize = 16;

// Indicator, handle and flags, length; then L2CAP length and channel; then the PDU.
constexpr size_t kAclFlags = 2;
constexpr size_t kL2capChannel = 7;
constexpr size_t kSmpCode = 9;
constexpr uint16_t kSmpChannel = 0x0006;
constexpr uint8_t kEncryptionInformation = 0x06;
constexpr uint8_t kIdentityInformation = 0x08;
constexpr uint8_t kSigningInformation = 0x0A;

void blank(std::vector<uint8_t>& packet, size_t from) {
  for (size_t i = from; i < std::min(packet.size(), from + kKeySize); ++i) {
    packet[i] = 0;
  }
}

void redact_command(std::vector<uint8_t>& packet) {
  if (packet.size() < kCommandParameters) {
    return;
  }
  switch (static_cast<hci::Opcode>(load_le16(&packet[1]))) {
    case hci::Opcode::kLeEnableEncryption:
      blank(packet, kEnableEncryptionKey);
      break;
    case hci::Opcode::kLeLtkRequestReply:
      blank(packet, kLtkReplyKey);
      break;
    default:
      break;
  }
}

void redact_acl(std::vector<uint8_t>& packet) {
  // A key fits the smallest fragment, so only starts of PDUs need a look.
  const bool is_continuation = packet.size() > kAclFlags && (packet[kAclFlags] & 0x30) == 0x10;
  if (packet.size() <= kSmpCode || is_continuation ||
      load_le16(&packet[kL2capChannel]) != kSmpChannel) {
    return;
  }
  switch (packet[kSmpCode]) {
    case kEncryptionInformation:
    case kIdentityInformation:
    case kSigningInformation:
      blank(packet, kSmpCode + 1);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<uint8_t> without_keys(Bytes packet) {
  std::vector<uint8_t> copy(packet.begin(), packet.end());
  if (copy.empty()) {
    return copy;
  }
  switch (static_cast<hci::Indicator>(copy[0])) {
    case hci::Indicator::kCommand:
      redact_command(copy);
      break;
    case hci::Indicator::kAcl:
      redact_acl(copy);
      break;
    default:
      break;
  }
  return copy;
}

}  // namespace pm::device
