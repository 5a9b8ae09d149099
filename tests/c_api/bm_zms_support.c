/* SPDX-License-Identifier: Apache-2.0 */
#include "bm_zms_support.h"

int failures;
struct bm_zms_fs store;
struct bm_zms_fs other;
struct bm_zms_evt events[256];
unsigned event_count;
long ongoing_in_event;
uint32_t write_from_event;
const uint32_t word = 0x01020304;
uint8_t values[4][LONGEST + 16] __attribute__((aligned(4)));

static void on_event(const struct bm_zms_evt* event) {
  events[event_count++ % 256] = *event;
  ongoing_in_event = atomic_get(&store.ongoing_writes);
  if (write_from_event != 0) {
    const uint32_t id = write_from_event;
    write_from_event = 0;
    CHECK_EQ(bm_zms_write(&store, id, &word, 4), 4);
  }
}

const struct bm_zms_evt* last_event(void) { return &events[(event_count - 1) % 256]; }

void complete_all(void) {
  while (memory_complete()) {
  }
}

struct bm_zms_fs_config config_at(off_t offset) {
  return (struct bm_zms_fs_config){.offset = offset,
                                   .sector_size = SECTOR,
                                   .sector_count = 4,
                                   .evt_handler = on_event,
                                   .storage_api = &memory_storage_api};
}

void restart(void) {
  memory.init_error = memory.read_error = memory.write_error = memory.event_error = 0;
  memory.is_async = false;
  complete_all();
  /* What the pool behind the C face holds for it goes on with the same object. */
  memset(&store, 0, sizeof(store));
  memset(&other, 0, sizeof(other));
  event_count = 0;
  write_from_event = 0;
}

void mount_store(void) {
  const struct bm_zms_fs_config config = config_at(0);
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  complete_all();
  CHECK_EQ(last_event()->evt_type, BM_ZMS_EVT_MOUNT);
  CHECK_EQ(last_event()->result, 0);
  CHECK_EQ(store.init_flags.initialized, true);
  event_count = 0;
}

void fresh(void) {
  restart();
  memory_reset();
  mount_store();
}

void expect_event(enum bm_zms_evt_type type, int result, uint32_t id) {
  CHECK_EQ(last_event()->evt_type, type);
  CHECK_EQ(last_event()->result, result);
  CHECK_EQ(last_event()->id, id);
}
