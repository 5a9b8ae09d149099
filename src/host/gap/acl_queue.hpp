// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "host/secret_octets.hpp"
#include "pm/base/bytes.hpp"
#include "pm/hci/acl.hpp"

namespace pm::host::gap {

class AclSink {
 public:
  /// One whole packet in H4 form is to go out.
  virtual void send_acl_packet(Bytes packet) = 0;
  /// The controller has finished the last fragment of one frame; once for each frame, in order.
  virtual void on_frame_sent(uint16_t conn_handle, uint16_t cid) = 0;

 protected:
  ~AclSink() = default;
};

/// L2CAP frames on their way to the controller: cut into its packet length, never more packets
/// outstanding than it has buffers, links taking turns. Core, Vol 4, Part E, 4.1.1. A link whose
/// peer acknowledges nothing keeps its buffers, so each leaves one to every other link as far as
/// they go.
class AclQueue {
 public:
  explicit AclQueue(AclSink& sink) : sink_(sink) {}

  /// `length`: octets of ACL data in one packet; `count`: packets that the controller can hold.
  void set_buffers(uint16_t length, uint16_t count);
  void open(uint16_t conn_handle) { links_.try_emplace(conn_handle); }
  /// Forgets what waits, and takes back the buffers that the link held: with the link they are
  /// free.
  void close(uint16_t conn_handle);
  void clear();

  /// Queues one frame. False: the link is not open.
  bool send(uint16_t conn_handle, uint16_t cid, Bytes payload);
  /// Frames of a link that are not wholly with the controller.
  size_t waiting(uint16_t conn_handle) const;
  /// Number Of Completed Packets, for one link. More than are outstanding count as all of them.
  void on_completed(uint16_t conn_handle, uint16_t packets);

 private:
  struct Fragment {
    SecretOctets packet;
    uint16_t cid;
    bool last;
  };
  struct LinkQueue {
    std::deque<Fragment> waiting;
    size_t waiting_frames = 0;
    /// Sent and not completed, payload dropped.
    std::deque<Fragment> outstanding;
  };

  /// Packets that one link may have outstanding.
  size_t share() const;
  void pump();

  AclSink& sink_;
  std::map<uint16_t, LinkQueue> links_;
  uint16_t length_ = 27;
  uint16_t count_ = 0;
  uint16_t credits_ = 0;
  uint16_t last_served_ = 0;
};

}  // namespace pm::host::gap
