// SPDX-License-Identifier: Apache-2.0
#include "c_api/globals.hpp"

#include <new>

#include "pm/c_api/runtime.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

namespace pm::c_api {

namespace {

Runtime* the_runtime = nullptr;

// boot() constructs in them: nothing runs before main.
alignas(PeerManager) std::byte peer_manager_memory[sizeof(PeerManager)];
alignas(StandardHandlers) std::byte handlers_memory[sizeof(StandardHandlers)];
PeerManager* the_peer_manager = nullptr;
StandardHandlers* the_handlers = nullptr;

}  // namespace

Runtime* runtime() { return the_runtime; }
PeerManager* peer_manager() { return the_peer_manager; }
StandardHandlers* standard_handlers() { return the_handlers; }
PeerManager* turn_began() { return the_peer_manager; }
void turn_ended() {}

void boot(Runtime& runtime) {
  the_runtime = &runtime;
  the_peer_manager = new (peer_manager_memory)
      PeerManager(runtime.host(), runtime.storage(), runtime.timers(), runtime.crypto());
  the_handlers =
      new (handlers_memory) StandardHandlers(*the_peer_manager, runtime.host(), runtime.timers());
}

}  // namespace pm::c_api
