// SPDX-License-Identifier: Apache-2.0
//
// Every rule of the format that an image violates, and the faults of the reference that it shows.
#pragma once

#include <optional>

#include "walk.hpp"

namespace peerctl {

enum class Severity : uint8_t {
  /// Worth knowing; every value is right.
  kNote,
  /// A value is wrong, lost, or back from the dead; or the store will not mount.
  kDamage,
};

struct Finding {
  Severity severity;
  /// Names the rule or the fault, e.g. "stride_gap".
  const char* kind;
  uint32_t sector;
  uint32_t offset;
  std::optional<uint32_t> key;
  std::string meaning;
};

/// Ordered by sector, then from the newest place down.
std::vector<Finding> check(const Store& store);

}  // namespace peerctl
