// SPDX-License-Identifier: Apache-2.0
//
// Strong identifiers: a swapped argument does not compile.
#pragma once

#include <cstdint>

namespace pm {

/// A bonded peer: 0..255, or kInvalidPeer.
enum class PeerId : uint16_t {};
inline constexpr PeerId kInvalidPeer{0xFFFF};
constexpr uint16_t to_number(PeerId peer) { return static_cast<uint16_t>(peer); }

/// One record kind of a peer: values of enum pm_peer_data_id.
enum class DataId : uint16_t {};
constexpr uint16_t to_number(DataId data) { return static_cast<uint16_t>(data); }

/// Names a store operation to applications: (peer << 16) | data, the record's key. 0 is no
/// operation.
enum class StoreToken : uint32_t {};
inline constexpr StoreToken kNoToken{0};
constexpr uint32_t to_number(StoreToken token) { return static_cast<uint32_t>(token); }

}  // namespace pm
