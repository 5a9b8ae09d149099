// SPDX-License-Identifier: Apache-2.0
//
// The cryptographic toolbox of the Security Manager. Core, Vol 3, Part H, 2.2.
//
// Inputs and outputs are in over-the-air order, least significant octet first, like everything else
// in the host. The functions of the specification are defined most significant octet first: this
// file is the only place that swaps. Each function gives the Status of the Crypto port; unless it
// is kOk the output is not to be used.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "pm/base/bytes.hpp"
#include "pm/base/secret.hpp"
#include "pm/ports/crypto.hpp"

namespace pm::host::smp {

/// A 128-bit value that is no key: confirm value, nonce, check value.
using Block = std::array<uint8_t, 16>;
/// X, then Y.
using PublicKey = std::array<uint8_t, 64>;
using DhKey = Secret<32>;
/// A Pairing Request or Pairing Response as on air, opcode first.
using FeaturePdu = std::array<uint8_t, 7>;

/// Device address as used on air. Type 0 public, 1 random.
struct AirAddress {
  uint8_t type = 0;
  std::array<uint8_t, 6> octets{};
};

inline std::span<const uint8_t, 32> x_coordinate(const PublicKey& key) {
  return std::span<const uint8_t, 64>(key).first<32>();
}

/// Confirm value of legacy pairing. 2.2.3.
Status c1(Crypto& crypto, const Key128& tk, const Block& random, const FeaturePdu& request,
          const FeaturePdu& response, const AirAddress& initiator, const AirAddress& responder,
          Block& confirm);

/// Short term key of legacy pairing. 2.2.4.
Status s1(Crypto& crypto, const Key128& tk, const Block& responder_random,
          const Block& initiator_random, Key128& stk);

/// Confirm value of Secure Connections. 2.2.6.
Status f4(Crypto& crypto, std::span<const uint8_t, 32> u, std::span<const uint8_t, 32> v,
          const Block& x, uint8_t z, Block& confirm);

/// MacKey and LTK of Secure Connections. 2.2.7.
Status f5(Crypto& crypto, const DhKey& dhkey, const Block& n1, const Block& n2,
          const AirAddress& a1, const AirAddress& a2, Key128& mac_key, Key128& ltk);

/// Check value of Secure Connections. `io_capabilities` is IO capability, OOB flag, AuthReq, as in
/// the PDU. 2.2.8.
Status f6(Crypto& crypto, const Key128& mac_key, const Block& n1, const Block& n2, const Block& r,
          std::span<const uint8_t, 3> io_capabilities, const AirAddress& a1, const AirAddress& a2,
          Block& check);

/// Number of six decimal digits for numeric comparison. 2.2.9, 2.3.5.6.4.
Status g2(Crypto& crypto, std::span<const uint8_t, 32> u, std::span<const uint8_t, 32> v,
          const Block& x, const Block& y, uint32_t& six_digits);

/// Hash of a resolvable private address. 2.2.2.
Status ah(Crypto& crypto, const Key128& irk, std::span<const uint8_t, 3> prand,
          std::span<uint8_t, 3> hash);

/// Shortens a key to `size` octets (7..16): the most significant ones become zero. 2.3.4.
void mask_key(Key128& key, uint8_t size);

/// The temporary key, and the r of Secure Connections, that a passkey stands
/// for. 2.3.5.3, 2.3.5.6.5.
Key128 passkey_to_tk(uint32_t passkey);

}  // namespace pm::host::smp
