// SPDX-License-Identifier: Apache-2.0
//
// main() of an application as a Linux process. The application's own main is renamed by the build,
// because it takes no arguments.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "pm/device/linux_device.hpp"

extern "C" int application_main(void);

namespace {

constexpr int kBadOptions = 2;
constexpr int kCannotStart = 3;

// Sector size of the bond store; it needs two sectors.
constexpr uint32_t kSectorSize = CONFIG_PM_BM_ZMS_SECTOR_SIZE;
constexpr uint32_t kMaxFlashSize = 1024 * 1024;

std::string check_flash_size(const std::string& text) {
  uint32_t size = 0;
  if (!CLI::detail::lexical_cast(text, size) || size < 2 * kSectorSize || size > kMaxFlashSize ||
      size % kSectorSize != 0) {
    return fmt::format("'{}' is no size of a bond store: a multiple of {} from {} to {}", text,
                       kSectorSize, 2 * kSectorSize, kMaxFlashSize);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  pm::device::LinuxOptions options;
  std::vector<unsigned> held;

  CLI::App app("A Bluetooth LE device on a controller that speaks HCI (H4).");
  app.add_option("--controller", options.controller,
                 "unix:PATH, tcp:HOST:PORT, uart:PATH[:BAUD] or user:hciN")
      ->required();
  app.add_flag("--resolve-in-host", options.resolve_in_host,
               "the controller accepts lists of peers and does not apply them");
  app.add_option("--flash", options.flash, "file of the bond store; made if it is not there")
      ->required();
  app.add_option("--flash-size", options.flash_size, "octets of the bond store")
      ->check(CLI::Validator(check_flash_size, "SIZE"));
  app.add_flag("--erase", options.erase, "overwrite whatever the flash file holds");
  app.add_option("--events", options.events, "file that the event log is appended to");
  app.add_option("--btsnoop", options.btsnoop, "file for the HCI traffic, keys blanked");
  app.add_option("--boot", options.boot, "number of this start, for the event log")
      ->check(CLI::Range(1u, 1'000'000u));
  app.add_option("--hold-button", held, "a button held at the start; may be repeated")
      ->check(CLI::Range(0u, 3u));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : kBadOptions;
  }
  options.held_buttons.insert(held.begin(), held.end());

  std::string error;
  const auto device = pm::device::LinuxDevice::open(options, error);
  if (device == nullptr) {
    (void)std::fputs(fmt::format("{}: {}\n", argv[0], error).c_str(), stderr);
    return kCannotStart;
  }
  pm::c_api::boot(*device);
  return application_main();
}
