// SPDX-License-Identifier: Apache-2.0
#include "image.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace peerctl {

std::optional<std::vector<uint8_t>> read_image(const std::string& path, std::string& error) {
  // O_NONBLOCK: a FIFO is refused instead of waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    error = fmt::format("'{}' cannot be opened: {}; name a file that this user may read", path,
                        std::strerror(errno));
    return std::nullopt;
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    error = fmt::format("'{}' is not a regular file; name the file of an image", path);
    ::close(fd);
    return std::nullopt;
  }
  if (static_cast<uint64_t>(info.st_size) > kMaxImage) {
    error = fmt::format("'{}' has {} octets, an image has at most {}; cut the partition out first",
                        path, static_cast<uint64_t>(info.st_size), kMaxImage);
    ::close(fd);
    return std::nullopt;
  }
  std::vector<uint8_t> octets(static_cast<size_t>(info.st_size));
  size_t done = 0;
  while (done < octets.size()) {
    const ssize_t got = ::read(fd, octets.data() + done, octets.size() - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      error = fmt::format("'{}' cannot be read at octet {}: {}; check the disk", path, done,
                          got < 0 ? std::strerror(errno) : "it ended early");
      ::close(fd);
      return std::nullopt;
    }
    done += static_cast<size_t>(got);
  }
  ::close(fd);
  return octets;
}

}  // namespace peerctl
