/* SPDX-License-Identifier: Apache-2.0
 *
 * What the options of the store change, seen through bm_zms_*. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../memory_storage.h"
#include "bm/fs/bm_zms.h"

#define LENGTH 32

static int failures;

#define CHECK(condition)                                         \
  do {                                                           \
    if (!(condition)) {                                          \
      printf("%s:%d: not %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                \
    }                                                            \
  } while (0)

_Static_assert(sizeof(((struct bm_zms_fs*)0)->lookup_cache) == 16 * sizeof(uint64_t),
               "BM_ZMS_LOOKUP_CACHE_SIZE entries");

static struct bm_zms_fs store;
static struct bm_zms_fs other;
static uint8_t value[LENGTH] __attribute__((aligned(4)));

static int mount(struct bm_zms_fs* fs, off_t offset) {
  const struct bm_zms_fs_config config = {
      .offset = offset, .sector_size = 1024, .sector_count = 4, .storage_api = &memory_storage_api};
  return bm_zms_mount(fs, &config);
}

/* Where the octets of the value lie in memory. */
static uint8_t* find_value(void) {
  for (size_t at = 0; at + LENGTH <= MEMORY_SIZE; ++at) {
    if (memcmp(&memory.octets[at], value, LENGTH) == 0) {
      return &memory.octets[at];
    }
  }
  return NULL;
}

static void test_a_value_that_is_not_what_was_written_is_not_read(void) {
  uint8_t out[LENGTH];
  uint8_t* stored;

  CHECK(bm_zms_write(&store, 1, value, LENGTH) == LENGTH);
  CHECK(bm_zms_read(&store, 1, out, LENGTH) == LENGTH);
  stored = find_value();
  CHECK(stored != NULL);
  if (stored != NULL) {
    stored[LENGTH / 2] ^= 1;
    CHECK(bm_zms_read(&store, 1, out, LENGTH) == -EIO);
    stored[LENGTH / 2] ^= 1;
    CHECK(bm_zms_read(&store, 1, out, LENGTH) == LENGTH);
  }
}

static void test_two_operations_wait_behind_the_one_under_way(void) {
  static const uint32_t word = 7;

  memory.is_async = true;
  for (uint32_t id = 10; id < 13; ++id) {
    CHECK(bm_zms_write(&store, id, &word, sizeof(word)) == (ssize_t)sizeof(word));
  }
  CHECK(bm_zms_write(&store, 13, &word, sizeof(word)) == -ENOMEM);
  while (memory_complete()) {
  }
  memory.is_async = false;
  CHECK(bm_zms_read(&store, 12, value, sizeof(word)) == (ssize_t)sizeof(word));
}

int main(void) {
  for (size_t i = 0; i < LENGTH; ++i) {
    value[i] = (uint8_t)(0xA0 + i);
  }
  memory_reset();
  CHECK(mount(&store, 0) == 0);
  test_a_value_that_is_not_what_was_written_is_not_read();
  test_two_operations_wait_behind_the_one_under_way();
  CHECK(mount(&other, 8192) == -ENOMEM); /* BM_ZMS_INSTANCES */
  return failures == 0 ? 0 : 1;
}
