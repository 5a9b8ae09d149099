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

/// A record in the store: (peer << 16) | data. It is the token, too, that names a store operation
/// to applications.
enum class RecordKey : uint32_t {};
constexpr uint32_t to_number(RecordKey key) { return static_cast<uint32_t>(key); }
constexpr RecordKey key_of(PeerId peer, DataId data) {
  return RecordKey{static_cast<uint32_t>(to_number(peer)) << 16 | to_number(data)};
}
constexpr PeerId peer_of(RecordKey key) {
  return PeerId{static_cast<uint16_t>(to_number(key) >> 16)};
}
constexpr DataId data_of(RecordKey key) { return DataId{static_cast<uint16_t>(to_number(key))}; }

}  // namespace pm
