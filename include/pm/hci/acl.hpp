// SPDX-License-Identifier: Apache-2.0
//
// HCI ACL data packets. Core, Vol 4, Part E, 5.4.2.
#pragma once

#include <optional>

#include "pm/base/bytes.hpp"
#include "pm/hci/constants.hpp"

namespace pm::hci {

enum class PacketBoundary : uint8_t {
  /// Host to controller: the first fragment of an L2CAP PDU.
  kFirstNonFlushable = 0b00,
  kContinuing = 0b01,
  /// Controller to host: the first fragment of an L2CAP PDU.
  kFirstFlushable = 0b10,
};

struct AclView {
  uint16_t handle;
  PacketBoundary boundary;
  /// 0 on LE links.
  uint8_t broadcast;
  Bytes data;
};

/// Splits a packet in H4 form; nullopt unless it is ACL data whose length field is right.
constexpr std::optional<AclView> parse_acl(Bytes packet) {
  ByteReader in(packet);
  const bool is_acl = in.u8() == static_cast<uint8_t>(Indicator::kAcl);
  const uint16_t handle_and_flags = in.u16();
  const Bytes data = in.view(in.u16());
  if (!is_acl || !in.at_end()) {
    return std::nullopt;
  }
  return AclView{static_cast<uint16_t>(handle_and_flags & 0x0FFF),
                 static_cast<PacketBoundary>((handle_and_flags >> 12) & 0x03),
                 static_cast<uint8_t>(handle_and_flags >> 14), data};
}

/// Writes a packet in H4 form; empty when `buffer` is too small (kAclHeaderSize + data).
constexpr Bytes encode_acl(uint16_t handle, PacketBoundary boundary, Bytes data,
                           MutableBytes buffer) {
  ByteWriter out(buffer);
  out.u8(static_cast<uint8_t>(Indicator::kAcl));
  out.u16(static_cast<uint16_t>((handle & 0x0FFF) | (static_cast<unsigned>(boundary) << 12)));
  out.u16(static_cast<uint16_t>(data.size()));
  out.bytes(data);
  return out.ok() ? out.written() : Bytes();
}

}  // namespace pm::hci
