// SPDX-License-Identifier: Apache-2.0
#include "host/gap/address.hpp"

#include <algorithm>
#include <cstring>

#include "host/smp/toolbox.hpp"

namespace pm::host::gap {
namespace {

constexpr uint8_t kTopBits = 0xC0;
constexpr uint8_t kTopStatic = 0xC0;
constexpr uint8_t kTopResolvable = 0x40;

bool ah(Crypto& crypto, Irk irk, const uint8_t* prand, uint8_t* hash) {
  Key128 key(irk);
  const Status status =
      smp::ah(crypto, key, std::span<const uint8_t, 3>(prand, 3), std::span<uint8_t, 3>(hash, 3));
  key.wipe();
  return ok(status);
}

/// The random bits of an address may be neither all 0 nor all 1.
bool degenerate(const uint8_t* octets, size_t size) {
  bool zeros = true;
  bool ones = true;
  for (size_t i = 0; i < size; ++i) {
    const auto mask = static_cast<uint8_t>(i + 1 == size ? ~kTopBits : 0xFF);
    zeros = zeros && (octets[i] & mask) == 0;
    ones = ones && (octets[i] & mask) == mask;
  }
  return zeros || ones;
}

/// The chance that a source of randomness gives so many degenerate values is 2^-336; one that does
/// is broken.
constexpr int kTriesMax = 16;

Status random_bits(Crypto& crypto, MutableBytes out) {
  for (int i = 0; i < kTriesMax; ++i) {
    PM_TRY(crypto.random(out));
    if (!degenerate(out.data(), out.size())) {
      return Status::kOk;
    }
  }
  return Status::kInternal;
}

}  // namespace

bool same_address(const ble_gap_addr_t& a, const ble_gap_addr_t& b) {
  return a.addr_type == b.addr_type && std::memcmp(a.addr, b.addr, sizeof a.addr) == 0;
}

bool is_identity_address(const ble_gap_addr_t& address) {
  if (address.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC) {
    return true;
  }
  return address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_STATIC &&
         (address.addr[5] & kTopBits) == kTopStatic && !degenerate(address.addr, 6);
}

bool is_resolvable(const ble_gap_addr_t& address) {
  return address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE &&
         (address.addr[5] & kTopBits) == kTopResolvable;
}

hci::AddressType hci_type(const ble_gap_addr_t& address) {
  return address.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC ? hci::AddressType::kPublic
                                                       : hci::AddressType::kRandom;
}

hci::BdAddr hci_octets(const ble_gap_addr_t& address) {
  hci::BdAddr octets;
  std::copy_n(address.addr, octets.size(), octets.begin());
  return octets;
}

ble_gap_addr_t from_hci(hci::AddressType type, const hci::BdAddr& octets) {
  ble_gap_addr_t address{};
  std::copy(octets.begin(), octets.end(), address.addr);
  switch (type) {
    case hci::AddressType::kPublic:
      address.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
      return address;
    case hci::AddressType::kPublicIdentity:
      address.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC;
      address.addr_id_peer = 1;
      return address;
    case hci::AddressType::kRandomIdentity:
      address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
      address.addr_id_peer = 1;
      return address;
    case hci::AddressType::kRandom:
      break;
  }
  switch (octets[5] & kTopBits) {
    case kTopStatic:
      address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
      break;
    case kTopResolvable:
      address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
      break;
    default:
      address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE;
      break;
  }
  return address;
}

Status make_resolvable(Crypto& crypto, Irk irk, ble_gap_addr_t& out) {
  ble_gap_addr_t address{};
  address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE;
  uint8_t* prand = address.addr + 3;
  PM_TRY(random_bits(crypto, MutableBytes(prand, 3)));
  prand[2] = static_cast<uint8_t>((prand[2] & ~kTopBits) | kTopResolvable);
  if (!ah(crypto, irk, prand, address.addr)) {
    return Status::kInternal;
  }
  out = address;
  return Status::kOk;
}

Status make_non_resolvable(Crypto& crypto, ble_gap_addr_t& out) {
  ble_gap_addr_t address{};
  address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE;
  PM_TRY(random_bits(crypto, address.addr));
  address.addr[5] = static_cast<uint8_t>(address.addr[5] & ~kTopBits);
  out = address;
  return Status::kOk;
}

bool resolves(Crypto& crypto, Irk irk, const ble_gap_addr_t& address) {
  if (!is_resolvable(address) || is_all_zero(irk)) {
    return false;
  }
  uint8_t hash[3];
  return ah(crypto, irk, address.addr + 3, hash) && std::memcmp(hash, address.addr, 3) == 0;
}

}  // namespace pm::host::gap
