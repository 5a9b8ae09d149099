// SPDX-License-Identifier: Apache-2.0
//
// Control and information. Core, Vol 4, Part E, 7.3, 7.4, 7.5, 7.8.
#pragma once

#include "pm/hci/returns.hpp"

namespace pm::hci {

/// 7.3.2.
struct Reset {
  static constexpr Opcode kOpcode = Opcode::kReset;
  using Return = StatusReturn;
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.3.1. LE events also need the mask of LeSetEventMask.
struct SetEventMask {
  static constexpr Opcode kOpcode = Opcode::kSetEventMask;
  using Return = StatusReturn;
  uint64_t mask = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(mask);
  }
};

/// 7.3.69. Bit 23: Authenticated Payload Timeout Expired.
struct SetEventMaskPage2 {
  static constexpr Opcode kOpcode = Opcode::kSetEventMaskPage2;
  using Return = StatusReturn;
  uint64_t mask = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(mask);
  }
};

/// 7.8.1. Bit n lets subevent n + 1 through.
struct LeSetEventMask {
  static constexpr Opcode kOpcode = Opcode::kLeSetEventMask;
  using Return = StatusReturn;
  uint64_t mask = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(mask);
  }
};

/// 7.4.1.
struct ReadLocalVersion {
  static constexpr Opcode kOpcode = Opcode::kReadLocalVersion;
  struct Return {
    ErrorCode status{};
    uint8_t hci_version = 0;
    uint16_t hci_subversion = 0;
    uint8_t lmp_version = 0;
    uint16_t company = 0;
    uint16_t lmp_subversion = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, hci_version, hci_subversion, lmp_version, company, lmp_subversion);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.4.2. A bit per command, 6.27.
struct ReadLocalSupportedCommands {
  static constexpr Opcode kOpcode = Opcode::kReadLocalSupportedCommands;
  struct Return {
    ErrorCode status{};
    std::array<uint8_t, 64> commands{};
    template <class F>
    constexpr void fields(F& f) {
      f(status, commands);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.4.3. LMP features; bit 37 BR/EDR not supported, bit 38 LE supported.
struct ReadLocalSupportedFeatures {
  static constexpr Opcode kOpcode = Opcode::kReadLocalSupportedFeatures;
  struct Return {
    ErrorCode status{};
    uint64_t features = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, features);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.4.5. Buffers shared with BR/EDR: what counts when LE Read Buffer Size tells of none.
struct ReadBufferSize {
  static constexpr Opcode kOpcode = Opcode::kReadBufferSize;
  struct Return {
    ErrorCode status{};
    uint16_t acl_length = 0;  // octets of ACL data
    uint8_t synchronous_length = 0;
    uint16_t acl_count = 0;
    uint16_t synchronous_count = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, acl_length, synchronous_length, acl_count, synchronous_count);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.4.6. The public address; all zero when there is none.
struct ReadBdAddr {
  static constexpr Opcode kOpcode = Opcode::kReadBdAddr;
  struct Return {
    ErrorCode status{};
    BdAddr address{};
    template <class F>
    constexpr void fields(F& f) {
      f(status, address);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.2.
struct LeReadBufferSize {
  static constexpr Opcode kOpcode = Opcode::kLeReadBufferSize;
  struct Return {
    ErrorCode status{};
    uint16_t acl_length = 0;  // octets of ACL data
    uint8_t acl_count = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, acl_length, acl_count);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.3. Bits as in Vol 6, Part B, 4.6.
struct LeReadLocalSupportedFeatures {
  static constexpr Opcode kOpcode = Opcode::kLeReadLocalSupportedFeatures;
  struct Return {
    ErrorCode status{};
    uint64_t features = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, features);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.27.
struct LeReadSupportedStates {
  static constexpr Opcode kOpcode = Opcode::kLeReadSupportedStates;
  struct Return {
    ErrorCode status{};
    uint64_t states = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, states);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

}  // namespace pm::hci
