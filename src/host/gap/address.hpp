// SPDX-License-Identifier: Apache-2.0
//
// Device addresses: SoftDevice form and HCI form, private addresses. Core, Vol 6, Part B, 1.3.
#pragma once

#include "ble_gap.h"
#include "pm/base/status.hpp"
#include "pm/hci/constants.hpp"
#include "pm/ports/crypto.hpp"

namespace pm::host::gap {

using Irk = std::span<const uint8_t, 16>;

bool same_address(const ble_gap_addr_t& a, const ble_gap_addr_t& b);

/// Public, or random with the two top bits set: what can be an identity. Core, Vol 3, Part
/// H, 3.6.5.
bool is_identity_address(const ble_gap_addr_t& address);
bool is_resolvable(const ble_gap_addr_t& address);

/// Type octet on air and in most commands.
hci::AddressType hci_type(const ble_gap_addr_t& address);
hci::BdAddr hci_octets(const ble_gap_addr_t& address);
/// Sub-type from the two top bits. The identity types of events give addr_id_peer 1.
ble_gap_addr_t from_hci(hci::AddressType type, const hci::BdAddr& octets);

/// Makes hash || prand. Core, Vol 6, Part B, 1.3.2.2. kInternal: no randomness.
Status make_resolvable(Crypto& crypto, Irk irk, ble_gap_addr_t& out);
/// Core, Vol 6, Part B, 1.3.2.1. kInternal: no randomness.
Status make_non_resolvable(Crypto& crypto, ble_gap_addr_t& out);
/// True if `address` is resolvable and made with `irk`, which is not zero. Core, Vol 6, Part
/// B, 1.3.2.3.
bool resolves(Crypto& crypto, Irk irk, const ble_gap_addr_t& address);

}  // namespace pm::host::gap
