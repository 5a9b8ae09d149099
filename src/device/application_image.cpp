// SPDX-License-Identifier: Apache-2.0
#include "pm/device/application_image.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace pm::device {

namespace {

/// Copies a file to a name of its own. Empty: errno says why.
std::string copy_of(const std::string& path) {
  const int source = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) {
    return {};
  }
  std::string name = std::filesystem::temp_directory_path().string() + "/application-XXXXXX";
  struct stat status = {};
  const int copy = mkstemp(name.data());
  bool copied = copy >= 0 && fstat(source, &status) == 0;
  off_t offset = 0;
  while (copied && offset < status.st_size) {
    copied = sendfile(copy, source, &offset, static_cast<size_t>(status.st_size - offset)) > 0;
  }
  close(source);
  if (copy >= 0) {
    close(copy);
    if (!copied) {
      unlink(name.c_str());
    }
  }
  return copied ? name : std::string();
}

}  // namespace

ApplicationImage::~ApplicationImage() {
  if (handle_ != nullptr) {
    dlclose(handle_);
  }
}

std::string ApplicationImage::load(const std::string& path) {
  const std::string copy = copy_of(path);
  if (copy.empty()) {
    return "application " + path + ": " + std::strerror(errno) + "; build the apps first";
  }
  handle_ = dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
  unlink(copy.c_str());
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
