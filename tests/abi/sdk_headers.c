// SPDX-License-Identifier: Apache-2.0
// The stand-ins, used the way applications use them, by a C compiler. Compiling it is the test.
#include <bm/bluetooth/peer_manager/nrf_ble_lesc.h>
#include <bm/bluetooth/peer_manager/peer_manager.h>
#include <bm/bluetooth/peer_manager/peer_manager_handler.h>
#include <bm/bm_buttons.h>
#include <bm/bm_timer.h>
#include <bm/fs/bm_zms.h>
#include <bm/softdevice_handler/nrf_sdh.h>
#include <bm/softdevice_handler/nrf_sdh_ble.h>
#include <bm/softdevice_handler/nrf_sdh_soc.h>
#include <bm/storage/bm_storage.h>
#include <bm/storage/bm_storage_backends.h>
#include <board-config.h>
#include <nrf_sdm.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/util.h>

LOG_MODULE_REGISTER(sdk_headers, LOG_LEVEL_DBG);

#define OPTION_ON 1
#define OPTION_OFF 0

BUILD_ASSERT(IS_ENABLED(OPTION_ON));
BUILD_ASSERT(!IS_ENABLED(OPTION_OFF), "an option that is 0 is off");
BUILD_ASSERT(!IS_ENABLED(OPTION_ABSENT), "an option that is not defined is off");

// Rounded down, and without overflow for a day.
BUILD_ASSERT(BM_TIMER_MS_TO_TICKS(1) == 32, "");
BUILD_ASSERT(BM_TIMER_US_TO_TICKS(31) == 1, "");
BUILD_ASSERT(BM_TIMER_MS_TO_TICKS(86400000) == 2831155200, "");

static const ble_gap_conn_sec_mode_t kNobody = BLE_GAP_CONN_SEC_MODE_NO_ACCESS;
static const uint8_t kOctets[] = {1, 2, 3};

void sdk_headers_use(const struct pm_evt* evt);
void sdk_headers_use(const struct pm_evt* evt) {
  ble_uuid_t uuid;

  BLE_UUID_BLE_ASSIGN(uuid, BLE_UUID_GAP);
  ARG_UNUSED(evt);
  LOG_INF("started");
  LOG_ERR("uuid 0x%04x, mode %d, least %zu", uuid.uuid, kNobody.sm, MIN(ARRAY_SIZE(kOctets), 2U));
  LOG_HEXDUMP_DBG(kOctets, sizeof(kOctets), "octets");
  log_flush();
}
