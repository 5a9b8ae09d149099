// SPDX-License-Identifier: Apache-2.0
//
// Filter accept list and resolving list. Core, Vol 4, Part E, 7.8.
#pragma once

#include "pm/hci/returns.hpp"

namespace pm::hci {

/// 7.8.14.
struct LeReadFilterAcceptListSize {
  static constexpr Opcode kOpcode = Opcode::kLeReadFilterAcceptListSize;
  struct Return {
    ErrorCode status{};
    uint8_t size = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, size);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.15.
struct LeClearFilterAcceptList {
  static constexpr Opcode kOpcode = Opcode::kLeClearFilterAcceptList;
  using Return = StatusReturn;
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.16.
struct LeAddToFilterAcceptList {
  static constexpr Opcode kOpcode = Opcode::kLeAddToFilterAcceptList;
  using Return = StatusReturn;
  AddressType address_type{};
  BdAddr address{};
  template <class F>
  constexpr void fields(F& f) {
    f(address_type, address);
  }
};

/// 7.8.17.
struct LeRemoveFromFilterAcceptList {
  static constexpr Opcode kOpcode = Opcode::kLeRemoveFromFilterAcceptList;
  using Return = StatusReturn;
  AddressType address_type{};
  BdAddr address{};
  template <class F>
  constexpr void fields(F& f) {
    f(address_type, address);
  }
};

/// 7.8.38. The address is the peer's identity.
struct LeAddToResolvingList {
  static constexpr Opcode kOpcode = Opcode::kLeAddToResolvingList;
  using Return = StatusReturn;
  AddressType address_type{};
  BdAddr address{};
  Key128 peer_irk;
  Key128 local_irk;
  template <class F>
  constexpr void fields(F& f) {
    f(address_type, address, peer_irk, local_irk);
  }
};

/// 7.8.39.
struct LeRemoveFromResolvingList {
  static constexpr Opcode kOpcode = Opcode::kLeRemoveFromResolvingList;
  using Return = StatusReturn;
  AddressType address_type{};
  BdAddr address{};
  template <class F>
  constexpr void fields(F& f) {
    f(address_type, address);
  }
};

/// 7.8.40.
struct LeClearResolvingList {
  static constexpr Opcode kOpcode = Opcode::kLeClearResolvingList;
  using Return = StatusReturn;
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.41.
struct LeReadResolvingListSize {
  static constexpr Opcode kOpcode = Opcode::kLeReadResolvingListSize;
  struct Return {
    ErrorCode status{};
    uint8_t size = 0;
    template <class F>
    constexpr void fields(F& f) {
      f(status, size);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.44.
struct LeSetAddressResolutionEnable {
  static constexpr Opcode kOpcode = Opcode::kLeSetAddressResolutionEnable;
  using Return = StatusReturn;
  uint8_t enable = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(enable);
  }
};

/// 7.8.45.
struct LeSetRpaTimeout {
  static constexpr Opcode kOpcode = Opcode::kLeSetRpaTimeout;
  using Return = StatusReturn;
  uint16_t timeout = 0;  // seconds, 1..3600
  template <class F>
  constexpr void fields(F& f) {
    f(timeout);
  }
};

/// 7.8.77. Of an entry of the resolving list.
struct LeSetPrivacyMode {
  static constexpr Opcode kOpcode = Opcode::kLeSetPrivacyMode;
  using Return = StatusReturn;
  AddressType address_type{};
  BdAddr address{};
  PrivacyMode mode{};
  template <class F>
  constexpr void fields(F& f) {
    f(address_type, address, mode);
  }
};

}  // namespace pm::hci
