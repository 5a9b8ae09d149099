/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs each row in a process of its own, so that the library starts from zeros. Under callgrind a
 * row's instructions are dumped under its name (scripts/work.py reads them); its name, reads,
 * writes and octets are printed.
 */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "../tests/nordic/fake_sdk.h"
#include "../tests/nordic/nordic_test.h"
#include "nrf_error.h"

/* Octets of a link's attributes. */
enum { ATTRIBUTES = 20 };

static unsigned bonds;
static unsigned connections, deletions, securings;

_Noreturn void test_failed(const char* file, int line, const char* what) {
  (void)fprintf(stderr, "%s:%d: %s, with %u bonds\n", file, line, what, bonds);
  exit(1);
}

void settle(void) {
  while (fake_store_queued() > 0) {
    fake_store_complete(1);
  }
  fake_pass_ms(10);
}

static void on_pm_event(const struct pm_evt* event) {
  connections += event->evt_id == PM_EVT_BONDED_PEER_CONNECTED;
  deletions += event->evt_id == PM_EVT_PEERS_DELETE_SUCCEEDED;
  securings += event->evt_id == PM_EVT_CONN_SEC_SUCCEEDED;
}

void start(bool lesc) {
  ble_gap_sec_params_t params = security(lesc);
  initialise();
  CHECK(pm_sec_params_set(&params) == NRF_SUCCESS);
  CHECK(pm_register(on_pm_event) == NRF_SUCCESS);
}

/* ---- The bonds that are there. */

static ble_gap_addr_t address_of_bond(unsigned bond) {
  return (ble_gap_addr_t){.addr_type = BLE_GAP_ADDR_TYPE_PUBLIC,
                          .addr = {(uint8_t)bond, (uint8_t)(bond >> 8), 3, 4, 5, 6}};
}

static ble_gap_irk_t irk_of_bond(unsigned bond) {
  ble_gap_irk_t irk;
  memset(irk.irk, 0x5A, sizeof(irk.irk));
  irk.irk[0] = (uint8_t)bond;
  irk.irk[1] = (uint8_t)(bond >> 8);
  return irk;
}

static void store(uint16_t peer, enum pm_peer_data_id id, const void* data, size_t len) {
  CHECK(pm_peer_data_store(peer, id, data, (uint32_t)len, NULL) == NRF_SUCCESS);
  settle();
}

/* The earlier life of the device: each bond has keys, CCCDs, rank, Central Address Resolution. */
static void make_bonds(void) {
  static struct pm_peer_data_bonding bonding;
  static const uint32_t local_db[2 + ATTRIBUTES / 4] = {3, ATTRIBUTES}; /* All zero. */
  static const uint32_t resolves = 1;
  static uint32_t rank;
  start(true);
  for (unsigned bond = 0; bond < bonds; ++bond) {
    uint16_t peer = 0;
    bonding.own_role = BLE_GAP_ROLE_PERIPH;
    bonding.peer_ble_id.id_addr_info = address_of_bond(bond);
    bonding.peer_ble_id.id_info = irk_of_bond(bond);
    bonding.own_ltk.enc_info.lesc = 1;
    bonding.own_ltk.enc_info.ltk_len = 16;
    CHECK(pm_peer_new(&peer, &bonding, NULL) == NRF_SUCCESS && peer == bond);
    settle();
    store(peer, PM_PEER_DATA_ID_GATT_LOCAL, local_db, 6 + ATTRIBUTES);
    store(peer, PM_PEER_DATA_ID_CENTRAL_ADDR_RES, &resolves, sizeof(resolves));
    rank = bond + 1;
    store(peer, PM_PEER_DATA_ID_PEER_RANK, &rank, sizeof(rank));
  }
}

/* ---- Operations. */

static void connect_as(const ble_gap_addr_t* address, bool is_known) {
  connect_address(LINK, BLE_GAP_ROLE_PERIPH, address);
  CHECK(connections == is_known);
}

/* Core, Vol 3, Part H, 2.2.2. */
static ble_gap_addr_t private_address(void) {
  const ble_gap_irk_t irk = irk_of_bond(bonds - 1);
  ble_gap_addr_t address = {.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE,
                            .addr = {0, 0, 0, 0x12, 0x34, 0x56}};
  uint8_t key[16];
  uint8_t block[16] = {0};
  for (unsigned i = 0; i < sizeof(key); ++i) {
    key[i] = irk.irk[sizeof(key) - 1 - i];
  }
  for (unsigned i = 0; i < 3; ++i) {
    block[13 + i] = address.addr[5 - i];
  }
  fake_encrypt(key, block, block);
  for (unsigned i = 0; i < 3; ++i) {
    address.addr[i] = block[15 - i];
  }
  return address;
}

void initialise(void) { CHECK(pm_init() == NRF_SUCCESS); }

void connect_public_last(void) {
  const ble_gap_addr_t address = address_of_bond(bonds - 1);
  connect_as(&address, true);
}

void connect_public_unknown(void) {
  const ble_gap_addr_t address = address_of_bond(bonds);
  connect_as(&address, false);
}

void connect_private_last(void) {
  const ble_gap_addr_t address = private_address();
  connect_as(&address, true);
}

void connect_private_unknown(void) {
  ble_gap_addr_t address = private_address();
  address.addr[0] ^= 1;
  connect_as(&address, false);
}

void encrypt(void) {
  ask_sec_info(LINK, 0);
  CHECK(fake_last("sec_info_reply")->has_data);
  encrypted(LINK, 2);
  CHECK(securings == 1);
}

void iterate_all(void) {
  unsigned count = 0;
  for (uint16_t peer = pm_next_peer_id_get(PM_PEER_ID_INVALID); peer != PM_PEER_ID_INVALID;
       peer = pm_next_peer_id_get(peer)) {
    ++count;
  }
  CHECK(count == bonds);
}

void ranks(void) {
  uint16_t highest_peer = 0, lowest_peer = 0;
  uint32_t highest = 0, lowest = 0;
  CHECK(pm_peer_ranks_get(&highest_peer, &highest, &lowest_peer, &lowest) == NRF_SUCCESS);
  CHECK(highest_peer == bonds - 1 && highest == bonds && lowest_peer == 0 && lowest == 1);
}

static void subscribe(uint8_t value) {
  memset(fake_sys_attr, value, ATTRIBUTES);
  fake_sys_attr_len = ATTRIBUTES;
  subscribed(LINK);
  settle();
}

static void tell_address_resolution(void) {
  ble_evt_t event;
  memset(&event, 0, sizeof(event));
  event.header.evt_id = BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP;
  event.evt.gattc_evt.conn_handle = LINK;
  CHECK(fake_count("char_value_by_uuid_read") == 1);
  /* It has none, and so does not resolve. */
  event.evt.gattc_evt.gatt_status = BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND;
  fake_deliver(&event);
  settle();
}

void bonding(void) {
  memset(fake_sys_attr, 0, ATTRIBUTES);
  fake_sys_attr_len = ATTRIBUTES;
  bond(LINK, BLE_GAP_ROLE_PERIPH, 0xB0, true);
  tell_address_resolution();
  subscribe(1);
  subscribe(2);
  uint16_t peer = 0;
  CHECK(pm_peer_id_get(LINK, &peer) == NRF_SUCCESS && peer == bonds);
  CHECK(pm_peer_rank_highest(peer) == NRF_SUCCESS);
  settle();
}

void reconnect(void) {
  connect_public_last();
  encrypt();
  subscribe(0);
  CHECK(pm_peer_rank_highest((uint16_t)(bonds - 1)) == NRF_SUCCESS);
  settle();
  disconnect(LINK);
  settle();
}

void delete_all(void) {
  CHECK(pm_peers_delete() == NRF_SUCCESS);
  settle();
  CHECK(deletions == 1 && pm_peer_count() == 0);
}

/* ---- Rows. */

static void in_a_process(void (*run)(const struct row*), const struct row* row) {
  (void)fflush(stdout);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    run(row);
    (void)fflush(stdout);
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  if (status != 0) {
    exit(1);
  }
}

static void prepare(const struct row* row) {
  (void)row;
  make_bonds();
}

static void measure(const struct row* row) {
  if (!row->is_first) {
    start(true);
  }
  if (row->operation == encrypt) {
    connect_public_last();
  }
  fake_forget_calls();
  const unsigned reads = fake_store_reads();
  const unsigned writes = fake_store_writes();
  const size_t octets = fake_store_octets();
  char name[64];
  (void)snprintf(name, sizeof(name), "%s_%u", row->name, row->bonds);

  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  row->operation();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(name);

  (void)printf("%s %u %u %zu\n", name, fake_store_reads() - reads, fake_store_writes() - writes,
               fake_store_octets() - octets);
}

int main(void) {
  const struct row* last = NULL;
  fake_store_share();
  for (const struct row* row = rows; row->name != NULL; ++row) {
    bonds = row->bonds;
    if (last == NULL || last->bonds != bonds) {
      fake_store_clear();
      in_a_process(prepare, row);
    }
    in_a_process(measure, row);
    last = row;
  }
  return 0;
}
