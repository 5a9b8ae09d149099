// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/bytes.hpp"

namespace pm {

/// A key of N octets, over-the-air order. Compared in constant time, wiped on request and never
/// formatted: there is no conversion to text, so that logging a key does not compile. It stays
/// trivially destructible (a destructor inside a std::variant links abort code): whoever holds one
/// wipes it.
template <size_t N>
class Secret {
 public:
  constexpr Secret() = default;
  constexpr explicit Secret(std::span<const uint8_t, N> octets) {
    for (size_t i = 0; i < N; ++i) {
      octets_[i] = octets[i];
    }
  }

  constexpr std::span<const uint8_t, N> expose() const { return octets_; }
  constexpr std::span<uint8_t, N> expose_mutable() { return octets_; }
  void wipe() { pm::wipe(octets_.data(), N); }

  friend constexpr bool operator==(const Secret& a, const Secret& b) {
    return constant_time_equal(a.octets_, b.octets_);
  }

 private:
  std::array<uint8_t, N> octets_{};
};

using Key128 = Secret<16>;

}  // namespace pm
