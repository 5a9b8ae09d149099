// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check_sectors.hpp"
#include "decode.hpp"

namespace peerctl {
namespace {

/// The reference copies values in blocks of this many octets.
constexpr uint32_t kCopyBlock = 32;
/// So many equal octets at the end of a value are the memory behind it rather than the value.
constexpr size_t kSuspiciousTail = 8;

uint32_t last_block(uint32_t length) {
  return length % kCopyBlock == 0 ? kCopyBlock : length % kCopyBlock;
}

bool has_even_tail(Octets value) {
  if (value.size() <= kSuspiciousTail) {
    return false;
  }
  const Octets tail = value.last(kSuspiciousTail);
  return std::all_of(tail.begin(), tail.end(),
                     [&](uint8_t octet) { return octet == tail.front(); });
}

/// How many entries have each length.
using Lengths = std::map<uint32_t, uint32_t>;

Lengths count_lengths(const Store& store) {
  Lengths lengths;
  for (const auto& [key, versions] : store.records) {
    for (const Version& version : versions) {
      ++lengths[version.entry.length()];
    }
  }
  return lengths;
}

void judge_pending(const Store& store, uint32_t sector, const Written& pending,
                   uint32_t moved_length, const Lengths& lengths, Findings& findings) {
  const uint32_t key = pending.entry.key();
  const uint32_t length = pending.entry.length();
  const Version* live = store.live(key);
  if (live == nullptr || live->sector != sector || live->slot != pending.slot) {
    return;
  }
  const uint32_t expected = fixed_length(key);
  const std::string what = fmt::format(
      "{} was written by the operation that started a collection, and has the length {} of the "
      "last block that was copied (of {} octets)",
      key_text(key), length, moved_length);
  if (expected != 0 ? length != expected : has_even_tail(live->value) || lengths.at(length) < 2) {
    findings.damage("wrong_length", sector, pending.slot, key,
                    what + (expected != 0 ? fmt::format("; it must have {}", expected)
                                          : std::string("; more or fewer were meant")));
    return;
  }
  if (expected == 0) {
    findings.note("uncertain_length", sector, pending.slot, key,
                  what + "; that can be chance, the image cannot tell");
  }
}

/// Images that hold other things than bonds may use the same keys.
bool is_peer_managers(const Store& store) {
  return std::any_of(store.records.begin(), store.records.end(), [&](const auto& record) {
    const Version* version = store.live(record.first);
    return version != nullptr && is_bonding(record.first, version->value);
  });
}

const char* record_problem(uint32_t key, Octets value) {
  const uint32_t expected = fixed_length(key);
  if (expected != 0 && value.size() != expected) {
    return "its length is wrong: it counts as absent";
  }
  switch (data_of(key)) {
    case data_id::kBonding:
      return is_bonding(key, value) ? nullptr
                                    : "its role, address type or key sizes are impossible";
    case data_id::kLocalGatt:
      return value.size() >= 6 && value.size() - 6 == get16(value, 4)
                 ? nullptr
                 : "its length is not that of its header";
    default:
      return nullptr;
  }
}

}  // namespace

void check_pending_lengths(const Store& store, Findings& findings) {
  const Geometry& geometry = store.geometry;
  const Lengths lengths = count_lengths(store);
  for (uint32_t sector = 0; sector < geometry.sector_count; ++sector) {
    if (store.sectors[sector].use == SectorUse::kUnused) {
      continue;
    }
    uint32_t moved = 0;
    bool reference_moved = false;
    uint32_t data_end = 0;
    bool after_mark = false;
    for (const Written& one : chain_of(store, sector, store.sectors[sector].cycle)) {
      if (after_mark) {
        if (moved != 0 && reference_moved && one.entry.length() == last_block(moved) &&
            one.entry.key() != kSpecialKey) {
          judge_pending(store, sector, one, moved, lengths, findings);
        }
        break;
      }
      after_mark = one.entry.key() == kSpecialKey;
      const bool has_place = after_mark || one.entry.is_large();
      reference_moved =
          reference_moved || (has_place && data_end != 0 && one.entry.offset() > data_end);
      if (one.entry.is_large() && !after_mark) {
        moved = one.entry.length();
        data_end = one.entry.offset() + geometry.padded(moved);
      }
    }
  }
}

void check_records(const Store& store, Findings& findings) {
  const bool bonds = is_peer_managers(store);
  for (const auto& [key, versions] : store.records) {
    const Version& newest = versions.front();
    if (!bonds || newest.is_removal() || record_name(key) == nullptr) {
      continue;
    }
    const char* problem = record_problem(key, newest.value);
    if (problem != nullptr) {
      findings.damage("record", newest.sector, newest.slot, key,
                      fmt::format("{} of peer {}: {}", record_name(key), peer_of(key), problem));
    }
    const uint32_t bonding = (uint32_t{peer_of(key)} << 16) | data_id::kBonding;
    if (data_of(key) != data_id::kBonding && store.live(bonding) == nullptr) {
      findings.note("orphan", newest.sector, newest.slot, key,
                    fmt::format("{} of peer {}, which has no bond: removed when the Peer Manager "
                                "starts",
                                record_name(key), peer_of(key)));
    }
  }
}

}  // namespace peerctl
