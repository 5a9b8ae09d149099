// SPDX-License-Identifier: Apache-2.0
#include "device/support/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

namespace pm::test {

namespace {

int64_t now_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

void close_file(int& file) {
  if (file >= 0) {
    ::close(file);
    file = -1;
  }
}

}  // namespace

Process::Process(const std::vector<std::string>& command, Rights rights) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  int input[2];
  int output[2];
  int error[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 ||
      pipe2(error, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "pipe: " << std::strerror(errno);
    return;
  }
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    dup2(error[1], STDERR_FILENO);
    // Nothing outlives a test that crashes.
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (rights == Rights::kOfOwnerOnly) {
      // Only root can, and only root has to.
      (void)prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
      (void)prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
    }
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  ::close(error[1]);
  input_ = input[1];
  output_.file = output[0];
  error_.file = error[0];
  (void)fcntl(output_.file, F_SETFL, O_NONBLOCK);
  (void)fcntl(error_.file, F_SETFL, O_NONBLOCK);
  if (pid_ < 0) {
    ADD_FAILURE() << command[0] << ": " << std::strerror(errno);
    return;
  }
  pid_file_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Process::~Process() {
  kill();
  close_file(pid_file_);
  close_file(input_);
  close_file(output_.file);
  close_file(error_.file);
}

void Process::drain(Stream& stream) {
  char octets[4096];
  for (;;) {
    const ssize_t got = stream.file < 0 ? -1 : ::read(stream.file, octets, sizeof(octets));
    if (got == 0) {
      close_file(stream.file);
    }
    if (got <= 0) {
      return;
    }
    stream.text.append(octets, static_cast<size_t>(got));
  }
}

void Process::reap() {
  int status = 0;
  if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
    pid_ = -1;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

bool Process::wait_a_turn(int64_t end_ms) {
  const int64_t left = end_ms - now_ms();
  if (left <= 0) {
    return false;
  }
  pollfd files[] = {{.fd = pid_file_, .events = POLLIN, .revents = 0},
                    {.fd = output_.file, .events = POLLIN, .revents = 0},
                    {.fd = error_.file, .events = POLLIN, .revents = 0}};
  (void)poll(files, std::size(files), static_cast<int>(left));
  reap();
  // After its end was seen: nothing can follow.
  drain(output_);
  drain(error_);
  return true;
}

bool Process::wait_for(const Stream& stream, const std::string& text) {
  const int64_t end = now_ms() + kLimitMs;
  while (stream.text.find(text) == std::string::npos) {
    if (pid_ <= 0 || !wait_a_turn(end)) {
      return false;
    }
  }
  return true;
}

bool Process::wait_for_output(const std::string& text) { return wait_for(output_, text); }
bool Process::wait_for_error(const std::string& text) { return wait_for(error_, text); }

int Process::wait_for_exit() {
  const int64_t end = now_ms() + kLimitMs;
  while (pid_ > 0) {
    if (!wait_a_turn(end)) {
      return -1;
    }
  }
  return status_;
}

bool Process::is_running() {
  reap();
  return pid_ > 0;
}

void Process::write(const std::string& octets) {
  EXPECT_EQ(::write(input_, octets.data(), octets.size()), static_cast<ssize_t>(octets.size()));
}

void Process::close_input() { close_file(input_); }

void Process::close_output() { close_file(output_.file); }

void Process::signal(int number) {
  if (pid_ > 0) {
    ::kill(pid_, number);
  }
}

void Process::kill() {
  signal(SIGKILL);
  (void)wait_for_exit();
}

}  // namespace pm::test
