// SPDX-License-Identifier: Apache-2.0
#include "host/l2cap/reassembler.hpp"

#include <algorithm>

#include "host/links.hpp"

namespace pm::host::l2cap {

size_t Reassembler::mtu_of(uint16_t cid) const {
  switch (cid) {
    case kCidAtt:
      return att_mtu_;
    case kCidSignalling:
      return kSignallingMtu;
    case kCidSmp:
      return kSmpMtu;
    default:
      return 0;
  }
}

size_t Reassembler::kept_limit() const {
  const size_t length = load_le16(header_);
  const uint16_t cid = load_le16(header_ + 2);
  const size_t mtu = mtu_of(cid);
  if (length <= mtu) {
    return length;
  }
  // The signalling channel answers an oversized command, for which it needs code and identifier.
  return cid == kCidSignalling ? mtu : 0;
}

std::optional<Frame> Reassembler::complete() const {
  const size_t length = load_le16(header_);
  const uint16_t cid = load_le16(header_ + 2);
  const size_t mtu = mtu_of(cid);
  if (mtu == 0 || (length > mtu && cid != kCidSignalling)) {
    return std::nullopt;
  }
  return Frame{cid, Bytes(kept_.data(), kept_size_), length > mtu};
}

std::optional<Frame> Reassembler::feed(bool is_start, Bytes fragment) {
  if (is_start) {
    active_ = true;
    header_size_ = 0;
    received_ = 0;
    kept_size_ = 0;
  }
  if (!active_) {
    return std::nullopt;
  }
  const size_t header_part = std::min(kHeaderSize - header_size_, fragment.size());
  std::copy_n(fragment.begin(), header_part, header_ + header_size_);
  header_size_ += header_part;
  fragment = fragment.subspan(header_part);
  if (header_size_ < kHeaderSize) {
    return std::nullopt;
  }

  const size_t length = load_le16(header_);
  if (fragment.size() > length - received_) {
    active_ = false;
    return std::nullopt;
  }
  received_ += fragment.size();
  const size_t room = kept_limit() - std::min(kept_limit(), kept_size_);
  const size_t part = std::min(room, fragment.size());
  std::copy_n(fragment.begin(), part, kept_.begin() + kept_size_);
  kept_size_ += part;
  if (received_ < length) {
    return std::nullopt;
  }
  active_ = false;
  return complete();
}

}  // namespace pm::host::l2cap
