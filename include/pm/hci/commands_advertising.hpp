// SPDX-License-Identifier: Apache-2.0
//
// Addresses, advertising, scanning, initiating. Core, Vol 4, Part E, 7.8.
#pragma once

#include "pm/hci/returns.hpp"

namespace pm::hci {

/// 7.8.4.
struct LeSetRandomAddress {
  static constexpr Opcode kOpcode = Opcode::kLeSetRandomAddress;
  using Return = StatusReturn;
  BdAddr address{};
  template <class F>
  constexpr void fields(F& f) {
    f(address);
  }
};

/// 7.8.5.
struct LeSetAdvertisingParameters {
  static constexpr Opcode kOpcode = Opcode::kLeSetAdvertisingParameters;
  using Return = StatusReturn;
  uint16_t interval_min = 0;  // 0.625 ms
  uint16_t interval_max = 0;  // 0.625 ms
  AdvertisingType type{};
  OwnAddressType own_address_type{};
  AddressType peer_address_type{};
  BdAddr peer_address{};
  uint8_t channel_map = 0;    // bits of channels 37, 38, 39
  uint8_t filter_policy = 0;  // bit 0: filter scan requests, bit 1: filter connection requests
  template <class F>
  constexpr void fields(F& f) {
    f(interval_min, interval_max, type, own_address_type, peer_address_type, peer_address,
      channel_map, filter_policy);
  }
};

/// 7.8.6.
struct LeReadAdvertisingTxPower {
  static constexpr Opcode kOpcode = Opcode::kLeReadAdvertisingTxPower;
  struct Return {
    ErrorCode status{};
    int8_t tx_power = 0;  // dBm
    template <class F>
    constexpr void fields(F& f) {
      f(status, tx_power);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.7.
struct LeSetAdvertisingData {
  static constexpr Opcode kOpcode = Opcode::kLeSetAdvertisingData;
  using Return = StatusReturn;
  uint8_t length = 0;  // significant octets of data
  std::array<uint8_t, 31> data{};
  template <class F>
  constexpr void fields(F& f) {
    f(length, data);
  }
};

/// 7.8.8.
struct LeSetScanResponseData {
  static constexpr Opcode kOpcode = Opcode::kLeSetScanResponseData;
  using Return = StatusReturn;
  uint8_t length = 0;  // significant octets of data
  std::array<uint8_t, 31> data{};
  template <class F>
  constexpr void fields(F& f) {
    f(length, data);
  }
};

/// 7.8.9.
struct LeSetAdvertisingEnable {
  static constexpr Opcode kOpcode = Opcode::kLeSetAdvertisingEnable;
  using Return = StatusReturn;
  uint8_t enable = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(enable);
  }
};

/// 7.8.10.
struct LeSetScanParameters {
  static constexpr Opcode kOpcode = Opcode::kLeSetScanParameters;
  using Return = StatusReturn;
  uint8_t type = 0;       // 0 passive, 1 active
  uint16_t interval = 0;  // 0.625 ms
  uint16_t window = 0;    // 0.625 ms
  OwnAddressType own_address_type{};
  uint8_t filter_policy = 0;  // bit 0: accept list only, bit 1: report unresolvable directed ones
  template <class F>
  constexpr void fields(F& f) {
    f(type, interval, window, own_address_type, filter_policy);
  }
};

/// 7.8.11.
struct LeSetScanEnable {
  static constexpr Opcode kOpcode = Opcode::kLeSetScanEnable;
  using Return = StatusReturn;
  uint8_t enable = 0;
  uint8_t filter_duplicates = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(enable, filter_duplicates);
  }
};

/// 7.8.12. Ends with LE (Enhanced) Connection Complete.
struct LeCreateConnection {
  static constexpr Opcode kOpcode = Opcode::kLeCreateConnection;
  using Return = AnsweredByStatus;
  uint16_t scan_interval = 0;  // 0.625 ms
  uint16_t scan_window = 0;    // 0.625 ms
  uint8_t filter_policy = 0;   // 1: accept list instead of the peer address
  AddressType peer_address_type{};
  BdAddr peer_address{};
  OwnAddressType own_address_type{};
  uint16_t interval_min = 0;         // 1.25 ms
  uint16_t interval_max = 0;         // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  uint16_t ce_length_min = 0;        // 0.625 ms
  uint16_t ce_length_max = 0;        // 0.625 ms
  template <class F>
  constexpr void fields(F& f) {
    f(scan_interval, scan_window, filter_policy, peer_address_type, peer_address, own_address_type,
      interval_min, interval_max, latency, supervision_timeout, ce_length_min, ce_length_max);
  }
};

/// 7.8.13. LE (Enhanced) Connection Complete with kUnknownConnectionId follows.
struct LeCreateConnectionCancel {
  static constexpr Opcode kOpcode = Opcode::kLeCreateConnectionCancel;
  using Return = StatusReturn;
  template <class F>
  constexpr void fields(F&) {}
};

}  // namespace pm::hci
