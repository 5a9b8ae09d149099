/* SPDX-License-Identifier: Apache-2.0 */
/* Store, timers, PSA Crypto. */
#include <errno.h>
#include <psa/crypto.h>
#include <string.h>
#include <sys/mman.h>

#include "bm/bm_timer.h"
#include "bm/fs/bm_zms.h"
#include "bm/storage/bm_storage_backends.h"
#include "fake_sdk.h"
#include "nordic_test.h"
#include "zephyr/kernel.h"

/* ---- Store. */

#define MAX_RECORDS 64
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
static unsigned queued, refusals, mounts, reads;
static int failure, mount_failure;
static bool at_once, ids_are_wrong;

void fake_store_share(void) {
  records = mmap(NULL, MAX_RECORDS * sizeof(*records), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(records != MAP_FAILED);
}

unsigned fake_store_queued(void) { return queued; }
void fake_store_refuse(unsigned times) { refusals = times; }
void fake_store_fail(int result) { failure = result; }
void fake_store_at_once(bool is_at_once) { at_once = is_at_once; }
void fake_store_mount_fails(int result) { mount_failure = result; }
void fake_store_corrupt_ids(bool is_wrong) { ids_are_wrong = is_wrong; }
unsigned fake_store_mounts(void) { return mounts; }
unsigned fake_store_reads(void) { return reads; }

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

void k_busy_wait(uint32_t usec_to_wait) { (void)usec_to_wait; }

/* ---- Timers. */

#define MAX_TIMERS 16

static struct {
  struct bm_timer* timer;
  bool is_running;
  uint64_t due;
} timers[MAX_TIMERS];
static uint64_t now_ticks;

static unsigned timer_index(const struct bm_timer* timer) {
  unsigned i = 0;
  while (i < MAX_TIMERS && timers[i].timer != timer && timers[i].timer != NULL) {
    ++i;
  }
  CHECK(i < MAX_TIMERS);
  return i;
}

int bm_timer_init(struct bm_timer* timer, enum bm_timer_mode mode,
                  bm_timer_timeout_handler_t timeout_handler) {
  const unsigned i = timer_index(timer);
  CHECK(!timers[i].is_running);
  timers[i].timer = timer;
  timer->mode = mode;
  timer->handler = timeout_handler;
  return 0;
}

int bm_timer_start(struct bm_timer* timer, uint32_t timeout_ticks, void* context) {
  const unsigned i = timer_index(timer);
  CHECK(timers[i].timer == timer); /* Set up before. */
  CHECK(timeout_ticks >= BM_TIMER_MIN_TIMEOUT_TICKS);
  timer->context = context;
  timer->period_ticks = timeout_ticks;
  timers[i].is_running = true;
  timers[i].due = now_ticks + timeout_ticks;
  return 0;
}

int bm_timer_stop(struct bm_timer* timer) {
  timers[timer_index(timer)].is_running = false;
  return 0;
}

unsigned fake_timers_running(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < MAX_TIMERS; ++i) {
    count += timers[i].is_running;
  }
  return count;
}

void fake_pass_ms(uint32_t milliseconds) {
  const uint64_t end = now_ticks + BM_TIMER_MS_TO_TICKS(milliseconds);
  for (;;) {
    unsigned next = MAX_TIMERS;
    for (unsigned i = 0; i < MAX_TIMERS; ++i) {
      const bool is_due = timers[i].is_running && timers[i].due <= end;
      if (is_due && (next == MAX_TIMERS || timers[i].due < timers[next].due)) {
        next = i;
      }
    }
    if (next == MAX_TIMERS) {
      break;
    }
    struct bm_timer* timer = timers[next].timer;
    now_ticks = timers[next].due;
    timers[next].is_running = timer->mode == BM_TIMER_MODE_REPEATED;
    timers[next].due += timer->period_ticks;
    timer->handler(timer->context);
  }
  now_ticks = end;
}

/* ---- PSA Crypto, with one key slot. */

static psa_key_id_t key; /* 0: none. */
static psa_key_id_t last_key;
static unsigned agreements;
static bool random_fails;
static void (*interrupt)(void);

void fake_interrupt_agreement(void (*handler)(void)) { interrupt = handler; }
unsigned fake_agreements(void) { return agreements; }
void fake_random_fails(bool fails) { random_fails = fails; }

psa_status_t psa_crypto_init(void) { return PSA_SUCCESS; }

psa_status_t psa_generate_key(const psa_key_attributes_t* attributes, psa_key_id_t* id) {
  CHECK(psa_get_key_type(attributes) == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  CHECK(psa_get_key_bits(attributes) == 256);
  if (random_fails) {
    return PSA_ERROR_INSUFFICIENT_ENTROPY;
  }
  if (key != 0) {
    return PSA_ERROR_INSUFFICIENT_MEMORY;
  }
  key = *id = ++last_key;
  return PSA_SUCCESS;
}

psa_status_t psa_destroy_key(psa_key_id_t id) {
  CHECK(id == key);
  key = 0;
  return PSA_SUCCESS;
}

psa_status_t psa_export_public_key(psa_key_id_t id, uint8_t* data, size_t size, size_t* length) {
  CHECK(id == key && size >= 65);
  data[0] = 0x04;
  for (unsigned i = 0; i < 64; ++i) {
    data[1 + i] = (uint8_t)(id * 16 + i);
  }
  *length = 65;
  return PSA_SUCCESS;
}

psa_status_t psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t id, const uint8_t* peer_key,
                                   size_t peer_key_length, uint8_t* output, size_t output_size,
                                   size_t* output_length) {
  void (*const handler)(void) = interrupt;
  CHECK(alg == PSA_ALG_ECDH && id == key && peer_key_length == 65 && peer_key[0] == 0x04);
  CHECK(output_size >= 32);
  ++agreements;
  if (handler != NULL) {
    interrupt = NULL;
    handler();
  }
  CHECK(id == key); /* Nobody took it away meanwhile. */
  /* Most significant octet first: the last octet of X is the first of the Bluetooth order. */
  if (peer_key[32] == FAKE_INVALID_POINT) {
    return PSA_ERROR_INVALID_ARGUMENT;
  }
  for (unsigned i = 0; i < 32; ++i) {
    output[i] = (uint8_t)(peer_key[1 + i] ^ id);
  }
  *output_length = 32;
  return PSA_SUCCESS;
}

void fake_expected_dhkey(const ble_gap_lesc_p256_pk_t* peer, ble_gap_lesc_dhkey_t* dhkey) {
  for (unsigned i = 0; i < 32; ++i) {
    dhkey->key[i] = (uint8_t)(peer->pk[i] ^ key);
  }
}
