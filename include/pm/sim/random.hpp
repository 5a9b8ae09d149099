// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "pm/base/bytes.hpp"

namespace pm::sim {

/// Deterministic randomness: the same seed gives the same sequence on every machine. SplitMix64
/// (Steele, Lea, Flood 2014): small, and any seed is a good one. Not for secrets.
class Random {
 public:
  explicit constexpr Random(uint64_t seed) : state_(seed) {}

  constexpr uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// 0 .. bound - 1; bound > 0. The bias is far below what a simulation could notice.
  constexpr uint64_t below(uint64_t bound) { return next() % bound; }
  constexpr void fill(MutableBytes out) {
    uint64_t word = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      word = i % 8 == 0 ? next() : word >> 8;
      out[i] = static_cast<uint8_t>(word);
    }
  }
  /// A generator of its own for a part of the simulation.
  constexpr Random fork() { return Random(next()); }

 private:
  uint64_t state_;
};

}  // namespace pm::sim
