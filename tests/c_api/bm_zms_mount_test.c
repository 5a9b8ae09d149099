/* SPDX-License-Identifier: Apache-2.0
 *
 * Mounting, clearing, and what an instance is that is not mounted. */
#include "bm_zms_support.h"

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

/* Their product has more than 32 bits; what is left of it would be a store of four sectors. */
static void test_sizes_beyond_any_memory_are_refused(void) {
  restart();
  memory_reset();
  struct bm_zms_fs_config config = config_at(0);
  config.sector_count = (1u << 22) + 4;
  CHECK_EQ(bm_zms_mount(&store, &config), -EIO);
  config = config_at((off_t)1 << 32);
  CHECK_EQ(bm_zms_mount(&store, &config), -EIO);
  config = config_at(-1024);
  CHECK_EQ(bm_zms_mount(&store, &config), -EIO);
  CHECK_EQ(event_count, 0);
  CHECK_EQ(memory.writes, 0);
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

static void test_wear_units(void) {
  const uint32_t units[] = {4, 8, 16, 32};
  for (unsigned i = 0; i < 4; ++i) {
    restart();
    memory_reset();
    memory.info.wear_unit = units[i];
    mount_store();
    for (uint32_t length = 1; length <= 40; ++length) {
      memset(values[0], (int)length, length);
      CHECK_EQ(bm_zms_write(&store, length, values[0], length), length);
      expect_event(BM_ZMS_EVT_WRITE, 0, length);
    }
    CHECK_EQ(memory.unaligned, 0);
    CHECK_EQ(store.ate_size, units[i] == 32 ? 32 : 16);
    restart();
    mount_store();
    for (uint32_t length = 1; length <= 40; ++length) {
      uint8_t out[80] = {0};
      CHECK_EQ(bm_zms_read(&store, length, out, sizeof(out)), length);
      CHECK_EQ(out[0], length);
      CHECK_EQ(out[length - 1], length);
      CHECK_EQ(out[length], 0);
    }
  }
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
    mount_store();
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

void test_mounts(void) {
  test_mount_refuses_in_the_order_of_its_checks();
  test_sizes_beyond_any_memory_are_refused();
  test_what_a_mount_finds_is_told();
  test_calls_without_a_mounted_instance();
  test_wear_units();
  test_clear_unmounts();
  test_no_handler_is_needed();
}
