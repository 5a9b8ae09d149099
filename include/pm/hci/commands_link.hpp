// SPDX-License-Identifier: Apache-2.0
//
// Links. Core, Vol 4, Part E, 7.1, 7.5, 7.8.
#pragma once

#include "pm/hci/returns.hpp"

namespace pm::hci {

/// 7.1.6. Ends with Disconnection Complete.
struct Disconnect {
  static constexpr Opcode kOpcode = Opcode::kDisconnect;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  ErrorCode reason{};
  template <class F>
  constexpr void fields(F& f) {
    f(handle, reason);
  }
};

/// 7.1.23. Ends with Read Remote Version Information Complete.
struct ReadRemoteVersion {
  static constexpr Opcode kOpcode = Opcode::kReadRemoteVersion;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

/// 7.5.4.
struct ReadRssi {
  static constexpr Opcode kOpcode = Opcode::kReadRssi;
  struct Return {
    ErrorCode status{};
    uint16_t handle = 0;
    int8_t rssi = 0;  // dBm, 127: not available
    template <class F>
    constexpr void fields(F& f) {
      f(status, handle, rssi);
    }
  };
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

/// 7.8.18. Ends with LE Connection Update Complete.
struct LeConnectionUpdate {
  static constexpr Opcode kOpcode = Opcode::kLeConnectionUpdate;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  uint16_t interval_min = 0;         // 1.25 ms
  uint16_t interval_max = 0;         // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  uint16_t ce_length_min = 0;        // 0.625 ms
  uint16_t ce_length_max = 0;        // 0.625 ms
  template <class F>
  constexpr void fields(F& f) {
    f(handle, interval_min, interval_max, latency, supervision_timeout, ce_length_min,
      ce_length_max);
  }
};

/// 7.8.19. Of the central role; bits 0 to 36, 1: the channel may be used.
struct LeSetHostChannelClassification {
  static constexpr Opcode kOpcode = Opcode::kLeSetHostChannelClassification;
  using Return = StatusReturn;
  std::array<uint8_t, 5> channel_map{};
  template <class F>
  constexpr void fields(F& f) {
    f(channel_map);
  }
};

/// 7.3.94. In 10 ms.
struct WriteAuthenticatedPayloadTimeout {
  static constexpr Opcode kOpcode = Opcode::kWriteAuthenticatedPayloadTimeout;
  using Return = HandleReturn;
  uint16_t handle = 0;
  uint16_t timeout = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, timeout);
  }
};

/// 7.8.21. Ends with LE Read Remote Features Complete.
struct LeReadRemoteFeatures {
  static constexpr Opcode kOpcode = Opcode::kLeReadRemoteFeatures;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

/// 7.8.31.
struct LeRemoteConnectionParameterRequestReply {
  static constexpr Opcode kOpcode = Opcode::kLeRemoteConnectionParameterRequestReply;
  using Return = HandleReturn;
  uint16_t handle = 0;
  uint16_t interval_min = 0;         // 1.25 ms
  uint16_t interval_max = 0;         // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  uint16_t ce_length_min = 0;        // 0.625 ms
  uint16_t ce_length_max = 0;        // 0.625 ms
  template <class F>
  constexpr void fields(F& f) {
    f(handle, interval_min, interval_max, latency, supervision_timeout, ce_length_min,
      ce_length_max);
  }
};

/// 7.8.32.
struct LeRemoteConnectionParameterRequestNegativeReply {
  static constexpr Opcode kOpcode = Opcode::kLeRemoteConnectionParameterRequestNegativeReply;
  using Return = HandleReturn;
  uint16_t handle = 0;
  ErrorCode reason{};
  template <class F>
  constexpr void fields(F& f) {
    f(handle, reason);
  }
};

/// 7.8.33.
struct LeSetDataLength {
  static constexpr Opcode kOpcode = Opcode::kLeSetDataLength;
  using Return = HandleReturn;
  uint16_t handle = 0;
  uint16_t tx_octets = 0;  // 27..251
  uint16_t tx_time = 0;    // microseconds, 328..17040
  template <class F>
  constexpr void fields(F& f) {
    f(handle, tx_octets, tx_time);
  }
};

/// 7.8.34.
struct LeReadSuggestedDefaultDataLength {
  static constexpr Opcode kOpcode = Opcode::kLeReadSuggestedDefaultDataLength;
  struct Return {
    ErrorCode status{};
    uint16_t tx_octets = 0;
    uint16_t tx_time = 0;  // microseconds
    template <class F>
    constexpr void fields(F& f) {
      f(status, tx_octets, tx_time);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.35.
struct LeWriteSuggestedDefaultDataLength {
  static constexpr Opcode kOpcode = Opcode::kLeWriteSuggestedDefaultDataLength;
  using Return = StatusReturn;
  uint16_t tx_octets = 0;  // 27..251
  uint16_t tx_time = 0;    // microseconds, 328..17040
  template <class F>
  constexpr void fields(F& f) {
    f(tx_octets, tx_time);
  }
};

/// 7.8.46.
struct LeReadMaximumDataLength {
  static constexpr Opcode kOpcode = Opcode::kLeReadMaximumDataLength;
  struct Return {
    ErrorCode status{};
    uint16_t tx_octets = 0;
    uint16_t tx_time = 0;  // microseconds
    uint16_t rx_octets = 0;
    uint16_t rx_time = 0;  // microseconds
    template <class F>
    constexpr void fields(F& f) {
      f(status, tx_octets, tx_time, rx_octets, rx_time);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.47.
struct LeReadPhy {
  static constexpr Opcode kOpcode = Opcode::kLeReadPhy;
  struct Return {
    ErrorCode status{};
    uint16_t handle = 0;
    uint8_t tx_phy = 0;  // 1 LE 1M, 2 LE 2M, 3 LE Coded
    uint8_t rx_phy = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, handle, tx_phy, rx_phy);
    }
  };
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

/// 7.8.48.
struct LeSetDefaultPhy {
  static constexpr Opcode kOpcode = Opcode::kLeSetDefaultPhy;
  using Return = StatusReturn;
  uint8_t all_phys = 0;  // bit 0: no transmit preference, bit 1: no receive preference
  uint8_t tx_phys = 0;
  uint8_t rx_phys = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(all_phys, tx_phys, rx_phys);
  }
};

/// 7.8.49. Ends with LE PHY Update Complete.
struct LeSetPhy {
  static constexpr Opcode kOpcode = Opcode::kLeSetPhy;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  uint8_t all_phys = 0;  // bit 0: no transmit preference, bit 1: no receive preference
  uint8_t tx_phys = 0;
  uint8_t rx_phys = 0;
  uint16_t options = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, all_phys, tx_phys, rx_phys, options);
  }
};

}  // namespace pm::hci
