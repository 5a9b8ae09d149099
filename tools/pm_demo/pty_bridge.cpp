// SPDX-License-Identifier: Apache-2.0
#include "pty_bridge.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "stage.hpp"

namespace pm::demo {

namespace {

constexpr timespec kTick{.tv_sec = 0, .tv_nsec = 20'000};

int connect_to(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end >= 0 && connect(end, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(end);
    return -1;
  }
  return end;
}

/// Waits until the terminal's reader has taken what is there.
void wait_until_taken(int terminal) {
  int waiting = 0;
  while (ioctl(terminal, FIONREAD, &waiting) == 0 && waiting > 0) {
    (void)nanosleep(&kTick, nullptr);
  }
}

/// False: one of the two is gone.
bool carry_one(int from, int to) {
  char octet = 0;
  return read(from, &octet, 1) == 1 && write(to, &octet, 1) == 1;
}

[[noreturn]] void carry(int terminal_master, int terminal, int controller) {
  pollfd ready[2] = {{.fd = terminal_master, .events = POLLIN, .revents = 0},
                     {.fd = controller, .events = POLLIN, .revents = 0}};
  while (poll(ready, 2, -1) > 0) {
    if (ready[0].revents != 0 && !carry_one(terminal_master, controller)) {
      break;
    }
    if (ready[1].revents != 0) {
      if (!carry_one(controller, terminal_master)) {
        break;
      }
      wait_until_taken(terminal);
    }
  }
  _exit(0);
}

}  // namespace

std::string PtyBridge::start(const std::string& socket_path) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64] = {};
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
      ptsname_r(master, name, sizeof(name)) != 0) {
    throw StageError{fmt::format("no pseudo terminal: {}", std::strerror(errno))};
  }
  // Kept open: the terminal lives on between the starts of the device that reads it.
  const int terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios settings = {};
  if (terminal < 0 || tcgetattr(terminal, &settings) != 0) {
    throw StageError{fmt::format("pseudo terminal {}: {}", name, std::strerror(errno))};
  }
  cfmakeraw(&settings);
  tcsetattr(terminal, TCSANOW, &settings);
  const int controller = connect_to(socket_path);
  if (controller < 0) {
    throw StageError{fmt::format("{}: {}", socket_path, std::strerror(errno))};
  }
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    carry(master, terminal, controller);
  }
  close(master);
  close(terminal);
  close(controller);
  if (pid_ < 0) {
    throw StageError{fmt::format("fork: {}", std::strerror(errno))};
  }
  return name;
}

void PtyBridge::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    (void)waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

}  // namespace pm::demo
