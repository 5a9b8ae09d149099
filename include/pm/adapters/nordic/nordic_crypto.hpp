// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/base/config.hpp"
#include "pm/ports/crypto.hpp"
#ifdef CONFIG_PM_LESC
#include "pm/adapters/psa/psa_key_pair.hpp"
#endif

namespace pm::adapters {

/// AES by the SoftDevice, which interrupts may use too; P-256 by PSA Crypto, in the main loop. One
/// key slot of PSA is enough. Without CONFIG_PM_LESC nothing of PSA is used, and there are no key
/// pairs.
///
/// random() and aes_cmac() always fail: only a host needs them, and the SoftDevice is one.
// NOLINTBEGIN(modernize-use-override): on the target there is nothing to override.
class NordicCrypto final : public CryptoPort {
 public:
  NordicCrypto() = default;
  NordicCrypto(const NordicCrypto&) = delete;
  NordicCrypto& operator=(const NordicCrypto&) = delete;

  Status random(MutableBytes out);
  Status aes128(nrf_ecb_hal_data_t& block);
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher);
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message, std::span<uint8_t, 16> mac);
  Status generate_key_pair(std::span<uint8_t, 64> public_key);
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret);
  void destroy_key_pair();

 private:
#ifdef CONFIG_PM_LESC
  PsaKeyPair key_pair_;
#endif
};
// NOLINTEND(modernize-use-override)

}  // namespace pm::adapters
