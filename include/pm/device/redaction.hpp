// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "pm/base/bytes.hpp"

namespace pm::device {

/// Copies of H4 packets in which keys are zeros: those of LE Enable Encryption, LE Long Term Key
/// Request Reply, LE Encrypt and LE Add Device To Resolving List, and those that SMP distributes,
/// however their PDUs are cut into packets. A copy dissects like the original, so that a trace can
/// be passed on. Core, Vol 4, Part E, 7.8.22, 7.8.24, 7.8.25 and 7.8.38; Vol 3, Part H, 3.6.
class Redaction {
 public:
  /// `packet` as it passes between host and controller; `sent`: by the host. Any octets are safe.
  std::vector<uint8_t> without_keys(bool sent, Bytes packet);

 private:
  /// The L2CAP PDU under way: how much of it was seen, and its first octets.
  struct Pdu {
    size_t seen = 0;
    std::array<uint8_t, 5> header{};
  };

  void redact_acl(bool sent, std::vector<uint8_t>& packet);

  // By direction and connection handle.
  std::map<std::pair<bool, uint16_t>, Pdu> pdus_;
};

}  // namespace pm::device
