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

namespace {

void on_store_event(const bm_zms_evt* event);

const bm_zms_fs_config kStore = {
    .offset = PM_STORAGE_PARTITION_OFFSET,
    .sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE,
    .sector_count = PM_STORAGE_PARTITION_SIZE / CONFIG_PM_BM_ZMS_SECTOR_SIZE,
    .evt_handler = on_store_event,
    .storage_api = &bm_storage_sd_api,
};

struct Home {
  adapters::NordicContext context;
  adapters::NordicSoftDevice soft_device;
  adapters::NordicTimers timers{context};
  adapters::NordicStorage storage{kStore, context, timers};
  adapters::NordicCrypto crypto;
  PeerManager peer_manager{soft_device, storage, timers, crypto};
  StandardHandlers handlers{peer_manager, soft_device, timers};
};

// Zero until the first call constructs in it: nothing runs before main, and there are no initial
// values in flash.
alignas(Home) std::byte memory[sizeof(Home)];
enum class Stage : uint8_t { kNone, kUnderConstruction, kReady };
std::atomic<Stage> stage{Stage::kNone};

/// nullptr while it is under construction, in an interrupt of the first call.
Home* home() {
  const Stage now = stage.load(std::memory_order_relaxed);
  if (now == Stage::kNone) {
    stage = Stage::kUnderConstruction;
    new (memory) Home;
    stage = Stage::kReady;
  } else if (now == Stage::kUnderConstruction) {
    return nullptr;
  }
  return std::launder(reinterpret_cast<Home*>(memory));
}

void on_store_event(const bm_zms_evt* event) {
  if (Home* it = home()) {
    it->storage.on_event(*event);
  }
}

}  // namespace

PeerManager* peer_manager() {
  Home* it = home();
  return it == nullptr ? nullptr : &it->peer_manager;
}

StandardHandlers* standard_handlers() {
  Home* it = home();
  return it == nullptr ? nullptr : &it->handlers;
}

void turn_began() {
  if (Home* it = home()) {
    it->context.begin();
  }
}

void turn_ended() {
  if (Home* it = home()) {
    it->context.end();
  }
}

}  // namespace pm::c_api
