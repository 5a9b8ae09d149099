// SPDX-License-Identifier: Apache-2.0
//
// The C interface over a Peer Manager with fakes around it.
#pragma once

#include <optional>

#include "bm/bluetooth/peer_manager/nrf_ble_lesc.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"
#include "bm/bluetooth/peer_manager/peer_manager_handler.h"
#include "nrf_error.h"
#include "peer_manager/support/device.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

namespace pm::test {

/// pm_*, pm_handler_* and nrf_ble_lesc_* act on the device of the running test.
class Face : public Device {
 protected:
  Face();
  ~Face() override;

  /// A reset, after which pm_init() has been called and has succeeded.
  void restart();
  /// A reset, after which it has not.
  void restart_uninitialized();
  /// Bonds 0 to count - 1 of LE Secure Connections, stored before a restart.
  void bonds(unsigned count);

 private:
  void bind(PeerManager& peer_manager);

  std::optional<PeerManager> uninitialized_;
  std::optional<StandardHandlers> handlers_;
};

}  // namespace pm::test
