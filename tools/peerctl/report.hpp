// SPDX-License-Identifier: Apache-2.0
//
// What the three commands tell: one JSON value each, and a text made from it.
#pragma once

#include "check.hpp"
#include "decode.hpp"

namespace peerctl {

/// Geometry, sectors, wear, free space, bonds.
Json info_report(const Store& store);

/// Every live record; with `history` the older versions that are still there, too.
Json dump_report(const Store& store, const ShownKeys& shown, bool history);

Json check_report(const std::vector<Finding>& findings);

bool has_damage(const std::vector<Finding>& findings);

std::string info_text(const Json& report);
std::string dump_text(const Json& report);
std::string check_text(const Json& report);

}  // namespace peerctl
