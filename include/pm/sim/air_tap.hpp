// SPDX-License-Identifier: Apache-2.0
//
// What an observer of the virtual air sees.
#pragma once

#include <cstdint>

#include "pm/base/bytes.hpp"
#include "pm/hci/constants.hpp"

namespace pm::sim {

/// An address as it is on air: the type is kPublic or kRandom.
struct AirAddress {
  hci::AddressType type = hci::AddressType::kPublic;
  hci::BdAddr octets{};
  friend constexpr bool operator==(const AirAddress&, const AirAddress&) = default;
};

struct AdvertisingSeen {
  AirAddress advertiser;
  hci::AdvertisingType type;
  /// Of directed advertising only.
  AirAddress target;
  Bytes data;
  Bytes scan_response;
};

struct ConnectionSeen {
  uint32_t link;
  AirAddress central;
  AirAddress peripheral;
};

enum class LinkControl : uint8_t {
  kEncryptionStart,
  kEncryptionOn,
  /// `reason`: kPinOrKeyMissing (rejected), kMicFailure (keys differ), kLlResponseTimeout.
  kEncryptionFailed,
  kEncryptionPause,
  /// `from` ends the link for `reason`.
  kTerminate,
  /// `from` was not heard any more until the supervision timeout.
  kSupervisionTimeout,
  kConnectionUpdate,
};

struct LinkControlSeen {
  uint32_t link;
  hci::Role from;
  LinkControl what;
  hci::ErrorCode reason;
};

struct L2capSeen {
  uint32_t link;
  hci::Role from;
  uint16_t cid;
  /// Sent while the link was encrypted; the contents are shown nevertheless.
  bool encrypted;
  /// Without the four octets of basic header. Valid during the call.
  Bytes payload;
  /// What a fault rule did to it ("drop", ...), nullptr when nothing.
  const char* fault;
};

/// Gets each thing on air, in order. `t_us` is virtual time. Advertising PDUs are told when they
/// start and when their address or contents change, not each time they are repeated.
class AirTap {
 public:
  virtual void on_advertising(uint64_t t_us, const AdvertisingSeen& seen) = 0;
  virtual void on_connection(uint64_t t_us, const ConnectionSeen& seen) = 0;
  virtual void on_link_control(uint64_t t_us, const LinkControlSeen& seen) = 0;
  virtual void on_l2cap(uint64_t t_us, const L2capSeen& seen) = 0;

 protected:
  ~AirTap() = default;
};

}  // namespace pm::sim
