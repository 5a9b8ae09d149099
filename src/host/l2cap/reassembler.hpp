// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "host/secret_octets.hpp"
#include "pm/base/bytes.hpp"

namespace pm::host::l2cap {

/// Basic frame header: length, channel. Core, Vol 3, Part A, 3.1.
inline constexpr size_t kHeaderSize = 4;
/// MTU of the LE signalling channel. Core, Vol 3, Part A, 4.
inline constexpr size_t kSignallingMtu = 23;
/// MTU of SMP with LE Secure Connections. Core, Vol 3, Part H, 3.2.
inline constexpr size_t kSmpMtu = 65;

/// One whole frame. `payload` stays valid until the reassembler is fed again or forgets.
struct Frame {
  uint16_t cid;
  Bytes payload;
  /// The frame was longer than the channel's MTU and `payload` is only its beginning. Told for the
  /// signalling channel alone, which must answer it.
  bool oversized;
};

/// Joins the ACL fragments of one link to L2CAP frames, whatever the peer or the controller does:
/// continuation without start, start before the former frame ended, more octets than announced,
/// unknown channels and frames above the channel's MTU are dropped without being buffered; the link
/// goes on. A frame may be cut anywhere, also in its header.
class Reassembler {
 public:
  /// `att_mtu`: greatest ATT PDU accepted, in octets.
  explicit Reassembler(size_t att_mtu)
      : att_mtu_(att_mtu), kept_(std::max({att_mtu, kSignallingMtu, kSmpMtu})) {}

  /// Takes the payload of one ACL packet; gives the frame that it completes, if any.
  std::optional<Frame> feed(bool is_start, Bytes fragment);
  /// The frame that feed() gave is dealt with: what it left here is wiped.
  void forget() { wipe(kept_.data(), kept_.size()); }

 private:
  size_t mtu_of(uint16_t cid) const;
  size_t kept_limit() const;
  std::optional<Frame> complete() const;

  size_t att_mtu_;
  /// As long as the longest frame; SMP brings keys.
  SecretOctets kept_;
  size_t kept_size_ = 0;
  size_t header_size_ = 0;
  uint8_t header_[kHeaderSize] = {};
  /// Payload octets seen, kept or not.
  size_t received_ = 0;
  bool active_ = false;
};

}  // namespace pm::host::l2cap
