// SPDX-License-Identifier: Apache-2.0
#include "host/support/vectors.hpp"

#include <fstream>

namespace pm::host::test {

std::vector<nlohmann::json> vectors_of(const std::string& function) {
  static const nlohmann::json file =
      nlohmann::json::parse(std::ifstream(PM_TEST_DATA_DIR "/vectors.json"));
  std::vector<nlohmann::json> found;
  for (const auto& group : file.at("groups")) {
    if (group.at("function") == function) {
      found.insert(found.end(), group.at("vectors").begin(), group.at("vectors").end());
    }
  }
  return found;
}

}  // namespace pm::host::test
