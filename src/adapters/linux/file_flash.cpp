// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/file_flash.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pm::adapters {
namespace {

constexpr uint8_t kEraseValue = 0xFF;

std::string describe(const std::string& path, const std::string& what, const std::string& advice) {
  return "bond store '" + path + "': " + what + "; " + advice;
}

std::string describe_errno(const std::string& path, const std::string& doing, int number) {
  const std::string what = doing + ": " + std::strerror(number);
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return describe(path, what, "give this user write permission, or name another file");
    case ENOENT:
    case ENOTDIR:
      return describe(path, what, "create the directory first, or name another file");
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return describe(path, what, "free some space");
    default:
      return describe(path, what, "check the disk");
  }
}

/// Returns 0, or the errno of the failure.
int write_all(int fd, const uint8_t* data, size_t size, off_t offset) {
  while (size > 0) {
    const ssize_t written = ::pwrite(fd, data, size, offset);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return written < 0 ? errno : EIO;
    }
    data += written;
    size -= static_cast<size_t>(written);
    offset += written;
  }
  return 0;
}

/// Returns 0, or the errno of the failure.
int fill_and_sync(int fd, uint32_t size) {
  const std::vector<uint8_t> blank(size, kEraseValue);
  const int error = write_all(fd, blank.data(), blank.size(), 0);
  if (error != 0) {
    return error;
  }
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0 || ::fsync(fd) != 0) {
    return errno;
  }
  return 0;
}

void sync_directory(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    (void)::fsync(fd);
    ::close(fd);
  }
}

/// Creates the file whole or not at all; one that somebody else has created meanwhile is as good.
/// Returns 0 or an errno.
int create_blank(const std::string& path, uint32_t size) {
  const std::string draft = path + ".new." + std::to_string(::getpid());
  // What an earlier process with this number left behind.
  ::unlink(draft.c_str());
  const int fd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    return errno;
  }
  int error = fill_and_sync(fd, size);
  ::close(fd);
  if (error == 0 && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    // No hard links here, as on FAT.
    error = ::rename(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
  }
  ::unlink(draft.c_str());
  sync_directory(path);
  return error;
}

}  // namespace

FileFlash::FileFlash(int fd, std::string path, const Options& options, Executor post)
    : fd_(fd),
      path_(std::move(path)),
      post_(std::move(post)),
      on_error_(options.on_error),
      image_(options.size, kEraseValue),
      turn_(std::make_shared<uint64_t>(0)) {}

FileFlash::~FileFlash() { ::close(fd_); }

std::unique_ptr<FileFlash> FileFlash::open(const std::string& path, const Options& options,
                                           Executor post, std::string& error) {
  if (options.size == 0 || options.size % 16 != 0) {
    error = describe(path, "a size of " + std::to_string(options.size) + " octets",
                     "choose a multiple of 16");
    return nullptr;
  }
  // O_NONBLOCK: a FIFO is refused instead of waited for.
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NONBLOCK;
  int fd = ::open(path.c_str(), kFlags);
  if (fd < 0 && errno == ENOENT) {
    const int failure = create_blank(path, options.size);
    if (failure != 0) {
      error = describe_errno(path, "cannot be created", failure);
      return nullptr;
    }
    fd = ::open(path.c_str(), kFlags);
  }
  if (fd < 0 && errno != EISDIR && errno != ENXIO) {
    error = describe_errno(path, "cannot be opened", errno);
    return nullptr;
  }
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    error = describe(path, "is not a regular file", "name another file");
    if (fd >= 0) {
      ::close(fd);
    }
    return nullptr;
  }

  std::unique_ptr<FileFlash> flash(new FileFlash(fd, path, options, std::move(post)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    error = errno == EWOULDBLOCK
                ? describe(path, "is in use by another process", "stop it, or name another file")
                : describe_errno(path, "cannot be locked", errno);
    return nullptr;
  }
  if (options.erase) {
    const int failure = fill_and_sync(fd, options.size);
    if (failure != 0) {
      error = describe_errno(path, "cannot be erased", failure);
      return nullptr;
    }
    return flash;
  }
  if (!flash->load(error)) {
    return nullptr;
  }
  return flash;
}

bool FileFlash::load(std::string& error) {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) {
    error = describe_errno(path_, "cannot be examined", errno);
    return false;
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size != image_.size()) {
    const bool cut = size < image_.size();
    error =
        describe(path_,
                 std::string(cut ? "is truncated: " : "has the wrong size: ") +
                     std::to_string(size) + " octets instead of " + std::to_string(image_.size()),
                 cut ? "restore a copy, or overwrite it with --erase to start without bonds"
                     : "name the file of a store of this size, or overwrite it with --erase to "
                       "start without bonds");
    return false;
  }
  size_t done = 0;
  while (done < image_.size()) {
    const ssize_t got =
        ::pread(fd_, image_.data() + done, image_.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      error = describe_errno(path_, "cannot be read", got < 0 ? errno : EIO);
      return false;
    }
    done += static_cast<size_t>(got);
  }
  return true;
}

FlashGeometry FileFlash::geometry() const {
  return {.size = static_cast<uint32_t>(image_.size()),
          .program_unit = 4,
          .write_unit = 16,
          .erase_value = kEraseValue};
}

Status FileFlash::read(uint32_t offset, MutableBytes out) {
  if (offset > image_.size() || out.size() > image_.size() - offset) {
    return Status::kInvalidParam;
  }
  std::copy_n(image_.begin() + offset, out.size(), out.begin());
  return Status::kOk;
}

Status FileFlash::write(uint32_t offset, Bytes data) {
  const uint32_t unit = geometry().write_unit;
  if (offset > image_.size() || data.size() > image_.size() - offset || offset % unit != 0 ||
      data.size() % unit != 0) {
    return Status::kInvalidParam;
  }
  if (pending_) {
    return Status::kBusy;
  }
  result_ = data.empty() ? Status::kOk : store(offset, data);
  pending_ = true;
  const uint64_t turn = ++*turn_;
  post_([this, turn, alive = std::weak_ptr<uint64_t>(turn_)] {
    const auto now = alive.lock();
    if (now && *now == turn) {
      complete();
    }
  });
  return Status::kOk;
}

Status FileFlash::store(uint32_t offset, Bytes data) {
  std::copy(data.begin(), data.end(), image_.begin() + offset);
  int error = rewrite_all_ ? write_all(fd_, image_.data(), image_.size(), 0)
                           : write_all(fd_, data.data(), data.size(), static_cast<off_t>(offset));
  const char* doing = "cannot be written";
  if (error == 0 && ::fdatasync(fd_) != 0) {
    error = errno;
    doing = "cannot be synced to the disk";
  }
  const bool is_first = !std::exchange(rewrite_all_, error != 0);
  if (error == 0) {
    return Status::kOk;
  }
  last_error_ = describe_errno(path_, doing, error);
  if (is_first && on_error_) {
    on_error_(last_error_);
  }
  return Status::kInternal;
}

void FileFlash::complete() {
  if (!pending_) {
    return;
  }
  pending_ = false;
  if (sink_ != nullptr) {
    sink_->on_flash_written(result_);
  }
}

bool FileFlash::pump() {
  if (!pending_) {
    return false;
  }
  complete();
  return true;
}

}  // namespace pm::adapters
