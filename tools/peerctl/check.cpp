// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <algorithm>
#include <cstring>

#include "check_sectors.hpp"

namespace peerctl {
namespace {

/// More are not told: the image is no store any more.
constexpr size_t kMaxFindings = 1000;

}  // namespace

bool Findings::has(const char* kind, uint32_t sector) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Finding& finding) {
    return finding.sector == sector && std::strcmp(finding.kind, kind) == 0;
  });
}

void Findings::add(Finding finding) {
  if (list_.size() < kMaxFindings) {
    list_.push_back(std::move(finding));
  }
}

std::vector<Finding> Findings::take() {
  std::stable_sort(list_.begin(), list_.end(), [](const Finding& a, const Finding& b) {
    return a.sector != b.sector ? a.sector < b.sector : a.offset > b.offset;
  });
  return std::move(list_);
}

std::vector<Written> chain_of(const Store& store, uint32_t sector, uint8_t cycle) {
  std::vector<Written> chain;
  const Geometry& geometry = store.geometry;
  for (uint32_t slot = geometry.first_slot(); slot > 0; slot -= geometry.slot_size) {
    const Entry entry = store.entry_at(sector, slot);
    if (!store.is_valid(entry, slot, cycle)) {
      break;
    }
    chain.push_back({.slot = slot, .entry = entry});
  }
  return chain;
}

std::vector<Finding> check(const Store& store) {
  Findings findings;
  check_headers(store, findings);
  check_entries(store, findings);
  check_pending_lengths(store, findings);
  check_records(store, findings);
  return findings.take();
}

}  // namespace peerctl
