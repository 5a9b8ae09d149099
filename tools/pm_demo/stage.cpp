// SPDX-License-Identifier: Apache-2.0
#include "stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace pm::demo {

namespace fs = std::filesystem;

namespace {

/// What an earlier run has left there, e.g. sensor-1.btsnoop.
bool is_ours(const fs::directory_entry& entry) {
  static constexpr std::string_view kNames[] = {"air", "sensor", "collector"};
  static constexpr std::string_view kExtensions[] = {".jsonl",    ".btsnoop", ".flash",
                                                     ".identity", ".out",     ".sock"};
  const std::string name = entry.path().filename().string();
  const std::string extension = entry.path().extension().string();
  return !entry.is_directory() && !entry.is_symlink() &&
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view known) { return name.starts_with(known); }) &&
         std::find(std::begin(kExtensions), std::end(kExtensions), extension) !=
             std::end(kExtensions);
}

}  // namespace

void prepare_folder(const std::string& path) {
  const auto check = [&](const std::error_code& error) {
    if (error) {
      throw StageError{
          fmt::format("folder {}: {}; name another with --out", path, error.message())};
    }
  };
  std::error_code error;
  fs::create_directories(path, error);
  check(error);
  std::vector<fs::path> old;
  for (auto entry = fs::directory_iterator(path, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    if (!is_ours(*entry)) {
      throw StageError{
          fmt::format("folder {} holds {}, which is not of this program, and nothing "
                      "was touched; name another with --out",
                      path, entry->path().filename().string())};
    }
    old.push_back(entry->path());
  }
  check(error);
  for (const fs::path& file : old) {
    fs::remove(file, error);
    check(error);
  }
}

}  // namespace pm::demo
