// SPDX-License-Identifier: Apache-2.0
//
// What the protocols above (SMP, ATT/GATT) need of a connection. Implemented by gap::Connections
// over HCI; tests implement it with two ends joined back to back.
#pragma once

#include <cstdint>

#include "ble_gap.h"
#include "pm/base/bytes.hpp"
#include "pm/base/secret.hpp"
#include "pm/base/status.hpp"

namespace pm::host {

/// Fixed channels on LE. Core, Vol 3, Part A, 2.1.
inline constexpr uint16_t kCidAtt = 0x0004;
inline constexpr uint16_t kCidSignalling = 0x0005;
inline constexpr uint16_t kCidSmp = 0x0006;

/// One connection as the upper protocols see it.
struct Link {
  uint16_t conn_handle = BLE_CONN_HANDLE_INVALID;
  bool is_central = false;
  /// Addresses as used on air when the connection was made (inputs of c1, f5, f6). Type 0 public, 1
  /// random, as on HCI.
  uint8_t own_air_address_type = 0;
  uint8_t own_air_address[6] = {};
  uint8_t peer_air_address_type = 0;
  uint8_t peer_air_address[6] = {};
  /// As reported in CONNECTED.
  ble_gap_addr_t peer_address = {};
  /// Present security: mode 1 level 1 (plain) to 4, and key size 7..16 (0 when plain). Written by
  /// smp only, on encryption change.
  uint8_t security_level = 1;
  uint8_t key_size = 0;
  /// True while the link is encrypted with the key of a bond (stored, or made by bonding on this
  /// link).
  bool encrypted_with_bond = false;
};

/// Receives what arrives on one fixed channel.
class ChannelSink {
 public:
  /// One whole, reassembled L2CAP payload. Valid during the call.
  virtual void on_pdu(uint16_t conn_handle, Bytes pdu) = 0;
  /// The controller has finished one PDU sent on this channel; once for each, in order.
  virtual void on_pdu_sent(uint16_t conn_handle) = 0;

 protected:
  ~ChannelSink() = default;
};

class Links {
 public:
  /// nullptr when the handle is not connected. Stays valid until the link is gone.
  virtual Link* find(uint16_t conn_handle) = 0;
  /// Queues one PDU for a fixed channel; fragmentation and controller credits are handled below.
  /// kInvalidConnHandle: not connected.
  virtual Status send(uint16_t conn_handle, uint16_t cid, Bytes pdu) = 0;
  /// Central: LE Enable Encryption. `rand` is 8 octets LSB first, `ltk` 16 octets LSB first. The
  /// outcome is reported to smp as an encryption change.
  virtual Status enable_encryption(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                                   uint16_t ediv, const Key128& ltk) = 0;
  /// Peripheral: answers the controller's LTK request; nullptr is the negative reply.
  virtual Status long_term_key_reply(uint16_t conn_handle, const Key128* ltk) = 0;
  /// Ends the link with an HCI reason, e.g. after a protocol timeout.
  virtual Status disconnect(uint16_t conn_handle, uint8_t reason) = 0;

 protected:
  ~Links() = default;
};

}  // namespace pm::host
