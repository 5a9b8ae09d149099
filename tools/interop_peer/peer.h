/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heart rate sensor or collector whose security is chosen when it starts, and whose user is a
 * program: for trials with foreign stacks. Written on the C faces, as applications are.
 */
#ifndef PEER_H_
#define PEER_H_

#include <stdbool.h>
#include <stdint.h>

#include <bm/bluetooth/peer_manager/peer_manager.h>

#include "ble.h"

#ifdef __cplusplus
extern "C" {
#endif

struct peer_options {
  bool is_collector;
  uint8_t io_caps; /* BLE_GAP_IO_CAPS_* */
  bool mitm;
  bool lesc;
  /* Advertise or connect with a resolvable private address. */
  bool privacy;
  /* A peer that has a bond may pair again, as one whose user has forgotten us. */
  bool allow_repairing;
};

/* Runs for ever. */
void peer_run(const struct peer_options* options);

/* What the user does: "passkey NNNNNN", "confirm", "deny", "disconnect", "forget"; of a collector
 * also "write", into the measurement; of a sensor that waits also "advertise", anew. False: it is
 * none of these. Called from within the idle call.
 */
bool peer_command(const char* line);

/* Of the two roles. `init` runs when the Peer Manager does. What a role does not need is NULL. */
struct peer_role {
  uint32_t (*init)(const struct peer_options* options);
  void (*start)(void);
  void (*on_ble_evt)(const ble_evt_t* evt);
  void (*on_pm_evt)(const struct pm_evt* evt);
  bool (*command)(const char* line);
};

extern const struct peer_role sensor_role;
extern const struct peer_role collector_role;

#ifdef __cplusplus
}
#endif

#endif /* PEER_H_ */
