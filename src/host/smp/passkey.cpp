// SPDX-License-Identifier: Apache-2.0
#include "host/smp/passkey.hpp"

namespace pm::host::smp {

Status choose_passkey(Context& context, uint32_t& passkey) {
  if (context.preset_passkey) {
    passkey = *context.preset_passkey;
    context.preset_passkey.reset();
    return Status::kOk;
  }
  // 20 bits, and again when beyond the range: a remainder would favour small numbers. A source that
  // never yields a number in range is broken.
  for (int attempt = 0; attempt < 128; ++attempt) {
    std::array<uint8_t, 4> random{};
    PM_TRY(context.crypto.random(random));
    passkey = load_le32(random.data()) & 0xFFFFF;
    if (passkey < kPasskeyCount) {
      return Status::kOk;
    }
  }
  return Status::kInternal;
}

void passkey_to_digits(uint32_t passkey, std::span<uint8_t, 6> digits) {
  for (size_t i = digits.size(); i-- > 0;) {
    digits[i] = static_cast<uint8_t>('0' + passkey % 10);
    passkey /= 10;
  }
}

std::optional<uint32_t> passkey_from_digits(std::span<const uint8_t, 6> digits) {
  uint32_t passkey = 0;
  for (const uint8_t digit : digits) {
    if (digit < '0' || digit > '9') {
      return std::nullopt;
    }
    passkey = passkey * 10 + (digit - '0');
  }
  return passkey;
}

}  // namespace pm::host::smp
