// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pm/base/bytes.hpp"

namespace pm::hci::testing {

/// Octets from hexadecimal text; spaces may stand anywhere.
inline std::vector<uint8_t> octets(std::string_view hex) {
  std::vector<uint8_t> result;
  unsigned digits = 0;
  unsigned value = 0;
  for (const char c : hex) {
    if (c == ' ') {
      continue;
    }
    value = value * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (++digits % 2 == 0) {
      result.push_back(static_cast<uint8_t>(value));
      value = 0;
    }
  }
  return result;
}

inline std::vector<uint8_t> to_vector(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace pm::hci::testing
