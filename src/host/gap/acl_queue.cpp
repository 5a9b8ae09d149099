// SPDX-License-Identifier: Apache-2.0
#include "host/gap/acl_queue.hpp"

#include <algorithm>

namespace pm::host::gap {

void AclQueue::set_buffers(uint16_t length, uint16_t count) {
  length_ = length;
  count_ = count;
  credits_ = count;
}

void AclQueue::close(uint16_t conn_handle) {
  const auto found = links_.find(conn_handle);
  if (found == links_.end()) {
    return;
  }
  credits_ = static_cast<uint16_t>(credits_ + found->second.outstanding.size());
  links_.erase(found);
  pump();
}

void AclQueue::clear() {
  links_.clear();
  credits_ = 0;
}

bool AclQueue::send(uint16_t conn_handle, uint16_t cid, Bytes payload) {
  const auto found = links_.find(conn_handle);
  if (found == links_.end()) {
    return false;
  }
  SecretOctets frame(4 + payload.size());
  store_le16(frame.data(), static_cast<uint16_t>(payload.size()));
  store_le16(frame.data() + 2, cid);
  std::copy(payload.begin(), payload.end(), frame.begin() + 4);

  for (size_t offset = 0; offset < frame.size(); offset += length_) {
    const Bytes part =
        Bytes(frame).subspan(offset, std::min<size_t>(length_, frame.size() - offset));
    const auto boundary =
        offset == 0 ? hci::PacketBoundary::kFirstNonFlushable : hci::PacketBoundary::kContinuing;
    SecretOctets packet(hci::kAclHeaderSize + part.size());
    (void)hci::encode_acl(conn_handle, boundary, part, {packet.data(), packet.size()});
    found->second.waiting.push_back({std::move(packet), cid, offset + part.size() == frame.size()});
  }
  ++found->second.waiting_frames;
  pump();
  return true;
}

size_t AclQueue::waiting(uint16_t conn_handle) const {
  const auto found = links_.find(conn_handle);
  return found == links_.end() ? 0 : found->second.waiting_frames;
}

size_t AclQueue::share() const {
  const size_t others = links_.empty() ? 0 : links_.size() - 1;
  return count_ > others + 1 ? count_ - others : 1;
}

void AclQueue::pump() {
  const auto may_send = [limit = share()](const auto& entry) {
    return !entry.second.waiting.empty() && entry.second.outstanding.size() < limit;
  };
  while (credits_ > 0) {
    auto next = std::find_if(links_.upper_bound(last_served_), links_.end(), may_send);
    if (next == links_.end()) {
      next = std::find_if(links_.begin(), links_.end(), may_send);
    }
    if (next == links_.end()) {
      return;
    }
    last_served_ = next->first;
    Fragment fragment = std::move(next->second.waiting.front());
    next->second.waiting.pop_front();
    next->second.waiting_frames -= fragment.last ? 1 : 0;
    next->second.outstanding.push_back({{}, fragment.cid, fragment.last});
    --credits_;
    sink_.send_acl_packet(fragment.packet);
  }
}

void AclQueue::on_completed(uint16_t conn_handle, uint16_t packets) {
  for (; packets > 0; --packets) {
    const auto found = links_.find(conn_handle);
    if (found == links_.end() || found->second.outstanding.empty()) {
      break;
    }
    const Fragment fragment = std::move(found->second.outstanding.front());
    found->second.outstanding.pop_front();
    ++credits_;
    if (fragment.last) {
      sink_.on_frame_sent(conn_handle, fragment.cid);
    }
  }
  pump();
}

}  // namespace pm::host::gap
