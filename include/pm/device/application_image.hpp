// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pm/c_api/runtime.hpp"

namespace pm::device {

/// One boot's private copy of an application: a shared object with the application, the Peer
/// Manager and the C faces. The dynamic linker shares objects that come from one file, so each boot
/// loads a copied file; its statics start fresh, and several devices live in one process.
class ApplicationImage {
 public:
  ApplicationImage() = default;
  ~ApplicationImage();
  ApplicationImage(const ApplicationImage&) = delete;
  ApplicationImage& operator=(const ApplicationImage&) = delete;

  /// Loads a copy of the shared object. An empty result is success; otherwise it says what went
  /// wrong.
  std::string load(const std::string& path);

  /// c_api::boot(), main() and c_api::button_changed() of this copy. Only after load().
  void boot(c_api::Runtime& runtime) { boot_(&runtime); }
  void main() { main_(); }
  void button_changed(unsigned button, bool is_pressed) { button_(button, is_pressed); }

 private:
  void* handle_ = nullptr;
  void (*boot_)(c_api::Runtime*) = nullptr;
  void (*main_)() = nullptr;
  void (*button_)(unsigned, bool) = nullptr;
};

}  // namespace pm::device
