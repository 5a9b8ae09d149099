// SPDX-License-Identifier: Apache-2.0
#include "pm/device/identity_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pm::device {

namespace {

constexpr size_t kSize = 22;
constexpr uint8_t kStaticRandom = 0xC0;

std::string problem(const std::string& path, const char* what) {
  return "identity file " + path + ": " + what;
}

std::string errno_problem(const std::string& path, int number) {
  return problem(path, std::strerror(number)) +
         "; give this user the right to read and write it and its folder, or name another flash "
         "file";
}

std::string write_new(const std::string& path, const Identity& identity) {
  std::array<uint8_t, kSize> octets{};
  std::copy(identity.address.begin(), identity.address.end(), octets.begin());
  std::copy(identity.irk.begin(), identity.irk.end(), octets.begin() + identity.address.size());
  // Under another name first: a file is there whole, or not at all.
  const std::string draft = path + ".new";
  // What a process left behind that was killed here, perhaps with other permissions.
  unlink(draft.c_str());
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    wipe(octets);
    return errno_problem(path, errno);
  }
  errno = EIO;  // what a short write leaves it to us to say
  const bool written = ::write(file, octets.data(), kSize) == static_cast<ssize_t>(kSize) &&
                       fsync(file) == 0 && rename(draft.c_str(), path.c_str()) == 0;
  const int error = errno;
  close(file);
  wipe(octets);
  if (!written) {
    unlink(draft.c_str());
    return errno_problem(path, error);
  }
  return {};
}

}  // namespace

Status make_identity(Crypto& crypto, Identity& identity) {
  PM_TRY(crypto.random(identity.address));
  PM_TRY(crypto.random(identity.irk));
  identity.address[5] |= kStaticRandom;
  return Status::kOk;
}

std::string load_or_make_identity(const std::string& path, Crypto& crypto, Identity& identity) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno != ENOENT) {
      return errno_problem(path, errno);
    }
    if (!ok(make_identity(crypto, identity))) {
      return problem(path, "no randomness for a new identity");
    }
    return write_new(path, identity);
  }
  std::array<uint8_t, kSize + 1> octets{};
  const ssize_t size = ::read(file, octets.data(), octets.size());
  close(file);
  if (size != static_cast<ssize_t>(kSize) || (octets[5] & kStaticRandom) != kStaticRandom) {
    wipe(octets);
    return problem(path,
                   "this is no identity of a device; name another flash file, or move it away "
                   "(peers of the old identity will not know the new one)");
  }
  std::copy_n(octets.begin(), identity.address.size(), identity.address.begin());
  std::copy_n(octets.begin() + identity.address.size(), identity.irk.size(), identity.irk.begin());
  wipe(octets);
  return {};
}

}  // namespace pm::device
