/* SPDX-License-Identifier: Apache-2.0
 *
 * A bm_storage back end in memory: completes inside the call or when the test says so, and fails on
 * demand. */
#ifndef MEMORY_STORAGE_H_
#define MEMORY_STORAGE_H_

#include "bm/storage/bm_storage.h"

#define MEMORY_SIZE 65536u

struct memory_storage {
  struct bm_storage_info info;
  uint8_t octets[MEMORY_SIZE];
  /* Writes wait for memory_complete(). */
  bool is_async;
  /* Returned instead of success while not 0; `_events`: told in the completion. */
  int init_error;
  int read_error;
  int write_error;
  int event_error;
  /* What was asked. */
  unsigned writes;
  /* Writes that do not start at, or are not multiples of, the wear unit. */
  unsigned unaligned;
};

extern struct memory_storage memory;
extern const struct bm_storage_api memory_storage_api;

/* Never used memory with the properties of an nRF54L, no faults. */
void memory_reset(void);

/* Completes the write that waits; false when none does. */
bool memory_complete(void);

#endif
