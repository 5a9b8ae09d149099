/* SPDX-License-Identifier: Apache-2.0 */
#include "nordic_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_sdk.h"
#include "nrf_error.h"

#define MAX_EVENTS 128

void (*on_event)(const struct pm_evt* event);
static struct pm_evt events[MAX_EVENTS];
static unsigned event_count;

_Noreturn void test_failed(const char* file, int line, const char* what) {
  (void)fprintf(stderr, "%s:%d: %s\n", file, line, what);
  for (unsigned i = 0; i < event_count; ++i) {
    (void)fprintf(stderr, "  event %d, link %u, peer %u\n", (int)events[i].evt_id,
                  events[i].conn_handle, events[i].peer_id);
  }
  exit(1);
}

void boot(void (*application)(void)) {
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    application();
    exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  if (status != 0) {
    exit(1);
  }
}

static void on_pm_event(const struct pm_evt* event) {
  CHECK(event_count < MAX_EVENTS);
  events[event_count++] = *event;
  if (on_event != NULL) {
    on_event(event);
  }
}

unsigned seen(enum pm_evt_id id) {
  unsigned count = 0;
  for (unsigned i = 0; i < event_count; ++i) {
    count += events[i].evt_id == id;
  }
  return count;
}

unsigned place(enum pm_evt_id id) {
  for (unsigned i = event_count; i > 0; --i) {
    if (events[i - 1].evt_id == id) {
      return i - 1;
    }
  }
  (void)fprintf(stderr, "no event %d\n", (int)id);
  test_failed(__FILE__, __LINE__, "event was seen");
}

const struct pm_evt* last(enum pm_evt_id id) { return &events[place(id)]; }

void forget_events(void) { event_count = 0; }

void start(bool lesc) {
  ble_gap_sec_params_t params = security(lesc);
  CHECK(pm_init() == NRF_SUCCESS);
  CHECK(pm_sec_params_set(&params) == NRF_SUCCESS);
  CHECK(pm_register(on_pm_event) == NRF_SUCCESS);
}

void settle(void) {
  while (fake_store_queued() > 0) {
    fake_store_complete(1);
  }
  fake_pass_ms(10);
}

int main(int argc, char** argv) {
  const struct story* const tables[] = {bonding_stories, storage_stories, interrupt_stories};
  for (unsigned t = 0; argc == 2 && t < sizeof(tables) / sizeof(*tables); ++t) {
    for (const struct story* story = tables[t]; story->name != NULL; ++story) {
      if (strcmp(story->name, argv[1]) == 0) {
        fake_store_share();
        story->play();
        return 0;
      }
    }
  }
  (void)fprintf(stderr, "usage: nordic_test STORY\n");
  return 2;
}
