/* SPDX-License-Identifier: Apache-2.0 */
/* bm_zms_*: records in memory. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "bm/fs/bm_zms.h"
#include "bm/storage/bm_storage_backends.h"
#include "fake_sdk.h"
#include "nordic_test.h"

#define MAX_RECORDS 1100
#define MAX_VALUE 256
#define MAX_QUEUED (CONFIG_BM_ZMS_OP_QUEUE_SIZE + 1)

struct record {
  bool is_used;
  uint32_t id;
  size_t len;
  uint8_t data[MAX_VALUE];
};

struct operation {
  bool is_mount;
  uint32_t id;
  const void* data;
  size_t len;
};

const struct bm_storage_api bm_storage_sd_api;

static struct record* records;
static struct bm_zms_fs* mounted;
static struct operation queue[MAX_QUEUED];
static unsigned queued, refusals, mounts, reads, writes;
static size_t octets;
static int failure, mount_failure;
static bool at_once, ids_are_wrong;

void fake_store_share(void) {
  records = mmap(NULL, MAX_RECORDS * sizeof(*records), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(records != MAP_FAILED);
}

void fake_store_clear(void) { memset(records, 0, MAX_RECORDS * sizeof(*records)); }
unsigned fake_store_queued(void) { return queued; }
void fake_store_refuse(unsigned times) { refusals = times; }
void fake_store_fail(int result) { failure = result; }
void fake_store_at_once(bool is_at_once) { at_once = is_at_once; }
void fake_store_mount_fails(int result) { mount_failure = result; }
void fake_store_corrupt_ids(bool is_wrong) { ids_are_wrong = is_wrong; }
unsigned fake_store_mounts(void) { return mounts; }
unsigned fake_store_reads(void) { return reads; }
unsigned fake_store_writes(void) { return writes; }
size_t fake_store_octets(void) { return octets; }

static struct record* find(uint32_t id) {
  for (unsigned i = 0; i < MAX_RECORDS; ++i) {
    if (records[i].is_used && records[i].id == id) {
      return &records[i];
    }
  }
  return NULL;
}

unsigned fake_store_records(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < MAX_RECORDS; ++i) {
    count += records[i].is_used;
  }
  return count;
}

bool fake_store_has(uint16_t peer, uint16_t data_id) {
  return find((uint32_t)peer << 16 | data_id) != NULL;
}

static void put(uint32_t id, const void* data, size_t len) {
  struct record* record = find(id);
  for (unsigned i = 0; record == NULL && i < MAX_RECORDS; ++i) {
    record = records[i].is_used ? NULL : &records[i];
  }
  CHECK(record != NULL && len <= MAX_VALUE);
  record->is_used = true;
  record->id = id;
  record->len = len;
  memcpy(record->data, data, len);
}

static void complete(const struct operation* operation) {
  struct bm_zms_evt event = {BM_ZMS_EVT_WRITE, failure, operation->id};
  if (operation->is_mount) {
    event.evt_type = BM_ZMS_EVT_MOUNT;
    event.result = mount_failure;
    mounted->init_flags.initialized = mount_failure == 0;
    mounted->init_flags.initializing = false;
  } else if (operation->data == NULL) {
    struct record* record = find(operation->id);
    event.evt_type = BM_ZMS_EVT_DELETE;
    if (failure == 0 && record != NULL) {
      record->is_used = false;
    }
  } else if (failure == 0) {
    put(operation->id, operation->data, operation->len);
  }
  if (ids_are_wrong) {
    event.id ^= 0x00010000;
  }
  mounted->evt_handler(&event);
}

void fake_store_complete(unsigned count) {
  for (; count > 0 && queued > 0; --count) {
    const struct operation operation = queue[0];
    --queued;
    memmove(queue, queue + 1, queued * sizeof(*queue));
    complete(&operation);
  }
}

void fake_store_tell(enum bm_zms_evt_type type) {
  const struct bm_zms_evt event = {.evt_type = type};
  mounted->evt_handler(&event);
}

static int accept(const struct operation* operation) {
  if (refusals > 0) {
    --refusals;
    return -ENOMEM;
  }
  if (at_once && !operation->is_mount) {
    complete(operation);
    return 0;
  }
  if (queued == MAX_QUEUED) {
    return -ENOMEM;
  }
  queue[queued++] = *operation;
  return 0;
}

int bm_zms_mount(struct bm_zms_fs* fs, const struct bm_zms_fs_config* config) {
  CHECK(fs->init_flags.initialized == 0); /* The SDK's answers -EIO then. */
  CHECK(config->sector_size == 1024 && config->sector_count == 4);
  CHECK(config->storage_api == &bm_storage_sd_api);
  mounted = fs;
  fs->evt_handler = config->evt_handler;
  fs->init_flags.initializing = true;
  ++mounts;
  const struct operation mount = {.is_mount = true};
  return accept(&mount);
}

ssize_t bm_zms_write(struct bm_zms_fs* fs, uint32_t id, const void* data, size_t len) {
  CHECK(fs->init_flags.initialized);
  CHECK(((uintptr_t)data & 3) == 0);
  const struct operation write = {.id = id, .data = data, .len = len};
  const int refusal = accept(&write);
  writes += refusal == 0;
  octets += refusal == 0 ? len : 0;
  return refusal != 0 ? refusal : (ssize_t)len;
}

int bm_zms_delete(struct bm_zms_fs* fs, uint32_t id) { return (int)bm_zms_write(fs, id, NULL, 0); }

ssize_t bm_zms_read_hist(struct bm_zms_fs* fs, uint32_t id, void* data, size_t len, uint32_t cnt) {
  const struct record* record = find(id);
  CHECK(fs->init_flags.initialized && cnt == 0);
  ++reads;
  if (record == NULL) {
    return -ENOENT;
  }
  if (data != NULL) {
    memcpy(data, record->data, len < record->len ? len : record->len);
  }
  return (ssize_t)record->len;
}

/* A mount completes when events are polled, as it does where nothing interrupts. */
void nrf_sdh_evts_poll(void) {
  if (queued > 0 && queue[0].is_mount) {
    fake_store_complete(1);
  }
}
