// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/stack.hpp"
#include "pm/host/host.hpp"

namespace pm::host {

struct Host::Impl {
  Impl(HciTransport& transport_port, Timers& timers_port, Crypto& crypto_port, HostConfig config);
  ~Impl();

  /// Events became available: tells the application in a later turn of the loop, once for all of
  /// them.
  void wake();
  void on_controller_lost(const std::string& reason);
  static void deliver_wake(void* context);
  static void deliver_lost(void* context);

  HciTransport& transport;
  Timers& timers;
  Crypto& crypto;
  Configuration configuration;
  std::unique_ptr<Stack> stack;
  /// True between start and ready: losing the controller then is the failure of enable().
  bool enabling = false;
  std::string last_error;
  std::function<void()> event_handler;
  std::function<void(const std::string&)> lost_handler;
  Timer wake_timer;
  Timer lost_timer;

  // Options that are read back.
  uint8_t channel_map[5] = {0xFF, 0xFF, 0xFF, 0xFF, 0x1F};
  bool compat_mode_1 = false;
  bool conn_evt_ext = false;
};

}  // namespace pm::host

/// Leaves a method of Host when the stack is not enabled.
#define PM_HOST_ENABLED()               \
  do {                                  \
    if (impl_->stack == nullptr) {      \
      return ::pm::Status::kNotEnabled; \
    }                                   \
  } while (false)

/// The same, and leaves a method about a connection when the handle's present link has not been
/// told to the application.
#define PM_HOST_LINK(conn_handle)                           \
  do {                                                      \
    PM_HOST_ENABLED();                                      \
    if (!impl_->stack->indices.is_announced(conn_handle)) { \
      return ::pm::Status::kInvalidConnHandle;              \
    }                                                       \
  } while (false)
