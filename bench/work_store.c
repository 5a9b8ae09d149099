/* SPDX-License-Identifier: Apache-2.0 */
/* Above our own bm_zms_*, on a memory of 4 KiB. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "../tests/nordic/fake_sdk.h"
#include "../tests/nordic/nordic_test.h"
#include "bm/storage/bm_storage.h"
#include "bm/storage/bm_storage_backends.h"
#include "work.h"

const struct row rows[] = {{"store_bonding", bonding, 0, 0},
                           {"store_initialise", initialise, 1, 14},
                           {"store_connect_unknown", connect_public_unknown, 0, 14},
                           {"store_reconnect", reconnect, 0, 14},
                           {"store_bonding", bonding, 0, 14},
                           {NULL, NULL, 0, 0}};

enum { SIZE = 4096 };

const struct bm_storage_api bm_storage_sd_api;

static const struct bm_storage_info info = {
    .program_unit = 4, .erase_unit = SIZE, .wear_unit = 16, .erase_value = 0xFF};
static uint8_t* memory;
static const struct bm_storage* storage;
static struct bm_storage_evt written;
static bool is_writing;
static unsigned reads, writes;
static size_t octets;

void fake_store_share(void) {
  memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
}
void fake_store_clear(void) { memset(memory, 0xFF, SIZE); }
unsigned fake_store_reads(void) { return reads; }
unsigned fake_store_writes(void) { return writes; }
size_t fake_store_octets(void) { return octets; }
unsigned fake_store_queued(void) { return is_writing; }

void fake_store_complete(unsigned count) {
  for (; count > 0 && is_writing; --count) {
    is_writing = false;
    storage->evt_handler(&written);
  }
}

void nrf_sdh_evts_poll(void) { fake_store_complete(1); }

int bm_storage_init(struct bm_storage* instance, const struct bm_storage_config* config) {
  CHECK(config->addr == 0 && config->size == SIZE);
  instance->api = config->api;
  instance->nvm_info = &info;
  instance->evt_handler = config->evt_handler;
  instance->size = SIZE;
  instance->is_initialized = true;
  storage = instance;
  return 0;
}

int bm_storage_uninit(struct bm_storage* instance) {
  instance->is_initialized = false;
  return 0;
}

const struct bm_storage_info* bm_storage_nvm_info_get(const struct bm_storage* instance) {
  return instance->nvm_info;
}

int bm_storage_read(const struct bm_storage* instance, uint32_t src, void* dest, uint32_t len) {
  CHECK(instance == storage && src + len <= SIZE);
  memcpy(dest, memory + src, len);
  ++reads;
  return 0;
}

int bm_storage_write(const struct bm_storage* instance, uint32_t dest, const void* src,
                     uint32_t len, void* ctx) {
  CHECK(instance == storage && dest + len <= SIZE && dest % 4 == 0 && len % 4 == 0);
  if (is_writing) {
    return -EBUSY;
  }
  memcpy(memory + dest, src, len);
  written = (struct bm_storage_evt){.id = BM_STORAGE_EVT_WRITE_RESULT,
                                    .is_async = true,
                                    .addr = dest,
                                    .src = src,
                                    .len = len,
                                    .ctx = ctx};
  is_writing = true;
  ++writes;
  octets += len;
  return 0;
}
