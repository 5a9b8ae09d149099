// SPDX-License-Identifier: Apache-2.0
#include "pm/device/redaction.hpp"

#include <algorithm>

#include "pm/hci/constants.hpp"

namespace pm::device {

namespace {

constexpr size_t kKeySize = 16;

// Indicator, opcode, length; then the parameters.
constexpr size_t kCommandParameters = 4;
// Behind handle, random number and EDIV.
constexpr size_t kEnableEncryptionKey = kCommandParameters + 2 + 8 + 2;
// Behind handle.
constexpr size_t kLtkReplyKey = kCommandParameters + 2;
// Behind address type and address: the peer's key, then ours.
constexpr size_t kResolvingListKeys = kCommandParameters + 1 + 6;

// Indicator, handle and flags, length; then L2CAP.
constexpr size_t kAclPayload = 5;
// L2CAP length and channel; then the code of the SMP PDU, then what it distributes.
constexpr size_t kSmpCode = 4;
constexpr size_t kSmpKey = kSmpCode + 1;
constexpr uint16_t kSmpChannel = 0x0006;
constexpr uint8_t kEncryptionInformation = 0x06;
constexpr uint8_t kIdentityInformation = 0x08;
constexpr uint8_t kSigningInformation = 0x0A;

void blank(std::vector<uint8_t>& packet, size_t from, size_t size) {
  for (size_t i = from; i < std::min(packet.size(), from + size); ++i) {
    packet[i] = 0;
  }
}

void redact_command(std::vector<uint8_t>& packet) {
  if (packet.size() < kCommandParameters) {
    return;
  }
  switch (static_cast<hci::Opcode>(load_le16(&packet[1]))) {
    case hci::Opcode::kLeEnableEncryption:
      blank(packet, kEnableEncryptionKey, kKeySize);
      break;
    case hci::Opcode::kLeLtkRequestReply:
      blank(packet, kLtkReplyKey, kKeySize);
      break;
    case hci::Opcode::kLeEncrypt:
      blank(packet, kCommandParameters, kKeySize);
      break;
    case hci::Opcode::kLeAddToResolvingList:
      blank(packet, kResolvingListKeys, 2 * kKeySize);
      break;
    default:
      break;
  }
}

bool distributes_key(Bytes smp_header) {
  const uint8_t code = smp_header[kSmpCode];
  return load_le16(&smp_header[2]) == kSmpChannel &&
         (code == kEncryptionInformation || code == kIdentityInformation ||
          code == kSigningInformation);
}

}  // namespace

std::vector<uint8_t> Redaction::without_keys(bool sent, Bytes packet) {
  std::vector<uint8_t> copy(packet.begin(), packet.end());
  if (copy.empty()) {
    return copy;
  }
  switch (static_cast<hci::Indicator>(copy[0])) {
    case hci::Indicator::kCommand:
      redact_command(copy);
      break;
    case hci::Indicator::kAcl:
      redact_acl(sent, copy);
      break;
    default:
      break;
  }
  return copy;
}

void Redaction::redact_acl(bool sent, std::vector<uint8_t>& packet) {
  if (packet.size() < kAclPayload) {
    return;
  }
  const uint16_t handle_and_flags = load_le16(&packet[1]);
  Pdu& pdu = pdus_[{sent, static_cast<uint16_t>(handle_and_flags & 0x0FFF)}];
  // Packet boundary flag 1 continues. Core, Vol 4, Part E, 5.4.2.
  if ((handle_and_flags >> 12 & 3) != 1) {
    pdu = {};
  }
  // A key fits the smallest packet, but nothing keeps a peer from cutting it.
  for (size_t i = kAclPayload; i < packet.size(); ++i, ++pdu.seen) {
    if (pdu.seen < pdu.header.size()) {
      pdu.header[pdu.seen] = packet[i];
    } else if (pdu.seen < kSmpKey + kKeySize && distributes_key(pdu.header)) {
      packet[i] = 0;
    }
  }
}

}  // namespace pm::device
