// SPDX-License-Identifier: Apache-2.0
#include "pm/device/application_image.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pm::device {

namespace {

/// Copies a file into memory alone. Returns the descriptor, or -1: errno says why.
int copy_to_memory(const std::string& path) {
  const int source = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) {
    return -1;
  }
  struct stat status = {};
  const int copy = memfd_create("application", MFD_CLOEXEC);
  bool copied = copy >= 0 && fstat(source, &status) == 0;
  off_t offset = 0;
  while (copied && offset < status.st_size) {
    copied = sendfile(copy, source, &offset, static_cast<size_t>(status.st_size - offset)) > 0;
  }
  close(source);
  if (!copied && copy >= 0) {
    close(copy);
  }
  return copied ? copy : -1;
}

}  // namespace

ApplicationImage::~ApplicationImage() {
  if (handle_ != nullptr) {
    dlclose(handle_);
  }
  if (copy_ >= 0) {
    close(copy_);
  }
}

std::string ApplicationImage::load(const std::string& path) {
  copy_ = copy_to_memory(path);
  if (copy_ < 0) {
    return "application " + path + ": " + std::strerror(errno) + "; build the apps first";
  }
  const std::string copy_path = "/proc/self/fd/" + std::to_string(copy_);
  handle_ = dlopen(copy_path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    return "application " + path + ": " + dlerror();
  }
  boot_ = reinterpret_cast<decltype(boot_)>(dlsym(handle_, "pm_application_boot"));
  main_ = reinterpret_cast<decltype(main_)>(dlsym(handle_, "pm_application_main"));
  button_ = reinterpret_cast<decltype(button_)>(dlsym(handle_, "pm_application_button"));
  if (boot_ == nullptr || main_ == nullptr || button_ == nullptr) {
    return "application " + path + ": not an application of ours";
  }
  return {};
}

}  // namespace pm::device
