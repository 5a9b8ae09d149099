// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pm::host::test {

/// All vectors of a function in tests/data/vectors.json, published and derived ones.
std::vector<nlohmann::json> vectors_of(const std::string& function);

}  // namespace pm::host::test
