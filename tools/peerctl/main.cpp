// SPDX-License-Identifier: Apache-2.0
//
// peerctl image info|dump|check IMAGE
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "report.hpp"

namespace peerctl {
namespace {

// Exit codes, part of the interface.
constexpr int kSound = 0;
constexpr int kDamaged = 1;
constexpr int kUnreadable = 2;

struct Arguments {
  std::string image;
  Forced forced;
  std::string data_crc;
  std::vector<std::string> show_keys;
  bool history = false;
  bool json = false;
};

void add_common(CLI::App& command, Arguments& arguments) {
  command.add_option("IMAGE", arguments.image, "file that holds the partition; only read")
      ->required();
  command.add_flag("--json", arguments.json, "print JSON");
  command.add_option("--sector-size", arguments.forced.sector_size, "octets, instead of found")
      ->check(CLI::Range(80u, static_cast<unsigned>(kMaxImage)));
  command.add_option("--write-unit", arguments.forced.write_unit, "octets, instead of found")
      ->check(CLI::IsMember({1, 2, 4, 8, 16, 32}));
  command.add_option("--data-crc", arguments.data_crc, "on or off, instead of found")
      ->check(CLI::IsMember({"on", "off"}));
}

int fail(const std::string& error) {
  std::fprintf(stderr, "peerctl: %s\n", error.c_str());
  return kUnreadable;
}

/// Prints what a command tells; the exit status is `code`, unless it could not be told.
int tell(int code, const Json& report, bool as_json, std::string (*text)(const Json&)) {
  const std::string out = as_json ? report.dump(2) + "\n" : text(report);
  const bool is_written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
  if (std::fflush(stdout) != 0 || !is_written) {
    return fail(fmt::format("the answer cannot be written: {}; check where the output goes",
                            std::strerror(errno)));
  }
  return code;
}

int run(const std::string& command, Arguments& arguments) {
  if (!arguments.data_crc.empty()) {
    arguments.forced.data_crc = arguments.data_crc == "on";
  }
  std::string error;
  const auto image = read_image(arguments.image, error);
  if (!image) {
    return fail(error);
  }
  const auto geometry = find_geometry(*image, arguments.forced, error);
  if (!geometry) {
    return fail("'" + arguments.image + "': " + error);
  }
  const Store store = walk(*image, *geometry);
  if (command == "info") {
    return tell(kSound, info_report(store), arguments.json, info_text);
  }
  if (command == "dump") {
    const ShownKeys shown(arguments.show_keys.begin(), arguments.show_keys.end());
    return tell(kSound, dump_report(store, shown, arguments.history), arguments.json, dump_text);
  }
  const auto findings = check(store);
  return tell(has_damage(findings) ? kDamaged : kSound, check_report(findings), arguments.json,
              check_text);
}

int main(int argc, char** argv) {
  CLI::App app("Looks into bond stores.", "peerctl");
  app.require_subcommand(1);
  CLI::App* image = app.add_subcommand("image", "an image of a store, offline; never written to");
  image->require_subcommand(1);
  Arguments arguments;
  CLI::App* info = image->add_subcommand("info", "geometry, sectors, wear, free space, bonds");
  CLI::App* dump = image->add_subcommand("dump", "every record, with names of its fields");
  CLI::App* check = image->add_subcommand(
      "check", "violated rules; exit 0 sound, 1 damaged, 2 unreadable or no image");
  for (CLI::App* command : {info, dump, check}) {
    add_common(*command, arguments);
  }
  dump->add_option("--show-keys", arguments.show_keys, "kinds of keys to show: ltk,irk")
      ->delimiter(',')
      ->check(CLI::IsMember({"ltk", "irk"}));
  dump->add_flag("--history", arguments.history, "older versions and removals, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSound : kUnreadable;
  }
  return run(image->get_subcommands().front()->get_name(), arguments);
}

}  // namespace
}  // namespace peerctl

int main(int argc, char** argv) { return peerctl::main(argc, argv); }
