// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "pm/ports/crypto.hpp"

namespace pm::device {

/// What a chip is born with: its static random address and its identity resolving key, least
/// significant octet first. Core, Vol 6, Part B, 1.3.2.1.
struct Identity {
  std::array<uint8_t, 6> address{};
  std::array<uint8_t, 16> irk{};
};

/// A new one. The two most significant bits of the address are 11. kInternal: no randomness.
Status make_identity(Crypto& crypto, Identity& identity);

/// Reads the identity of a device from a file of 22 octets, or makes one and writes it there,
/// readable by its owner only. An empty result is success; otherwise it says what is wrong, where,
/// and what to do. A file that is no identity is left alone.
std::string load_or_make_identity(const std::string& path, Crypto& crypto, Identity& identity);

}  // namespace pm::device
