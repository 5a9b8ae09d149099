// SPDX-License-Identifier: Apache-2.0
//
// Any file is answered by peerctl in bounds: geometry, walk, decoding, checks, text and JSON.
#include <cstdlib>

#include "report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace peerctl;
  std::string error;
  const auto geometry = find_geometry(Octets(data, size), {}, error);
  if (!geometry && error.empty()) {
    std::abort();
  }
  if (!geometry) {
    return 0;
  }
  const Store store = walk(Octets(data, size), *geometry);
  const Json info = info_report(store);
  const Json dump = dump_report(store, {}, true);
  const auto findings = check(store);
  const Json verdict = check_report(findings);
  for (const Finding& finding : findings) {
    if (finding.sector >= geometry->sector_count || finding.offset >= geometry->sector_size) {
      std::abort();
    }
  }
  if (info_text(info).empty() || dump_text(dump).empty() || check_text(verdict).empty() ||
      Json::parse(dump.dump()) != dump) {
    std::abort();
  }
  return 0;
}
