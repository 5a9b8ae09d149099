/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of bm_zms_* share: two instances on memory, and the events that came. */
#ifndef BM_ZMS_SUPPORT_H_
#define BM_ZMS_SUPPORT_H_

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bm/fs/bm_zms.h"
#include "memory_storage.h"

#define SECTOR 1024u
#define LONGEST (SECTOR - 5 * 16)

#define CHECK_EQ(actual, expected)                                                            \
  do {                                                                                        \
    const long actual_ = (long)(actual);                                                      \
    const long expected_ = (long)(expected);                                                  \
    if (actual_ != expected_) {                                                               \
      printf("%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #actual, actual_, expected_); \
      ++failures;                                                                             \
    }                                                                                         \
  } while (0)

extern int failures;

extern struct bm_zms_fs store;
extern struct bm_zms_fs other;

extern struct bm_zms_evt events[256];
extern unsigned event_count;
/* ongoing_writes of `store` when the last event came. */
extern long ongoing_in_event;
/* Written from inside the next event. */
extern uint32_t write_from_event;
extern const uint32_t word;
extern uint8_t values[4][LONGEST + 16];

const struct bm_zms_evt* last_event(void);
void expect_event(enum bm_zms_evt_type type, int result, uint32_t id);
void complete_all(void);

struct bm_zms_fs_config config_at(off_t offset);
/* A restart of the device: RAM is lost, memory is kept. */
void restart(void);
/* Mounts `store`. */
void mount_store(void);
/* A restart on memory that was never used, and a mount. */
void fresh(void);

void test_mounts(void);
void test_operations(void);

#endif
