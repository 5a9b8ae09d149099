/* SPDX-License-Identifier: Apache-2.0
 *
 * bm_zms_* as an application of the SDK uses it. Return codes are those of the SDK's interface, in
 * the order of its checks; octets in memory those that its implementation writes. */
#include "bm/fs/bm_zms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory_storage.h"

#define SECTOR 1024u
#define LONGEST (SECTOR - 5 * 16)

static int failures;

#define CHECK_EQ(actual, expected)                                                            \
  do {                                                                                        \
    const long actual_ = (long)(actual);                                                      \
    const long expected_ = (long)(expected);                                                  \
    if (actual_ != expected_) {                                                               \
      printf("%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #actual, actual_, expected_); \
      ++failures;                                                                             \
    }                                                                                         \
  } while (0)

static struct bm_zms_fs store;
static struct bm_zms_fs other;

static struct bm_zms_evt events[256];
static unsigned event_count;
/* ongoing_writes of `store` when the last event came. */
static long ongoing_in_event;
/* Written from inside the next event. */
static uint32_t write_from_event;
static const uint32_t word = 0x01020304;
static uint8_t values[4][LONGEST + 16] __attribute__((aligned(4)));

static void on_event(const struct bm_zms_evt* event) {
  events[event_count++ % 256] = *event;
  ongoing_in_event = atomic_get(&store.ongoing_writes);
  if (write_from_event != 0) {
    const uint32_t id = write_from_event;
    write_from_event = 0;
    CHECK_EQ(bm_zms_write(&store, id, &word, 4), 4);
  }
}

static const struct bm_zms_evt* last_event(void) { return &events[(event_count - 1) % 256]; }

static void complete_all(void) {
  while (memory_complete()) {
  }
}

static struct bm_zms_fs_config config_at(off_t offset) {
  return (struct bm_zms_fs_config){.offset = offset,
                                   .sector_size = SECTOR,
                                   .sector_count = 4,
                                   .evt_handler = on_event,
                                   .storage_api = &memory_storage_api};
}

/* A restart of the device: RAM is lost, memory is kept. */
static void restart(void) {
  memory.init_error = memory.read_error = memory.write_error = memory.event_error = 0;
  memory.is_async = false;
  complete_all();
  if (store.init_flags.initialized) {
    /* What the pool behind the C face holds for it goes on with the same object. */
    memset(&store.init_flags, 0, sizeof(store.init_flags));
  }
  memset(&store, 0, sizeof(store));
  memset(&other, 0, sizeof(other));
  event_count = 0;
  write_from_event = 0;
}

static void mount(void) {
  const struct bm_zms_fs_config config = config_at(0);
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  complete_all();
  CHECK_EQ(last_event()->evt_type, BM_ZMS_EVT_MOUNT);
  CHECK_EQ(last_event()->result, 0);
  CHECK_EQ(store.init_flags.initialized, true);
  event_count = 0;
}

static void fresh(void) {
  restart();
  memory_reset();
  mount();
}

static void expect_event(enum bm_zms_evt_type type, int result, uint32_t id) {
  CHECK_EQ(last_event()->evt_type, type);
  CHECK_EQ(last_event()->result, result);
  CHECK_EQ(last_event()->id, id);
}

static void test_mount_refuses_in_the_order_of_its_checks(void) {
  restart();
  memory_reset();
  struct bm_zms_fs_config config = config_at(0);
  CHECK_EQ(bm_zms_mount(NULL, &config), -EFAULT);
  CHECK_EQ(bm_zms_mount(&store, NULL), -EFAULT);

  /* Everything is wrong at once; one thing after another is put right. */
  memory.init_error = -EBUSY;
  memory.info.wear_unit = 64;
  config.sector_size = 64;
  config.sector_count = 1;
  CHECK_EQ(bm_zms_mount(&store, &config), -EIO);
  memory.init_error = 0;
  CHECK_EQ(bm_zms_mount(&store, &config), -EINVAL);
  memory.info.wear_unit = 0;
  CHECK_EQ(bm_zms_mount(&store, &config), -EINVAL);
  memory.info.wear_unit = 16;
  CHECK_EQ(bm_zms_mount(&store, &config), -EINVAL);
  config.sector_size = SECTOR;
  CHECK_EQ(bm_zms_mount(&store, &config), -EINVAL);
  config.sector_count = 2;
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  CHECK_EQ(store.init_flags.initialized, true);
  CHECK_EQ(event_count, 1);

  restart();
  memory_reset();
  memory.info.is_erase_before_write = true;
  config = config_at(0);
  CHECK_EQ(bm_zms_mount(&store, &config), -EIO);

  restart();
  memory_reset();
  memory.is_async = true;
  config = config_at(0);
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  CHECK_EQ(store.init_flags.initializing, true);
  CHECK_EQ(store.init_flags.initialized, false);
  CHECK_EQ(bm_zms_mount(&store, &config), -EBUSY);
  CHECK_EQ(event_count, 0);
  complete_all();
  expect_event(BM_ZMS_EVT_MOUNT, 0, 0);
  CHECK_EQ(store.init_flags.initializing, false);
  CHECK_EQ(store.init_flags.initialized, true);
}

static void test_what_a_mount_finds_is_told(void) {
  fresh();
  /* The header says version 2, with its CRC-8. */
  const uint8_t version_2[16] = {0x62, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                 0x00, 0x00, 0x00, 0x00, 0x02, 0x42, 0x00, 0x00};
  uint8_t crc = 0xFF;
  for (int i = 1; i < 16; ++i) {
    crc ^= version_2[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = (uint8_t)((crc & 0x80) != 0 ? (crc << 1) ^ 7 : crc << 1);
    }
  }
  memcpy(memory.octets + 0x3F0, version_2, 16);
  memory.octets[0x3F0] = crc;
  restart();
  const struct bm_zms_fs_config config = config_at(0);
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, -ENOTSUP, 0);
  CHECK_EQ(store.init_flags.initialized, false);
  CHECK_EQ(store.init_flags.initializing, false);
  CHECK_EQ(bm_zms_write(&store, 1, &word, 4), -EACCES);

  /* Another format's magic. */
  memory.octets[0x3FD] = 0x43;
  crc = 0xFF;
  for (int i = 1; i < 16; ++i) {
    crc ^= memory.octets[0x3F0 + i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = (uint8_t)((crc & 0x80) != 0 ? (crc << 1) ^ 7 : crc << 1);
    }
  }
  memory.octets[0x3F0] = crc;
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, -ENOEXEC, 0);

  /* What is no store is formatted. */
  memset(memory.octets, 0, sizeof(memory.octets));
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, 0, 0);

  /* A memory that fails, and then works. */
  restart();
  memory_reset();
  memory.event_error = -ETIMEDOUT;
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, -ETIMEDOUT, 0);
  memory.event_error = 0;
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, 0, 0);
}

static void test_calls_without_a_mounted_instance(void) {
  restart();
  memory_reset();
  uint32_t out = 0;
  CHECK_EQ(bm_zms_clear(NULL), -EFAULT);
  CHECK_EQ(bm_zms_write(NULL, 1, &word, 4), -EFAULT);
  CHECK_EQ(bm_zms_delete(NULL, 1), -EFAULT);
  CHECK_EQ(bm_zms_read(NULL, 1, &out, 4), -EFAULT);
  CHECK_EQ(bm_zms_read_hist(NULL, 1, &out, 4, 0), -EFAULT);
  CHECK_EQ(bm_zms_get_data_length(NULL, 1), -EFAULT);
  CHECK_EQ(bm_zms_calc_free_space(NULL), -EFAULT);
  CHECK_EQ(bm_zms_active_sector_free_space(NULL), -EFAULT);
  CHECK_EQ(bm_zms_clear(&store), -EACCES);
  CHECK_EQ(bm_zms_write(&store, 1, NULL, 4), -EACCES);
  CHECK_EQ(bm_zms_delete(&store, 1), -EACCES);
  CHECK_EQ(bm_zms_read(&store, 1, &out, 4), -EACCES);
  CHECK_EQ(bm_zms_read_hist(&store, 1, &out, 4, 0), -EACCES);
  CHECK_EQ(bm_zms_get_data_length(&store, 1), -EACCES);
  CHECK_EQ(bm_zms_calc_free_space(&store), -EACCES);
  CHECK_EQ(bm_zms_active_sector_free_space(&store), -EACCES);
}

static void test_writes_and_deletes(void) {
  fresh();
  CHECK_EQ(bm_zms_write(&store, 1, values[0], LONGEST + 1), -EINVAL);
  CHECK_EQ(bm_zms_write(&store, 1, values[0], 65536), -EINVAL);
  CHECK_EQ(bm_zms_write(&store, 1, NULL, 4), -EINVAL);
  CHECK_EQ(event_count, 0);

  CHECK_EQ(bm_zms_write(&store, 1, &word, 4), 4);
  expect_event(BM_ZMS_EVT_WRITE, 0, 1);
  CHECK_EQ(bm_zms_write(&store, 1, values[0], LONGEST), LONGEST);
  expect_event(BM_ZMS_EVT_WRITE, 0, 1);
  CHECK_EQ(bm_zms_get_data_length(&store, 1), LONGEST);
  CHECK_EQ(bm_zms_write(&store, 1, NULL, 0), 0);
  expect_event(BM_ZMS_EVT_DELETE, 0, 1);
  CHECK_EQ(bm_zms_write(&store, 2, &word, 4), 4);
  /* A removal that is reported as a write. */
  CHECK_EQ(bm_zms_write(&store, 2, &word, 0), 0);
  expect_event(BM_ZMS_EVT_WRITE, 0, 2);
  CHECK_EQ(bm_zms_read(&store, 2, NULL, 0), -ENOENT);
  /* An absent one. */
  CHECK_EQ(bm_zms_delete(&store, 0x12345678), 0);
  expect_event(BM_ZMS_EVT_DELETE, 0, 0x12345678);
  CHECK_EQ(event_count, 6);
}

static void test_reads(void) {
  fresh();
  uint8_t out[32];
  uint8_t text[20] __attribute__((aligned(4))) = "0123456789abcdefghi";
  CHECK_EQ(bm_zms_read(&store, 7, out, sizeof(out)), -ENOENT);
  CHECK_EQ(bm_zms_get_data_length(&store, 7), -ENOENT);
  CHECK_EQ(bm_zms_write(&store, 7, text, sizeof(text)), 20);
  memset(out, 0, sizeof(out));
  CHECK_EQ(bm_zms_read(&store, 7, out, 32), 20);
  CHECK_EQ(memcmp(out, text, 20), 0);
  memset(out, 0, sizeof(out));
  CHECK_EQ(bm_zms_read(&store, 7, out, 5), 5);
  CHECK_EQ(memcmp(out, "01234\0", 6), 0);
  CHECK_EQ(bm_zms_read(&store, 7, NULL, 32), 20);
  CHECK_EQ(bm_zms_read(&store, 7, NULL, 3), 3);
  CHECK_EQ(bm_zms_read(&store, 7, out, 0), 0);
  CHECK_EQ(bm_zms_read(&store, 0xFFFFFFFF, out, 4), -ENOENT);

  /* Histories give the whole length, and end; so does a version that is a removal. */
  CHECK_EQ(bm_zms_write(&store, 7, &word, 4), 4);
  CHECK_EQ(bm_zms_read_hist(&store, 7, out, 2, 0), 4);
  CHECK_EQ(bm_zms_read_hist(&store, 7, out, 2, 1), 20);
  CHECK_EQ(memcmp(out, text, 2), 0);
  CHECK_EQ(bm_zms_read_hist(&store, 7, out, 2, 2), -ENOENT);
  CHECK_EQ(bm_zms_delete(&store, 7), 0);
  CHECK_EQ(bm_zms_read_hist(&store, 7, out, 2, 0), -ENOENT);
  CHECK_EQ(bm_zms_read_hist(&store, 7, out, 2, 1), 4);
  CHECK_EQ(bm_zms_read(&store, 7, out, 2), -ENOENT);

  CHECK_EQ(bm_zms_write(&store, 8, text, sizeof(text)), 20);
  memory.read_error = -EIO;
  CHECK_EQ(bm_zms_read(&store, 8, out, 32), -EIO);
  memory.read_error = -EPERM;
  CHECK_EQ(bm_zms_read_hist(&store, 8, out, 32, 0), -EIO);
  memory.read_error = 0;
  CHECK_EQ(bm_zms_read(&store, 8, out, 32), 20);
}

/* The bytes and numbers are those of the SDK's implementation for the same requests. */
static void test_octets_and_free_space_are_the_reference_s(void) {
  fresh();
  uint8_t bond[80] __attribute__((aligned(4)));
  uint8_t more[17] __attribute__((aligned(4)));
  for (int i = 0; i < 80; ++i) {
    bond[i] = (uint8_t)i;
  }
  for (int i = 0; i < 17; ++i) {
    more[i] = (uint8_t)(0xA0 + i);
  }
  const uint32_t one = 1;
  CHECK_EQ(bm_zms_write(&store, 6, &one, 4), 4);
  CHECK_EQ(bm_zms_write(&store, 7, bond, 80), 80);
  CHECK_EQ(bm_zms_write(&store, 0x00010004, more, 17), 17);
  CHECK_EQ(bm_zms_delete(&store, 6), 0);
  const struct {
    unsigned place;
    uint8_t octets[16];
  } entries[] = {
      {0x3F0, {0x27, 1, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 1, 0x42, 0, 0}},
      {0x3D0, {0x5D, 1, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255}},
      {0x3C0, {0x62, 1, 4, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
      {0x3B0, {0x24, 1, 0x50, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {0x3A0, {0x4A, 1, 0x11, 0, 4, 0, 1, 0, 0x50, 0, 0, 0, 0, 0, 0, 0}},
      {0x390, {0xEC, 1, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
  };
  for (unsigned i = 0; i < sizeof(entries) / sizeof(entries[0]); ++i) {
    CHECK_EQ(memcmp(memory.octets + entries[i].place, entries[i].octets, 16), 0);
  }
  CHECK_EQ(memcmp(memory.octets, bond, 80), 0);
  CHECK_EQ(memcmp(memory.octets + 0x50, more, 17), 0);
  CHECK_EQ(memory.octets[0x50 + 17], 0xFF);
  CHECK_EQ(bm_zms_calc_free_space(&store), 2736);
  CHECK_EQ(bm_zms_active_sector_free_space(&store), 768);
  CHECK_EQ(store.ate_wra, 0x380);
  CHECK_EQ(store.data_wra, 0x70);
  CHECK_EQ(store.sector_cycle, 1);
  CHECK_EQ(store.ate_size, 16);
  CHECK_EQ(memory.unaligned, 0);

  memory.read_error = -EIO;
  CHECK_EQ(bm_zms_calc_free_space(&store), -EIO);
  memory.read_error = 0;
}

static void test_wear_units(void) {
  const uint32_t units[] = {4, 8, 16, 32};
  for (unsigned i = 0; i < 4; ++i) {
    restart();
    memory_reset();
    memory.info.wear_unit = units[i];
    mount();
    for (uint32_t length = 1; length <= 40; ++length) {
      memset(values[0], (int)length, length);
      CHECK_EQ(bm_zms_write(&store, length, values[0], length), length);
      expect_event(BM_ZMS_EVT_WRITE, 0, length);
    }
    CHECK_EQ(memory.unaligned, 0);
    CHECK_EQ(store.ate_size, units[i] == 32 ? 32 : 16);
    restart();
    mount();
    for (uint32_t length = 1; length <= 40; ++length) {
      uint8_t out[80] = {0};
      CHECK_EQ(bm_zms_read(&store, length, out, sizeof(out)), length);
      CHECK_EQ(out[0], length);
      CHECK_EQ(out[length - 1], length);
      CHECK_EQ(out[length], 0);
    }
  }
}

static void test_one_queue_serves_all_instances(void) {
  fresh();
  const struct bm_zms_fs_config config = config_at(8192);
  CHECK_EQ(bm_zms_mount(&other, &config), 0);
  CHECK_EQ(other.init_flags.initialized, true);
  memory.is_async = true;
  event_count = 0;

  /* One under way and 16 queued, of both instances. */
  for (uint32_t i = 0; i < 17; ++i) {
    CHECK_EQ(bm_zms_write(i % 2 == 0 ? &store : &other, 100 + i, &word, 4), 4);
  }
  CHECK_EQ(bm_zms_write(&store, 200, &word, 4), -ENOMEM);
  CHECK_EQ(bm_zms_delete(&other, 200), -ENOMEM);
  CHECK_EQ(bm_zms_clear(&other), -ENOMEM);
  CHECK_EQ(atomic_get(&store.ongoing_writes), 9);
  CHECK_EQ(atomic_get(&other.ongoing_writes), 8);
  CHECK_EQ(event_count, 0);
  struct bm_zms_fs third;
  memset(&third, 0, sizeof(third));
  const struct bm_zms_fs_config third_config = config_at(16384);
  CHECK_EQ(bm_zms_mount(&third, &third_config), -ENOMEM);

  /* Reads see what is complete. */
  uint32_t out = 0;
  CHECK_EQ(bm_zms_read(&store, 100, &out, 4), -ENOENT);
  CHECK_EQ(memory_complete(), true);
  CHECK_EQ(event_count, 1);
  CHECK_EQ(ongoing_in_event, 8);
  CHECK_EQ(bm_zms_read(&store, 100, &out, 4), 4);
  CHECK_EQ(out, word);
  CHECK_EQ(bm_zms_read(&other, 101, &out, 4), -ENOENT);
  /* There is one place again. */
  CHECK_EQ(bm_zms_write(&store, 117, &word, 4), 4);
  CHECK_EQ(bm_zms_write(&store, 118, &word, 4), -ENOMEM);

  complete_all();
  CHECK_EQ(event_count, 18);
  for (uint32_t i = 0; i < 18; ++i) {
    CHECK_EQ(events[i].evt_type, BM_ZMS_EVT_WRITE);
    CHECK_EQ(events[i].id, 100 + i);
    CHECK_EQ(events[i].result, 0);
  }
  CHECK_EQ(atomic_get(&store.ongoing_writes), 0);
  CHECK_EQ(atomic_get(&other.ongoing_writes), 0);
  /* The instances keep apart. */
  CHECK_EQ(bm_zms_read(&store, 101, &out, 4), -ENOENT);
  CHECK_EQ(bm_zms_read(&other, 101, &out, 4), 4);
}

static void test_a_handler_may_write(void) {
  for (int is_async = 0; is_async < 2; ++is_async) {
    fresh();
    memory.is_async = is_async != 0;
    write_from_event = 2;
    CHECK_EQ(bm_zms_write(&store, 1, &word, 4), 4);
    complete_all();
    CHECK_EQ(event_count, 2);
    expect_event(BM_ZMS_EVT_WRITE, 0, 2);
    CHECK_EQ(bm_zms_get_data_length(&store, 2), 4);
  }
}

static void test_one_failure_costs_one_operation(void) {
  const int told[] = {-EIO, -ETIMEDOUT, -EBUSY};
  for (unsigned i = 0; i < 3; ++i) {
    fresh();
    memory.event_error = told[i];
    CHECK_EQ(bm_zms_write(&store, 1, values[0], 80), 80);
    expect_event(BM_ZMS_EVT_WRITE, told[i], 1);
    CHECK_EQ(atomic_get(&store.ongoing_writes), 0);
    memory.event_error = 0;
    CHECK_EQ(bm_zms_write(&store, 2, values[0], 80), 80);
    expect_event(BM_ZMS_EVT_WRITE, 0, 2);

    memory.write_error = told[i];
    CHECK_EQ(bm_zms_delete(&store, 2), 0);
    expect_event(BM_ZMS_EVT_DELETE, told[i], 2);
    memory.write_error = 0;
    CHECK_EQ(bm_zms_get_data_length(&store, 2), 80);
    CHECK_EQ(bm_zms_delete(&store, 2), 0);
    expect_event(BM_ZMS_EVT_DELETE, 0, 2);
    CHECK_EQ(bm_zms_get_data_length(&store, 2), -ENOENT);
  }
}

static void test_a_full_store_refuses_and_goes_on(void) {
  fresh();
  uint32_t id = 0;
  do {
    CHECK_EQ(bm_zms_write(&store, ++id, values[0], 80), 80);
  } while (last_event()->result == 0 && id < 1000);
  expect_event(BM_ZMS_EVT_WRITE, -ENOSPC, id);
  CHECK_EQ(id > 20 && id < 60, true);
  for (uint32_t i = 1; i < id; ++i) {
    CHECK_EQ(bm_zms_get_data_length(&store, i), 80);
  }
  CHECK_EQ(bm_zms_delete(&store, 1), 0);
  expect_event(BM_ZMS_EVT_DELETE, 0, 1);
  CHECK_EQ(bm_zms_write(&store, id, values[0], 80), 80);
  expect_event(BM_ZMS_EVT_WRITE, 0, id);
}

static void test_clear_unmounts(void) {
  for (int is_async = 0; is_async < 2; ++is_async) {
    fresh();
    CHECK_EQ(bm_zms_write(&store, 1, &word, 4), 4);
    memory.is_async = is_async != 0;
    event_count = 0;
    CHECK_EQ(bm_zms_clear(&store), 0);
    if (is_async) {
      /* Accepted before it is known that nothing is there any more. */
      CHECK_EQ(bm_zms_write(&store, 2, &word, 4), 4);
    }
    complete_all();
    CHECK_EQ(events[0].evt_type, BM_ZMS_EVT_CLEAR);
    CHECK_EQ(events[0].result, 0);
    if (is_async) {
      expect_event(BM_ZMS_EVT_WRITE, -EACCES, 2);
      CHECK_EQ(atomic_get(&store.ongoing_writes), 0);
    }
    CHECK_EQ(store.init_flags.initialized, false);
    CHECK_EQ(bm_zms_read(&store, 1, NULL, 0), -EACCES);
    memory.is_async = false;
    mount();
    CHECK_EQ(bm_zms_read(&store, 1, NULL, 4), -ENOENT);
    CHECK_EQ(store.ate_wra >> 32, 0);
    CHECK_EQ(bm_zms_write(&store, 1, &word, 4), 4);
    expect_event(BM_ZMS_EVT_WRITE, 0, 1);
  }
  /* Memory that an unmounted instance had is another's. */
  CHECK_EQ(bm_zms_clear(&store), 0);
  expect_event(BM_ZMS_EVT_CLEAR, 0, 0);
  static struct bm_zms_fs third;
  const struct bm_zms_fs_config config = config_at(16384);
  CHECK_EQ(bm_zms_mount(&third, &config), 0);
  expect_event(BM_ZMS_EVT_MOUNT, 0, 0);
  CHECK_EQ(third.init_flags.initialized, true);
  CHECK_EQ(bm_zms_clear(&third), 0);
  CHECK_EQ(third.init_flags.initialized, false);
}

static void test_no_handler_is_needed(void) {
  restart();
  memory_reset();
  struct bm_zms_fs_config config = config_at(0);
  config.evt_handler = NULL;
  CHECK_EQ(bm_zms_mount(&store, &config), 0);
  CHECK_EQ(store.init_flags.initialized, true);
  CHECK_EQ(bm_zms_write(&store, 1, &word, 4), 4);
  CHECK_EQ(atomic_get(&store.ongoing_writes), 0);
  CHECK_EQ(bm_zms_get_data_length(&store, 1), 4);
  CHECK_EQ(event_count, 0);
}

int main(void) {
  memory_reset();
  test_mount_refuses_in_the_order_of_its_checks();
  test_what_a_mount_finds_is_told();
  test_calls_without_a_mounted_instance();
  test_writes_and_deletes();
  test_reads();
  test_octets_and_free_space_are_the_reference_s();
  test_wear_units();
  test_one_queue_serves_all_instances();
  test_a_handler_may_write();
  test_one_failure_costs_one_operation();
  test_a_full_store_refuses_and_goes_on();
  test_clear_unmounts();
  test_no_handler_is_needed();
  printf("%d failures\n", failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
