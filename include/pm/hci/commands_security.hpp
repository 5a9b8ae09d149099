// SPDX-License-Identifier: Apache-2.0
//
// Encryption and randomness. Core, Vol 4, Part E, 7.8.
#pragma once

#include "pm/hci/returns.hpp"

namespace pm::hci {

/// 7.8.22. AES-128 of one block; all three least significant octet first.
struct LeEncrypt {
  static constexpr Opcode kOpcode = Opcode::kLeEncrypt;
  struct Return {
    ErrorCode status{};
    std::array<uint8_t, 16> encrypted{};
    template <class F>
    constexpr void fields(F& f) {
      f(status, encrypted);
    }
  };
  Key128 key;
  std::array<uint8_t, 16> plaintext{};
  template <class F>
  constexpr void fields(F& f) {
    f(key, plaintext);
  }
};

/// 7.8.23.
struct LeRand {
  static constexpr Opcode kOpcode = Opcode::kLeRand;
  struct Return {
    ErrorCode status{};
    std::array<uint8_t, 8> random{};
    template <class F>
    constexpr void fields(F& f) {
      f(status, random);
    }
  };
  template <class F>
  constexpr void fields(F&) {}
};

/// 7.8.24. Ends with Encryption Change, or Encryption Key Refresh Complete if encrypted before.
struct LeEnableEncryption {
  static constexpr Opcode kOpcode = Opcode::kLeEnableEncryption;
  using Return = AnsweredByStatus;
  uint16_t handle = 0;
  std::array<uint8_t, 8> rand{};
  uint16_t ediv = 0;
  Key128 ltk;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, rand, ediv, ltk);
  }
};

/// 7.8.25.
struct LeLtkRequestReply {
  static constexpr Opcode kOpcode = Opcode::kLeLtkRequestReply;
  using Return = HandleReturn;
  uint16_t handle = 0;
  Key128 ltk;
  template <class F>
  constexpr void fields(F& f) {
    f(handle, ltk);
  }
};

/// 7.8.26.
struct LeLtkRequestNegativeReply {
  static constexpr Opcode kOpcode = Opcode::kLeLtkRequestNegativeReply;
  using Return = HandleReturn;
  uint16_t handle = 0;
  template <class F>
  constexpr void fields(F& f) {
    f(handle);
  }
};

}  // namespace pm::hci
