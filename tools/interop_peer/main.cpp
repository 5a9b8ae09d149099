// SPDX-License-Identifier: Apache-2.0
//
// Options of the trial peer, and the device that it runs on.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "peer.h"
#include "pm/device/linux_device.hpp"

namespace {

constexpr int kBadOptions = 2;
constexpr int kCannotStart = 3;

const std::map<std::string, uint8_t> kIoCapabilities = {
    {"display", BLE_GAP_IO_CAPS_DISPLAY_ONLY},
    {"display-yes-no", BLE_GAP_IO_CAPS_DISPLAY_YESNO},
    {"keyboard", BLE_GAP_IO_CAPS_KEYBOARD_ONLY},
    {"none", BLE_GAP_IO_CAPS_NONE},
    {"keyboard-display", BLE_GAP_IO_CAPS_KEYBOARD_DISPLAY},
};

}  // namespace

int main(int argc, char** argv) {
  pm::device::LinuxOptions device_options;
  peer_options options = {};
  options.lesc = true;
  options.io_caps = BLE_GAP_IO_CAPS_NONE;
  std::string role;
  bool legacy = false;

  CLI::App app(
      "A heart rate sensor or collector for trials with foreign stacks. Its user writes to the "
      "standard input: passkey NNNNNN, confirm, deny, disconnect, forget.");
  app.add_option("--role", role)->required()->check(CLI::IsMember({"sensor", "collector"}));
  app.add_option("--controller", device_options.controller,
                 "where its HCI is, as of the "
                 "applications")
      ->required();
  app.add_option("--flash", device_options.flash, "file of the bond store")->required();
  app.add_option("--events", device_options.events, "file that the event log is appended to");
  app.add_option("--btsnoop", device_options.btsnoop, "file for the HCI traffic, keys blanked");
  app.add_option("--boot", device_options.boot, "number of this start, for the event log");
  app.add_option("--io", options.io_caps, "input and output capabilities")
      ->transform(CLI::CheckedTransformer(kIoCapabilities));
  app.add_flag("--mitm", options.mitm, "demand protection against a man in the middle");
  app.add_flag("--legacy", legacy, "LE legacy pairing instead of LE Secure Connections");
  app.add_flag("--privacy", options.privacy, "use resolvable private addresses");
  app.add_flag("--allow-repairing", options.allow_repairing, "a bonded peer may pair again");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : kBadOptions;
  }
  options.is_collector = role == "collector";
  options.lesc = !legacy;
  // Foreign controllers accept lists that they do not apply.
  device_options.resolve_in_host = true;
  device_options.on_line = [](const std::string& line) { return peer_command(line.c_str()); };

  std::string error;
  const auto device = pm::device::LinuxDevice::open(device_options, error);
  if (device == nullptr) {
    (void)std::fputs(fmt::format("{}: {}\n", argv[0], error).c_str(), stderr);
    return kCannotStart;
  }
  pm::c_api::boot(*device);
  peer_run(&options);
}
