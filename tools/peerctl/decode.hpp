// SPDX-License-Identifier: Apache-2.0
//
// Records of the Peer Manager, with names of their fields. Keys are shown only when asked for.
#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "format.hpp"

namespace peerctl {

using Json = nlohmann::ordered_json;

/// Kinds of keys that are shown: "ltk", "irk".
using ShownKeys = std::set<std::string>;

namespace data_id {
inline constexpr uint16_t kServiceChangedPending = 1;
inline constexpr uint16_t kApplication = 4;
inline constexpr uint16_t kRemoteDatabase = 5;
inline constexpr uint16_t kRank = 6;
inline constexpr uint16_t kBonding = 7;
inline constexpr uint16_t kLocalGatt = 8;
inline constexpr uint16_t kCentralAddressResolution = 9;
}  // namespace data_id

inline constexpr uint32_t kBondingOctets = 80;
inline constexpr uint16_t peer_of(uint32_t key) { return static_cast<uint16_t>(key >> 16); }
inline constexpr uint16_t data_of(uint32_t key) { return static_cast<uint16_t>(key); }

std::string to_hex(Octets octets);

/// "0x00010007"
std::string key_text(uint32_t key);

/// Name of the kind of record, or nullptr when `key` is none of the Peer Manager's.
const char* record_name(uint32_t key);

/// The length that a record of this kind must have; 0: any.
uint32_t fixed_length(uint32_t key);

/// 80 octets whose role and key sizes are possible.
bool is_bonding(uint32_t key, Octets value);

/// The fields of a record; of one that cannot be decoded its octets and why, and of such a one that
/// may hold keys neither.
Json decode(uint32_t key, Octets value, const ShownKeys& shown);

}  // namespace peerctl
