/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_storage.h"

#include <errno.h>
#include <string.h>

struct memory_storage memory;

/* One write waits at a time: the store sends the next one when it has completed. */
static struct {
  bool is_waiting;
  const struct bm_storage* storage;
  struct bm_storage_evt event;
} waiting;

void memory_reset(void) {
  memset(&memory, 0, sizeof(memory));
  memset(&waiting, 0, sizeof(waiting));
  memset(memory.octets, 0xFF, sizeof(memory.octets));
  memory.info = (struct bm_storage_info){.program_unit = 4,
                                         .erase_unit = 4096,
                                         .wear_unit = 16,
                                         .erase_value = 0xFF,
                                         .is_erase_before_write = false};
}

static int init(struct bm_storage* storage, const struct bm_storage_config* config) {
  if (memory.init_error != 0) {
    return memory.init_error;
  }
  if (config->addr > MEMORY_SIZE || config->size > MEMORY_SIZE - config->addr) {
    return -EINVAL;
  }
  storage->nvm_info = &memory.info;
  return 0;
}

static int uninit(struct bm_storage* storage) {
  (void)storage;
  return 0;
}

static int read_octets(const struct bm_storage* storage, uint32_t src, void* dest, uint32_t len) {
  if (memory.read_error != 0) {
    return memory.read_error;
  }
  memcpy(dest, memory.octets + storage->addr + src, len);
  return 0;
}

static void complete(const struct bm_storage* storage, struct bm_storage_evt event) {
  event.result = memory.event_error;
  if (event.result == 0) {
    memcpy(memory.octets + storage->addr + event.addr, event.src, event.len);
  }
  bm_storage_evt_dispatch(storage, &event);
}

static int write_octets(const struct bm_storage* storage, uint32_t dest, const void* src,
                        uint32_t len, void* ctx) {
  const struct bm_storage_evt event = {.id = BM_STORAGE_EVT_WRITE_RESULT,
                                       .is_async = memory.is_async,
                                       .addr = dest,
                                       .src = src,
                                       .len = len,
                                       .ctx = ctx};
  ++memory.writes;
  memory.unaligned +=
      dest % memory.info.wear_unit != 0 || len % memory.info.wear_unit != 0 ? 1u : 0u;
  if (memory.write_error != 0) {
    return memory.write_error;
  }
  if (!memory.is_async) {
    complete(storage, event);
    return 0;
  }
  if (waiting.is_waiting) {
    return -EBUSY;
  }
  waiting.is_waiting = true;
  waiting.storage = storage;
  waiting.event = event;
  return 0;
}

bool memory_complete(void) {
  if (!waiting.is_waiting) {
    return false;
  }
  waiting.is_waiting = false;
  complete(waiting.storage, waiting.event);
  return true;
}

static int erase(const struct bm_storage* storage, uint32_t addr, uint32_t len, void* ctx) {
  (void)storage;
  (void)addr;
  (void)len;
  (void)ctx;
  return -ENOTSUP;
}

static bool is_busy(const struct bm_storage* storage) {
  return waiting.is_waiting && waiting.storage == storage;
}

const struct bm_storage_api memory_storage_api = {.init = init,
                                                  .uninit = uninit,
                                                  .read = read_octets,
                                                  .write = write_octets,
                                                  .erase = erase,
                                                  .is_busy = is_busy};
