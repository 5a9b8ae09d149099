// SPDX-License-Identifier: Apache-2.0
//
// What core and store together ask of the flash: counted, so the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pm::zms {

/// With so many bonds stored, each with CCCDs, rank and Central Address Resolution: device reads.
struct ReadFigures {
  unsigned bonds = 0;
  uint32_t flash_octets = 0;
  uint64_t start = 0;
  uint64_t stranger = 0;
  /// Connection, encryption, CCCDs restored, same rank again, disconnection.
  uint64_t known = 0;
  /// Device writes of the latter.
  uint64_t known_writes = 0;
};

/// One bonding: keys, two writes of CCCDs, rank.
struct BondingFigures {
  uint64_t writes = 0;
  uint64_t octets = 0;
};

/// After 10,000 reconnections, each with other CCCDs and the highest rank.
struct WearFigures {
  unsigned peers = 0;
  uint64_t writes = 0;
  uint64_t octets = 0;
  /// A sector is emptied by a new Empty ATE: of all sectors, of the least and the most often
  /// emptied.
  uint64_t erases = 0;
  uint64_t least_erases = 0;
  uint64_t most_erases = 0;
  /// Of the word of 4 octets that is programmed most often.
  uint64_t word_programs = 0;
};

struct StoreFigures {
  std::array<ReadFigures, 3> reads;
  /// All of it while the first write is under way.
  BondingFigures waiting;
  /// The same, then the answer about Central Address Resolution.
  BondingFigures answered;
  /// The same, each write completed before the next request.
  BondingFigures one_by_one;
  std::array<WearFigures, 3> wear;
  /// Nothing went wrong while measuring; else the rest means nothing.
  bool is_valid = true;
};

/// Takes a fraction of a second.
StoreFigures measure_store();

/// The document: docs/figures_store.md, the reference's figures beside ours.
std::string document_of(const StoreFigures& figures);

}  // namespace pm::zms
