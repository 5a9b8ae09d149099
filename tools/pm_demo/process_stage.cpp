// SPDX-License-Identifier: Apache-2.0
//
// The story as processes: pm-air and two devices on its unix socket, each with its own flash file.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>

#include "pty_bridge.hpp"
#include "stage.hpp"

namespace pm::demo {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kStepLimit{40'000};
constexpr milliseconds kLittle{1'000};

/// A child process with a pipe to its standard input; what it prints goes to a file.
class Process {
 public:
  Process() = default;
  ~Process() { kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void start(const std::vector<std::string>& command, const std::string& output) {
    int input[2];
    if (pipe2(input, O_CLOEXEC) != 0) {
      throw StageError{fmt::format("pipe: {}", std::strerror(errno))};
    }
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    output_ = output;
    pid_ = fork();
    if (pid_ == 0) {
      const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      dup2(input[0], STDIN_FILENO);
      dup2(file, STDOUT_FILENO);
      dup2(file, STDERR_FILENO);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(input[0]);
    input_ = input[1];
    if (pid_ < 0) {
      throw StageError{fmt::format("{} did not start: {}", command[0], std::strerror(errno))};
    }
  }

  void write_line(const std::string& line) {
    const std::string text = line + "\n";
    (void)!write(input_, text.data(), text.size());
  }

  /// SIGKILL. Returns true if that is what it died of.
  bool kill() {
    if (pid_ <= 0) {
      return false;
    }
    int status = 0;
    ::kill(pid_, SIGKILL);
    const bool reaped = waitpid(pid_, &status, 0) == pid_;
    close(input_);
    pid_ = -1;
    return reaped && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  /// Throws if it has ended by itself.
  void check(const std::string& name) {
    int status = 0;
    if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      close(input_);
      throw StageError{fmt::format("{} ended by itself; its last words are in {}", name, output_)};
    }
  }

  bool is_running() const { return pid_ > 0; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  std::string output_;
};

/// A file that others append lines to.
class Tail {
 public:
  Tail(Source source, std::string path) : source_(source), path_(std::move(path)) {}

  void read_into(Trace& trace) {
    if (!file_.is_open()) {
      file_.open(path_);
    }
    file_.clear();
    char octets[4096];
    while (file_.read(octets, sizeof(octets)), file_.gcount() > 0) {
      rest_.append(octets, static_cast<size_t>(file_.gcount()));
    }
    size_t end = 0;
    while ((end = rest_.find('\n')) != std::string::npos) {
      trace.add(source_, std::string_view(rest_).substr(0, end));
      rest_.erase(0, end + 1);
    }
  }
  const std::string& path() const { return path_; }

 private:
  Source source_;
  std::string path_;
  std::ifstream file_;
  std::string rest_;
};

uint64_t now_us() {
  const auto since_start = steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_start).count());
}

class ProcessStage final : public Stage {
 public:
  explicit ProcessStage(const StageOptions& options)
      : directory_(fs::absolute(options.directory).string()),
        programs_(options.programs),
        transport_(options.transport) {
    prepare_folder(directory_);
    for (const char* program : {"pm-air", "heart_rate_sensor", "heart_rate_collector"}) {
      if (!fs::exists(programs_ + "/" + program)) {
        throw StageError{
            fmt::format("{}/{} is missing; build all programs first", programs_, program)};
      }
    }
    (void)std::signal(SIGPIPE, SIG_IGN);
    watch_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch_ < 0 || inotify_add_watch(watch_, directory_.c_str(), IN_MODIFY | IN_CREATE) < 0) {
      throw StageError{fmt::format("cannot watch {}: {}", directory_, std::strerror(errno))};
    }
    start_air(options.fault);
  }

  ~ProcessStage() override { close(watch_); }

  void boot(Source device, const std::set<unsigned>& held_buttons) override {
    const std::string name = to_text(device);
    const unsigned boot = ++boots_[index(device)];
    std::vector<std::string> command = {
        programs_ + "/heart_rate_" + name,
        "--controller",
        connect_controller(device),
        "--flash",
        flash_path(device),
        "--events",
        directory_ + "/" + name + ".jsonl",
        "--boot",
        std::to_string(boot),
        "--btsnoop",
        fmt::format("{}/{}-{}.btsnoop", directory_, name, boot),
    };
    for (const unsigned button : held_buttons) {
      command.insert(command.end(), {"--hold-button", std::to_string(button)});
    }
    process(device).start(command, fmt::format("{}/{}.out", directory_, name));
  }

  void kill(Source device) override {
    if (!process(device).is_running()) {
      return;
    }
    const bool by_sigkill = process(device).kill();
    bridges_[index(device)].stop();
    read_tails();
    if (by_sigkill) {
      trace_.add(device, fmt::format(R"({{"t_us":{},"kind":"killed","signal":9}})", now_us()));
    }
  }

  void press(Source device, unsigned button) override {
    process(device).write_line(fmt::format("press {}", button));
    process(device).write_line(fmt::format("release {}", button));
  }

  void erase_flash(Source device) override {
    std::error_code ignored;
    fs::remove(flash_path(device), ignored);
  }

  bool wait_until(const std::function<bool()>& done) override { return wait(done, kStepLimit); }

  void wait_a_little() override {
    (void)wait([] { return false; }, kLittle);
  }

  std::vector<std::string> artefacts() const override {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path().string());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

 private:
  static size_t index(Source device) { return device == Source::kSensor ? 0 : 1; }
  Process& process(Source device) { return devices_[index(device)]; }
  std::string flash_path(Source device) const {
    return fmt::format("{}/{}.flash", directory_, to_text(device));
  }
  std::string socket_path() const { return directory_ + "/air.sock"; }

  void start_air(const std::string& fault) {
    std::vector<std::string> command = {programs_ + "/pm-air", "--unix", socket_path(), "--tap",
                                        directory_ + "/air.jsonl"};
    if (transport_ == "tcp") {
      command.insert(command.end(), {"--tcp", "127.0.0.1:0"});
    }
    if (!fault.empty()) {
      command.insert(command.end(), {"--fault", fault});
    }
    air_.start(command, directory_ + "/air.out");
    if (!wait([this] { return is_air_listening(); }, kStepLimit)) {
      throw StageError{
          fmt::format("pm-air offers no socket at {}; see {}/air.out", socket_path(), directory_)};
    }
  }

  /// A new controller, as a device is to name it.
  std::string connect_controller(Source device) {
    if (transport_ == "tcp") {
      return "tcp:" + tcp_address_;
    }
    return transport_ == "pty" ? "uart:" + bridges_[index(device)].start(socket_path())
                               : "unix:" + socket_path();
  }

  /// From what pm-air prints; notes the port that it has chosen.
  bool is_air_listening() {
    std::ifstream file(directory_ + "/air.out");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::smatch found;
    if (std::regex_search(text, found, std::regex("tcp (127\\.0\\.0\\.1:[0-9]+)"))) {
      tcp_address_ = found[1];
    }
    return text.find("listening on") != std::string::npos && text.ends_with("\n");
  }

  void read_tails() {
    for (Tail& tail : tails_) {
      tail.read_into(trace_);
    }
  }

  bool wait(const std::function<bool()>& done, milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    for (;;) {
      air_.check("pm-air");
      devices_[0].check("the sensor");
      devices_[1].check("the collector");
      read_tails();
      if (done()) {
        return true;
      }
      const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
      if (left.count() <= 0) {
        return false;
      }
      // A process that dies writes nothing more: look after it now and then.
      pollfd watch{.fd = watch_, .events = POLLIN, .revents = 0};
      (void)poll(&watch, 1, static_cast<int>(std::min(left, milliseconds(200)).count()));
      char notices[4096];
      while (read(watch_, notices, sizeof(notices)) > 0) {
      }
    }
  }

  std::string directory_;
  std::string programs_;
  std::string transport_;
  std::string tcp_address_;
  int watch_ = -1;
  Process air_;
  Process devices_[2];
  PtyBridge bridges_[2];
  unsigned boots_[2] = {};
  std::vector<Tail> make_tails() const {
    std::vector<Tail> tails;
    for (const Source source : {Source::kAir, Source::kSensor, Source::kCollector}) {
      tails.emplace_back(source, fmt::format("{}/{}.jsonl", directory_, to_text(source)));
    }
    return tails;
  }
  std::vector<Tail> tails_ = make_tails();
};

}  // namespace

std::unique_ptr<Stage> make_process_stage(const StageOptions& options) {
  return std::make_unique<ProcessStage>(options);
}

}  // namespace pm::demo
