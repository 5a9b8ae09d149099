/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes, deletions, reads, their queue and their failures. */
#include "bm_zms_support.h"

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

/* The reference fails everything after one error of the device, and tells completions with the ID
 * of the record before (Z4). */
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

void test_operations(void) {
  test_writes_and_deletes();
  test_reads();
  test_octets_and_free_space_are_the_reference_s();
  test_one_queue_serves_all_instances();
  test_a_handler_may_write();
  test_one_failure_costs_one_operation();
  test_a_full_store_refuses_and_goes_on();
}
