// SPDX-License-Identifier: Apache-2.0
//
// The Nordic home: the one Peer Manager on the SoftDevice, the SDK's store, its timers and PSA.
#include <tuple>

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

// On the target zero all over: nothing runs before main, and there are no initial values in flash.
constinit NordicContext context;
constinit NordicSoftDevice soft_device;
extern NordicStorage storage;
constinit NordicTimers timers{context, storage};
constinit NordicStorage storage{kStore, context, timers};
constinit NordicCrypto crypto;
constinit PeerManager the_peer_manager{soft_device, storage, timers, crypto};
constinit StandardHandlers handlers{the_peer_manager, soft_device, timers};

void on_store_event(const bm_zms_evt* event) { storage.on_event(*event); }

}  // namespace

PeerManager* peer_manager() { return &the_peer_manager; }
StandardHandlers* standard_handlers() { return &handlers; }

PeerManager* turn_began() {
  context.begin();
  return peer_manager();
}

void turn_ended() { context.end(); }

}  // namespace pm::c_api

#ifdef PM_ONE_DEVICE

namespace pm {

template <class Part>
Part& the_one() {
  return std::get<Part&>(
      std::tuple_cat(std::tie(c_api::context, c_api::soft_device, c_api::timers, c_api::storage,
                              c_api::crypto, c_api::the_peer_manager, c_api::kStore),
                     c_api::the_peer_manager.modules()));
}

void StorageUser::on_storage_event(const StorageEvent& event) {
  the_one<PeerDataStorage>().on_storage_event(event);
}

}  // namespace pm

#endif
