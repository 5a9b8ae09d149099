// SPDX-License-Identifier: Apache-2.0
//
// pm-demo: two devices bond, and know each other after a restart. As processes on the sockets of
// pm-air, or in one process in virtual time; the same applications, the same story, the same judge.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

#include "story.hpp"

namespace {

using pm::demo::Stage;
using pm::demo::StageOptions;
using pm::demo::Story;

constexpr int kNotObserved = 1;
constexpr int kCannotPlay = 2;

/// The folder of this program: the others are built beside it.
std::string own_folder(const char* called_as) {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    program = std::filesystem::absolute(called_as, error);  // no /proc: a bare chroot
  }
  return program.parent_path().string();
}

// Told here: the option parser takes -1, and whatever is too large, for the largest number.
std::string check_seed(const std::string& text) {
  uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc() || rest != end) {
    return fmt::format("'{}' is no seed: a number from 0 to {}", text,
                       std::numeric_limits<uint64_t>::max());
  }
  return {};
}

int play(const std::string& air, const std::string& sabotage, const StageOptions& options) {
  std::unique_ptr<Stage> stage;
  bool all_observed = false;
  try {
    stage = air == "sim" ? make_simulated_stage(options) : make_process_stage(options);
    all_observed = Story(*stage, sabotage).play();
  } catch (const pm::demo::StageError& error) {
    fmt::print("\nFAILED: {}\n", error.text);
    return kCannotPlay;
  }
  fmt::print("\nTraces:\n");
  for (const std::string& artefact : stage->artefacts()) {
    fmt::print("  {}\n", artefact);
  }
  if (air == "sim" && options.home == "pc") {
    fmt::print("seed {}, SHA-256 of everything observed:\n{}\n", options.seed, digest(*stage));
  }
  return all_observed ? 0 : kNotObserved;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> names = Story::step_names();
  std::string air = "real";
  std::string sabotage;
  StageOptions options;
  options.programs = own_folder(argv[0]);
  options.directory = "demo-traces";

  CLI::App app("Two devices bond, and know each other after a restart.");
  app.add_option("--air", air, "real: processes on sockets; sim: one process in virtual time")
      ->check(CLI::IsMember({"real", "sim"}));
  CLI::Option* transport =
      app.add_option("--transport", options.transport,
                     "how processes reach their controllers: unix, tcp, or pty (a serial line, "
                     "octet by octet)")
          ->check(CLI::IsMember({"unix", "tcp", "pty"}));
  CLI::Option* seed = app.add_option("--seed", options.seed, "seed of the simulated world")
                          ->check(CLI::Validator(check_seed, "NUMBER"));
  CLI::Option* home =
      app.add_option("--home", options.home,
                     "what the Peer Manager stands on: pc, or nordic, the ports of the target, for "
                     "--air sim (its keys are random: one seed is no longer one history)")
          ->check(CLI::IsMember({"pc", "nordic"}));
  app.add_option("--sabotage", sabotage, "break one step on purpose; 'list' prints the steps");
  app.add_option("--out", options.directory,
                 "folder for traces and flash files; those of an earlier run go")
      ->take_last();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kCannotPlay;
  }

  if (sabotage == "list") {
    for (const std::string& name : names) {
      fmt::print("{}\n", name);
    }
    return 0;
  }
  if (!sabotage.empty() && std::find(names.begin(), names.end(), sabotage) == names.end()) {
    fmt::print(stderr, "--sabotage {}: there is no such step; '--sabotage list' prints them\n",
               sabotage);
    return kCannotPlay;
  }
  if (seed->count() > 0 && air != "sim") {
    fmt::print(stderr, "--seed: only the simulated air has one; add --air sim\n");
    return kCannotPlay;
  }
  if (home->count() > 0 && air != "sim") {
    fmt::print(stderr, "--home: processes have their own; add --air sim\n");
    return kCannotPlay;
  }
  if (transport->count() > 0 && air == "sim") {
    fmt::print(stderr, "--transport: in one process there is none; leave out --air sim\n");
    return kCannotPlay;
  }
  options.fault = Story::fault_for(sabotage);
  return play(air, sabotage, options);
}
