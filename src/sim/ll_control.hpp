// SPDX-License-Identifier: Apache-2.0
//
// Link-layer control PDUs, as far as they are modelled. Core, Vol 6, Part B, 2.4.2.
#pragma once

#include <variant>

#include "pm/base/secret.hpp"
#include "pm/hci/constants.hpp"

namespace pm::sim {

/// Interval in 1.25 ms, latency in connection events, timeout in 10 ms.
struct ConnectionParameters {
  uint16_t interval = 0;
  uint16_t latency = 0;
  uint16_t supervision_timeout = 0;

  /// Core, Vol 4, Part E, 7.8.12: ranges, and a timeout longer than two effective intervals.
  static constexpr bool valid(unsigned interval_min, unsigned interval_max, unsigned latency,
                              unsigned timeout) {
    return interval_min >= 6 && interval_max <= 3200 && interval_min <= interval_max &&
           latency <= 499 && timeout >= 10 && timeout <= 3200 &&
           timeout * 4 > (1 + latency) * interval_max;
  }
};

namespace ll {

struct EncReq {
  std::array<uint8_t, 8> rand;
  uint16_t ediv;
};
struct StartEncReq {};
/// Stands for a PDU encrypted with `key`: who holds another key sees a MIC failure.
struct StartEncRsp {
  Key128 key;
};
struct RejectEncryption {
  hci::ErrorCode reason;
};
struct PauseEncReq {};
struct PauseEncRsp {};
struct Terminate {
  hci::ErrorCode reason;
};
struct ConnectionUpdateInd {
  ConnectionParameters parameters;
};
struct ConnectionParamReq {
  uint16_t interval_min;
  uint16_t interval_max;
  uint16_t latency;
  uint16_t supervision_timeout;
};
struct RejectConnectionParam {
  hci::ErrorCode reason;
};
struct FeatureReq {};
struct FeatureRsp {};
struct VersionReq {};
struct VersionRsp {};
struct LengthReq {
  uint16_t max_tx_octets;
};
struct LengthRsp {
  uint16_t max_tx_octets;
};
struct PhyReq {
  uint8_t tx_phys;
  uint8_t rx_phys;
};
/// PHYs as numbers, from the receiver's view.
struct PhyUpdateInd {
  uint8_t tx_phy;
  uint8_t rx_phy;
};

using Pdu = std::variant<EncReq, StartEncReq, StartEncRsp, RejectEncryption, PauseEncReq,
                         PauseEncRsp, Terminate, ConnectionUpdateInd, ConnectionParamReq,
                         RejectConnectionParam, FeatureReq, FeatureRsp, VersionReq, VersionRsp,
                         LengthReq, LengthRsp, PhyReq, PhyUpdateInd>;

}  // namespace ll
}  // namespace pm::sim
