// SPDX-License-Identifier: Apache-2.0
//
// What the checks share: the list of findings, and the entries of one sector in the order in which
// they were written.
#pragma once

#include <set>

#include "check.hpp"

namespace peerctl {

class Findings {
 public:
  void note(const char* kind, uint32_t sector, uint32_t offset, std::optional<uint32_t> key,
            std::string meaning) {
    add({Severity::kNote, kind, sector, offset, key, std::move(meaning)});
  }
  void damage(const char* kind, uint32_t sector, uint32_t offset, std::optional<uint32_t> key,
              std::string meaning) {
    add({Severity::kDamage, kind, sector, offset, key, std::move(meaning)});
  }
  bool has(const char* kind, uint32_t sector) const;
  std::vector<Finding> take();

 private:
  void add(Finding finding);

  std::vector<Finding> list_;
};

/// One slot that counts in its sector, and where its value ends.
struct Written {
  uint32_t slot;
  Entry entry;
};

/// The entries of `cycle` that follow one another without a gap from the first slot down, oldest
/// first.
std::vector<Written> chain_of(const Store& store, uint32_t sector, uint8_t cycle);

/// Headers, states, and what stands in sectors that hold nothing.
void check_headers(const Store& store, Findings& findings);
/// Sectors in use: order of entries, places of values, sums.
void check_entries(const Store& store, Findings& findings);
/// Contents: lengths of records, records without a bond.
void check_records(const Store& store, Findings& findings);
/// A record that a collection of the reference may have stored with another's length.
void check_pending_lengths(const Store& store, Findings& findings);

}  // namespace peerctl
