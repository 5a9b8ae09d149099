// SPDX-License-Identifier: Apache-2.0
#include "pm/device/linux_device.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>
#include <asio/streambuf.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <istream>

#include "pm/adapters/linux/event_loop.hpp"
#include "pm/adapters/linux/file_flash.hpp"
#include "pm/adapters/linux/open_transport.hpp"
#include "pm/adapters/psa/psa_crypto.hpp"
#include "pm/device/event_log.hpp"
#include "pm/device/host_config.hpp"
#include "pm/device/identity_file.hpp"
#include "pm/device/redaction.hpp"
#include "pm/hci/btsnoop.hpp"
#include "pm/zms/store.hpp"

namespace pm::device {

namespace {

constexpr int kControllerGone = 3;
constexpr unsigned kButtons = 4;
constexpr size_t kMaxCommandLine = 64;

uint64_t unix_us() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count());
}

const char* mount_problem(zms::MountError error) {
  switch (error) {
    case zms::MountError::kNotThisFormat:
      return "it holds no bond store; name another file, or overwrite it with --erase";
    case zms::MountError::kVersion:
      return "it holds a bond store of another format version; name another file, or overwrite it "
             "with --erase";
    case zms::MountError::kMedium:
      return "reading or writing it failed; look after the disk";
    case zms::MountError::kBadSector:
      return "its sectors contradict one another; name another file, or overwrite it with --erase "
             "(its bonds are lost then)";
    case zms::MountError::kNone:
      break;
  }
  return "it could not be mounted";
}

/// What a person is to read. A reader that has gone away is no reason to stop.
void tell(std::FILE* file, const std::string& text) {
  (void)std::fputs(text.c_str(), file);
  (void)std::fflush(file);
}

/// Octets that came from outside, fit for a terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

class IgnoreStorageEvents final : public StorageSink {
 public:
  void on_storage_event(const StorageEvent&) override {}
};

}  // namespace

struct LinuxDevice::Parts {
  explicit Parts(const LinuxOptions& options)
      : controller(options.controller),
        flash_path(options.flash),
        held(options.held_buttons),
        on_line(options.on_line),
        log(options.boot),
        input(loop.context()) {}

  std::string open_store(const LinuxOptions& options);
  std::string open_traces(const LinuxOptions& options);
  void read_buttons();
  void take_line();
  void take_command(const std::string& line);
  [[noreturn]] void end_without_controller();

  std::string controller;
  std::string flash_path;
  std::set<unsigned> held;
  std::function<bool(const std::string&)> on_line;
  EventLog log;
  adapters::EventLoop loop;
  adapters::PsaCrypto crypto;
  std::shared_ptr<HciTransport> transport;
  std::unique_ptr<adapters::FileFlash> flash;
  std::unique_ptr<zms::Store> store;
  std::unique_ptr<host::Host> host;
  hci::BtsnoopWriter btsnoop;
  Redaction redaction;
  asio::posix::stream_descriptor input;
  asio::streambuf lines{kMaxCommandLine};
  bool is_line_too_long = false;
  std::string lost;  // why the controller is gone
};

std::string LinuxDevice::Parts::open_store(const LinuxOptions& options) {
  std::string error;
  flash = adapters::FileFlash::open(
      options.flash,
      {.size = options.flash_size,
       .erase = options.erase,
       .on_error = [](const std::string& text) { tell(stderr, text + "\n"); }},
      [this](std::function<void()> work) { loop.post(std::move(work)); }, error);
  if (flash == nullptr) {
    return error;
  }
  store = std::make_unique<zms::Store>(*flash,
                                       zms::Options{.sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE});
  // A first look, so that a wrong file is told in plain words; pm_init() mounts it again.
  IgnoreStorageEvents nobody;
  if (!ok(store->init(nobody)) || !ok(store->wait_ready())) {
    return fmt::format("flash file {}: {}", options.flash, mount_problem(store->mount_error()));
  }
  return {};
}

std::string LinuxDevice::Parts::open_traces(const LinuxOptions& options) {
  if (!options.events.empty() && !log.open(options.events)) {
    return fmt::format(
        "event log {}: {}; name a file in a folder that exists and that you may "
        "write to",
        options.events, std::strerror(errno));
  }
  if (!options.btsnoop.empty() && !btsnoop.open(options.btsnoop.c_str())) {
    return fmt::format(
        "btsnoop file {}: {}; name a file in a folder that exists and that you may "
        "write to",
        options.btsnoop, std::strerror(errno));
  }
  return {};
}

void LinuxDevice::Parts::read_buttons() {
  asio::async_read_until(input, lines, '\n', [this](const asio::error_code& error, size_t) {
    if (error == asio::error::not_found) {
      lines.consume(lines.size());
      is_line_too_long = true;
    } else if (error) {
      return;  // nobody presses buttons any more
    } else {
      take_line();
    }
    read_buttons();
  });
}

void LinuxDevice::Parts::take_line() {
  std::istream stream(&lines);
  std::string line;
  std::getline(stream, line);
  if (is_line_too_long) {
    // This was its end.
    is_line_too_long = false;
    line = "(a long line)";
  }
  take_command(line);
}

void LinuxDevice::Parts::take_command(const std::string& line) {
  if (on_line != nullptr && on_line(line)) {
    return;
  }
  const bool is_press = line.starts_with("press ");
  const std::string_view number =
      std::string_view(line).substr(is_press                       ? 6
                                    : line.starts_with("release ") ? 8
                                                                   : line.size());
  unsigned button = kButtons;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), button);
  if (problem != std::errc() || end != number.data() + number.size() || button >= kButtons) {
    tell(stderr, fmt::format("'{}' is no command: 'press N' or 'release N', N from 0 to {}\n",
                             printable(line), kButtons - 1));
    return;
  }
  if (is_press) {
    held.insert(button);
  } else {
    held.erase(button);
  }
  c_api::button_changed(button, is_press);
}

LinuxDevice::LinuxDevice(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LinuxDevice::~LinuxDevice() = default;

std::unique_ptr<LinuxDevice> LinuxDevice::open(const LinuxOptions& options, std::string& error) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files is an error of a write like any other.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  auto parts = std::make_unique<Parts>(options);
  Identity identity;
  // First what changes nothing; the store is next, since it keeps other processes out.
  parts->transport = adapters::open_transport(parts->loop, options.controller, error);
  if (error.empty()) {
    error = parts->open_store(options);
  }
  if (error.empty()) {
    error = load_or_make_identity(options.flash + ".identity", parts->crypto, identity);
  }
  if (error.empty()) {
    error = parts->open_traces(options);
  }
  if (!error.empty()) {
    return nullptr;
  }

  Parts& p = *parts;
  host::HostConfig config = host_config(identity);
  config.resolve_in_host = options.resolve_in_host;
  config.on_packet = [&p](bool sent, Bytes packet) {
    p.btsnoop.write(sent ? hci::Direction::kHostToController : hci::Direction::kControllerToHost,
                    unix_us(), p.redaction.without_keys(sent, packet));
  };
  p.host = std::make_unique<host::Host>(*p.transport, p.loop, p.crypto, config);
  p.host->set_controller_lost_handler([&p](const std::string& text) { p.lost = text; });
  p.log.add(p.loop.now_us(), R"("kind":"boot")");
  // Without a terminal or pipe there are no buttons.
  asio::error_code no_input;
  p.input.assign(dup(STDIN_FILENO), no_input);
  if (!no_input) {
    p.read_buttons();
  }
  return std::unique_ptr<LinuxDevice>(new LinuxDevice(std::move(parts)));
}

host::Host& LinuxDevice::host() { return *parts_->host; }
Storage& LinuxDevice::storage() { return *parts_->store; }
Flash& LinuxDevice::flash() { return *parts_->flash; }
Timers& LinuxDevice::timers() { return parts_->loop; }
Crypto& LinuxDevice::crypto() { return parts_->crypto; }

void LinuxDevice::Parts::end_without_controller() {
  const std::string& why = lost.empty() ? host->last_error() : lost;
  log.add_controller_lost(loop.now_us(), why);
  tell(stderr,
       fmt::format("controller {}: {}; bonds are safe in {}; start again when it is there\n",
                   controller, why, flash_path));
  // Nothing of the application's is to run any more, as after a power cut.
  _exit(kControllerGone);
}

void LinuxDevice::idle() {
  // An application has nothing to wait for when the stack could not start.
  if (!parts_->host->is_enabled() && !parts_->host->last_error().empty()) {
    parts_->end_without_controller();
  }
  parts_->loop.run_one();
  if (!parts_->lost.empty()) {
    parts_->end_without_controller();
  }
}

bool LinuxDevice::is_button_pressed(unsigned button) const { return parts_->held.contains(button); }

void LinuxDevice::log(int level, const char* module, const char* text) {
  static constexpr const char* kLevels[] = {"", "err", "wrn", "inf", "dbg"};
  const char* name = level >= 1 && level <= 4 ? kLevels[level] : "";
  tell(stdout, fmt::format("<{}> {}: {}\n", name, module, text));
  parts_->log.add_text(parts_->loop.now_us(), level, module, text);
}

void LinuxDevice::trace(const char* json_members) {
  parts_->log.add(parts_->loop.now_us(), json_members);
}

}  // namespace pm::device
