// SPDX-License-Identifier: Apache-2.0
//
// Events, fields in their order on the interface. Core, Vol 4, Part E, 7.7.
#pragma once

#include "pm/hci/constants.hpp"
#include "pm/hci/fields.hpp"

namespace pm::hci {

/// 7.7.5. `reason` says why, unless `status` says that the disconnection failed.
struct DisconnectionComplete {
  static constexpr EventCode kCode = EventCode::kDisconnectionComplete;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  ErrorCode status{};
  uint16_t handle = 0;
  ErrorCode reason{};
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, reason);
  }
};

/// 7.7.8. `enabled`: 0 off, 1 AES-CCM on an LE link.
struct EncryptionChange {
  static constexpr EventCode kCode = EventCode::kEncryptionChange;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  ErrorCode status{};
  uint16_t handle = 0;
  uint8_t enabled = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, enabled);
  }
};

/// 7.7.39. The key of an encrypted link was exchanged.
struct EncryptionKeyRefreshComplete {
  static constexpr EventCode kCode = EventCode::kEncryptionKeyRefreshComplete;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  ErrorCode status{};
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle);
  }
};

/// 7.7.75.
struct AuthenticatedPayloadTimeoutExpired {
  static constexpr EventCode kCode = EventCode::kAuthenticatedPayloadTimeoutExpired;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

/// 7.7.12.
struct ReadRemoteVersionComplete {
  static constexpr EventCode kCode = EventCode::kReadRemoteVersionComplete;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  ErrorCode status{};
  uint16_t handle = 0;
  uint8_t version = 0;
  uint16_t company = 0;
  uint16_t subversion = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, version, company, subversion);
  }
};

/// 7.7.14. See decode_return() for the return parameters. Opcode kNone: only gives command credits.
struct CommandComplete {
  static constexpr EventCode kCode = EventCode::kCommandComplete;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  uint8_t credits = 0;
  Opcode opcode{};
  RestOfPacket return_parameters{};
  template <class F>
  constexpr void fields(F& f) {
    f(credits, opcode, return_parameters);
  }
};

/// 7.7.15.
struct CommandStatus {
  static constexpr EventCode kCode = EventCode::kCommandStatus;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  ErrorCode status{};
  uint8_t credits = 0;
  Opcode opcode{};
  template <class F>
  constexpr void fields(F& f) {
    f(status, credits, opcode);
  }
};

/// 7.7.16.
struct HardwareError {
  static constexpr EventCode kCode = EventCode::kHardwareError;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  uint8_t hardware_code = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(hardware_code);
  }
};

/// 7.7.19. ACL buffers that are free again, per link.
struct NumberOfCompletedPackets {
  static constexpr EventCode kCode = EventCode::kNumberOfCompletedPackets;
  static constexpr LeSubevent kSubevent = LeSubevent::kNone;
  struct Entry {
    uint16_t handle = 0;
    uint16_t packets = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(handle, packets);
    }
  };
  InlineVector<Entry, 63> entries;
  template <class F>
  constexpr void fields(F& f) {
    f(entries);
  }
};

/// 7.7.65.1.
struct LeConnectionComplete {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kConnectionComplete;
  ErrorCode status{};
  uint16_t handle = 0;
  Role role{};
  AddressType peer_address_type{};
  BdAddr peer_address{};
  uint16_t interval = 0;             // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  uint8_t central_clock_accuracy = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, role, peer_address_type, peer_address, interval, latency, supervision_timeout,
      central_clock_accuracy);
  }
};

/// 7.7.65.10. As above, with the resolvable private addresses on air (zero where none was used).
struct LeEnhancedConnectionComplete {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kEnhancedConnectionComplete;
  ErrorCode status{};
  uint16_t handle = 0;
  Role role{};
  AddressType peer_address_type{};
  BdAddr peer_address{};
  BdAddr local_rpa{};
  BdAddr peer_rpa{};
  uint16_t interval = 0;             // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  uint8_t central_clock_accuracy = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, role, peer_address_type, peer_address, local_rpa, peer_rpa, interval, latency,
      supervision_timeout, central_clock_accuracy);
  }
};

/// 7.7.65.2. Parameters of one report stand together (5.2: arrays are interleaved).
struct LeAdvertisingReport {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kAdvertisingReport;
  struct Report {
    ReportType type{};
    AddressType address_type{};
    BdAddr address{};
    CountedBytes data{};
    int8_t rssi = 0;  // dBm, 127: not available
    template <class F>
    constexpr void fields(F& f) {
      f(type, address_type, address, data, rssi);
    }
  };
  InlineVector<Report, 25> reports;
  template <class F>
  constexpr void fields(F& f) {
    f(reports);
  }
};

/// 7.7.65.11. Directed advertising to an address that the controller cannot resolve as its own.
struct LeDirectedAdvertisingReport {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kDirectedAdvertisingReport;
  struct Report {
    ReportType type{};
    AddressType address_type{};
    BdAddr address{};
    AddressType direct_address_type{};
    BdAddr direct_address{};
    int8_t rssi = 0;  // dBm, 127: not available
    template <class F>
    constexpr void fields(F& f) {
      f(type, address_type, address, direct_address_type, direct_address, rssi);
    }
  };
  InlineVector<Report, 25> reports;
  template <class F>
  constexpr void fields(F& f) {
    f(reports);
  }
};

/// 7.7.65.3.
struct LeConnectionUpdateComplete {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kConnectionUpdateComplete;
  ErrorCode status{};
  uint16_t handle = 0;
  uint16_t interval = 0;             // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, interval, latency, supervision_timeout);
  }
};

/// 7.7.65.4.
struct LeReadRemoteFeaturesComplete {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kReadRemoteFeaturesComplete;
  ErrorCode status{};
  uint16_t handle = 0;
  uint64_t features = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, features);
  }
};

/// 7.7.65.5. The peripheral's host names the key by `rand` and `ediv` (both zero: Secure
/// Connections or STK).
struct LeLongTermKeyRequest {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kLongTermKeyRequest;
  uint16_t handle = 0;
  std::array<uint8_t, 8> rand{};
  uint16_t ediv = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, rand, ediv);
  }
};

/// 7.7.65.6.
struct LeRemoteConnectionParameterRequest {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kRemoteConnectionParameterRequest;
  uint16_t handle = 0;
  uint16_t interval_min = 0;         // 1.25 ms
  uint16_t interval_max = 0;         // 1.25 ms
  uint16_t latency = 0;              // connection events
  uint16_t supervision_timeout = 0;  // 10 ms
  template <class F>
  constexpr void fields(F& f) {
    f(handle, interval_min, interval_max, latency, supervision_timeout);
  }
};

/// 7.7.65.7. Octets of a data channel PDU's payload, microseconds on air.
struct LeDataLengthChange {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kDataLengthChange;
  uint16_t handle = 0;
  uint16_t max_tx_octets = 0;
  uint16_t max_tx_time = 0;
  uint16_t max_rx_octets = 0;
  uint16_t max_rx_time = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, max_tx_octets, max_tx_time, max_rx_octets, max_rx_time);
  }
};

/// 7.7.65.12. PHYs are numbers: 1 LE 1M, 2 LE 2M, 3 LE Coded.
struct LePhyUpdateComplete {
  static constexpr EventCode kCode = EventCode::kLeMeta;
  static constexpr LeSubevent kSubevent = LeSubevent::kPhyUpdateComplete;
  ErrorCode status{};
  uint16_t handle = 0;
  uint8_t tx_phy = 0;
  uint8_t rx_phy = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(status, handle, tx_phy, rx_phy);
  }
};

}  // namespace pm::hci
