// SPDX-License-Identifier: Apache-2.0
//
// The Nordic home: the one Peer Manager on the SoftDevice, the SDK's store, its timers and PSA.
#include <atomic>
#include <new>

#include "bm/storage/bm_storage_backends.h"
#include "c_api/globals.hpp"
#include "pm/adapters/nordic/nordic_crypto.hpp"
#include "pm/adapters/nordic/nordic_soft_device.hpp"
#include "pm/adapters/nordic/nordic_storage.hpp"
#include "pm/adapters/nordic/nordic_timers.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"

// Where bonds are kept: named by the build, or by the devicetree.
#ifndef PM_STORAGE_PARTITION_OFFSET
#include <zephyr/devicetree.h>
#define PM_STORAGE_PARTITION_OFFSET DT_REG_ADDR(DT_NODELABEL(peer_manager_partition))
#define PM_STORAGE_PARTITION_SIZE DT_REG_SIZE(DT_NODELABEL(peer_manager_partition))
#endif

namespace pm::c_api {

PeerManager* the_peer_manager = nullptr;
StandardHandlers* the_handlers = nullptr;

namespace {

using adapters::NordicContext;
using adapters::NordicCrypto;
using adapters::NordicSoftDevice;
using adapters::NordicStorage;
using adapters::NordicTimers;

void on_store_event(const bm_zms_evt* event);

const bm_zms_fs_config kStore = {
    .offset = PM_STORAGE_PARTITION_OFFSET,
    .sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE,
    .sector_count = PM_STORAGE_PARTITION_SIZE / CONFIG_PM_BM_ZMS_SECTOR_SIZE,
    .evt_handler = on_store_event,
    .storage_api = &bm_storage_sd_api,
};

NordicContext context;

struct Home {
  NordicSoftDevice soft_device;
  NordicTimers timers{context};
  NordicStorage storage{kStore, context, timers};
  NordicCrypto crypto;
  PeerManager peer_manager{soft_device, storage, timers, crypto};
  StandardHandlers handlers{peer_manager, soft_device, timers};
};

// Zero until the first call constructs in it: nothing runs before main, and there are no initial
// values in flash.
alignas(Home) std::byte memory[sizeof(Home)];
std::atomic<bool> is_begun{false};

/// Once it is constructed.
Home& home() { return *std::launder(reinterpret_cast<Home*>(memory)); }

// Of a store that storage has mounted.
void on_store_event(const bm_zms_evt* event) { home().storage.on_event(*event); }

}  // namespace

PeerManager* make_peer_manager() {
  if (!is_begun.load(std::memory_order_relaxed)) {
    is_begun = true;
    new (memory) Home;
    // An interrupt before this finds none.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    the_handlers = &home().handlers;
    // Whoever finds the second pointer uses the first.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    the_peer_manager = &home().peer_manager;
  }
  return the_peer_manager;
}

PeerManager* turn_began() {
  context.begin();
  return make_peer_manager();
}

void turn_ended() { context.end(); }

}  // namespace pm::c_api
