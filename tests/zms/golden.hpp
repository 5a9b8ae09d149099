// SPDX-License-Identifier: Apache-2.0
//
// The golden images and their manifest (tests/data/README.md).
#pragma once

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "zms/bench.hpp"

namespace pm::zms {

using Json = nlohmann::json;

inline Value read_image(const std::string& name) {
  std::ifstream file(std::string(PM_TEST_DATA_DIR "/golden/zms/") + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return Value(std::istreambuf_iterator<char>(file), {});
}

/// One entry of the manifest.
inline Json golden_entry(const std::string& section, const std::string& name) {
  std::ifstream file(PM_GOLDEN_ENTRIES "/" + section + "/" + name + ".json");
  EXPECT_TRUE(file.good()) << section << "/" << name;
  return Json::parse(file);
}

/// Names of a section's entries; with `field`, of those that have it.
inline std::vector<std::string> names_in(const std::string& section,
                                         const std::string& field = {}) {
  std::vector<std::string> names;
  std::ifstream file(PM_GOLDEN_ENTRIES "/" + section + ".txt");
  for (std::string line; std::getline(file, line);) {
    const std::string name = line.substr(0, line.find(' '));
    if (field.empty() || (line + " ").find(" " + field + " ") != std::string::npos) {
      names.push_back(name);
    }
  }
  return names;
}

inline uint32_t key_of(const std::string& text) {
  return static_cast<uint32_t>(std::stoul(text, nullptr, 16));
}

inline std::optional<Value> value_of(const Json& hex) {
  if (hex.is_null()) {
    return std::nullopt;
  }
  const auto text = hex.get<std::string>();
  Value value;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    value.push_back(static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return value;
}

inline FlashGeometry geometry_of(const Json& entry) {
  const uint32_t unit = entry.at("write_block");
  return {
      .size = entry.at("sector_size").get<uint32_t>() * entry.at("sector_count").get<uint32_t>(),
      .program_unit = 4,
      .write_unit = unit,
      .erase_value = entry.at("erase_value").get<uint8_t>()};
}

inline Options options_of(const Json& entry) {
  return {.sector_size = entry.at("sector_size").get<uint32_t>(),
          .data_crc = entry.at("data_crc").get<bool>()};
}

}  // namespace pm::zms
