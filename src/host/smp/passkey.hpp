// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/smp/pairing.hpp"

namespace pm::host::smp {

inline constexpr uint32_t kPasskeyCount = 1'000'000;

/// The passkey to show: the preset one, which is used up, or a new one, uniform over
/// 000000..999999. Core, Vol 3, Part H, 2.3.5.3. kInternal: no randomness.
Status choose_passkey(Context& context, uint32_t& passkey);

/// Six ASCII digits, leading zeros kept.
void passkey_to_digits(uint32_t passkey, std::span<uint8_t, 6> digits);
/// Nothing unless all six octets are ASCII digits.
std::optional<uint32_t> passkey_from_digits(std::span<const uint8_t, 6> digits);

}  // namespace pm::host::smp
